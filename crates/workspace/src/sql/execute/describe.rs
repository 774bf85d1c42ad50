//! The `DESCRIBE` family (facts/sql.md §3).

mod detail;
mod history;
mod json;
mod table;

use clxs_api::Identifier;

use super::context::Context;
use super::rows::text_result;
use super::{functions, policies, storage};
use crate::securables;
use crate::sql::SqlError;
use crate::sql::ast::{Describe, ObjectName};
use crate::warehouse::StatementResult;

pub(super) use history::provider as described_history;

pub(super) async fn execute(context: &Context, describe: Describe) -> Result<StatementResult, SqlError> {
    match describe {
        Describe::Table { table, extended } => table::execute(context, &table, extended).await,
        Describe::TableAsJson { table } => json::execute(context, &table).await,
        Describe::TableColumn { table, column } => table::column(context, &table, &column).await,
        Describe::Query(query) => table::query(context, *query).await,
        Describe::Detail { table } => detail::execute(context, &table).await,
        Describe::History { table, limit } => history::execute(context, &table, limit).await,
        Describe::Schema { name, extended } => schema(context, &name, extended).await,
        Describe::Catalog { name, extended } => catalog(context, name, extended).await,
        Describe::Policy(policy) => policies::describe(context, policy).await,
        Describe::Volume { name } => storage::describe_volume(context, &name).await,
        Describe::Function { name, extended } => functions::describe(context, &name, extended).await,
        Describe::ExternalLocation { name } => storage::describe_location(context, name).await,
        Describe::StorageCredential { name } => storage::describe_credential(context, name).await,
    }
}

async fn schema(context: &Context, name: &ObjectName, extended: bool) -> Result<StatementResult, SqlError> {
    let (catalog, name) = context.schema_name(name);
    let schema =
        context.read(move |tx, access| Ok(securables::get_schema(tx, access, (&catalog, &name), true)?.0));
    let schema = schema.await?;
    let mut rows = vec![
        ["Catalog Name".to_owned(), schema.catalog().as_str().to_owned()],
        ["Namespace Name".to_owned(), schema.name.as_str().to_owned()],
        ["Comment".to_owned(), schema.comment.unwrap_or_default()],
        ["Location".to_owned(), schema.details.storage_root.unwrap_or_default()],
        ["Owner".to_owned(), schema.owner],
    ];
    if extended {
        rows.push(["Properties".to_owned(), properties(&schema.properties)]);
    }
    Ok(text_result(["database_description_item", "database_description_value"], rows))
}

async fn catalog(context: &Context, name: Identifier, extended: bool) -> Result<StatementResult, SqlError> {
    let catalog =
        context.read(move |tx, access| Ok(securables::get_catalog(tx, access, &name, true)?.0)).await?;
    let mut rows = vec![
        ["Catalog Name".to_owned(), catalog.name.as_str().to_owned()],
        ["Comment".to_owned(), catalog.comment.unwrap_or_default()],
        ["Owner".to_owned(), catalog.owner],
        ["Catalog Type".to_owned(), if catalog.system { "System" } else { "Regular" }.to_owned()],
    ];
    if extended {
        rows.push(["Location".to_owned(), catalog.details.storage_root.unwrap_or_default()]);
        rows.push(["Properties".to_owned(), properties(&catalog.properties)]);
    }
    Ok(text_result(["info_name", "info_value"], rows))
}

/// `((a,1), (b,2))`, or nothing.
fn properties(properties: &clxs_api::Properties) -> String {
    let pairs: Vec<_> = properties.iter().map(|(key, value)| format!("({key},{value})")).collect();
    if pairs.is_empty() { String::new() } else { format!("({})", pairs.join(", ")) }
}
