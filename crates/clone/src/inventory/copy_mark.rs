//! What this tool notes in a table that it fills by itself: of which source, at which version, and whether all of it
//! is there. `CLONE` records as much in its own commit; a copy records it in properties of the table, so that whoever
//! has its history can tell what it is.

use clxs_api::Properties;
use serde::{Deserialize, Serialize};

use super::Origin;
use crate::settings::RowScope;

/// The note of a copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopyMark {
    /// The full name of the source.
    pub source: String,
    /// The version of the source that the plan knew: what was copied is this one or a later one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_version: Option<u64>,
    /// The id of the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_table_id: Option<String>,
    /// How far the copy has come.
    pub stage: CopyStage,
}

/// How far a copy has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CopyStage {
    /// The next write of rows is the copy.
    Begun,
    /// All rows are there.
    Complete,
}

const STAGE: &str = "clxs.copy";
const SOURCE: &str = "clxs.copy.source";
const VERSION: &str = "clxs.copy.sourceVersion";
const TABLE_ID: &str = "clxs.copy.sourceTableId";

impl CopyMark {
    /// The properties that note it; what is not known is noted as nothing, so that no older note stands.
    pub(crate) fn properties(&self) -> Properties {
        let stage = if self.stage == CopyStage::Complete { "complete" } else { "begun" };
        let version = self.source_version.map(|version| version.to_string()).unwrap_or_default();
        let id = self.source_table_id.clone().unwrap_or_default();
        let pairs =
            [(STAGE, stage.to_owned()), (SOURCE, self.source.clone()), (VERSION, version), (TABLE_ID, id)];
        pairs.map(|(key, value)| (key.to_owned(), value)).into()
    }

    /// The note that these properties are.
    pub(crate) fn of(properties: &Properties) -> Option<Self> {
        let some = |key: &str| properties.get(key).filter(|text| !text.is_empty());
        Some(Self {
            stage: if some(STAGE)? == "complete" { CopyStage::Complete } else { CopyStage::Begun },
            source: some(SOURCE)?.clone(),
            source_version: some(VERSION).and_then(|text| text.parse().ok()),
            source_table_id: some(TABLE_ID).cloned(),
        })
    }

    /// What a copy that is complete is made of.
    pub(crate) fn origin(&self) -> Origin {
        Origin {
            source: self.source.clone(),
            table_id: self.source_table_id.clone(),
            version: self.source_version,
            rows: RowScope::All,
        }
    }
}
