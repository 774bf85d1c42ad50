//! `INSERT INTO` and `INSERT OVERWRITE`.

mod assignment;

use super::checks::{compiled, constraints};
use super::context::Context;
use super::query;
use super::rows::counts;
use crate::delta::{Pin, WriteMetrics, WriteMode, WriteRequest, append};
use crate::sql::ast::Insert;
use crate::sql::{SqlError, relations};
use crate::warehouse::StatementResult;

pub(super) async fn execute(context: &Context, insert: Insert) -> Result<StatementResult, SqlError> {
    let table = context.writable_table(&insert.table, "INSERT").await?;
    let name = table.full_name();
    let snapshot = context.snapshot(context.location(&table)?, Pin::Latest).await?;
    let schema = snapshot.clone().into_table_provider()?.schema();
    // Tables that it reads might be this one, behind a view.
    let blind = relations::tables(&insert.source)?.is_empty();
    let source = query::plan(context, *insert.source).await?;
    let columns = assignment::columns(&name, snapshot.schema(), &source, &insert.columns, insert.by_name)?;
    let rows = assignment::plan(context, &name, snapshot.schema(), source, &columns).await?;
    let request = WriteRequest {
        mode: if insert.overwrite { WriteMode::Overwrite } else { WriteMode::Append },
        checks: compiled(context, &schema, constraints(&snapshot)).await?,
        blind,
        user: context.user(),
    };
    let rows = rows.stream().await?;
    context.gate.enter()?;
    Ok(written(append(snapshot, rows, &request).await?))
}

/// The result of a statement that writes rows (facts/settled.md §6).
pub(super) fn written(metrics: WriteMetrics) -> StatementResult {
    let rows = i64::try_from(metrics.num_output_rows).unwrap_or(i64::MAX);
    counts([("num_affected_rows", rows), ("num_inserted_rows", rows)])
}
