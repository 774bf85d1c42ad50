//! Plans hooks: statements of the user around a clone. What they do nobody knows, so nothing undoes them.

use super::builder::{Builder, NewStep};
use super::{Expectation, Facet, PlannedChange, Statement, StepId};
use crate::settings::{Hook, Names};
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
    let settings = builder.settings;
    let names = Names {
        source: &settings.source,
        destination: &settings.destination,
        schema: securable.name.schema(),
    };
    let mut steps = Vec::new();
    for hook in hooks {
        let sql = hook.sql.filled_in(&names);
        let action = Statement::Hook { sql, on_error: hook.on_error };
        let mut step = NewStep::new(Facet::Hook, action, Expectation::Present);
        step.after = std::mem::take(&mut after);
        let Some(id) = builder.step(securable, step) else { break };
        after.push(id);
        steps.push(id);
    }
    steps
}
