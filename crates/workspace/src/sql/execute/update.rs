//! `UPDATE`.

use super::changes::Changes;
use super::context::Context;
use super::modified::{Written, begin, modified, partition_conditions};
use super::query::{Choice, candidates};
use super::rows::counts;
use crate::delta::RowChange;
use crate::sql::SqlError;
use crate::sql::ast::Update;
use crate::warehouse::StatementResult;

pub(super) async fn execute(context: &Context, statement: Update) -> Result<StatementResult, SqlError> {
    let written = Written::open(context, &statement.table, statement.alias, "UPDATE").await?;
    let (mut predicate, mut assignments) = (statement.predicate, statement.assignments);
    for expression in
        predicate.iter_mut().chain(assignments.iter_mut().map(|assignment| &mut assignment.value))
    {
        written.shorten(expression);
    }
    let parameters = predicate.iter().map(|predicate| written.predicate(predicate)).collect();
    let mut modification = begin(context, &written, "UPDATE", parameters, Vec::new()).await?;
    if let Some(predicate) = &predicate {
        let partitions = partition_conditions(context, &written, predicate).await?;
        modification = modification.with_partitions(partitions);
    }
    let mut changes = Changes::new(&written.name, written.schema(), &written.alias);
    changes.update(RowChange::Update, None, assignments)?;
    let target = written.target(context, modification.rows()?).await?;
    let rows =
        candidates(context, target, Choice::Where(predicate.map(Box::new)), changes.expressions()).await?;
    let rows = changes.plan(context, rows).await?;
    let metrics = modified(context, modification, rows).await?;
    let updated = i64::try_from(metrics.num_updated()).unwrap_or(i64::MAX);
    Ok(counts([("num_affected_rows", updated)]))
}
