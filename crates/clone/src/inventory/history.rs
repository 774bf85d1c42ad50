//! The newest commits of a table, as `DESCRIBE HISTORY` tells them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use clxs_api::FullName;
use clxs_client::{Row, Rows};

use super::names::full_name;
use super::{CopyMark, CopyStage};
use crate::outcome::CloneMetrics;
use crate::settings::moment;

/// What is known of a table's commits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum History {
    /// Nobody asked.
    #[default]
    NotRead,
    /// The platform refused: not a Delta table, or a protected one.
    Unreadable {
        /// What it said.
        reason: String,
    },
    /// The newest commits, newest first.
    Read(Vec<Commit>),
}

impl History {
    /// The newest commit.
    pub fn newest(&self) -> Option<&Commit> {
        match self {
            Self::Read(commits) => commits.first(),
            Self::NotRead | Self::Unreadable { .. } => None,
        }
    }

    /// The commits that made the table what it is, newest first: what a `RESTORE` took back counts no longer.
    /// `None` when nobody read them.
    pub(crate) fn effective(&self) -> Option<Vec<&Commit>> {
        let Self::Read(commits) = self else { return None };
        let mut effective: Vec<&Commit> = commits.iter().collect();
        while let Some(version) = effective.first().and_then(|commit| commit.restored_version()) {
            effective.retain(|commit| commit.version <= version);
        }
        Some(effective)
    }

    /// The current version.
    pub fn version(&self) -> Option<u64> {
        self.newest().map(|commit| commit.version)
    }
}

/// A commit of a Delta table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Commit {
    /// The version it made.
    pub version: u64,
    /// When, where the platform tells.
    pub timestamp: Option<DateTime<Utc>>,
    /// `WRITE`, `CLONE`, `SET TBLPROPERTIES` …
    pub operation: String,
    /// Its parameters as texts.
    pub parameters: BTreeMap<String, String>,
    /// Its metrics as texts.
    pub metrics: BTreeMap<String, String>,
    /// What it notes of a copy by this tool.
    pub mark: Option<CopyMark>,
}

impl Commit {
    /// The name of the table this commit cloned, or whose copy it noted as complete; `None` when it did neither.
    pub fn clone_source(&self) -> Option<&str> {
        match &self.mark {
            Some(mark) => (mark.stage == CopyStage::Complete).then_some(mark.source.as_str()),
            None => {
                (self.operation == "CLONE").then(|| self.parameters.get("source").map_or("", String::as_str))
            }
        }
    }

    /// The version of the source this commit cloned; absent for sources that have none, which say -1.
    pub fn source_version(&self) -> Option<u64> {
        match &self.mark {
            Some(mark) => mark.source_version,
            None => self.parameters.get("sourceVersion").and_then(|text| text.parse().ok()),
        }
    }

    /// Whether this commit says that the next write of rows is a copy.
    pub(crate) fn begins_copy(&self) -> bool {
        self.mark.as_ref().is_some_and(|mark| mark.stage == CopyStage::Begun)
    }

    /// The version that this commit brought back; `None` when it is no `RESTORE` to an earlier version.
    fn restored_version(&self) -> Option<u64> {
        let version: u64 =
            self.parameters.get("version").filter(|_| self.operation == "RESTORE")?.parse().ok()?;
        (version < self.version).then_some(version)
    }

    /// Whether this commit cloned the table. How a source is named is UNCONFIRMED but for three parts
    /// (facts/settled.md §5), so quotes may be there or not, and a name of another form is taken for the right one.
    pub fn is_clone_of(&self, source: &FullName) -> bool {
        if let Some(mark) = &self.mark {
            return mark.is_of(source);
        }
        self.clone_source().is_some_and(|name| {
            let (name, source) = (name.to_lowercase(), source.to_lowercase());
            let is_source = || full_name(&name).is_ok_and(|name| name == source);
            name.split('.').count() != 3 || name == source.dotted() || is_source()
        })
    }

    /// Whether the commit left the rows as they were: maintenance, or metadata that the plan compares.
    pub fn keeps_rows(&self) -> bool {
        const HARMLESS: [&str; 12] = [
            "CLONE",
            "OPTIMIZE",
            "REORG",
            "VACUUM START",
            "VACUUM END",
            "FSCK",
            "COMPUTE STATS",
            "CLUSTER BY",
            "SET TBLPROPERTIES",
            "UNSET TBLPROPERTIES",
            "CHANGE COLUMN",
            "CHANGE COLUMNS",
        ];
        HARMLESS.contains(&self.operation.as_str())
    }

    /// The metrics of a clone, for a run that never got the statement's result.
    pub fn clone_metrics(&self) -> CloneMetrics {
        let number = |key: &str| self.metrics.get(key).and_then(|text| text.parse().ok()).unwrap_or(0);
        CloneMetrics {
            source_table_size: number("sourceTableSize"),
            source_num_of_files: number("sourceNumOfFiles"),
            num_removed_files: number("numRemovedFiles"),
            num_copied_files: number("numCopiedFiles"),
            removed_files_size: number("removedFilesSize"),
            copied_files_size: number("copiedFilesSize"),
        }
    }

    /// Reads the rows of `DESCRIBE HISTORY`; `None` when one has no version.
    pub(crate) fn from_rows(rows: &Rows) -> Option<Vec<Self>> {
        rows.iter().map(Self::from_row).collect()
    }

    fn from_row(row: Row<'_>) -> Option<Self> {
        let text = |column| row.get(column).ok().flatten();
        let operation = text("operation").unwrap_or_default().to_owned();
        let parameters = text("operationParameters").map(text_map).unwrap_or_default();
        Some(Self {
            mark: mark(&operation, &parameters),
            version: text("version")?.parse().ok()?,
            timestamp: text("timestamp").and_then(moment),
            operation,
            parameters,
            metrics: text("operationMetrics").map(text_map).unwrap_or_default(),
        })
    }
}

/// The note of a copy that a commit made: `CLONE` also sets properties, but those of its source.
fn mark(operation: &str, parameters: &BTreeMap<String, String>) -> Option<CopyMark> {
    let sets = ["SET TBLPROPERTIES", "CREATE TABLE", "CREATE OR REPLACE TABLE", "REPLACE TABLE"];
    let properties = parameters.get("properties").filter(|_| sets.contains(&operation))?;
    CopyMark::of(&text_map(properties))
}

/// A map column: the text of a JSON object whose values are texts. How inner values that are no texts come
/// is UNCONFIRMED (facts/settled.md §6), so anything else is kept as its JSON. Texts in texts, as Delta
/// writes them on disk, lose their quotes.
fn text_map(text: &str) -> BTreeMap<String, String> {
    let Ok(map) = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(text) else {
        return BTreeMap::new();
    };
    map.into_iter().map(|(key, value)| (key, unquoted(&value))).collect()
}

fn unquoted(value: &serde_json::Value) -> String {
    let serde_json::Value::String(text) = value else { return value.to_string() };
    serde_json::from_str::<String>(text).unwrap_or_else(|_| text.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clone_of(source: &str) -> Commit {
        let parameters =
            text_map(&format!(r#"{{"source":"{source}","sourceVersion":"3","isShallow":"false"}}"#));
        Commit { version: 1, operation: "CLONE".to_owned(), parameters, ..Commit::default() }
    }

    #[test]
    fn source_of_a_clone_is_recognised_in_any_case_and_quoting() {
        let source = FullName::from_dotted("prod.sales.orders").unwrap();
        assert!(clone_of("prod.sales.orders").is_clone_of(&source));
        assert!(clone_of("`Prod`.`Sales`.`Orders`").is_clone_of(&source));
        assert!(!clone_of("prod2.sales.orders").is_clone_of(&source));
        assert!(!clone_of("pro`d.sales.orders").is_clone_of(&source));
        assert_eq!(clone_of("x").source_version(), Some(3));
    }

    #[test]
    fn source_whose_names_hold_backticks_is_known_with_and_without_quotes() {
        let source = FullName::from_dotted("pro`d.``.or`ders").unwrap();
        for written in ["pro`d.``.or`ders", "`pro``d`.``````.`or``ders`"] {
            assert!(clone_of(written).is_clone_of(&source), "{written}");
        }
        assert!(!clone_of("prod.``.orders").is_clone_of(&source));
    }

    #[test]
    fn source_without_versions_has_none() {
        let parameters = text_map(r#"{"source":"a.b.c","sourceVersion":"-1"}"#);
        assert_eq!(Commit { parameters, ..Commit::default() }.source_version(), None);
    }

    #[test]
    fn parameters_quoted_twice_lose_both_quotes() {
        assert_eq!(text_map(r#"{"source":"\"a.b.c\""}"#)["source"], "a.b.c");
    }
}
