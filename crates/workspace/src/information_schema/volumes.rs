//! `volumes`.

use std::borrow::Cow;

use clxs_api::{Identifier, SecurableKind};
use datafusion::arrow::array::RecordBatch;

use super::Scope;
use super::column::{Column, batch, maybe, some};
use crate::authorization::{Access, Visibility};
use crate::metastore::{CatalogRow, MetastoreError, PageRequest, Transaction, VolumeRow};
use crate::sql::SqlError;

use Column::{Text, Timestamp};

/// A volume with the URL of its folder.
struct Item {
    row: VolumeRow,
    location: String,
}

pub(super) fn volumes(tx: &Transaction<'_>, access: &Access, scope: &Scope) -> Result<RecordBatch, SqlError> {
    let mut items = Vec::new();
    for catalog in &scope.catalogs {
        let visible = visible_volumes(tx, catalog, scope, &Visibility::load(tx, access, catalog)?)?;
        items.extend(visible.into_iter().map(|(_, row)| Item { location: tx.volume_location(&row), row }));
    }
    let columns: [Column<Item>; 11] = [
        Text("volume_catalog", |item| parent_part(item, 0)),
        Text("volume_schema", |item| parent_part(item, 1)),
        Text("volume_name", |item| some(item.row.name.as_str())),
        Text("volume_type", |item| some(item.row.details.volume_type.as_str())),
        Text("volume_owner", |item| some(&item.row.owner)),
        Text("comment", |item| maybe(item.row.comment.as_ref())),
        Text("storage_location", |item| some(&item.location)),
        Timestamp("created", |item| item.row.audit.created_at),
        Text("created_by", |item| some(&item.row.audit.created_by)),
        Timestamp("last_altered", |item| item.row.audit.updated_at),
        Text("last_altered_by", |item| some(&item.row.audit.updated_by)),
    ];
    batch(&columns, &items)
}

fn parent_part(item: &Item, level: usize) -> Option<Cow<'_, str>> {
    item.row.parent.as_ref()?.full_name.parts().get(level).map(Identifier::as_str).and_then(some)
}

/// The volumes of a catalog that somebody sees, each with the id of its schema, by schema and name.
pub(super) fn visible_volumes(
    tx: &Transaction<'_>,
    catalog: &CatalogRow,
    scope: &Scope,
    visibility: &Visibility,
) -> Result<Vec<(String, VolumeRow)>, MetastoreError> {
    let mut visible = Vec::new();
    let schemas = tx.schemas(catalog, &PageRequest::all())?.items.into_iter();
    for schema in schemas.filter(|schema| scope.has_schema(&schema.name)) {
        let volumes: Vec<VolumeRow> = tx.securables(Some(&schema.as_parent()), &PageRequest::all())?.items;
        let seen = volumes.into_iter().filter(|row| {
            visibility.in_schema(&SecurableKind::Volume, &schema.id, &row.id, &row.owner).is_seen(true)
        });
        visible.extend(seen.map(|row| (schema.id.clone(), row)));
    }
    Ok(visible)
}
