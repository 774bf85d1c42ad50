//! `SHOW TABLES IN CATALOG` and `SHOW COLUMNS IN CATALOG`: how the official drivers list metadata. The platform does
//! not document them; the columns are those that the drivers read.

use clxs_api::Identifier;
use clxs_api::table::ColumnInfo;

use crate::authorization::Access;
use crate::delta::schema::DataType;
use crate::metastore::{ColumnDetail, MetastoreError, PageRequest, TableRow, Transaction};
use crate::securables::{self, TableListing};
use crate::sql::SqlError;
use crate::sql::execute::context::Context;
use crate::sql::execute::pattern::matches;
use crate::sql::execute::rows::{result, text_result};
use crate::warehouse::StatementResult;

/// Which schemas and tables are asked for.
pub(super) struct Patterns {
    pub(super) schemas: Option<String>,
    pub(super) tables: Option<String>,
}

/// The tables and views of a catalog, or of all.
pub(super) async fn tables(
    context: &Context,
    catalog: Option<Identifier>,
    schemas: Option<String>,
    pattern: Option<String>,
) -> Result<StatementResult, SqlError> {
    let patterns = Patterns { schemas, tables: pattern };
    let rows = context.read(move |tx, access| {
        let mut rows = Vec::new();
        for catalog in catalogs(tx, access, catalog)? {
            visible(tx, access, &catalog, &patterns, ColumnDetail::Omitted, &mut |table| {
                rows.push(shown(&table));
            })?;
        }
        Ok(rows)
    });
    let text = DataType::STRING;
    let columns = vec![
        ("namespace", text.clone()),
        ("tableName", text.clone()),
        ("isTemporary", DataType::BOOLEAN),
        ("information", text.clone()),
        ("catalogName", text.clone()),
        ("tableType", text.clone()),
        ("remarks", text),
    ];
    Ok(result(columns, rows.await?))
}

fn shown(table: &TableRow) -> Vec<Option<String>> {
    let text = |text: &str| Some(text.to_owned());
    vec![
        text(table.schema.as_str()),
        text(table.name.as_str()),
        text("false"),
        None,
        text(table.catalog.as_str()),
        text(table.table_type.as_str()),
        table.comment.clone(),
    ]
}

/// The columns of a catalog's tables and views.
pub(super) async fn columns(
    context: &Context,
    catalog: Identifier,
    patterns: Patterns,
    pattern: Option<String>,
) -> Result<StatementResult, SqlError> {
    let rows = context.read(move |tx, access| {
        let mut rows = Vec::new();
        visible(tx, access, &catalog, &patterns, ColumnDetail::Loaded, &mut |table| {
            let named = |column: &&ColumnInfo| {
                matches(pattern.as_deref(), column.name.as_deref().unwrap_or_default())
            };
            rows.extend(table.columns.iter().filter(named).map(|column| described(&table, column)));
        })?;
        Ok(rows)
    });
    let names = [
        "col_name",
        "catalogName",
        "namespace",
        "tableName",
        "columnType",
        "isNullable",
        "ordinalPosition",
        "remarks",
    ];
    Ok(text_result(names, rows.await?))
}

fn described(table: &TableRow, column: &ColumnInfo) -> [String; 8] {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    [
        text(&column.name),
        table.catalog.as_str().to_owned(),
        table.schema.as_str().to_owned(),
        table.name.as_str().to_owned(),
        text(&column.type_text).to_uppercase(),
        column.nullable.unwrap_or(true).to_string(),
        column.position.unwrap_or_default().to_string(),
        text(&column.comment),
    ]
}

fn catalogs(
    tx: &Transaction<'_>,
    access: &Access,
    only: Option<Identifier>,
) -> Result<Vec<Identifier>, MetastoreError> {
    if let Some(only) = only {
        return Ok(vec![only]);
    }
    let visible =
        securables::list_catalogs(tx, access, securables::Including::BROWSABLE, &PageRequest::all())?.items;
    Ok(visible.into_iter().map(|(catalog, _)| catalog.name).collect())
}

/// Hands over every table that the caller sees and that is asked for.
fn visible(
    tx: &Transaction<'_>,
    access: &Access,
    catalog: &Identifier,
    patterns: &Patterns,
    columns: ColumnDetail,
    take: &mut dyn FnMut(TableRow),
) -> Result<(), MetastoreError> {
    let schemas = securables::list_schemas(tx, access, catalog, true, &PageRequest::all())?.items;
    for (schema, _) in schemas {
        if !matches(patterns.schemas.as_deref(), schema.name.as_str()) {
            continue;
        }
        let listing = TableListing {
            catalog: catalog.to_lowercase(),
            schema: schema.name,
            columns,
            include_browse: true,
            page: PageRequest::all(),
        };
        for (table, _) in securables::list_tables(tx, access, &listing)?.items {
            if matches(patterns.tables.as_deref(), table.name.as_str()) {
                take(table);
            }
        }
    }
    Ok(())
}
