//! Reads tags: five relations, whatever is in the catalogs.

use clxs_api::Identifier;
use clxs_client::Row;
use futures::future::try_join_all;

use super::reader::{Found, Reader, nothing};
use super::relation::{Relation, Told, inventory_of};
use super::{Inventories, Inventory, Tags};
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
        if !self.settings.copy.tags {
            return Ok(nothing());
        }
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
        let Some(inventory) = inventory_of(inventories, settings, &row)? else { continue };
        let tags = match relation {
            "catalog_tags" => inventory.catalog.as_mut().map(|catalog| &mut catalog.tags),
            "schema_tags" => name(&row, "schema_name")?
                .and_then(|name| inventory.schemas.get_mut(&name))
                .map(|schema| &mut schema.tags),
            _ => inside(inventory, relation, &row)?,
        };
        if let Some(tags) = tags {
            let value = row.get("tag_value")?.unwrap_or_default();
            tags.insert(row.text("tag_name")?.to_owned(), value.to_owned());
        }
    }
    Ok(())
}

/// The tags of something in a schema; nothing when it takes no part.
fn inside<'a>(
    inventory: &'a mut Inventory,
    relation: &str,
    row: &Row<'_>,
) -> clxs_client::Result<Option<&'a mut Tags>> {
    let Some(schema) = name(row, "schema_name")?.and_then(|name| inventory.schemas.get_mut(&name)) else {
        return Ok(None);
    };
    if relation == "volume_tags" {
        let volume = name(row, "volume_name")?.and_then(|name| schema.volumes.get_mut(&name));
        return Ok(volume.map(|volume| &mut volume.tags));
    }
    let Some(table) = name(row, "table_name")?.and_then(|name| schema.tables.get_mut(&name)) else {
        return Ok(None);
    };
    if relation == "table_tags" {
        return Ok(Some(&mut table.tags));
    }
    let column = Identifier::new(row.text("column_name")?).ok();
    Ok(column.map(|column| table.column_tags.entry(column).or_default()))
}

/// The name in a column as the inventory has it.
pub(super) fn name(row: &Row<'_>, column: &str) -> clxs_client::Result<Option<Identifier>> {
    Ok(Identifier::new(row.text(column)?.to_lowercase()).ok())
}
