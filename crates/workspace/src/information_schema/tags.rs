//! `catalog_tags`, `schema_tags`, `table_tags`, `column_tags` and `volume_tags`.

use std::borrow::Cow;
use std::collections::HashMap;

use clxs_api::{FullName, Identifier, SecurableKind};
use datafusion::arrow::array::RecordBatch;

use super::Scope;
use super::column::{Column, batch, some};
use super::securables::{visible_heads, visible_schemas};
use crate::authorization::Access;
use crate::metastore::{TagRow, Transaction};
use crate::sql::SqlError;

use Column::Text;

/// A tag with the name of what it is on.
struct Item {
    on: FullName,
    tag: TagRow,
}

/// Whether tables or their columns are shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Table,
    Column,
}

pub(super) fn of_catalogs(tx: &Transaction<'_>, _: &Access, scope: &Scope) -> Result<RecordBatch, SqlError> {
    let mut items = Vec::new();
    for catalog in &scope.catalogs {
        let tags = tx.tags_of_securable(&catalog.id)?.into_iter();
        items.extend(tags.map(|tag| Item { on: catalog.full_name(), tag }));
    }
    relation(&["catalog_name"], &items)
}

pub(super) fn of_schemas(
    tx: &Transaction<'_>,
    access: &Access,
    scope: &Scope,
) -> Result<RecordBatch, SqlError> {
    let mut items = Vec::new();
    for catalog in &scope.catalogs {
        let tags = tx.tags_of_children(&catalog.id)?;
        let schemas = visible_schemas(tx, access, catalog, scope)?;
        items.extend(named(tags, schemas.into_iter().map(|schema| (schema.id.clone(), schema.full_name()))));
    }
    relation(&["catalog_name", "schema_name"], &items)
}

pub(super) fn of_tables(
    tx: &Transaction<'_>,
    access: &Access,
    scope: &Scope,
) -> Result<RecordBatch, SqlError> {
    let items = in_tables(tx, access, scope, Part::Table)?;
    relation(&["catalog_name", "schema_name", "table_name"], &items)
}

pub(super) fn of_columns(
    tx: &Transaction<'_>,
    access: &Access,
    scope: &Scope,
) -> Result<RecordBatch, SqlError> {
    let items = in_tables(tx, access, scope, Part::Column)?;
    relation(&["catalog_name", "schema_name", "table_name", "column_name"], &items)
}

pub(super) fn of_volumes(
    tx: &Transaction<'_>,
    access: &Access,
    scope: &Scope,
) -> Result<RecordBatch, SqlError> {
    let mut items = Vec::new();
    for catalog in &scope.catalogs {
        let visibility = crate::authorization::Visibility::load(tx, access, catalog)?;
        for schema in visible_schemas(tx, access, catalog, scope)? {
            let volumes = tx.children_of_kind(&schema.id, &SecurableKind::Volume)?;
            let seen = volumes.into_iter().filter(|volume| {
                let sight =
                    visibility.in_schema(&SecurableKind::Volume, &schema.id, &volume.id, &volume.owner);
                sight.is_seen(true)
            });
            let names = seen.map(|volume| (volume.id, schema.full_name().child(volume.name)));
            items.extend(named(tx.tags_of_children(&schema.id)?, names));
        }
    }
    relation(&["catalog_name", "schema_name", "volume_name"], &items)
}

fn in_tables(
    tx: &Transaction<'_>,
    access: &Access,
    scope: &Scope,
    part: Part,
) -> Result<Vec<Item>, SqlError> {
    let mut items = Vec::new();
    for catalog in &scope.catalogs {
        let mut tags = tx.tags_of_tables(&catalog.id)?;
        tags.retain(|tag| tag.on.column.is_some() == (part == Part::Column));
        if tags.is_empty() {
            continue;
        }
        let heads = visible_heads(tx, access, catalog, scope)?.into_iter();
        let names = heads.map(|head| (head.id, catalog.full_name().child(head.schema).child(head.name)));
        items.extend(named(tags, names));
    }
    Ok(items)
}

/// Those tags that are on one of these, with its name.
fn named(tags: Vec<TagRow>, names: impl Iterator<Item = (String, FullName)>) -> Vec<Item> {
    let names: HashMap<_, _> = names.collect();
    let item = |tag: TagRow| Some(Item { on: names.get(&tag.on.securable_id)?.clone(), tag });
    tags.into_iter().filter_map(item).collect()
}

fn relation(names: &[&'static str], items: &[Item]) -> Result<RecordBatch, SqlError> {
    let mut columns: Vec<Column<Item>> =
        names.iter().zip(NAME_PARTS).map(|(name, part)| Text(name, part)).collect();
    columns.push(Text("tag_name", |item| some(&item.tag.key)));
    columns.push(Text("tag_value", |item| some(&item.tag.value)));
    batch(&columns, items)
}

type TextOf = fn(&Item) -> Option<Cow<'_, str>>;

/// The parts of a name, outermost first; the column is the fourth.
const NAME_PARTS: [TextOf; 4] = [
    |item| part(item, 0),
    |item| part(item, 1),
    |item| part(item, 2),
    |item| item.tag.on.column.as_deref().map(Cow::Borrowed),
];

fn part(item: &Item, level: usize) -> Option<Cow<'_, str>> {
    item.on.parts().get(level).map(Identifier::as_str).and_then(some)
}
