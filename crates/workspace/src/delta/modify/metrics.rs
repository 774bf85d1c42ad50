//! What a change of rows did, as results and histories count it.

use std::collections::BTreeMap;

use super::RowChange;
use crate::delta::action::AddFile;

/// What was changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ModifyMetrics {
    /// The new version; none when no row changed.
    pub(crate) version: Option<u64>,
    changes: BTreeMap<RowChange, u64>,
    pub(super) num_copied_rows: u64,
    pub(in crate::delta) num_removed_files: u64,
    pub(in crate::delta) num_added_files: u64,
    pub(in crate::delta) num_removed_bytes: u64,
    pub(in crate::delta) num_added_bytes: u64,
    pub(in crate::delta) num_deletion_vectors_added: u64,
    /// Files with a deletion vector before.
    pub(in crate::delta) num_deletion_vectors_removed: u64,
}

impl ModifyMetrics {
    pub(super) fn count(&mut self, change: RowChange, rows: u64) {
        *self.changes.entry(change).or_default() += rows;
    }

    pub(super) fn discount(&mut self, change: RowChange, rows: u64) {
        if let Some(count) = self.changes.get_mut(&change) {
            *count = count.saturating_sub(rows);
        }
    }

    fn rows(&self, change: RowChange) -> u64 {
        self.changes.get(&change).copied().unwrap_or_default()
    }

    pub(crate) fn num_updated(&self) -> u64 {
        self.rows(RowChange::Update) + self.rows(RowChange::UpdateBySource)
    }

    pub(crate) fn num_deleted(&self) -> u64 {
        self.rows(RowChange::Delete) + self.rows(RowChange::DeleteBySource)
    }

    pub(crate) fn num_inserted(&self) -> u64 {
        self.rows(RowChange::Insert)
    }

    /// Counts the files: the first of those added are the same files with new deletion vectors.
    pub(super) fn files(&mut self, removes: &[AddFile], adds: &[AddFile], with_vectors: usize) {
        let bytes = |files: &[AddFile]| files.iter().map(|file| u64::try_from(file.size).unwrap_or(0)).sum();
        let marked = &adds[..with_vectors];
        let stays = |file: &AddFile| marked.iter().any(|add| add.path == file.path);
        let gone: Vec<AddFile> = removes.iter().filter(|file| !stays(file)).cloned().collect();
        self.num_removed_files = gone.len() as u64;
        self.num_removed_bytes = bytes(&gone);
        self.num_added_files = (adds.len() - with_vectors) as u64;
        self.num_added_bytes = bytes(&adds[with_vectors..]);
        self.num_deletion_vectors_added = with_vectors as u64;
        self.num_deletion_vectors_removed =
            removes.iter().filter(|file| file.deletion_vector.is_some()).count() as u64;
    }

    /// As the history records them (open Delta, `DeltaOperations.OperationMetrics`).
    pub(super) fn recorded(&self, operation: &str) -> BTreeMap<String, String> {
        let files = |prefix: &str| {
            [
                (format!("num{prefix}FilesRemoved"), self.num_removed_files),
                (format!("num{prefix}FilesAdded"), self.num_added_files),
                (format!("num{prefix}BytesRemoved"), self.num_removed_bytes),
                (format!("num{prefix}BytesAdded"), self.num_added_bytes),
                (format!("num{prefix}DeletionVectorsAdded"), self.num_deletion_vectors_added),
                (format!("num{prefix}DeletionVectorsRemoved"), self.num_deletion_vectors_removed),
            ]
        };
        let plain = || {
            [
                ("numRemovedFiles", self.num_removed_files),
                ("numAddedFiles", self.num_added_files),
                ("numRemovedBytes", self.num_removed_bytes),
                ("numAddedBytes", self.num_added_bytes),
                ("numDeletionVectorsAdded", self.num_deletion_vectors_added),
                ("numDeletionVectorsRemoved", self.num_deletion_vectors_removed),
                ("numCopiedRows", self.num_copied_rows),
            ]
            .map(|(key, value)| (key.to_owned(), value))
        };
        let mut counts: BTreeMap<String, u64> = match operation {
            "MERGE" => files("Target").into_iter().chain(self.merged()).collect(),
            "WRITE" => plain().into_iter().chain(self.written()).collect(),
            "UPDATE" => {
                plain().into_iter().chain([("numUpdatedRows".to_owned(), self.num_updated())]).collect()
            }
            _ => plain().into_iter().chain([("numDeletedRows".to_owned(), self.num_deleted())]).collect(),
        };
        if operation == "WRITE" {
            counts.remove("numAddedFiles");
        }
        counts.into_iter().map(|(key, value)| (key, value.to_string())).collect()
    }

    fn merged(&self) -> Vec<(String, u64)> {
        [
            ("numTargetRowsInserted", self.num_inserted()),
            ("numTargetRowsUpdated", self.num_updated()),
            ("numTargetRowsDeleted", self.num_deleted()),
            ("numTargetRowsMatchedUpdated", self.rows(RowChange::Update)),
            ("numTargetRowsMatchedDeleted", self.rows(RowChange::Delete)),
            ("numTargetRowsNotMatchedBySourceUpdated", self.rows(RowChange::UpdateBySource)),
            ("numTargetRowsNotMatchedBySourceDeleted", self.rows(RowChange::DeleteBySource)),
            ("numTargetRowsCopied", self.num_copied_rows),
            ("numOutputRows", self.num_inserted() + self.num_updated() + self.num_copied_rows),
        ]
        .map(|(key, value)| (key.to_owned(), value))
        .into()
    }

    fn written(&self) -> Vec<(String, u64)> {
        [
            ("numFiles", self.num_added_files),
            ("numOutputRows", self.num_inserted()),
            ("numOutputBytes", self.num_added_bytes),
            ("numDeletedRows", self.num_deleted()),
        ]
        .map(|(key, value)| (key.to_owned(), value))
        .into()
    }
}
