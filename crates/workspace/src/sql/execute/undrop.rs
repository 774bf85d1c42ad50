//! `UNDROP TABLE` and `SHOW TABLES DROPPED`
//! (<https://docs.databricks.com/sql/language-manual/sql-ref-syntax-aux-show-tables-dropped.html>).

use chrono::DateTime;

use super::context::Context;
use super::rows::result;
use crate::delta::schema::DataType;
use crate::metastore::DroppedTable;
use crate::securables::{self, WhichDropped};
use crate::sql::SqlError;
use crate::sql::ast::{ObjectName, Undrop};
use crate::warehouse::StatementResult;

const COLUMNS: [&str; 11] = [
    "catalogName",
    "schemaName",
    "tableName",
    "tableId",
    "tableType",
    "deletedAt",
    "createdAt",
    "updatedAt",
    "createdBy",
    "owner",
    "comment",
];

pub(super) async fn execute(context: &Context, undrop: Undrop) -> Result<StatementResult, SqlError> {
    let which = match undrop {
        Undrop::Id(id) => WhichDropped::Id(id.to_lowercase()),
        Undrop::Name(name) => WhichDropped::Name(context.table_name(&name)?),
    };
    context.write(move |tx, access| Ok(securables::undrop_table(tx, access, &which)?)).await?;
    Ok(StatementResult::none())
}

pub(super) async fn show(
    context: &Context,
    schema: Option<ObjectName>,
    limit: Option<usize>,
) -> Result<StatementResult, SqlError> {
    let (catalog, schema) = context.schema_name(&schema.unwrap_or(ObjectName(Vec::new())));
    let dropped = context
        .read(move |tx, access| Ok(securables::list_dropped_tables(tx, access, &catalog, &schema)?))
        .await?;
    let rows = dropped.into_iter().take(limit.unwrap_or(usize::MAX)).map(row).collect();
    Ok(result(COLUMNS.map(|name| (name, DataType::STRING)).into(), rows))
}

fn row(DroppedTable { table, deleted_at }: DroppedTable) -> Vec<Option<String>> {
    let (table_type, audit) = (table.table_type.to_string().to_lowercase(), table.audit);
    let told = [
        table.catalog.as_str().to_owned(),
        table.schema.as_str().to_owned(),
        table.name.as_str().to_owned(),
        table.id,
        table_type,
        moment(deleted_at),
        moment(audit.created_at),
        moment(audit.updated_at),
        audit.created_by,
        table.owner,
    ];
    told.into_iter().map(Some).chain([table.comment]).collect()
}

/// As in the example of the platform's documentation.
fn moment(milliseconds: i64) -> String {
    let moment = DateTime::from_timestamp_millis(milliseconds).unwrap_or_default();
    moment.format("%Y-%m-%d AD at %H:%M:%S UTC").to_string()
}
