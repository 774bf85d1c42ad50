//! `DESCRIBE TABLE [EXTENDED]`.

use clxs_api::Identifier;
use clxs_api::table::TableType;
use datafusion::sql::sqlparser::ast::Query;

use crate::delta::Pin;
use crate::delta::schema::DataType;
use crate::metastore::{Key, TableGuards, TableRow};
use crate::sql::SqlError;
use crate::sql::ast::{ObjectName, TableReference};
use crate::sql::execute::context::Context;
use crate::sql::execute::guards::argument_list;
use crate::sql::execute::keys;
use crate::sql::execute::rows::{readable_timestamp, result, text_result};
use crate::sql::execute::types::{catalog_type_text, comment};
use crate::sql::execute::views;
use crate::warehouse::{Row, StatementResult};

pub(super) async fn execute(
    context: &Context,
    table: &TableReference,
    extended: bool,
) -> Result<StatementResult, SqlError> {
    let name = match table {
        TableReference::Name(name) => name,
        TableReference::Path { .. } => return by_path(context, table).await,
    };
    let table = context.visible_table(name).await?;
    let mut rows: Vec<Row> = table
        .columns
        .iter()
        .map(|column| vec![column.name.clone(), column.type_text.clone(), column.comment.clone()])
        .collect();
    rows.extend(partition_rows(&table));
    if extended {
        rows.push(row("", "", ""));
        rows.push(row("# Detailed Table Information", "", ""));
        rows.extend(detail_rows(&table));
        let row_of_table = table.clone();
        let keys = context.read(move |tx, _| Ok(tx.keys_of(&row_of_table)?)).await?;
        rows.extend(constraint_rows(&keys));
        rows.extend(guard_rows(&table.guards));
    }
    Ok(described(rows))
}

/// `DESCRIBE TABLE t column`
pub(super) async fn column(
    context: &Context,
    table: &ObjectName,
    name: &Identifier,
) -> Result<StatementResult, SqlError> {
    let table = context.visible_table(table).await?;
    let column = table.column(name)?;
    let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "NULL".to_owned());
    let rows = vec![
        ["col_name".to_owned(), text(&column.name)],
        ["data_type".to_owned(), text(&column.type_text)],
        ["comment".to_owned(), text(&column.comment)],
    ];
    Ok(text_result(["info_name", "info_value"], rows))
}

/// `DESCRIBE QUERY`: the columns of the query, which is planned and not run.
pub(super) async fn query(context: &Context, query: Query) -> Result<StatementResult, SqlError> {
    let fields = crate::sql::execute::query::plan(context, query).await?.fields;
    let rows = fields.iter().map(|field| {
        vec![Some(field.name.clone()), Some(catalog_type_text(&field.data_type)), comment(field)]
    });
    Ok(described(rows.collect()))
}

async fn by_path(context: &Context, table: &TableReference) -> Result<StatementResult, SqlError> {
    let location = context.readable_files(table, |_| SqlError::delta_describe_view_history()).await?.location;
    let snapshot = context.snapshot(location, Pin::Latest).await?;
    let fields = snapshot.schema().fields();
    let rows = fields.map(|field| {
        vec![Some(field.name.clone()), Some(catalog_type_text(&field.data_type)), comment(field)]
    });
    Ok(described(rows.collect()))
}

fn described(rows: Vec<Row>) -> StatementResult {
    let columns = ["col_name", "data_type", "comment"].map(|name| (name, DataType::STRING));
    result(columns.into(), rows)
}

fn row(name: &str, value: &str, comment: &str) -> Row {
    [name, value, comment].map(|text| Some(text.to_owned())).into()
}

fn partition_rows(table: &TableRow) -> Vec<Row> {
    let names = table.partition_columns();
    if names.is_empty() {
        return Vec::new();
    }
    let mut rows = vec![row("# Partition Information", "", ""), row("# col_name", "data_type", "comment")];
    rows.extend(names.iter().filter_map(|name| {
        let column = table.columns.iter().find(|column| column.name.as_deref() == Some(name))?;
        Some(vec![column.name.clone(), column.type_text.clone(), column.comment.clone()])
    }));
    rows
}

/// Primary and foreign keys; CHECK constraints are among the properties.
fn constraint_rows(keys: &[Key]) -> Vec<Row> {
    if keys.is_empty() {
        return Vec::new();
    }
    let mut rows = vec![row("", "", ""), row("# Constraints", "", "")];
    rows.extend(keys::texts(keys).iter().map(|(name, text)| row(name, text, "")));
    rows
}

/// The sections are documented, how a guard is written in them is UNCONFIRMED.
fn guard_rows(guards: &TableGuards) -> Vec<Row> {
    let mut rows = Vec::new();
    if let Some(filter) = &guards.row_filter {
        rows.extend([row("", "", ""), row("# Row Filter", "", "")]);
        rows.push(row("Function", &filter.function.dotted(), ""));
        rows.push(row("Columns", &argument_list(filter), ""));
    }
    if !guards.masks.is_empty() {
        rows.extend([row("", "", ""), row("# Column Masks", "", "")]);
    }
    for (column, mask) in &guards.masks {
        let using = argument_list(mask);
        let using = if using.is_empty() { using } else { format!(" USING COLUMNS ({using})") };
        rows.push(row(column, &format!("{}{using}", mask.function.dotted()), ""));
    }
    rows
}

fn detail_rows(table: &TableRow) -> Vec<Row> {
    let mut rows = vec![
        row("Catalog", table.catalog.as_str(), ""),
        row("Database", table.schema.as_str(), ""),
        row("Table", table.name.as_str(), ""),
        row("Owner", &table.owner, ""),
        row("Created Time", &readable_timestamp(table.audit.created_at), ""),
        row("Last Access", "UNKNOWN", ""),
        row("Created By", &table.audit.created_by, ""),
        row("Type", table.table_type.as_str(), ""),
    ];
    let format = table.format.as_ref().map(|format| format.as_str().to_lowercase());
    let optional =
        [("Provider", format), ("Comment", table.comment.clone()), ("Location", table.location.clone())];
    rows.extend(optional.into_iter().filter_map(|(name, value)| Some(row(name, &value?, ""))));
    if let Some(view) = &table.view {
        rows.push(row("View Text", &view.definition, ""));
    }
    if table.table_type == TableType::MetricView {
        rows.push(row("Language", "YAML", ""));
    } else if let Some(view) = &table.view {
        let namespace = format!("{}.{}", view.current_catalog.as_str(), view.current_schema.as_str());
        rows.push(row("View Catalog and Namespace", &namespace, ""));
        let names: Vec<_> = table.columns.iter().filter_map(|column| column.name.as_deref()).collect();
        rows.push(row("View Query Output Columns", &format!("[{}]", names.join(", ")), ""));
    }
    let shown = table.properties.iter().filter(|(key, _)| !views::is_internal(key));
    let properties: Vec<_> = shown.map(|(key, value)| format!("{key}={value}")).collect();
    rows.push(row("Table Properties", &format!("[{}]", properties.join(",")), ""));
    rows
}
