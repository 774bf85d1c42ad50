//! `information_schema`: the metastore as tables, of one catalog or, in the catalog `system`, of all of them.
//!
//! Each table is a list of typed columns over one kind of item (facts/sql.md §13); a query gets it as one batch
//! in memory. Items are read in bulk: a few queries per catalog, whatever the number of tables.

mod column;
mod columns_table;
mod privileges;
mod securables;

use clxs_api::Identifier;
use datafusion::arrow::array::RecordBatch;

use crate::metastore::{CatalogRow, INFORMATION_SCHEMA, SYSTEM_CATALOG, Transaction};
use crate::sql::SqlError;
use crate::sql::execute::Caller;

/// Whether this names the schema.
pub(crate) fn is_information_schema(schema: &Identifier) -> bool {
    schema.matches(INFORMATION_SCHEMA)
}

/// The rows of a table of the schema that the caller may see; `None` when there is no such table.
///
/// # Errors
/// Those of the metastore, and the platform's for a catalog that the caller does not see.
pub(crate) fn batch(
    tx: &Transaction<'_>,
    caller: &Caller,
    catalog: &Identifier,
    table: &Identifier,
) -> Result<Option<RecordBatch>, SqlError> {
    let catalogs = catalogs(tx, caller, catalog)?;
    let batch = match table.as_str().to_lowercase().as_str() {
        "catalogs" => securables::catalogs(catalogs)?,
        "schemata" => securables::schemata(tx, caller, &catalogs)?,
        "tables" => securables::tables(tx, caller, &catalogs)?,
        "views" => securables::views(tx, caller, &catalogs)?,
        "columns" => columns_table::columns(tx, caller, &catalogs)?,
        "catalog_privileges" => privileges::of_catalogs(tx, caller, &catalogs)?,
        "schema_privileges" => privileges::of_schemas(tx, caller, &catalogs)?,
        "table_privileges" => privileges::of_tables(tx, caller, &catalogs)?,
        _ => return Ok(None),
    };
    Ok(Some(batch))
}

/// The catalogs that the schema of `catalog` describes: itself, or for `system` all the caller sees.
fn catalogs(tx: &Transaction<'_>, caller: &Caller, catalog: &Identifier) -> Result<Vec<CatalogRow>, SqlError> {
    if catalog.matches(SYSTEM_CATALOG) {
        return caller.visible_catalogs(tx);
    }
    Ok(vec![caller.catalog(tx, catalog)?])
}
