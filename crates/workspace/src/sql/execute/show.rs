//! The `SHOW` family but grants (facts/sql.md §3).

mod catalog_wide;

use clxs_api::Identifier;

use super::context::Context;
use super::parquet_table::is_parquet;
use super::pattern::matches;
use super::policies;
use super::rows::{result, text_result};
use super::show_create::create_statement;
use super::storage;
use super::undrop;
use super::views;
use super::{functions, keys};
use crate::delta::schema::DataType;
use crate::delta::{DeltaEngine, Pin, Snapshot};
use crate::metastore::{ColumnDetail, PageRequest, TableRow};
use crate::securables::{self, TableListing};
use crate::sql::SqlError;
use crate::sql::ast::{ObjectName, Show, Statement};
use crate::warehouse::StatementResult;

pub(super) async fn execute(context: &Context, show: Show) -> Result<StatementResult, SqlError> {
    match show {
        Show::Catalogs { pattern } => catalogs(context, pattern).await,
        Show::Schemas { catalog, pattern } => schemas(context, catalog, pattern).await,
        Show::Tables { schema, pattern } => tables(context, schema, pattern, false).await,
        Show::DroppedTables { schema, limit } => undrop::show(context, schema, limit).await,
        Show::Views { schema, pattern } => tables(context, schema, pattern, true).await,
        Show::Volumes { schema, pattern } => storage::show_volumes(context, schema, pattern).await,
        Show::Functions { scope, schema, pattern } => functions::show(context, scope, schema, pattern).await,
        Show::ExternalLocations { pattern } => storage::show_locations(context, pattern).await,
        Show::StorageCredentials { pattern } => storage::show_credentials(context, pattern).await,
        Show::Policies { on, effective } => policies::show(context, on, effective).await,
        Show::Columns { table } => columns(context, &table).await,
        Show::Properties { table, key } => properties(context, &table, key).await,
        Show::CreateTable { table } => create_table(context, &table).await,
        Show::Partitions { table, conditions } => partitions(context, &table, &conditions).await,
        Show::TablesOfCatalog { catalog, schemas, pattern } => {
            catalog_wide::tables(context, catalog, schemas, pattern).await
        }
        Show::ColumnsOfCatalog { catalog, schemas, tables, pattern } => {
            catalog_wide::columns(context, catalog, catalog_wide::Patterns { schemas, tables }, pattern).await
        }
    }
}

async fn catalogs(context: &Context, pattern: Option<String>) -> Result<StatementResult, SqlError> {
    let names = context.read(|tx, access| {
        let visible =
            securables::list_catalogs(tx, access, securables::Including::BROWSABLE, &PageRequest::all())?
                .items;
        Ok(visible.into_iter().map(|(catalog, _)| catalog.name.as_str().to_owned()).collect::<Vec<_>>())
    });
    let matching = names.await?.into_iter().filter(|name| matches(pattern.as_deref(), name));
    Ok(text_result(["catalog"], matching.map(|name| [name]).collect()))
}

async fn schemas(
    context: &Context,
    catalog: Option<Identifier>,
    pattern: Option<String>,
) -> Result<StatementResult, SqlError> {
    let catalog = catalog.unwrap_or_else(|| context.session().catalog.clone());
    let names = context.read(move |tx, access| {
        let visible = securables::list_schemas(tx, access, &catalog, true, &PageRequest::all())?.items;
        Ok(visible.into_iter().map(|(schema, _)| schema.name.as_str().to_owned()).collect::<Vec<_>>())
    });
    let matching = names.await?.into_iter().filter(|name| matches(pattern.as_deref(), name));
    Ok(text_result(["databaseName"], matching.map(|name| [name]).collect()))
}

async fn tables(
    context: &Context,
    schema: Option<ObjectName>,
    pattern: Option<String>,
    only_views: bool,
) -> Result<StatementResult, SqlError> {
    let (catalog, schema) = context.schema_name(&schema.unwrap_or(ObjectName(Vec::new())));
    let listing = TableListing {
        catalog,
        schema,
        columns: ColumnDetail::Omitted,
        include_browse: true,
        page: PageRequest::all(),
    };
    let tables = context.read(move |tx, access| {
        let visible = securables::list_tables(tx, access, &listing)?.items;
        Ok(visible.into_iter().map(|(table, _)| table).collect::<Vec<_>>())
    });
    let listed = |table: &TableRow| {
        (!only_views || table.is_view()) && matches(pattern.as_deref(), table.name.as_str())
    };
    let rows: Vec<_> = tables.await?.into_iter().filter(listed).map(|table| row(&table)).collect();
    let name = if only_views { "viewName" } else { "tableName" };
    let columns =
        vec![("database", DataType::STRING), (name, DataType::STRING), ("isTemporary", DataType::BOOLEAN)];
    Ok(result(columns, rows))
}

fn row(table: &TableRow) -> Vec<Option<String>> {
    [table.schema.as_str(), table.name.as_str(), "false"].map(|text| Some(text.to_owned())).into()
}

async fn columns(context: &Context, table: &ObjectName) -> Result<StatementResult, SqlError> {
    let table = context.visible_table(table).await?;
    let names = table.columns.into_iter().filter_map(|column| column.name);
    Ok(text_result(["col_name"], names.map(|name| [name]).collect()))
}

async fn properties(
    context: &Context,
    table: &ObjectName,
    key: Option<String>,
) -> Result<StatementResult, SqlError> {
    let table = context.visible_table(table).await?;
    let Some(key) = key else {
        let shown = table.properties.into_iter().filter(|(key, _)| !views::is_internal(key));
        return Ok(text_result(["key", "value"], shown.map(|(key, value)| [key, value]).collect()));
    };
    let value = table
        .properties
        .get(&key)
        .cloned()
        .unwrap_or_else(|| format!("Table {} does not have property: {key}", table.full_name().dotted()));
    Ok(text_result(["key", "value"], vec![[key, value]]))
}

async fn create_table(context: &Context, table: &ObjectName) -> Result<StatementResult, SqlError> {
    let table = context.visible_table(table).await?;
    let clustering = if table.is_view() || is_parquet(&table) {
        Vec::new()
    } else {
        let location = context.location(&table)?;
        let read =
            move |engine: &DeltaEngine| Snapshot::open(engine, &location, Pin::Latest)?.clustering_columns();
        context.blocking(read).await?
    };
    let of_table = table.clone();
    let keys = context.read(move |tx, _| Ok(tx.keys_of(&of_table)?)).await?;
    Ok(text_result(["createtab_stmt"], vec![[create_statement(&table, &clustering, &keys::texts(&keys))]]))
}

/// The values of the partition columns that there are, each combination once.
async fn partitions(
    context: &Context,
    table: &ObjectName,
    conditions: &[String],
) -> Result<StatementResult, SqlError> {
    let table = context.visible_table(table).await?;
    let names = table.partition_columns().into_iter().map(Identifier::new).collect::<Result<Vec<_>, _>>();
    let names = names.map_err(SqlError::invalid_identifier)?;
    if names.is_empty() {
        return Err(SqlError::not_partitioned(table.full_name()));
    }
    let columns = names.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let conditions: Vec<_> = conditions.iter().map(|condition| format!("({condition})")).collect();
    let limit =
        if conditions.is_empty() { String::new() } else { format!("WHERE {}", conditions.join(" AND ")) };
    let text = format!("SELECT DISTINCT {columns} FROM {} {limit} ORDER BY {columns}", table.full_name());
    let Statement::Query(query) = crate::sql::parse(&text)? else {
        return Err(SqlError::internal("a query is read as something else"));
    };
    super::query::execute(context, *query).await
}
