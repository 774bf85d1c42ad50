//! Plans tags: one statement a securable and one a column, of those that the destination lacks or has otherwise. Its
//! own are kept.

use clxs_api::Identifier;

use super::builder::{Builder, NewStep};
use super::{Action, Expectation, Facet, Statement, StepId, policy};
use crate::inventory::{Table, Tags};
use crate::{Kind, Securable};

/// A change of tags, and what undoes it.
type Change = (Action, Action);

pub(super) fn plan(builder: &mut Builder<'_>) {
    for (source, _) in builder.taking_part() {
        plan_of(builder, &source);
    }
}

/// Plans the tags of one securable, once.
pub(super) fn plan_of(builder: &mut Builder<'_>, source: &Securable) {
    let is_planned = !steps_of(builder, source).is_empty();
    let Some(sides) = builder.sides_of(source).filter(|_| builder.settings.copy.tags && !is_planned) else {
        return;
    };
    let none = Tags::new();
    let existing = sides.destination.and_then(|facets| facets.tags).unwrap_or(&none);
    let changes = of_securable(&builder.in_destination(source), sides.source.tags.unwrap_or(&none), existing);
    let is_undone = !policy::goes_with_its_rows(builder, source);
    add(builder, source, Facet::Tags, changes, is_undone);
    columns(builder, source, sides.destination.is_some());
}

/// The steps so far that set tags of a securable and of its columns.
pub(super) fn steps_of(builder: &Builder<'_>, source: &Securable) -> Vec<StepId> {
    [Facet::Tags, Facet::ColumnTags].map(|facet| builder.facet_steps(source, facet)).concat()
}

fn add(builder: &mut Builder<'_>, source: &Securable, facet: Facet, changes: Vec<Change>, is_undone: bool) {
    for (action, inverse) in changes {
        let mut step = NewStep::new(facet, action, Expectation::Present);
        step.inverse = is_undone.then_some(inverse);
        step.depends_on = builder.definition_step(source).into_iter().collect();
        builder.step(source, step);
    }
}

fn of_securable(on: &Securable, source: &Tags, existing: &Tags) -> Vec<Change> {
    let set = |tags| Statement::SetTags { securable: on.clone(), tags };
    let unset = |keys| Statement::UnsetTags { securable: on.clone(), keys };
    changes(source, existing, set, unset)
}

/// New tags and tags with other values, apart: what undoes them is not the same.
fn changes(
    source: &Tags,
    existing: &Tags,
    set: impl Fn(Tags) -> Statement,
    unset: impl Fn(Vec<String>) -> Statement,
) -> Vec<Change> {
    let differs = |key: &str, value: &String| existing.get(key) != Some(value);
    let differing = source.iter().filter(|(key, value)| differs(key, value));
    let differing = differing.map(|(key, value)| (key.clone(), value.clone()));
    let (others, new): (Tags, Tags) = differing.partition(|(key, _)| existing.contains_key(key));
    let mut changes = Vec::new();
    if !new.is_empty() {
        let keys = new.keys().cloned().collect();
        changes.push((set(new).into(), unset(keys).into()));
    }
    if !others.is_empty() {
        let before = others.keys().filter_map(|key| Some((key.clone(), existing.get(key)?.clone())));
        let before = before.collect();
        changes.push((set(others).into(), set(before).into()));
    }
    changes
}

fn columns(builder: &mut Builder<'_>, source: &Securable, exists: bool) {
    let inventories = builder.inventories;
    if source.kind != Kind::Table && !is_named_by_column(source.kind) {
        return;
    }
    let Some(table) = inventories.source.table(&source.name) else { return };
    let existing = inventories.destination.table(&source.name).filter(|_| exists);
    for (column, tags) in &table.column_tags {
        let changes = of_column(&builder.in_destination(source), column, tags, tags_of(existing, column));
        let is_undone = !policy::empty::brings(builder, source, column);
        add(builder, source, Facet::ColumnTags, changes, is_undone);
    }
}

fn tags_of<'a>(table: Option<&'a Table>, column: &Identifier) -> Option<&'a Tags> {
    let own = table?.column_tags.iter().find(|(name, _)| name.matches(column.as_str()));
    own.map(|(_, tags)| tags)
}

fn of_column(on: &Securable, column: &Identifier, source: &Tags, existing: Option<&Tags>) -> Vec<Change> {
    let none = Tags::new();
    let existing = existing.unwrap_or(&none);
    let table = on.name.clone();
    if is_named_by_column(on.kind) {
        return of_view_column(on, column, source, existing);
    }
    let set = |tags| Statement::SetColumnTags { table: table.clone(), column: column.clone(), tags };
    let unset = |keys| Statement::UnsetColumnTags { table: table.clone(), column: column.clone(), keys };
    changes(source, existing, set, unset)
}

/// Whether the tags of its columns are set one by one, by the name of the column.
fn is_named_by_column(kind: Kind) -> bool {
    kind.is_view() || kind.is_of_pipeline()
}

/// `ALTER VIEW` does not know columns: each tag takes a statement.
fn of_view_column(on: &Securable, column: &Identifier, source: &Tags, existing: &Tags) -> Vec<Change> {
    let column = on.name.child(column.clone());
    let set = |key: &str, value: &str| Statement::SetColumnTag {
        column: column.clone(),
        key: key.to_owned(),
        value: value.to_owned(),
    };
    let change = |(key, value): (&String, &String)| {
        let inverse = match existing.get(key) {
            Some(before) => set(key, before),
            None => Statement::UnsetColumnTag { column: column.clone(), key: key.clone() },
        };
        (set(key, value).into(), inverse.into())
    };
    source.iter().filter(|(key, value)| existing.get(*key) != Some(value)).map(change).collect()
}
