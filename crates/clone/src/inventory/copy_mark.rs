//! What a table is a copy of. `CLONE` records it; a table that statements make and fill notes it in its properties,
//! which are found again in the commit that set them: a reader of its history sees what was copied and when.

use clxs_api::{FullName, Properties};
use serde::{Deserialize, Serialize};

use crate::settings::RowScope;

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

/// What a table that is filled by statements notes of its copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopyMark {
    /// What it is made of. Of a source with guards, which shows no version but its newest, that is the version that the
    /// plan knew: what was copied is this one or a later one.
    #[serde(flatten)]
    pub origin: Origin,
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

/// What the names of the properties begin with.
pub(super) const PREFIX: &str = "clxs.";
const STAGE: &str = "clxs.copy";
const SOURCE: &str = "clxs.copy.source";
const VERSION: &str = "clxs.copy.sourceVersion";
const TABLE_ID: &str = "clxs.copy.sourceTableId";
const ROWS: &str = "clxs.copy.rows";

impl Origin {
    /// What a table is made of now.
    pub fn new(source: &FullName, table_id: Option<String>, version: Option<u64>, rows: RowScope) -> Self {
        Self { source: source.to_lowercase().dotted(), table_id, version, rows }
    }
}

impl CopyMark {
    /// The properties that note it; what is not known is noted as nothing, so that no older note stands.
    pub fn properties(&self) -> Properties {
        let Origin { source, table_id, version, rows } = &self.origin;
        let stage = if self.stage == CopyStage::Complete { "complete" } else { "begun" };
        let pairs = [
            (STAGE, stage.to_owned()),
            (SOURCE, source.clone()),
            (VERSION, version.map(|version| version.to_string()).unwrap_or_default()),
            (TABLE_ID, table_id.clone().unwrap_or_default()),
            (ROWS, rows.to_string()),
        ];
        pairs.map(|(key, value)| (key.to_owned(), value)).into()
    }

    /// The note that these properties are.
    pub(crate) fn of(properties: &Properties) -> Option<Self> {
        let some = |key: &str| properties.get(key).filter(|text| !text.is_empty());
        Some(Self {
            stage: if some(STAGE)? == "complete" { CopyStage::Complete } else { CopyStage::Begun },
            origin: Origin {
                source: some(SOURCE)?.clone(),
                version: some(VERSION).and_then(|text| text.parse().ok()),
                table_id: some(TABLE_ID).cloned(),
                rows: RowScope::from_text(some(ROWS)?),
            },
        })
    }
}
