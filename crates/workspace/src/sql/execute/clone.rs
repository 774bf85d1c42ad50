//! `CREATE TABLE … CLONE …` (facts/sql.md §2, facts/settled.md §5).

use clxs_api::table::TableType;

use super::checks;
use super::context::{Context, Files};
use super::guards::{self, Brings, GuardClauses};
use super::keys;
use super::parquet_table::is_parquet;
use super::place::table_to_write;
use super::query::pin;
use super::rows::counts;
use super::table_rows::{Presence, Writing, table_type, write_files_and};
use crate::delta::{CloneMetrics, CloneRequest, TableLocation, clone_table};
use crate::metastore::TableRow;
use crate::sql::SqlError;
use crate::sql::ast::{CloneTable, TableReference};
use crate::warehouse::{Rows, StatementResult};

pub(super) async fn execute(context: &Context, clone: CloneTable) -> Result<StatementResult, SqlError> {
    let name = match &clone.target {
        TableReference::Name(name) => context.table_name(name)?,
        TableReference::Path { path, .. } => return Err(path_target(&clone, path)),
    };
    let (location, shallow) = (clone.location.clone(), clone.shallow);
    let writing =
        table_to_write(context, &name, clone.on_existing, location, shallow, require_replaceable).await?;
    let Some(writing) = writing else { return Ok(kept()) };
    let source = context.readable_files(&clone.source, view_as_source).await?;
    if let Some(view) = source.row.as_ref().filter(|row| row.is_materialized()) {
        let name = view.full_name();
        return Err(SqlError::delta_clone_unsupported_source("CLONE", name, "MATERIALIZED_VIEW"));
    }
    require_shallow_allowed(&clone, &source, &writing.row)?;
    require_unguarded(context, &clone, &source).await?;
    let pin = pin(context, clone.as_of).await?;
    let snapshot = context.snapshot(source.location.clone(), pin).await?;
    let checked = checks::has_checks(&snapshot.metadata().configuration);
    let (none, fits) = (GuardClauses::default(), (snapshot.schema(), checked));
    let writing = guards::of_written_table(context, writing, none, fits, Brings::Rows).await?;
    let request = CloneRequest {
        source: snapshot,
        source_name: source.name.clone().unwrap_or_else(|| format!("delta.`{}`", source.location)),
        target: context.location(&writing.row)?,
        shallow: clone.shallow,
        replace: writing.presence == Presence::Existing,
        properties: clone.properties,
        user: context.user(),
    };
    let writing = Writing { row: cloned_row(writing.row, clone.shallow, &source), ..writing };
    let copy = context.blocking(move |engine| clone_table(engine, &request));
    // Keys are the metastore's and not the source's: a clone has none (facts/settled.md §5).
    write_files_and(context, writing, copy, keys::setter(context, Vec::new())).await.map(result)
}

/// Id, grants, owner and comment stay; what it is and where its files come from is new.
fn cloned_row(mut row: TableRow, shallow: bool, source: &Files) -> TableRow {
    row.table_type = table_type(row.is_managed(), shallow);
    let source = source.row.as_ref().map(|row| row.full_name());
    row.source = source.filter(|_| shallow);
    row
}

fn is_shallow(row: &TableRow) -> bool {
    matches!(row.table_type, TableType::ManagedShallowClone | TableType::ExternalShallowClone)
}

/// An ordinary table does not become a shallow clone (facts/sql.md §2). The class is UNCONFIRMED.
fn require_replaceable(row: &TableRow, shallow: bool) -> Result<(), SqlError> {
    if row.is_view() {
        return Err(SqlError::expect_table_not_view(row.full_name(), "CREATE OR REPLACE TABLE"));
    }
    if row.is_materialized() {
        return Err(SqlError::not_on_materialized_view("CLONE", row.full_name()));
    }
    if is_parquet(row) {
        let feature = format!("replacing {}, a table of Parquet files,", row.full_name());
        return Err(SqlError::unsupported_but(feature, "Drop it first; its files stay."));
    }
    if shallow && !is_shallow(row) {
        let feature = format!("replacing the table {} by a shallow clone", row.full_name());
        return Err(SqlError::unsupported_but(feature, "Drop it first, or use DEEP CLONE."));
    }
    Ok(())
}

/// Only who sees all of a table clones it (facts/settled.md §5).
async fn require_unguarded(context: &Context, clone: &CloneTable, source: &Files) -> Result<(), SqlError> {
    let Some(row) = &source.row else { return Ok(()) };
    let guards = context.guards(row).await?;
    match &clone.source {
        _ if guards.is_empty() => Ok(()),
        TableReference::Path { .. } => Err(SqlError::guards_by_path(row)),
        TableReference::Name(_) if clone.as_of.is_some() => {
            Err(SqlError::guards_and_time_travel(row, &guards))
        }
        TableReference::Name(_) => Err(SqlError::guards_and_clone(row, &guards)),
    }
}

/// Managed tables clone to managed ones, external ones to external ones, and clones not at all.
fn require_shallow_allowed(clone: &CloneTable, source: &Files, target: &TableRow) -> Result<(), SqlError> {
    if !clone.shallow {
        return Ok(());
    }
    match &source.row {
        Some(row) if is_shallow(row) => Err(SqlError::cannot_shallow_clone_nested(row.full_name())),
        Some(row) if row.is_managed() == target.is_managed() => Ok(()),
        _ => {
            // Recorded text (facts/settled.md §5); the state is UNCONFIRMED.
            let message = "Shallow clone is only supported for the MANAGED table type. To clone an external table, \
                           give the clone a LOCATION, or use DEEP CLONE.";
            Err(SqlError::new(
                "CANNOT_SHALLOW_CLONE_NON_UC_MANAGED_TABLE_AS_SOURCE_OR_TARGET",
                "0AKUC",
                message,
            ))
        }
    }
}

fn path_target(clone: &CloneTable, path: &str) -> SqlError {
    if let Some(location) = &clone.location {
        return SqlError::delta_clone_ambiguous_target(location, path);
    }
    match TableLocation::parse(path) {
        Err(_) => SqlError::delta_invalid_clone_path(path),
        Ok(_) => SqlError::unsupported_but("CLONE to a path", "Name a table, with LOCATION."),
    }
}

fn view_as_source(view: &TableRow) -> SqlError {
    SqlError::delta_clone_unsupported_source("CLONE", view.full_name(), "VIEW")
}

fn result(metrics: CloneMetrics) -> StatementResult {
    counts([
        ("source_table_size", metrics.source_table_size),
        ("source_num_of_files", metrics.source_num_of_files),
        ("num_removed_files", metrics.num_removed_files),
        ("num_copied_files", metrics.num_copied_files),
        ("removed_files_size", metrics.removed_files_size),
        ("copied_files_size", metrics.copied_files_size),
    ])
}

/// The statement was ignored: columns without a row (facts/sql.md §2; the columns are UNCONFIRMED).
fn kept() -> StatementResult {
    StatementResult { rows: Rows::default(), ..result(CloneMetrics::default()) }
}
