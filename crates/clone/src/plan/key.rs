//! Plans primary and foreign keys, which `CLONE` does not carry (facts/settled.md §5): all primary keys, then foreign
//! keys, each once the key it points to is there. A key that the destination has with other marks is dropped and made
//! again.
//!
//! A table that is made anew has lost its keys, in the embedded workspace; what the platform does is UNCONFIRMED. Those that
//! make way for others are dropped nevertheless, which need not find them, and undone they are made again.

mod make_way;

use clxs_api::table::{CreateTableConstraint, ForeignKeyConstraint, PrimaryKeyConstraint, TableConstraint};
use clxs_api::{FullName, Identifier};

use make_way::{Standing, clear, require_free};

use super::builder::{Builder, NewStep};
use super::{Expectation, Facet, PlannedChange, RestCall, StepId, keeps};
use crate::inventory::{Key, KeyOutline, Parent, Table};
use crate::outcome::FacetStatus;
use crate::{Kind, Securable};

pub(super) fn plan(builder: &mut Builder<'_>) {
    let tables = builder.taking_part();
    let tables: Vec<_> = tables.into_iter().filter(|(table, _)| table.kind == Kind::Table).collect();
    let mut standing = Standing::of(builder);
    for facet in [Facet::PrimaryKey, Facet::ForeignKey] {
        for (table, sides) in &tables {
            let keeps_keys = sides.destination.is_some() && !builder.is_made_anew(table);
            if facet == Facet::PrimaryKey && !keeps_keys {
                let lost = lost_keys(builder, table);
                builder.loses_keys(table, lost);
            }
            plan_table(builder, table, (facet, keeps_keys), &mut standing);
        }
    }
}

fn plan_table<'a>(
    builder: &mut Builder<'a>,
    securable: &Securable,
    (facet, keeps_keys): (Facet, bool),
    standing: &mut Standing<'a>,
) {
    let inventories = builder.inventories;
    let Some(source) = inventories.source.table(&securable.name) else { return };
    let destination = inventories.destination.table(&securable.name);
    let before = destination.map(|table| table.key_outlines.as_slice()).unwrap_or_default();
    let is_left = |own: &&KeyOutline| !standing.is_dropped(securable, own);
    let left: Vec<_> = before.iter().filter(is_left).collect();
    for own in own_keys(builder, (source, facet), before) {
        if !keeps_keys {
            make_again(builder, (securable, destination), own);
        }
        if builder.settings.copy.constraints {
            keeps::note(builder, securable, facet, &format!("the key {}", own.name));
        }
    }
    for owed in owed_keys((source, facet), destination) {
        add(builder, securable, (owed, true), Vec::new());
    }
    for outline in source.key_outlines.iter().filter(|outline| facet_of(outline) == facet) {
        let wanted = outline.moved(&builder.settings.source, &builder.settings.destination);
        let had_before = left.contains(&&wanted) && is_marked_alike(source, destination, outline);
        if had_before && keeps_keys {
            continue;
        }
        let in_the_way = left.iter().copied().filter(|own| !had_before && is_in_the_way(own, &wanted));
        let in_the_way: Vec<_> = in_the_way.collect();
        let planned = key(builder, source, outline).and_then(|key| {
            require_free(builder, securable, &wanted, standing)?;
            let after = clear(builder, (securable, destination), &in_the_way, standing)?;
            Ok((key, after))
        });
        match planned {
            Ok((key, after)) => add(builder, securable, (&key, had_before), after),
            Err(reason) => {
                builder.facet(securable, facet, FacetStatus::Impossible { reason });
                for own in in_the_way.into_iter().filter(|_| !keeps_keys) {
                    make_again(builder, (securable, destination), own);
                }
            }
        }
    }
}

/// All that a table of the destination has, as far as it tells.
fn lost_keys(builder: &Builder<'_>, securable: &Securable) -> Vec<CreateTableConstraint> {
    let Some(destination) = builder.inventories.destination.table(&securable.name) else { return Vec::new() };
    let keys = destination.key_outlines.iter().filter_map(|own| found(destination, own));
    keys.map(|key| body(&builder.renamed(&securable.name), key)).collect()
}

/// Keys that the source does not have, and that are in the way of none of its.
fn own_keys<'a>(
    builder: &Builder<'_>,
    (source, facet): (&Table, Facet),
    before: &'a [KeyOutline],
) -> Vec<&'a KeyOutline> {
    let (from, to) = (&builder.settings.source, &builder.settings.destination);
    let wanted: Vec<_> = source.key_outlines.iter().map(|outline| outline.moved(from, to)).collect();
    let is_own = |own: &&KeyOutline| {
        facet_of(own) == facet && !wanted.iter().any(|wanted| *own == wanted || is_in_the_way(own, wanted))
    };
    before.iter().filter(is_own).collect()
}

/// Keys that a run before, which did not come to its end, has taken from the table, and that neither side has another one for.
fn owed_keys<'a>(
    (source, facet): (&'a Table, Facet),
    destination: Option<&'a Table>,
) -> impl Iterator<Item = &'a Key> {
    let keys = destination.into_iter().flat_map(|table| &table.owed_keys);
    keys.filter(move |key| {
        let is_primary = key.parent.is_none();
        let outlines =
            source.key_outlines.iter().chain(destination.into_iter().flat_map(|own| &own.key_outlines));
        let mut others =
            outlines.filter(|own| own.name == key.name.to_lowercase() || own.is_primary() && is_primary);
        is_primary == (facet == Facet::PrimaryKey) && others.next().is_none()
    })
}

/// Makes a key of the destination's own again, which its table loses by being made anew.
fn make_again(
    builder: &mut Builder<'_>,
    (securable, destination): (&Securable, Option<&Table>),
    own: &KeyOutline,
) {
    if let Some(key) = destination.and_then(|table| found(table, own)) {
        return add(builder, securable, (key, true), Vec::new());
    }
    let reason = format!("the destination does not tell what its own key `{}` is", own.name);
    builder.facet(securable, facet_of(own), FacetStatus::Impossible { reason });
}

fn facet_of(outline: &KeyOutline) -> Facet {
    if outline.is_primary() { Facet::PrimaryKey } else { Facet::ForeignKey }
}

/// Whether a key of both sides has the same marks, as far as both tell.
fn is_marked_alike(source: &Table, destination: Option<&Table>, outline: &KeyOutline) -> bool {
    let own = destination.and_then(|table| found(table, outline));
    found(source, outline).zip(own).is_none_or(|(key, own)| key.is_marked_like(own))
}

fn found<'a>(table: &'a Table, outline: &KeyOutline) -> Option<&'a Key> {
    table.keys.iter().find(|key| key.name.to_lowercase() == outline.name)
}

/// A table has one primary key, and no two keys of one name.
fn is_in_the_way(own: &KeyOutline, wanted: &KeyOutline) -> bool {
    own.name == wanted.name || (own.is_primary() && wanted.is_primary())
}

/// The key as the destination is to have it, or why it cannot.
fn key(builder: &Builder<'_>, source: &Table, outline: &KeyOutline) -> Result<Key, String> {
    let mut key = found(source, outline)
        .cloned()
        .ok_or_else(|| format!("the source does not tell what `{}` is", outline.name))?;
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

/// Adds a key; one that the table had before it was replaced stays when the run is undone. A key that could not be
/// dropped or made is no reason not to ask for this one.
fn add(
    builder: &mut Builder<'_>,
    securable: &Securable,
    (key, had_before): (&Key, bool),
    mut after: Vec<StepId>,
) {
    let table = builder.renamed(&securable.name);
    let facet = if key.parent.is_some() { Facet::ForeignKey } else { Facet::PrimaryKey };
    let own = |parent: &&Parent| parent.table.catalog().matches(builder.settings.destination.as_str());
    let parent = key
        .parent
        .as_ref()
        .filter(own)
        .map(|parent| Securable::new(Kind::Table, parent.table.in_catalog(builder.source().catalog())));
    after.extend(parent.iter().filter_map(|parent| builder.last_step(parent, Facet::PrimaryKey)));
    let made = std::iter::once(securable).chain(&parent).filter_map(|table| builder.definition_step(table));
    let depends_on = made.collect();
    let mut step = NewStep::new(facet, RestCall::AddKey(Box::new(body(&table, key))), Expectation::Present);
    let inverse = Identifier::new(&key.name).ok().filter(|_| !had_before);
    step.inverse = inverse.map(|key| RestCall::DropKey { table, key }.into());
    (step.depends_on, step.after) = (depends_on, after);
    builder.step(securable, step);
}

fn body(table: &FullName, key: &Key) -> CreateTableConstraint {
    CreateTableConstraint { full_name_arg: table.dotted(), constraint: constraint(key) }
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
