//! Reads the tags of schemas where the selection asks for them: one read a catalog. A schema whose tags nobody
//! can read does not take part: it may be the one that must not be cloned.

use std::collections::{BTreeMap, BTreeSet};

use clxs_api::Identifier;

use super::Inventory;
use super::reader::Reader;
use super::relation::{Relation, Told};
use super::tags::name;
use crate::{Error, Result};

const SCHEMA_TAGS: Relation = Relation {
    name: "schema_tags",
    columns: "schema_name, tag_name, tag_value",
    catalog: "catalog_name",
    condition: "",
};

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
                Err(refusal) => Some(format!("its tags cannot be read (filter_by_tags): {refusal}")),
                Ok(tags) => lacking(wanted, tags.get(name)),
            };
            schema.skip = schema.skip.take().or(reason);
        }
        Ok(())
    }

    /// The tags of all schemas, or why the workspace does not give them.
    async fn schema_tags(&self) -> Result<Result<BTreeMap<Identifier, Tags>, String>> {
        let attempt = || format!("read the tags of the schemas of `{}`", self.settings.source.as_str());
        let told = self.relation(&[self.settings.source.to_lowercase()], SCHEMA_TAGS).await?;
        if let Some(refusal) = told.refused.values().next().cloned() {
            return Ok(Err(refusal));
        }
        tags_of(&told).map(Ok).map_err(Error::client(attempt()))
    }
}

fn tags_of(told: &Told) -> clxs_client::Result<BTreeMap<Identifier, Tags>> {
    let mut tags: BTreeMap<Identifier, Tags> = BTreeMap::new();
    for row in told.rows() {
        let Some(schema) = name(&row, "schema_name")? else { continue };
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
