//! `INSERT INTO` and `INSERT OVERWRITE`.

mod assignment;

use clxs_api::Privilege;

use super::checks::{compiled, constraints};
use super::context::{Context, allowed_table};
use super::query;
use super::rows::counts;
use crate::delta::{Pin, Snapshot, WriteMetrics, WriteMode, WriteRequest, append};
use crate::metastore::TableRow;
use crate::sql::SqlError;
use crate::sql::ast::{Insert, TableReference};
use crate::warehouse::StatementResult;

pub(super) async fn execute(context: &Context, insert: Insert) -> Result<StatementResult, SqlError> {
    let table = target(context, &insert.table, "INSERT").await?;
    let (name, location) = (table.full_name(), context.location(&table)?);
    let opened = location.clone();
    let snapshot = context.blocking(move |engine| Snapshot::open(engine, &opened, Pin::Latest)).await?;
    let provider = snapshot.clone().into_table_provider()?;
    let source = query::plan(context, *insert.source).await?;
    let columns = assignment::columns(&name, snapshot.schema(), &source, &insert.columns, insert.by_name)?;
    let rows = assignment::plan(context, &name, snapshot.schema(), source, &columns).await?;
    let request = WriteRequest {
        mode: if insert.overwrite { WriteMode::Overwrite } else { WriteMode::Append },
        checks: compiled(context, &provider.schema(), constraints(&snapshot)).await?,
        user: context.user(),
    };
    let rows = rows.stream().await?;
    context.gate.enter()?;
    Ok(written(append(&context.services.engine, &location, rows, &request).await?))
}

/// The table to write to.
pub(super) async fn target(
    context: &Context,
    table: &TableReference,
    operation: &str,
) -> Result<TableRow, SqlError> {
    let TableReference::Name(name) = table else {
        let way_out = "Register it with CREATE TABLE … LOCATION.";
        return Err(SqlError::unsupported_but("writing to a table by its path", way_out));
    };
    let name = context.table_name(name)?;
    let row = context.read(move |tx, access| allowed_table(tx, access, &name, &Privilege::Modify)).await?;
    if row.is_view() {
        return Err(SqlError::expect_table_not_view(row.full_name(), operation));
    }
    Ok(row)
}

/// The result of a statement that writes rows (facts/settled.md §6).
pub(super) fn written(metrics: WriteMetrics) -> StatementResult {
    let rows = i64::try_from(metrics.num_output_rows).unwrap_or(i64::MAX);
    counts([("num_affected_rows", rows), ("num_inserted_rows", rows)])
}
