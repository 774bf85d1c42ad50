//! What a table was made of, where no `CLONE` of its history says so: properties that this tool sets, found again in the
//! commit that set them.

use std::collections::BTreeMap;

use clxs_api::{FullName, Properties};
use serde::{Deserialize, Serialize};

use crate::settings::RowScope;

/// What the names of the properties begin with.
pub(super) const PREFIX: &str = "clxs.";
const SOURCE: &str = "clxs.source";
const SOURCE_ID: &str = "clxs.source_table_id";
const SOURCE_VERSION: &str = "clxs.source_version";
const ROWS: &str = "clxs.rows";

/// What a table was made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The full name of the source.
    pub source: String,
    /// Its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table_id: Option<String>,
    /// Its version, where it has any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
    /// Which of its rows.
    pub rows: RowScope,
}

impl Origin {
    /// What a table is made of now.
    pub fn new(source: &FullName, table_id: Option<String>, version: Option<u64>, rows: RowScope) -> Self {
        Self { source: source.dotted(), table_id, version, rows }
    }

    /// The properties that say so.
    pub fn properties(&self) -> Properties {
        let version = self.version.map(|version| version.to_string());
        let all = [
            (SOURCE, Some(self.source.clone())),
            (SOURCE_ID, self.table_id.clone()),
            (SOURCE_VERSION, version),
            (ROWS, Some(self.rows.to_string())),
        ];
        all.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect()
    }

    /// Reads the parameters of a commit that set properties: they are there as the text of a JSON object.
    pub(super) fn of_commit(parameters: &BTreeMap<String, String>) -> Option<Self> {
        let text = parameters.get("properties").filter(|text| text.contains(SOURCE))?;
        let mut properties: BTreeMap<String, String> = serde_json::from_str(text).ok()?;
        Some(Self {
            source: properties.remove(SOURCE)?,
            table_id: properties.remove(SOURCE_ID),
            version: properties.remove(SOURCE_VERSION).and_then(|text| text.parse().ok()),
            rows: RowScope::from_text(&properties.remove(ROWS)?),
        })
    }
}
