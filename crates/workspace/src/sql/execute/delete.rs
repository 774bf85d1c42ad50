//! `DELETE FROM` and `TRUNCATE TABLE`.

use datafusion::sql::sqlparser::ast::Expr;

use super::changes::Changes;
use super::context::Context;
use super::modified::{Written, begin, modified, partition_conditions};
use super::query::{Choice, candidates};
use crate::delta::{Modification, ModifyMetrics, RowChange};
use crate::sql::SqlError;
use crate::sql::ast::{Delete, TableReference};
use crate::sql::execute::rows::counts;
use crate::warehouse::StatementResult;

pub(super) async fn execute(context: &Context, statement: Delete) -> Result<StatementResult, SqlError> {
    let written = Written::open(context, &statement.table, statement.alias, "DELETE").await?;
    let Some(mut predicate) = statement.predicate else { return all(context, &written, "DELETE").await };
    written.shorten(&mut predicate);
    let modification =
        begin(context, &written, "DELETE", vec![written.predicate(&predicate)], Vec::new()).await?;
    let partitions = partition_conditions(context, &written, &predicate).await?;
    let modification = modification.with_partitions(partitions);
    chosen(context, &written, modification, Some(Box::new(predicate))).await
}

/// Deletes the rows that meet a condition, of those that the principal sees.
async fn chosen(
    context: &Context,
    written: &Written,
    modification: Modification,
    predicate: Option<Box<Expr>>,
) -> Result<StatementResult, SqlError> {
    let mut changes = Changes::new(&written.name, written.schema(), &written.alias);
    changes.delete(RowChange::Delete, None)?;
    let target = written.target(context, modification.rows()?).await?;
    let rows = candidates(context, target, Choice::Where(predicate), changes.expressions()).await?;
    let rows = changes.plan(context, rows).await?;
    Ok(deleted(&modified(context, modification, rows).await?))
}

pub(super) async fn truncate(context: &Context, table: &TableReference) -> Result<StatementResult, SqlError> {
    let written = Written::open(context, table, None, "TRUNCATE TABLE").await?;
    all(context, &written, "TRUNCATE").await?;
    Ok(StatementResult::none())
}

/// All rows go, of those that the principal sees; UNCONFIRMED for `TRUNCATE` of a table with a row filter.
async fn all(
    context: &Context,
    written: &Written,
    operation: &'static str,
) -> Result<StatementResult, SqlError> {
    let predicate = ("predicate", "[]".to_owned());
    let mut modification = begin(context, written, operation, vec![predicate], Vec::new()).await?;
    if written.hides_rows() {
        return chosen(context, written, modification, None).await;
    }
    modification = context.blocking(move |_| modification.take_all().map(|()| modification)).await?;
    context.gate.enter()?;
    Ok(deleted(&modification.commit().await?))
}

fn deleted(metrics: &ModifyMetrics) -> StatementResult {
    counts([("num_affected_rows", i64::try_from(metrics.num_deleted()).unwrap_or(i64::MAX))])
}
