//! `INSERT INTO` and `INSERT OVERWRITE`.

mod assignment;

use std::sync::Arc;

use clxs_api::Privilege;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use futures::StreamExt;

use super::checks::{self, Check};
use super::context::{Context, allowed_table};
use super::query::{self, Planned};
use super::rows::counts;
use crate::delta::{Pin, Snapshot, WriteMode, append};
use crate::metastore::TableRow;
use crate::sql::SqlError;
use crate::sql::ast::{Insert, TableReference};
use crate::warehouse::StatementResult;

pub(super) async fn execute(context: &Context, insert: Insert) -> Result<StatementResult, SqlError> {
    let table = target(context, &insert.table).await?;
    let location = context.location(&table)?;
    let opened = location.clone();
    let snapshot = context.blocking(move |engine| Snapshot::open(engine, &opened, Pin::Latest)).await?;
    let source = query::plan(context, *insert.source).await?;
    let columns = assignment::columns(&table.full_name(), snapshot.schema(), &source, &insert.columns, insert.by_name)?;
    let assigned = assignment::plan(context, &table.full_name(), snapshot.schema(), source, &columns).await?;
    let stream = checked(context, assigned, Check::of(&snapshot)).await?;
    let mode = if insert.overwrite { WriteMode::Overwrite } else { WriteMode::Append };
    context.gate.enter()?;
    let engine = &context.services.engine;
    let metrics = append(engine, &location, stream, mode, &context.user()).await?;
    let rows = i64::try_from(metrics.num_output_rows).unwrap_or(i64::MAX);
    Ok(counts([("num_affected_rows", rows), ("num_inserted_rows", rows)]))
}

/// The table to write to.
pub(super) async fn target(context: &Context, table: &TableReference) -> Result<TableRow, SqlError> {
    let TableReference::Name(name) = table else {
        return Err(SqlError::unsupported_but("writing to a table by its path", "Register it with CREATE TABLE … LOCATION."));
    };
    let name = context.table_name(name)?;
    let row = context.read(move |tx, access| allowed_table(tx, access, &name, &Privilege::Modify)).await?;
    if row.is_view() {
        return Err(SqlError::expect_table_not_view(row.full_name(), "INSERT"));
    }
    Ok(row)
}

/// The rows, each of which must meet the constraints.
pub(super) async fn checked(
    context: &Context,
    rows: Planned,
    checks: Vec<Check>,
) -> Result<SendableRecordBatchStream, SqlError> {
    if checks.is_empty() {
        return rows.stream().await;
    }
    let schema = Arc::clone(rows.plan.schema().inner());
    let stream = checks::plan(context, rows.into_provider(), &checks).await?.stream().await?;
    let enforced = stream.map(move |batch| checks::enforce(&batch?, &checks).map_err(query::external));
    Ok(Box::pin(RecordBatchStreamAdapter::new(schema, enforced)))
}
