//! The actions of a Delta log, as its JSON has them (Delta protocol, "Actions").

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One line of a commit.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Action {
    CommitInfo(CommitInfo),
    Protocol(Protocol),
    MetaData(Metadata),
    Add(AddFile),
    Remove(RemoveFile),
    Cdc(ChangeFile),
    Txn(Transaction),
    DomainMetadata(DomainMetadata),
}

/// What a reader and a writer must be able to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Protocol {
    pub(crate) min_reader_version: i32,
    pub(crate) min_writer_version: i32,
    /// Present from reader version 3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reader_features: Option<Vec<String>>,
    /// Present from writer version 7.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) writer_features: Option<Vec<String>>,
}

/// Schema, partitioning and properties of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Metadata {
    pub(crate) id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    pub(crate) format: Format,
    /// The schema as JSON text, verbatim.
    pub(crate) schema_string: String,
    pub(crate) partition_columns: Vec<String>,
    pub(crate) configuration: BTreeMap<String, String>,
    /// Milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) created_time: Option<i64>,
}

impl Metadata {
    /// Whether a property is true, in any case as open Delta reads it.
    pub(crate) fn is_enabled(&self, property: &str) -> bool {
        self.configuration.get(property).is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }
}

/// The format of the data files: always `parquet`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Format {
    pub(crate) provider: String,
    #[serde(default)]
    pub(crate) options: BTreeMap<String, String>,
}

impl Default for Format {
    fn default() -> Self {
        Self { provider: "parquet".to_owned(), options: BTreeMap::new() }
    }
}

/// A data file that belongs to the table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AddFile {
    /// Percent-encoded; relative to the table, or absolute.
    pub(crate) path: String,
    pub(crate) partition_values: BTreeMap<String, Option<String>>,
    /// Bytes.
    pub(crate) size: i64,
    /// Milliseconds since 1970.
    pub(crate) modification_time: i64,
    pub(crate) data_change: bool,
    /// JSON text, verbatim.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) stats: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tags: Option<BTreeMap<String, Option<String>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) deletion_vector: Option<DeletionVector>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) base_row_id: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) default_row_commit_version: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) clustering_provider: Option<String>,
}

impl AddFile {
    /// The number of rows that the statistics state, those of the deletion vector included.
    pub(crate) fn num_records(&self) -> Option<i64> {
        let stats: Map<String, Value> = serde_json::from_str(self.stats.as_deref()?).ok()?;
        stats.get("numRecords")?.as_i64()
    }

    /// What tells one logical file from another: a path with a deletion vector.
    pub(crate) fn key(&self) -> (&str, Option<String>) {
        (&self.path, self.deletion_vector.as_ref().map(DeletionVector::unique_id))
    }

    /// The tombstone of this file.
    pub(crate) fn into_remove(self, deletion_timestamp: i64) -> RemoveFile {
        RemoveFile {
            path: self.path,
            deletion_timestamp,
            data_change: true,
            extended_file_metadata: true,
            partition_values: self.partition_values,
            size: self.size,
            tags: self.tags,
            deletion_vector: self.deletion_vector,
            base_row_id: self.base_row_id,
            default_row_commit_version: self.default_row_commit_version,
        }
    }
}

/// A data file that no longer belongs to the table.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RemoveFile {
    pub(crate) path: String,
    /// Milliseconds since 1970.
    pub(crate) deletion_timestamp: i64,
    pub(crate) data_change: bool,
    pub(crate) extended_file_metadata: bool,
    pub(crate) partition_values: BTreeMap<String, Option<String>>,
    pub(crate) size: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tags: Option<BTreeMap<String, Option<String>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) deletion_vector: Option<DeletionVector>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) base_row_id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) default_row_commit_version: Option<i64>,
}

/// A file of rows that a version changed (Delta protocol, "Add CDC File").
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ChangeFile {
    pub(crate) path: String,
    pub(crate) partition_values: BTreeMap<String, Option<String>>,
    /// Bytes.
    pub(crate) size: i64,
    /// Always false.
    pub(crate) data_change: bool,
}

impl From<AddFile> for ChangeFile {
    fn from(file: AddFile) -> Self {
        let AddFile { path, partition_values, size, .. } = file;
        Self { path, partition_values, size, data_change: false }
    }
}

/// Which rows of a data file are deleted (Delta protocol, "Deletion Vectors").
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeletionVector {
    /// `u`: by UUID below the table; `p`: by absolute path; `i`: inline.
    pub(crate) storage_type: String,
    pub(crate) path_or_inline_dv: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) offset: Option<i32>,
    pub(crate) size_in_bytes: i32,
    /// The number of rows deleted.
    pub(crate) cardinality: i64,
}

impl DeletionVector {
    /// The protocol's unique id.
    pub(crate) fn unique_id(&self) -> String {
        let offset = self.offset.map(|offset| format!("@{offset}")).unwrap_or_default();
        format!("{}{}{offset}", self.storage_type, self.path_or_inline_dv)
    }
}

/// How far an application has written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Transaction {
    pub(crate) app_id: String,
    pub(crate) version: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) last_updated: Option<i64>,
}

/// The state of a domain, such as `delta.clustering`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DomainMetadata {
    pub(crate) domain: String,
    /// JSON text.
    pub(crate) configuration: String,
    pub(crate) removed: bool,
}

/// Who did what: the first line of a commit.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CommitInfo {
    /// Must stand first where the table has in-commit timestamps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) in_commit_timestamp: Option<i64>,
    /// Milliseconds since 1970.
    pub(crate) timestamp: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) user_name: Option<String>,
    pub(crate) operation: String,
    pub(crate) operation_parameters: BTreeMap<String, String>,
    /// The version that the operation saw; absent for a new table, as other readers of logs want it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) read_version: Option<i64>,
    pub(crate) isolation_level: &'static str,
    pub(crate) is_blind_append: bool,
    pub(crate) operation_metrics: BTreeMap<String, String>,
    pub(crate) engine_info: String,
    pub(crate) txn_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) clone_source: Option<CloneSource>,
}

/// Ours, and for other readers a field to ignore: what the next incremental clone has to know of this one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CloneSource {
    /// `metaData.id` of the source: another one under the same name is another table.
    pub(crate) table_id: String,
    /// The directory below the target that holds the source's relative paths; empty, or ending in a slash.
    pub(crate) directory: String,
}
