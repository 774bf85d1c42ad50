//! `row_filters` and `column_masks`: those of tables themselves and none of policies. Whoever may not read a table does
//! not see them, not even its managers (facts/settled.md §8).

use std::borrow::Cow;

use clxs_api::SecurableKind;
use datafusion::arrow::array::RecordBatch;

use super::Scope;
use super::column::{Column, batch, some};
use crate::authorization::{Access, Visibility};
use crate::metastore::{ColumnDetail, Guard, GuardArgument, PageRequest, TableRow, Transaction};
use crate::sql::SqlError;

use Column::Text;

/// A row filter, or the mask of a column, with its table.
struct Item {
    table: TableRow,
    column: String,
    guard: Guard,
}

pub(super) fn row_filters(
    tx: &Transaction<'_>,
    access: &Access,
    scope: &Scope,
) -> Result<RecordBatch, SqlError> {
    let item = |table: TableRow| {
        let guard = table.guards.row_filter.clone()?;
        Some(Item { table, column: String::new(), guard })
    };
    let items: Vec<_> = readable_tables(tx, access, scope)?.into_iter().filter_map(item).collect();
    let columns: [Column<Item>; 5] = [
        Text("table_catalog", |item| some(item.table.catalog.as_str())),
        Text("table_schema", |item| some(item.table.schema.as_str())),
        Text("table_name", |item| some(item.table.name.as_str())),
        Text("filter_name", |item| Some(Cow::Owned(item.guard.function.dotted()))),
        Text("target_columns", |item| Some(Cow::Owned(arguments(&item.guard)))),
    ];
    batch(&columns, &items)
}

pub(super) fn column_masks(
    tx: &Transaction<'_>,
    access: &Access,
    scope: &Scope,
) -> Result<RecordBatch, SqlError> {
    let of_table = |table: TableRow| {
        let masks = table.guards.masks.clone().into_iter();
        masks.map(move |(column, guard)| Item { table: table.clone(), column, guard })
    };
    let items: Vec<_> = readable_tables(tx, access, scope)?.into_iter().flat_map(of_table).collect();
    let columns: [Column<Item>; 6] = [
        Text("table_catalog", |item| some(item.table.catalog.as_str())),
        Text("table_schema", |item| some(item.table.schema.as_str())),
        Text("table_name", |item| some(item.table.name.as_str())),
        Text("column_name", |item| some(&item.column)),
        Text("mask_name", |item| Some(Cow::Owned(item.guard.function.dotted()))),
        Text("using_columns", |item| Some(Cow::Owned(arguments(&item.guard)))),
    ];
    batch(&columns, &items)
}

/// A list with commas (facts/sql.md §13); how constants are written in it is UNCONFIRMED.
fn arguments(guard: &Guard) -> String {
    let text = |argument: &GuardArgument| match argument {
        GuardArgument::Column(text) | GuardArgument::Constant(text) => text.clone(),
    };
    guard.arguments.iter().map(text).collect::<Vec<_>>().join(",")
}

/// The tables that the caller may read.
fn readable_tables(tx: &Transaction<'_>, access: &Access, scope: &Scope) -> Result<Vec<TableRow>, SqlError> {
    let mut tables = Vec::new();
    for catalog in &scope.catalogs {
        let visibility = Visibility::load(tx, access, catalog)?;
        let all = PageRequest::all();
        let all = tx.tables_of_catalog(catalog, ColumnDetail::Omitted, &scope.tables(), &all)?;
        let guarded = all.items.into_iter().filter(|table| !table.guards.is_empty());
        tables.extend(guarded.filter(|table| {
            visibility
                .in_schema(&SecurableKind::Table, &table.schema_id, &table.id, &table.owner)
                .is_seen(false)
                && visibility.reads_in_schema(&table.schema_id, &table.id, &table.owner)
        }));
    }
    Ok(tables)
}
