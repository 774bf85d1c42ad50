//! Plans tables that `CLONE` cannot make: by their full definition, and then their rows by a statement of their own.
//!
//! The statement that makes or prepares the table notes first what it is made of; the one that fills it replaces all
//! rows, so that it may be sent again. A table whose rows never came is told from one that was edited.

use clxs_api::table::TableType;

use super::{expectation, location};
use crate::Securable;
use crate::inventory::{ColumnValue, Origin, Table, TableShape, VersionAsOf};
use crate::outcome::FacetStatus;
use crate::plan::builder::{Builder, NewStep};
use crate::plan::catalog::note_location;
use crate::plan::{CopyRows, Expectation, Facet, MakeTable, NoteOrigin, Statement, StepId, policy};
use crate::settings::{AsOf, RowScope, Settings};

/// Why a table cannot be made like this; `None` when it can, or when `CLONE` makes it.
pub(super) fn not_makeable(source: &Table, rows: &RowScope) -> Option<String> {
    match (&source.definition, rows) {
        (_, RowScope::All) | (Some(Ok(_)), _) => None,
        (Some(Err(reason)), _) => Some(reason.clone()),
        (None, _) => Some("its definition was not read".to_owned()),
    }
}

/// The definition that the destination is to have.
pub(in crate::plan) fn wanted(settings: &Settings, source: &TableShape, rows: &RowScope) -> TableShape {
    let mut wanted = source.clone();
    let is_check = |key: &str| key.starts_with("delta.constraints.");
    let is_copied = |key: &str| {
        if is_check(key) {
            settings.copy.constraints
        } else {
            settings.copy.properties || key.starts_with("delta.")
        }
    };
    wanted.properties.retain(|key, _| is_copied(key));
    wanted.properties.extend(settings.table_properties.clone());
    for column in &mut wanted.columns {
        column.comment = column.comment.take().filter(|_| settings.copy.comments);
        if let Some(ColumnValue::Identity { start, step, always, last }) = &mut column.value
            && *rows != RowScope::None
        {
            (*start, *always) = (last.map_or(*start, |last| last.saturating_add(*step)), false);
        }
    }
    wanted
}

/// Adds the steps of a table; the last one is the answer.
pub(super) fn make(
    builder: &mut Builder<'_>,
    securable: &Securable,
    (source, destination): (&Table, Option<&Table>),
    rows: &RowScope,
) -> Option<StepId> {
    let Some(Ok(definition)) = &source.definition else { return None };
    let definition = wanted(builder.settings, definition, rows);
    note_identities(builder, securable, &definition, rows);
    let columns = definition.given_columns();
    let as_of = pinned(builder.settings, securable, source);
    let version = if let AsOf::Version(version) = &as_of { Some(*version) } else { None };
    let origin = Origin::new(&securable.name, source.table_id.clone(), version, rows.clone());
    let is_kept = *rows != RowScope::None && destination.is_some_and(|table| definition.is_met_by(table));
    let action = if is_kept {
        Statement::NoteOrigin(Box::new(NoteOrigin { table: builder.renamed(&securable.name), origin }))
    } else {
        create(builder, securable, (source, destination), definition, origin)
    };
    let mut step = NewStep::new(Facet::Definition, action, expectation(destination));
    step.inverse = super::inverse(builder, securable, destination);
    step.depends_on = builder.steps_around(&securable.name);
    step.depends_on.extend(builder.definition_step(securable));
    let made = builder.step(securable, step)?;
    if *rows == RowScope::None {
        return Some(made);
    }
    let fill = CopyRows {
        source: securable.name.clone(),
        destination: builder.renamed(&securable.name),
        columns,
        as_of,
        rows: rows.clone(),
    };
    let mut step = NewStep::new(Facet::Definition, Statement::CopyRows(Box::new(fill)), Expectation::Present);
    step.depends_on = vec![made];
    step.depends_on.extend(policy::before_rows(builder, securable));
    step.size = source.size;
    builder.step(securable, step)
}

fn create(
    builder: &mut Builder<'_>,
    securable: &Securable,
    (source, destination): (&Table, Option<&Table>),
    definition: TableShape,
    origin: Origin,
) -> Statement {
    let location = location(builder.settings, source, destination);
    if matches!(source.table_type, Some(TableType::External | TableType::ExternalShallowClone)) {
        note_location(builder, securable, source.location.as_deref(), location.as_deref());
    }
    let comment = source.comment.clone().filter(|_| builder.settings.copy.comments);
    if comment.is_some() {
        builder.facet(securable, Facet::Comment, FacetStatus::Carried);
    }
    Statement::MakeTable(Box::new(MakeTable {
        name: builder.renamed(&securable.name),
        replace: destination.is_some(),
        definition,
        comment,
        location,
        origin,
    }))
}

/// The version that is read: the newest is pinned, so that what is noted is what was read.
fn pinned(settings: &Settings, securable: &Securable, source: &Table) -> AsOf {
    match source.as_of {
        Some(VersionAsOf::Version(version)) => AsOf::Version(version),
        _ => match settings.as_of_table(&securable.name) {
            AsOf::Latest => source.history.version().map_or(AsOf::Latest, AsOf::Version),
            as_of => as_of,
        },
    }
}

/// Rows come with the numbers that they have, which `GENERATED ALWAYS` does not take.
fn note_identities(
    builder: &mut Builder<'_>,
    securable: &Securable,
    definition: &TableShape,
    rows: &RowScope,
) {
    let is_identity = |value: &Option<ColumnValue>| matches!(value, Some(ColumnValue::Identity { .. }));
    let identities = definition.columns.iter().filter(|column| is_identity(&column.value));
    let names: Vec<_> = identities.map(|column| column.name.as_str()).collect();
    if !names.is_empty() && *rows != RowScope::None {
        let detail = format!(
            "rows keep their numbers in {}, so it is GENERATED BY DEFAULT; ALTER COLUMN … SYNC IDENTITY before rows are added",
            names.join(", ")
        );
        builder.facet(securable, Facet::Definition, FacetStatus::Changed { detail });
    }
}
