//! Reads tags: five relations, whatever is in the catalogs.

use clxs_api::{FullName, Identifier};
use clxs_client::Row;
use futures::future::try_join_all;

use super::reader::{Found, Reader, nothing};
use super::relation::{Relation, Told, catalog_of, inventory_of};
use super::{Inventories, Inventory, Policy, Tags};
use crate::plan::Facet;
use crate::{Error, Result, Settings};

const fn relation(name: &'static str, columns: &'static str) -> Relation {
    Relation { name, columns, catalog: "catalog_name", condition: "" }
}

/// The relations, from the catalog down.
const RELATIONS: [Relation; 5] = [
    relation("catalog_tags", "tag_name, tag_value"),
    relation("schema_tags", "schema_name, tag_name, tag_value"),
    relation("table_tags", "schema_name, table_name, tag_name, tag_value"),
    relation("column_tags", "schema_name, table_name, column_name, tag_name, tag_value"),
    relation("volume_tags", "schema_name, volume_name, tag_name, tag_value"),
];

impl<'a> Reader<'a> {
    /// Reads the tags of both catalogs and of everything in them.
    pub(super) async fn tags(&self, own: &Inventories) -> Result<Found<'a>> {
        if self.settings.copy.tags { self.all_tags(own).await } else { Ok(nothing()) }
    }

    /// Reads the tags where they are not carried, or tables came to be known that take no part, if policies of the source go
    /// by them, or those of a destination of which tables may be dropped.
    pub(super) async fn tags_of_policies(&self, own: &Inventories) -> Result<Found<'a>> {
        let goes_by_tags = |side: &Inventory| side.policies().flatten().any(Policy::goes_by_tags);
        let goes_by_tags =
            goes_by_tags(&own.source) || goes_by_tags(&own.destination) && self.settings.force_reclone;
        let outside = own.source.schemas.values().filter(|schema| schema.skip.is_some());
        let is_read = self.settings.copy.tags && outside.flat_map(|schema| &schema.tables).next().is_none();
        if goes_by_tags && !is_read { self.all_tags(own).await } else { Ok(nothing()) }
    }

    async fn all_tags(&self, own: &Inventories) -> Result<Found<'a>> {
        let catalogs: Vec<_> = self.catalogs(own).map(|(name, _)| name).collect();
        let told = try_join_all(RELATIONS.map(|relation| self.relation(&catalogs, relation))).await?;
        let settings = self.settings;
        Ok(Box::new(move |inventories| {
            for (told, relation) in told.into_iter().zip(RELATIONS) {
                fill(inventories, settings, relation.name, &told)
                    .map_err(Error::client(format!("read {}", relation.name)))?;
                let facet = if relation.name == "column_tags" { Facet::ColumnTags } else { Facet::Tags };
                for (catalog, reason) in told.refused {
                    if let Some(inventory) = inventories.of_mut(settings, catalog.as_str()) {
                        inventory.unread.insert(facet, reason);
                    }
                }
            }
            Ok(())
        }))
    }
}

fn fill(
    inventories: &mut Inventories,
    settings: &Settings,
    relation: &str,
    told: &Told,
) -> clxs_client::Result<()> {
    for row in told.rows() {
        let source = FullName::of_catalog(settings.source.to_lowercase());
        let is_source = source.catalog().matches(catalog_of(&row)?);
        let Some(inventory) = inventory_of(inventories, settings, &row)? else { continue };
        match path(relation, &row)? {
            Ok(path) => {
                if let Some(tags) = tags_at(inventory, relation, &path) {
                    let value = row.get("tag_value")?.unwrap_or_default();
                    tags.insert(row.text("tag_name")?.to_owned(), value.to_owned());
                }
            }
            Err(Unnameable { within, reason }) if is_source && takes_part(inventory, &within) => {
                let within = within.into_iter().fold(source, |within, name| within.child(name));
                inventory.unnameable_tags.insert((within, reason));
            }
            Err(_) => {}
        }
    }
    Ok(())
}

/// Something with tags whose name no statement can write.
struct Unnameable {
    /// The names of the schema and table that it is in.
    within: Vec<Identifier>,
    reason: String,
}

/// The names of what a row is about, below the catalog.
fn path(relation: &str, row: &Row<'_>) -> clxs_client::Result<Result<Vec<Identifier>, Unnameable>> {
    let columns: &[(&str, &str)] = match relation {
        "catalog_tags" => &[],
        "schema_tags" => &[("schema", "schema_name")],
        "volume_tags" => &[("schema", "schema_name"), ("volume", "volume_name")],
        "table_tags" => &[("schema", "schema_name"), ("table", "table_name")],
        _ => &[("schema", "schema_name"), ("table", "table_name"), ("column", "column_name")],
    };
    let mut path = Vec::new();
    for (what, column) in columns {
        let text = row.text(column)?;
        match Identifier::new(text) {
            Ok(name) if *what == "column" => path.push(name),
            Ok(name) => path.push(name.to_lowercase()),
            Err(problem) => {
                let reason = format!(
                    "the tags of a {what} in it are not carried, for no statement can name that: {problem}"
                );
                return Ok(Err(Unnameable { within: path, reason }));
            }
        }
    }
    Ok(Ok(path))
}

/// The tags of something; nothing when it takes no part.
fn tags_at<'a>(inventory: &'a mut Inventory, relation: &str, path: &[Identifier]) -> Option<&'a mut Tags> {
    let [schema, inside @ ..] = path else {
        return inventory.catalog.as_mut().map(|catalog| &mut catalog.tags);
    };
    let schema = inventory.schemas.get_mut(schema)?;
    match inside {
        [] => Some(&mut schema.tags),
        [volume] if relation == "volume_tags" => {
            schema.volumes.get_mut(volume).map(|volume| &mut volume.tags)
        }
        [table] => schema.tables.get_mut(table).map(|table| &mut table.tags),
        [table, column, ..] => {
            let table = schema.tables.get_mut(table)?;
            Some(table.column_tags.entry(column.clone()).or_default())
        }
    }
}

/// Whether a schema, or a table of it, takes part.
fn takes_part(inventory: &Inventory, path: &[Identifier]) -> bool {
    let [schema, table @ ..] = path else { return true };
    let schema = inventory.schemas.get(schema).filter(|schema| schema.skip.is_none());
    schema.is_some_and(|schema| table.iter().all(|name| schema.tables.contains_key(name)))
}

/// The name in a column as the inventory has it.
pub(super) fn name(row: &Row<'_>, column: &str) -> clxs_client::Result<Option<Identifier>> {
    Ok(Identifier::new(row.text(column)?.to_lowercase()).ok())
}
