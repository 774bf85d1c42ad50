//! Reads tags: five relations a catalog, whatever is in it.

use clxs_api::Identifier;
use clxs_client::{Row, Rows};
use futures::future::try_join_all;

use super::reader::Reader;
use super::relation::Relation;
use super::{Inventory, Tags};
use crate::plan::Facet;
use crate::{Error, Result};

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

impl Reader<'_> {
    /// Fills the tags of a catalog and of everything in it.
    pub(super) async fn read_tags(&self, name: &Identifier, inventory: &mut Inventory) -> Result<()> {
        if !self.settings.copy.tags || inventory.catalog.is_none() {
            return Ok(());
        }
        let answers = try_join_all(RELATIONS.map(|relation| self.relation(name, relation))).await?;
        for (answer, relation) in answers.into_iter().zip(RELATIONS) {
            match answer {
                Ok(rows) => {
                    let attempt = format!("read {} of catalog `{}`", relation.name, name.as_str());
                    fill(inventory, relation.name, &rows).map_err(Error::client(attempt))?;
                }
                Err(reason) => {
                    let facet = if relation.name == "column_tags" { Facet::ColumnTags } else { Facet::Tags };
                    inventory.unread.insert(facet, reason);
                }
            }
        }
        Ok(())
    }
}

fn fill(inventory: &mut Inventory, relation: &str, rows: &Rows) -> clxs_client::Result<()> {
    for row in rows.iter() {
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
