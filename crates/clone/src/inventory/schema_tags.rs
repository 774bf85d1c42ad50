//! Reads the tags of schemas where the selection asks for them: one read a catalog. A schema whose tags nobody
//! can read does not take part: it may be the one that must not be cloned.

use std::collections::{BTreeMap, BTreeSet};

use clxs_api::{Identifier, SqlLiteral};
use clxs_client::{ErrorKind, Rows};

use super::Inventory;
use super::reader::Reader;
use crate::{Error, Result};

/// Tags as pairs of key and value.
type Tags = BTreeSet<(String, String)>;

impl Reader<'_> {
    /// Marks the schemas of the source that lack one of the tags asked for.
    pub(super) async fn filter_by_tags(&self, source: &mut Inventory) -> Result<()> {
        let wanted = &self.settings.selection.filter_by_tags;
        if wanted.is_empty() {
            return Ok(());
        }
        let tags = self.schema_tags().await?;
        for (name, schema) in &mut source.schemas {
            let reason = match &tags {
                None => Some("its tags cannot be read (filter_by_tags)".to_owned()),
                Some(tags) => lacking(wanted, tags.get(name)),
            };
            schema.skip = schema.skip.take().or(reason);
        }
        Ok(())
    }

    /// The tags of all schemas; `None` when they cannot be read.
    async fn schema_tags(&self) -> Result<Option<BTreeMap<Identifier, Tags>>> {
        let catalog = self.settings.source.to_lowercase();
        let text = format!(
            "SELECT schema_name, tag_name, tag_value FROM system.information_schema.schema_tags WHERE catalog_name = {}",
            SqlLiteral::new(catalog.as_str())
        );
        let failed = || Error::client(format!("read the tags of the schemas of `{}`", catalog.as_str()));
        match self.warehouse.query(text).await {
            Ok(rows) => Ok(Some(tags_of(&rows).map_err(failed())?)),
            Err(error) if error.kind() == ErrorKind::StatementFailed => Ok(None),
            Err(error) => Err(failed()(error)),
        }
    }
}

fn tags_of(rows: &Rows) -> clxs_client::Result<BTreeMap<Identifier, Tags>> {
    let mut tags: BTreeMap<Identifier, Tags> = BTreeMap::new();
    for row in rows.iter() {
        let Ok(schema) = Identifier::new(row.text("schema_name")?.to_lowercase()) else { continue };
        let value = row.get("tag_value")?.unwrap_or_default().to_owned();
        tags.entry(schema).or_default().insert((row.text("tag_name")?.to_owned(), value));
    }
    Ok(tags)
}

fn lacking(wanted: &BTreeMap<String, String>, tags: Option<&Tags>) -> Option<String> {
    let has =
        |key: &String, value: &String| tags.is_some_and(|tags| tags.contains(&(key.clone(), value.clone())));
    let (key, value) = wanted.iter().find(|(key, value)| !has(key, value))?;
    Some(format!("lacks the tag {key}: {value} (filter_by_tags)"))
}
