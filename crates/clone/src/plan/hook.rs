//! Plans hooks: statements of the user around a clone. What they do nobody knows, so nothing undoes them.

use clxs_api::{FullName, Identifier};

use super::builder::{Builder, NewStep};
use super::{Expectation, Facet, PlannedChange, Statement, StepId};
use crate::settings::Hook;
use crate::{Kind, Securable};

/// Hooks before everything: called once the catalog is in the plan and no step is.
pub(super) fn plan_before(builder: &mut Builder<'_>) {
    let catalog = Securable::new(Kind::Catalog, builder.source());
    let hooks = &builder.settings.hooks.pre_clone;
    let steps = chain(builder, &catalog, hooks, Vec::new());
    builder.before_everything(steps.into_iter().zip(hooks).map(|(id, hook)| (id, hook.on_error)).collect());
}

/// Hooks after each schema and after everything, owners included.
pub(super) fn plan_after(builder: &mut Builder<'_>) {
    let catalog = Securable::new(Kind::Catalog, builder.source());
    for schema in schemas(builder) {
        let mut after = builder.steps_for(&schema).to_vec();
        after.extend(builder.steps_inside(&schema.name));
        let hooks = &builder.settings.hooks.post_schema;
        chain(builder, &schema, hooks, after);
    }
    let everything = builder.all_steps();
    let hooks = &builder.settings.hooks.post_clone;
    chain(builder, &catalog, hooks, everything);
}

fn schemas(builder: &Builder<'_>) -> Vec<Securable> {
    let schemas = builder.inventories.source.schemas.keys().map(|name| builder.schema_name(name));
    let takes_part = |schema: &Securable| {
        let planned = builder.planned(schema);
        planned.is_some_and(|planned| !matches!(planned.change, PlannedChange::Skip { .. }))
    };
    schemas.map(|name| Securable::new(Kind::Schema, name)).filter(takes_part).collect()
}

/// Hooks one after the other, the first after the steps given.
fn chain(
    builder: &mut Builder<'_>,
    securable: &Securable,
    hooks: &[Hook],
    mut after: Vec<StepId>,
) -> Vec<StepId> {
    let mut steps = Vec::new();
    for hook in hooks {
        let sql = filled_in(&hook.sql, builder, &securable.name);
        let action = Statement::Hook { sql, on_error: hook.on_error };
        let mut step = NewStep::new(Facet::Hook, action, Expectation::Present);
        step.after = std::mem::take(&mut after);
        let Some(id) = builder.step(securable, step) else { break };
        after.push(id);
        steps.push(id);
    }
    steps
}

/// The statement with the guide's variables filled in.
fn filled_in(sql: &str, builder: &Builder<'_>, securable: &FullName) -> String {
    let settings = builder.settings;
    let filled = sql
        .replace("${source_catalog}", &name(&settings.source))
        .replace("${dest_catalog}", &name(&settings.destination));
    match securable.schema() {
        Some(schema) => filled.replace("${schema}", &name(schema)),
        None => filled,
    }
}

/// A name as it is where that can only be a name, quoted otherwise: within a text of SQL people write it bare.
fn name(name: &Identifier) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let text = name.as_str();
    let begins_well = text.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_');
    if begins_well && text.chars().all(is_plain) { text.to_owned() } else { name.to_string() }
}
