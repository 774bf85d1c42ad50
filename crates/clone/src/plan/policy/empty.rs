//! Makes a table empty before it is cloned, where its policies go by tags that it does not have yet, or are on the table
//! itself: its rows come when both are there. `CREATE OR REPLACE … CLONE` keeps the table with what is on it; that the
//! platform keeps tags then is UNCONFIRMED, and they are read back at the end of the run.

use clxs_api::Identifier;

use crate::Securable;
use crate::inventory::{CopyMark, CopyStage, Origin, Table};
use crate::plan::builder::{Builder, NewStep};
use crate::plan::made::note_emptied;
use crate::plan::table::{expectation, inverse};
use crate::plan::{CreateTable, Facet, Statement};
use crate::settings::{CloneType, RowScope};

/// Whether rows that are cloned right away would be there before what their policies go by.
fn is_needed(builder: &Builder<'_>, table: &Securable, source: &Table, kept: Option<&Table>) -> bool {
    if !builder.policing.is_about(&table.name) {
        return false;
    }
    let Some(kept) = kept else {
        return !(source.tags.is_empty() && source.column_tags.is_empty() && source.policies.is_empty());
    };
    !source.column_tags.keys().all(|column| has_column(kept, column))
}

fn has_column(table: &Table, name: &Identifier) -> bool {
    let outline = table.outline.as_deref().and_then(|outline| outline.as_ref().ok());
    table.column_tags.keys().any(|own| own.matches(name.as_str()))
        || outline.is_some_and(|outline| outline.has_column(name))
}

/// Whether a column that has tags comes with the table that is made empty, and goes with it in a rollback.
pub(in crate::plan) fn brings(builder: &Builder<'_>, table: &Securable, column: &Identifier) -> bool {
    let kept = builder.inventories.destination.table(&table.name).filter(|_| builder.is_kept(table));
    builder.policing.is_about(&table.name) && kept.is_none_or(|kept| !has_column(kept, column))
}

/// Why a table cannot be made empty first although it has to be; nothing when it can, or need not.
pub(in crate::plan) fn obstacle(
    builder: &Builder<'_>,
    table: &Securable,
    (source, kept): (&Table, Option<&Table>),
) -> Option<String> {
    let is_open = builder.inventories.destination.catalog.is_some();
    let is_cloned = builder.settings.rows_of(&table.name) == RowScope::All;
    if !is_cloned || !is_needed(builder, table, source, kept) {
        return None;
    }
    if builder.settings.clone_type == CloneType::Shallow {
        // Nobody sees into a catalog before its grants, which come after tags and policies.
        return is_open.then(|| {
            "policies are about it, and a shallow clone would be readable before its tags and policies are there; \
             clone it deep, or into a new catalog"
                .to_owned()
        });
    }
    match source.outline.as_deref() {
        Some(Ok(_)) => None,
        Some(Err(reason)) => Some(format!("it cannot be made empty before its policies are there: {reason}")),
        None => Some("policies are about it, and nobody read its columns".to_owned()),
    }
}

/// Makes the table empty, if it has to be. Returns whether it is.
pub(in crate::plan) fn make(
    builder: &mut Builder<'_>,
    table: &Securable,
    (source, kept): (&Table, Option<&Table>),
    location: Option<&str>,
) -> bool {
    let is_shallow = builder.settings.clone_type == CloneType::Shallow;
    let Some(Ok(outline)) = source.outline.as_deref().filter(|_| !is_shallow) else { return false };
    if !is_needed(builder, table, source, kept) {
        return false;
    }
    let create = CreateTable {
        name: builder.renamed(&table.name),
        replace: kept.is_some(),
        definition: outline.clone(),
        guards: kept.map(|kept| kept.guards.clone()).unwrap_or_default(),
        comment: kept.and_then(|kept| kept.comment.clone()),
        location: location.map(str::to_owned),
        mark: CopyMark {
            origin: Origin::new(
                &table.name,
                source.table_id.clone(),
                source.history.version(),
                RowScope::All,
            ),
            stage: CopyStage::Begun,
        },
    };
    let mut step =
        NewStep::new(Facet::Definition, Statement::CreateTable(Box::new(create)), expectation(kept));
    step.inverse = inverse(builder, table, kept);
    step.depends_on = builder.steps_around(&table.name);
    step.depends_on.extend(builder.definition_step(table));
    if kept.is_some() {
        note_emptied(builder, table);
    }
    builder.step(table, step).is_some()
}
