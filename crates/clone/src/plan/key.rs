//! Plans primary and foreign keys, which `CLONE` does not carry (facts/settled.md §5): all primary keys, then foreign
//! keys, each once the key it points to is there.

use clxs_api::table::{CreateTableConstraint, ForeignKeyConstraint, PrimaryKeyConstraint, TableConstraint};
use clxs_api::{FullName, Identifier};

use super::builder::{Builder, NewStep};
use super::{Expectation, Facet, PlannedChange, RestCall};
use crate::inventory::{Key, KeyOutline, Parent, Table};
use crate::outcome::FacetStatus;
use crate::{Kind, Securable};

pub(super) fn plan(builder: &mut Builder<'_>) {
    if !builder.settings.copy.constraints {
        return;
    }
    let tables = builder.taking_part();
    let tables: Vec<_> = tables.into_iter().filter(|(table, _)| table.kind == Kind::Table).collect();
    for facet in [Facet::PrimaryKey, Facet::ForeignKey] {
        for (table, sides) in &tables {
            let keeps_keys = sides.destination.is_some() && !builder.is_made_anew(table);
            plan_table(builder, table, facet, keeps_keys);
        }
    }
}

fn plan_table(builder: &mut Builder<'_>, securable: &Securable, facet: Facet, keeps_keys: bool) {
    let inventories = builder.inventories;
    let Some(source) = inventories.source.table(&securable.name) else { return };
    let before = inventories.destination.table(&securable.name);
    let before = before.map(|table| table.key_outlines.as_slice()).unwrap_or_default();
    // A table that is made or replaced has no keys.
    let existing = if keeps_keys { before } else { &[] };
    for outline in source.key_outlines.iter().filter(|outline| facet_of(outline) == facet) {
        let wanted = outline.moved(&builder.settings.source, &builder.settings.destination);
        if existing.contains(&wanted) {
            continue;
        }
        let in_the_way: Vec<_> = existing.iter().filter(|own| is_in_the_way(own, &wanted)).cloned().collect();
        match key(builder, source, outline) {
            Ok(key) => add(builder, securable, (&key, before.contains(&wanted)), &in_the_way),
            Err(reason) => builder.facet(securable, facet, FacetStatus::Impossible { reason }),
        }
    }
}

fn facet_of(outline: &KeyOutline) -> Facet {
    if outline.is_primary() { Facet::PrimaryKey } else { Facet::ForeignKey }
}

/// A table has one primary key, and no two keys of one name.
fn is_in_the_way(own: &KeyOutline, wanted: &KeyOutline) -> bool {
    own.name == wanted.name || (own.is_primary() && wanted.is_primary())
}

/// The key as the destination is to have it, or why it cannot.
fn key(builder: &Builder<'_>, source: &Table, outline: &KeyOutline) -> Result<Key, String> {
    let found = source.keys.iter().find(|key| key.name.to_lowercase() == outline.name);
    let mut key =
        found.cloned().ok_or_else(|| format!("the source does not tell what `{}` is", outline.name))?;
    if let Some(parent) = &mut key.parent
        && parent.table.catalog().matches(builder.settings.source.as_str())
    {
        if !will_exist(builder, &parent.table) {
            let (name, parent) = (&outline.name, parent.table.dotted());
            return Err(format!("`{name}` points to {parent}, which is not cloned"));
        }
        parent.table = builder.renamed(&parent.table);
    }
    Ok(key)
}

fn will_exist(builder: &Builder<'_>, table: &FullName) -> bool {
    let planned = builder.planned(&Securable::new(Kind::Table, table.clone()));
    let is_made = planned.is_some_and(|planned| !matches!(planned.change, PlannedChange::Skip { .. }));
    is_made || builder.inventories.destination.table(table).is_some()
}

/// Adds a key; one that the table had before it was replaced stays when the run is undone.
fn add(
    builder: &mut Builder<'_>,
    securable: &Securable,
    (key, had_before): (&Key, bool),
    in_the_way: &[KeyOutline],
) {
    let table = builder.renamed(&securable.name);
    let facet = if key.parent.is_some() { Facet::ForeignKey } else { Facet::PrimaryKey };
    let drop =
        |name: &str| Some(RestCall::DropKey { table: table.clone(), key: Identifier::new(name).ok()? });
    // A key that could not be dropped or made is no reason not to ask for this one.
    let mut after = Vec::new();
    for own in in_the_way {
        if let Some(dropped) = drop(&own.name) {
            let mut step = NewStep::new(facet, dropped, Expectation::Present);
            step.depends_on = builder.definition_step(securable).into_iter().collect();
            after.extend(builder.step(securable, step));
        }
    }
    let own = |parent: &&Parent| parent.table.catalog().matches(builder.settings.destination.as_str());
    let parent = key
        .parent
        .as_ref()
        .filter(own)
        .map(|parent| Securable::new(Kind::Table, parent.table.in_catalog(builder.source().catalog())));
    after.extend(parent.iter().filter_map(|parent| builder.last_step(parent, Facet::PrimaryKey)));
    let made = std::iter::once(securable).chain(&parent).filter_map(|table| builder.definition_step(table));
    let depends_on = made.collect();
    let body = CreateTableConstraint { full_name_arg: table.dotted(), constraint: constraint(key) };
    let mut step = NewStep::new(facet, RestCall::AddKey(Box::new(body)), Expectation::Present);
    step.inverse = drop(&key.name).filter(|_| !had_before).map(Into::into);
    (step.depends_on, step.after) = (depends_on, after);
    builder.step(securable, step);
}

fn constraint(key: &Key) -> TableConstraint {
    let Key { name, columns, timeseries, rely, parent } = key.clone();
    let rely = Some(rely);
    match parent {
        None => TableConstraint {
            primary_key_constraint: Some(PrimaryKeyConstraint {
                name,
                child_columns: columns,
                timeseries_columns: Some(timeseries).filter(|columns| !columns.is_empty()),
                rely,
            }),
            ..TableConstraint::default()
        },
        Some(Parent { table, columns: parent_columns }) => TableConstraint {
            foreign_key_constraint: Some(ForeignKeyConstraint {
                name,
                child_columns: columns,
                parent_table: table.dotted(),
                parent_columns,
                rely,
            }),
            ..TableConstraint::default()
        },
    }
}
