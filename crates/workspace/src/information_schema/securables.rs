//! `catalogs`, `schemata`, `tables` and `views`.

use std::borrow::Cow;

use clxs_api::SecurableKind;
use datafusion::arrow::array::RecordBatch;

use super::Scope;
use super::column::{Column, Projection, batch, maybe, projected, some};
use crate::authorization::{Access, Visibility};
use crate::metastore::{CatalogRow, PageRequest, SchemaRow, TableHead, TableRow, Transaction};
use crate::sql::SqlError;

use Column::{Text, Timestamp};

/// The catalog that the schema describes, as the standard has it.
pub(super) fn catalog_name(_: &Transaction<'_>, _: &Access, scope: &Scope) -> Result<RecordBatch, SqlError> {
    let columns: [Column<CatalogRow>; 1] = [Text("catalog_name", |row| some(row.name.as_str()))];
    batch(&columns, &scope.catalogs)
}

pub(super) fn catalogs(_: &Transaction<'_>, _: &Access, scope: &Scope) -> Result<RecordBatch, SqlError> {
    let columns: [Column<CatalogRow>; 7] = [
        Text("catalog_name", |row| some(row.name.as_str())),
        Text("catalog_owner", |row| some(&row.owner)),
        Text("comment", |row| maybe(row.comment.as_ref())),
        Timestamp("created", |row| row.audit.created_at),
        Text("created_by", |row| some(&row.audit.created_by)),
        Timestamp("last_altered", |row| row.audit.updated_at),
        Text("last_altered_by", |row| some(&row.audit.updated_by)),
    ];
    batch(&columns, &scope.catalogs)
}

pub(super) fn schemata(
    tx: &Transaction<'_>,
    access: &Access,
    scope: &Scope,
) -> Result<RecordBatch, SqlError> {
    let mut schemas = Vec::new();
    for catalog in &scope.catalogs {
        schemas.extend(visible_schemas(tx, access, catalog, scope)?);
    }
    let columns: [Column<SchemaRow>; 8] = [
        Text("catalog_name", |row| some(row.catalog().as_str())),
        Text("schema_name", |row| some(row.name.as_str())),
        Text("schema_owner", |row| some(&row.owner)),
        Text("comment", |row| maybe(row.comment.as_ref())),
        Timestamp("created", |row| row.audit.created_at),
        Text("created_by", |row| some(&row.audit.created_by)),
        Timestamp("last_altered", |row| row.audit.updated_at),
        Text("last_altered_by", |row| some(&row.audit.updated_by)),
    ];
    batch(&columns, &schemas)
}

#[expect(clippy::needless_pass_by_value, reason = "the shape of a relation about tables")]
pub(super) fn tables(
    tables: Vec<TableRow>,
    _: &Access,
    projection: Projection<'_>,
) -> Result<RecordBatch, SqlError> {
    let columns: [Column<TableRow>; 15] = [
        Text("table_catalog", |row| some(row.catalog.as_str())),
        Text("table_schema", |row| some(row.schema.as_str())),
        Text("table_name", |row| some(row.name.as_str())),
        Text("table_type", |row| some(row.table_type.as_str())),
        Text("is_insertable_into", |row| some(if row.is_query() { "NO" } else { "YES" })),
        Text("commit_action", |_| some("PRESERVE")),
        Text("table_owner", |row| some(&row.owner)),
        Text("comment", |row| maybe(row.comment.as_ref())),
        Timestamp("created", |row| row.audit.created_at),
        Text("created_by", |row| some(&row.audit.created_by)),
        Timestamp("last_altered", |row| row.audit.updated_at),
        Text("last_altered_by", |row| some(&row.audit.updated_by)),
        Text("data_source_format", |row| {
            Some(Cow::Borrowed(
                row.format.as_ref().map_or("UNKNOWN_DATA_SOURCE_FORMAT", |format| format.as_str()),
            ))
        }),
        Text("storage_sub_directory", |_| None),
        Text("storage_path", |row| maybe(row.location.as_ref())),
    ];
    projected(&columns, &tables, projection)
}

/// A view, and whether the caller may read its text.
struct VisibleView {
    view: TableRow,
    readable: bool,
}

pub(super) fn views(
    tables: Vec<TableRow>,
    access: &Access,
    projection: Projection<'_>,
) -> Result<RecordBatch, SqlError> {
    let views = tables.into_iter().filter(TableRow::is_query);
    let views: Vec<_> =
        views.map(|view| VisibleView { readable: access.identities().contains(&view.owner), view }).collect();
    let columns: [Column<VisibleView>; 9] = [
        Text("table_catalog", |row| some(row.view.catalog.as_str())),
        Text("table_schema", |row| some(row.view.schema.as_str())),
        Text("table_name", |row| some(row.view.name.as_str())),
        Text("view_definition", |row| {
            let details = row.view.view.as_ref().filter(|_| row.readable);
            maybe(details.map(|details| &details.definition))
        }),
        Text("check_option", |_| some("NONE")),
        Text("is_updatable", |_| some("NO")),
        Text("is_insertable_into", |_| some("NO")),
        Text("sql_path", |_| None),
        Text("is_materialized", |row| some(if row.view.is_materialized() { "YES" } else { "NO" })),
    ];
    projected(&columns, &views, projection)
}

/// The schemas of a catalog that the caller may see.
pub(super) fn visible_schemas(
    tx: &Transaction<'_>,
    access: &Access,
    catalog: &CatalogRow,
    scope: &Scope,
) -> Result<Vec<SchemaRow>, SqlError> {
    let visibility = Visibility::load(tx, access, catalog)?;
    let schemas = tx.schemas(catalog, &PageRequest::all())?.items.into_iter();
    let schemas = schemas.filter(|schema| scope.has_schema(&schema.name));
    Ok(schemas.filter(|schema| visibility.schema(&schema.id).is_seen(true)).collect())
}

/// Names and ids of the tables and views of a catalog that the caller may see.
pub(super) fn visible_heads(
    tx: &Transaction<'_>,
    access: &Access,
    catalog: &CatalogRow,
    scope: &Scope,
) -> Result<Vec<TableHead>, SqlError> {
    let visibility = Visibility::load(tx, access, catalog)?;
    let mut heads = tx.table_heads(catalog, &scope.tables(), &PageRequest::all())?.items;
    heads.retain(|head| {
        visibility.in_schema(&SecurableKind::Table, &head.schema_id, &head.id, &head.owner).is_seen(true)
    });
    Ok(heads)
}
