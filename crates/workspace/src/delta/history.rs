//! The history of a table, from the commit files alone.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::action::CloneSource;
use super::error::DeltaError;
use super::location::TableLocation;
use super::log::{Log, find_in_commit, modified_millis};

/// One commit, as DESCRIBE HISTORY shows it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct CommitSummary {
    pub(crate) version: u64,
    /// Milliseconds since 1970: the in-commit timestamp, or the time of the commit file.
    pub(crate) timestamp: i64,
    pub(crate) user_id: Option<String>,
    pub(crate) user_name: Option<String>,
    /// Absent when the writer recorded nothing.
    pub(crate) operation: Option<String>,
    pub(crate) operation_parameters: BTreeMap<String, String>,
    pub(crate) read_version: Option<i64>,
    pub(crate) isolation_level: Option<String>,
    pub(crate) is_blind_append: Option<bool>,
    pub(crate) operation_metrics: BTreeMap<String, String>,
    pub(crate) user_metadata: Option<String>,
    pub(crate) engine_info: Option<String>,
    /// What a clone of ours was made of.
    pub(crate) clone_source: Option<CloneSource>,
}

/// `commitInfo` as other writers leave it: anything may be missing, and parameters need not be texts.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RecordedCommit {
    in_commit_timestamp: Option<i64>,
    user_id: Option<String>,
    user_name: Option<String>,
    operation: Option<String>,
    operation_parameters: Option<BTreeMap<String, Value>>,
    read_version: Option<i64>,
    isolation_level: Option<String>,
    is_blind_append: Option<bool>,
    operation_metrics: Option<BTreeMap<String, Value>>,
    user_metadata: Option<Value>,
    engine_info: Option<String>,
    clone_source: Option<CloneSource>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    commit_info: Option<Value>,
}

/// The commits of a table, newest first. With a limit of one, one small file is read.
///
/// # Errors
/// [`DeltaError::NotATable`] when there is no table, and those of reading the files.
pub(crate) fn history(
    location: &TableLocation,
    limit: Option<usize>,
) -> Result<Vec<CommitSummary>, DeltaError> {
    let log = Log::list(location)?;
    let versions = log.newest_first().take(limit.unwrap_or(usize::MAX));
    versions.map(|version| CommitSummary::read(location, version)).collect()
}

impl CommitSummary {
    /// What one commit says of itself.
    pub(super) fn read(location: &TableLocation, version: u64) -> Result<Self, DeltaError> {
        let recorded = find_in_commit(location, version, |line: Line| line.commit_info)?;
        // A commitInfo is informative: one that is not as expected must not make the table unusable.
        let recorded: RecordedCommit =
            recorded.and_then(|value| serde_json::from_value(value).ok()).unwrap_or_default();
        let timestamp = match recorded.in_commit_timestamp {
            Some(timestamp) => timestamp,
            None => fs_err::metadata(location.commit_file(version))
                .and_then(|metadata| modified_millis(&metadata))
                .map_err(DeltaError::io(location))?,
        };
        Ok(Self {
            version,
            timestamp,
            user_id: recorded.user_id,
            user_name: recorded.user_name,
            operation: recorded.operation,
            operation_parameters: texts(recorded.operation_parameters),
            read_version: recorded.read_version,
            isolation_level: recorded.isolation_level,
            is_blind_append: recorded.is_blind_append,
            operation_metrics: texts(recorded.operation_metrics),
            user_metadata: recorded.user_metadata.map(text),
            engine_info: recorded.engine_info,
            clone_source: recorded.clone_source,
        })
    }
}

fn texts(values: Option<BTreeMap<String, Value>>) -> BTreeMap<String, String> {
    values.unwrap_or_default().into_iter().map(|(key, value)| (key, text(value))).collect()
}

fn text(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}
