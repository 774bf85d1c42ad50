//! `DELETE FROM`.

use clxs_api::Privilege;

use super::context::{Context, allowed_table};
use super::query;
use super::rows::counts;
use crate::delta::{DeleteRequest, Pin, delete};
use crate::sql::SqlError;
use crate::sql::ast::Delete;
use crate::warehouse::StatementResult;

pub(super) async fn execute(context: &Context, statement: Delete) -> Result<StatementResult, SqlError> {
    let table = context.writable_table(&statement.table, "DELETE").await?;
    let name = table.full_name();
    let read = name.clone();
    context.read(move |tx, access| allowed_table(tx, access, &read, &Privilege::Select)).await?;
    let snapshot = context.snapshot(context.location(&table)?, Pin::Latest).await?;
    let schema = snapshot.clone().into_table_provider()?.schema();
    let alias = statement.alias.unwrap_or_else(|| name.name().clone());
    let predicate_text = statement.predicate.as_ref().map(ToString::to_string);
    let predicate = match statement.predicate {
        None => None,
        Some(condition) => Some(query::condition(context, &schema, alias.as_str(), condition).await?),
    };
    let request = DeleteRequest { predicate, predicate_text, user: context.user() };
    context.gate.enter()?;
    let metrics = delete(snapshot, &request).await?;
    let rows = i64::try_from(metrics.num_deleted_rows).unwrap_or(i64::MAX);
    Ok(counts([("num_affected_rows", rows)]))
}
