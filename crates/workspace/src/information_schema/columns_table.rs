//! `columns`.

use std::borrow::Cow;
use std::sync::Arc;

use clxs_api::table::{ColumnInfo, ColumnTypeName};
use datafusion::arrow::array::RecordBatch;

use super::column::{Column, Projection, maybe, projected, some};
use crate::authorization::Access;
use crate::metastore::TableRow;
use crate::sql::{SqlError, column_default};

use Column::{Int, Long, Text};

struct ColumnItem {
    table: Arc<TableRow>,
    column: ColumnInfo,
}

pub(super) fn columns(
    tables: Vec<TableRow>,
    _: &Access,
    projection: Projection<'_>,
) -> Result<RecordBatch, SqlError> {
    let items: Vec<_> = tables.into_iter().flat_map(items).collect();
    projected(&definition(), &items, projection)
}

fn items(mut table: TableRow) -> impl Iterator<Item = ColumnItem> {
    let columns = std::mem::take(&mut table.columns);
    let table = Arc::new(table);
    columns.into_iter().map(move |column| ColumnItem { table: Arc::clone(&table), column })
}

/// The columns in their order (facts/sql.md §13). Those about identity and generation are always `NO` or null.
fn definition() -> Vec<Column<ColumnItem>> {
    vec![
        Text("table_catalog", |item| some(item.table.catalog.as_str())),
        Text("table_schema", |item| some(item.table.schema.as_str())),
        Text("table_name", |item| some(item.table.name.as_str())),
        Text("column_name", |item| maybe(item.column.name.as_ref())),
        // From 0 or from 1 is UNCONFIRMED (facts/sql.md §13); this is the column's own comment.
        Int("ordinal_position", |item| item.column.position.map(|position| position + 1)),
        Text("column_default", |item| column_default(&item.column).map(Cow::Owned)),
        Text("is_nullable", |item| yes_or_no(item.column.nullable != Some(false))),
        Text("full_data_type", |item| maybe(item.column.type_text.as_ref())),
        Text("data_type", |item| item.column.type_name.as_ref().map(|name| Cow::Borrowed(name.as_str()))),
        Long("character_maximum_length", |item| item.column.type_name.as_ref().and_then(length)),
        Long("character_octet_length", |item| item.column.type_name.as_ref().and_then(length)),
        Int("numeric_precision", |item| precision_of(&item.column)),
        Int("numeric_precision_radix", |item| precision_of(&item.column).map(|_| 10)),
        Int("numeric_scale", |item| scale(item.column.type_name.as_ref()?, item.column.type_scale)),
        Int("datetime_precision", |item| item.column.type_name.as_ref().and_then(datetime_precision)),
        Text("interval_type", |_| None),
        Text("interval_precision", |_| None),
        Long("maximum_cardinality", |_| None),
        Text("is_identity", |_| some("NO")),
        Text("identity_generation", |_| None),
        Text("identity_start", |_| None),
        Text("identity_increment", |_| None),
        Text("identity_maximum", |_| None),
        Text("identity_minimum", |_| None),
        Text("identity_cycle", |_| None),
        Text("is_generated", |_| some("NO")),
        Text("generation_expression", |_| None),
        Text("is_system_time_period_start", |_| some("NO")),
        Text("is_system_time_period_end", |_| some("NO")),
        Text("system_time_period_timestamp_generation", |_| None),
        Text("is_updatable", |item| yes_or_no(!item.table.is_query())),
        Int("partition_index", |item| item.column.partition_index),
        Text("comment", |item| maybe(item.column.comment.as_ref())),
    ]
}

pub(super) fn yes_or_no(yes: bool) -> Option<Cow<'static, str>> {
    some(if yes { "YES" } else { "NO" })
}

/// Texts have no limit of their own; 0 says so.
pub(super) fn length(type_name: &ColumnTypeName) -> Option<i64> {
    (*type_name == ColumnTypeName::String).then_some(0)
}

fn precision_of(column: &ColumnInfo) -> Option<i32> {
    precision(column.type_name.as_ref()?, column.type_precision)
}

/// The digits of a number; `declared` is what a decimal says.
pub(super) fn precision(type_name: &ColumnTypeName, declared: Option<i32>) -> Option<i32> {
    match type_name {
        ColumnTypeName::Decimal => declared,
        ColumnTypeName::Byte => Some(3),
        ColumnTypeName::Short => Some(5),
        ColumnTypeName::Int => Some(10),
        ColumnTypeName::Long => Some(19),
        ColumnTypeName::Float => Some(7),
        ColumnTypeName::Double => Some(15),
        _ => None,
    }
}

pub(super) fn scale(type_name: &ColumnTypeName, declared: Option<i32>) -> Option<i32> {
    match type_name {
        ColumnTypeName::Decimal => declared,
        ColumnTypeName::Byte | ColumnTypeName::Short | ColumnTypeName::Int | ColumnTypeName::Long => Some(0),
        _ => None,
    }
}

pub(super) fn datetime_precision(type_name: &ColumnTypeName) -> Option<i32> {
    match type_name {
        ColumnTypeName::Timestamp | ColumnTypeName::TimestampNtz => Some(6),
        ColumnTypeName::Date => Some(0),
        _ => None,
    }
}
