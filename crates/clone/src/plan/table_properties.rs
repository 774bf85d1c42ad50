//! Plans the properties that the settings give to every clone, and says which ones a new clone takes away.

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

/// A table that is made anew has the properties of its source, and those of the settings.
fn note_lost(builder: &mut Builder<'_>, securable: &Securable, kept: &Table) {
    let Some(made) = kept.history.made() else { return };
    let mut lost: Vec<_> = made.since.iter().flat_map(|commit| commit.own_properties()).collect();
    lost.retain(|key| !builder.settings.table_properties.contains_key(key));
    lost.sort();
    lost.dedup();
    if !lost.is_empty() {
        let detail = format!(
            "{} of the destination gives way to the source's; clone_tbl_properties keeps it",
            lost.join(", ")
        );
        builder.facet(securable, Facet::Properties, FacetStatus::Changed { detail });
    }
}
