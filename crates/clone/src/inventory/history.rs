//! The newest commits of a table, as `DESCRIBE HISTORY` tells them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use clxs_client::{Row, Rows};

use super::names::full_name;
use super::{CopyMark, CopyStage, Origin};
use crate::outcome::CloneMetrics;
use crate::settings::{RowScope, moment};

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

    /// Whether a `RESTORE` took commits back, and nothing was written over it.
    pub(crate) fn is_restored(&self) -> bool {
        let Self::Read(commits) = self else { return false };
        self.effective().is_some_and(|effective| effective.len() < commits.len())
    }

    /// What made the table, and what was done to it since. `None` when nobody read its commits.
    pub(crate) fn made(&self) -> Option<Made<'_>> {
        let commits = self.effective()?;
        let made = commits.iter().position(|commit| commit.origin().is_some());
        let by = made.and_then(|place| Some((commits[place], commits[place].origin()?)));
        let since = commits[..made.unwrap_or(commits.len())].to_vec();
        Some(Made { by, since })
    }

    /// The current version.
    pub fn version(&self) -> Option<u64> {
        self.newest().map(|commit| commit.version)
    }
}

/// The commit that made a table what it is, and what was done since.
#[derive(Debug)]
pub(crate) struct Made<'a> {
    /// That commit and what it made the table of; `None` when it is no longer, or never was, in the log.
    pub(crate) by: Option<(&'a Commit, Origin)>,
    /// Later commits, newest first.
    pub(crate) since: Vec<&'a Commit>,
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
    /// Whether `CLONE` made this commit.
    pub fn is_clone(&self) -> bool {
        self.operation == "CLONE"
    }

    /// What this commit made the table of: what `CLONE` recorded, or what this tool noted where it does not clone.
    /// `None` for every other commit. Sources without versions have version -1 in the log.
    pub fn origin(&self) -> Option<Origin> {
        if let Some(mark) = &self.mark {
            return (mark.stage == CopyStage::Complete).then(|| mark.origin.clone());
        }
        if !self.is_clone() {
            return None;
        }
        let version = self.parameters.get("sourceVersion").and_then(|text| text.parse().ok());
        let source = self.parameters.get("source").cloned().unwrap_or_default();
        Some(Origin { source, table_id: None, version, rows: RowScope::All })
    }

    /// Whether this commit says that the next write of rows is a copy.
    pub(crate) fn begins_copy(&self) -> bool {
        self.mark.as_ref().is_some_and(|mark| mark.stage == CopyStage::Begun)
    }

    /// Whether it says that of a copy of this source.
    pub(crate) fn begins_copy_of(&self, source: &str) -> bool {
        let origin = self.mark.as_ref().filter(|_| self.begins_copy()).map(|mark| &mark.origin);
        origin.is_some_and(|origin| origin.source.to_lowercase() == source.to_lowercase())
    }

    /// The version that this commit brought back; `None` when it is no `RESTORE` to an earlier version.
    fn restored_version(&self) -> Option<u64> {
        let version: u64 =
            self.parameters.get("version").filter(|_| self.operation == "RESTORE")?.parse().ok()?;
        (version < self.version).then_some(version)
    }

    /// Whether this commit made the table of that source. How a source is named is UNCONFIRMED but for three parts
    /// (facts/settled.md §5), so a name of another form is taken for the right one.
    pub fn is_made_of(&self, source: &str) -> bool {
        self.origin().is_some_and(|origin| {
            let (name, source) = (origin.source.to_lowercase(), source.to_lowercase());
            let is_source = || full_name(&name).is_ok_and(|name| name.dotted() == source);
            name.split('.').count() != 3 || name == source || is_source()
        })
    }

    /// Whether it may have replaced all rows, as the statement does that fills a table. UNCONFIRMED: the platform may name
    /// the mode otherwise, so that a commit without one counts too.
    pub(crate) fn replaces_rows(&self) -> bool {
        let mode = self.parameters.get("mode").map(|mode| mode.to_lowercase());
        self.operation == "WRITE" && mode.is_none_or(|mode| mode == "overwrite")
    }

    /// Whether it removed all rows, as is done to a copy that went wrong.
    pub(crate) fn removes_rows(&self) -> bool {
        self.operation == "TRUNCATE"
    }

    /// Whether it added columns, as a copy does before it fills a table whose definition changed.
    pub(crate) fn adds_columns(&self) -> bool {
        self.operation == "ADD COLUMNS"
    }

    /// Whether the commit changed what is no row: a comment, a default, the clustering of the table.
    pub(crate) fn changes_definition(&self) -> bool {
        ["UNSET TBLPROPERTIES", "CHANGE COLUMN", "CHANGE COLUMNS", "CLUSTER BY"]
            .contains(&self.operation.as_str())
    }

    /// Whether the commit left the rows as they were: maintenance, or metadata that gives way to the source's when the table is
    /// made anew, and is named then.
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

    /// The keys of the properties that somebody set by this commit. The comment of the table is written as one, and stays.
    pub(crate) fn own_properties(&self) -> Vec<String> {
        let properties = self.parameters.get("properties");
        let set = properties.filter(|_| self.operation == "SET TBLPROPERTIES" && self.mark.is_none());
        let keys = set.map(|properties| text_map(properties).into_keys()).into_iter().flatten();
        keys.filter(|key| key != "comment").collect()
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

    /// The metrics of an `INSERT`, as those of a copy of files.
    pub(crate) fn write_metrics(&self) -> CloneMetrics {
        let number = |key: &str| self.metrics.get(key).and_then(|text| text.parse().ok()).unwrap_or(0);
        let (num_copied_files, copied_files_size) = (number("numFiles"), number("numOutputBytes"));
        CloneMetrics { num_copied_files, copied_files_size, ..CloneMetrics::default() }
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
    use clxs_api::FullName;

    use super::*;

    fn clone_of(source: &str) -> Commit {
        let parameters =
            text_map(&format!(r#"{{"source":"{source}","sourceVersion":"3","isShallow":"false"}}"#));
        Commit { version: 1, operation: "CLONE".to_owned(), parameters, ..Commit::default() }
    }

    #[test]
    fn source_of_a_clone_is_recognised_in_any_case_and_quoting() {
        let source = "prod.sales.orders";
        assert!(clone_of("prod.sales.orders").is_made_of(source));
        assert!(clone_of("`Prod`.`Sales`.`Orders`").is_made_of(source));
        assert!(!clone_of("prod2.sales.orders").is_made_of(source));
        assert_eq!(clone_of("x").origin().unwrap().version, Some(3));
    }

    #[test]
    fn origin_that_this_tool_noted_is_read_from_the_commit_that_set_it() {
        let source = FullName::from_dotted("prod.sales.orders").unwrap();
        let rows = RowScope::Where(crate::settings::Condition::new("day > '2026-01-01'").unwrap());
        let origin = Origin::new(&source, Some("id".into()), Some(4), rows);
        let commit = |operation: &str, stage| {
            let mark = CopyMark { origin: origin.clone(), stage };
            let properties = serde_json::to_string(&mark.properties()).unwrap();
            let parameters = [("properties".to_owned(), properties)].into();
            Commit { mark: super::mark(operation, &parameters), parameters, ..Commit::default() }
        };
        for operation in ["SET TBLPROPERTIES", "CREATE TABLE", "CREATE OR REPLACE TABLE"] {
            assert_eq!(commit(operation, CopyStage::Complete).origin(), Some(origin.clone()), "{operation}");
            assert_eq!(commit(operation, CopyStage::Begun).origin(), None, "{operation}");
        }
        assert_eq!(commit("WRITE", CopyStage::Complete).origin(), None);
    }

    #[test]
    fn source_whose_names_hold_backticks_is_known_with_and_without_quotes() {
        let source = "pro`d.``.or`ders";
        for written in ["pro`d.``.or`ders", "`pro``d`.``````.`or``ders`"] {
            assert!(clone_of(written).is_made_of(source), "{written}");
        }
        assert!(!clone_of("prod.``.orders").is_made_of(source));
    }

    #[test]
    fn source_without_versions_has_none() {
        let parameters = text_map(r#"{"source":"a.b.c","sourceVersion":"-1"}"#);
        let commit = Commit { operation: "CLONE".to_owned(), parameters, ..Commit::default() };
        assert_eq!(commit.origin().unwrap().version, None);
    }

    #[test]
    fn parameters_quoted_twice_lose_both_quotes() {
        assert_eq!(text_map(r#"{"source":"\"a.b.c\""}"#)["source"], "a.b.c");
    }
}
