//! `information_schema`: the metastore as tables, of one catalog or, in the catalog `system`, of all of them.
//!
//! Each table is a list of typed columns over one kind of item (facts/sql.md §13); a query gets it as one batch
//! in memory. Items are read in bulk: a few queries per catalog, whatever the number of tables.

mod column;
mod columns_table;
mod privileges;
mod securables;
mod volumes;

use clxs_api::Identifier;
use datafusion::arrow::array::RecordBatch;

use crate::authorization::Access;
use crate::metastore::{CatalogRow, INFORMATION_SCHEMA, PageRequest, SYSTEM_CATALOG, Transaction};
use crate::securables as operations;
use crate::sql::SqlError;

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
    access: &Access,
    catalog: &Identifier,
    table: &Identifier,
) -> Result<Option<RecordBatch>, SqlError> {
    let catalogs = catalogs(tx, access, catalog)?;
    let batch = match table.as_str().to_lowercase().as_str() {
        "catalogs" => securables::catalogs(&catalogs)?,
        "schemata" => securables::schemata(tx, access, &catalogs)?,
        "tables" => securables::tables(tx, access, &catalogs)?,
        "views" => securables::views(tx, access, &catalogs)?,
        "columns" => columns_table::columns(tx, access, &catalogs)?,
        "volumes" => volumes::volumes(tx, access, &catalogs)?,
        "catalog_privileges" => privileges::of_catalogs(tx, access, &catalogs)?,
        "schema_privileges" => privileges::of_schemas(tx, access, &catalogs)?,
        "table_privileges" => privileges::of_tables(tx, access, &catalogs)?,
        "volume_privileges" => privileges::of_volumes(tx, access, &catalogs)?,
        _ => return Ok(None),
    };
    Ok(Some(batch))
}

/// The catalogs that the schema of `catalog` describes: itself, or for `system` all the caller sees.
fn catalogs(
    tx: &Transaction<'_>,
    access: &Access,
    catalog: &Identifier,
) -> Result<Vec<CatalogRow>, SqlError> {
    if catalog.matches(SYSTEM_CATALOG) {
        let visible = operations::list_catalogs(tx, access, true, &PageRequest::all())?.items;
        return Ok(visible.into_iter().map(|(catalog, _)| catalog).collect());
    }
    Ok(vec![operations::get_catalog(tx, access, catalog, true)?.0])
}
