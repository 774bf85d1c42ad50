//! Plans the properties that the settings give to every clone, and says which changes of the destination's own a new clone takes
//! away.

use std::collections::BTreeSet;

use clxs_api::Properties;

use super::builder::{Builder, NewStep};
use super::{AlterTable, Expectation, Facet, PlannedChange, Statement, TableChange};
use crate::Securable;
use crate::inventory::Table;
use crate::outcome::FacetStatus;
use crate::settings::RowScope;

/// The properties of a table that is there: `CLONE` brings them to one that it makes or replaces.
pub(super) fn plan(builder: &mut Builder<'_>, securable: &Securable, kept: &Table, change: &PlannedChange) {
    if builder.is_made_anew(securable) {
        return note_lost(builder, securable, kept);
    }
    // Statements compare and change the whole definition of what they make.
    let is_cloned = builder.settings.rows_of(&securable.name) == RowScope::All;
    if *change != PlannedChange::Unchanged || !is_cloned || !builder.touches(change) {
        return;
    }
    let own = &kept.clone_properties;
    let wanted = builder.settings.table_properties.iter();
    let wanted = wanted.filter(|(key, value)| is_kept_as_written(key) && own.get(*key) != Some(*value));
    let wanted = wanted.map(|(key, value)| (key.clone(), value.clone()));
    let (others, new): (Properties, Properties) = wanted.partition(|(key, _)| own.contains_key(key));
    if !new.is_empty() {
        let keys = new.keys().cloned().collect();
        add(builder, securable, TableChange::SetProperties(new), TableChange::UnsetProperties(keys));
    }
    if !others.is_empty() {
        let before = own.iter().filter(|(key, _)| others.contains_key(*key));
        let before = before.map(|(key, value)| (key.clone(), value.clone())).collect();
        add(builder, securable, TableChange::SetProperties(others), TableChange::SetProperties(before));
    }
}

fn add(builder: &mut Builder<'_>, securable: &Securable, change: TableChange, undo: TableChange) {
    let table = builder.renamed(&securable.name);
    let alter = |change| Statement::AlterTable(Box::new(AlterTable { table: table.clone(), change }));
    let mut step = NewStep::new(Facet::Properties, alter(change), Expectation::Present);
    step.inverse = Some(alter(undo).into());
    builder.step(securable, step);
}

/// What speaks of the protocol raises it, and is told in other words (facts/settled.md §4).
fn is_kept_as_written(key: &str) -> bool {
    !["delta.feature.", "delta.minReaderVersion", "delta.minWriterVersion"]
        .iter()
        .any(|start| key.starts_with(start))
}

/// A table that is made anew has the definition of its source, and the properties of the settings.
fn note_lost(builder: &mut Builder<'_>, securable: &Securable, kept: &Table) {
    let Some(made) = kept.history.made() else { return };
    let mut properties: BTreeSet<_> = made.since.iter().flat_map(|commit| commit.own_properties()).collect();
    properties.retain(|key| !builder.settings.table_properties.contains_key(key));
    if !properties.is_empty() {
        let properties: Vec<_> = properties.into_iter().collect();
        let lost = format!("{} of the destination gives way to the source's", properties.join(", "));
        let detail = format!("{lost}; clone_tbl_properties keeps it");
        builder.facet(securable, Facet::Properties, FacetStatus::Changed { detail });
    }
    let changes: BTreeSet<_> = made
        .since
        .iter()
        .filter(|commit| commit.changes_definition())
        .map(|it| it.operation.as_str())
        .collect();
    if !changes.is_empty() {
        let changes: Vec<_> = changes.into_iter().collect();
        let detail =
            format!("what {} changed in the destination gives way to the source's", changes.join(", "));
        builder.facet(securable, Facet::Definition, FacetStatus::Changed { detail });
    }
}
