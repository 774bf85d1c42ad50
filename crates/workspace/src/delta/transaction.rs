//! Changes of a table's rows, committed on top of the version they were computed from.
//!
//! Writers do not wait for each other: who finds the next version taken looks at what the others committed. If
//! that leaves the change valid, it is committed on top of theirs; else it is a conflict. The isolation is
//! Delta's `WriteSerializable`, unless the table asks for `Serializable`: rows that others append without looking at
//! the table are never a conflict for a change of rows alone.

mod reads;
mod winner;

use std::collections::BTreeMap;

use super::action::{Action, AddFile, ChangeFile, DomainMetadata, Metadata, Protocol, RemoveFile};
use super::checkpoint::checkpoint_if_due;
use super::commit::{assign_row_ids, commit_info, in_commit_timestamp, now_millis, write_commit};
use super::error::{Conflict, DeltaError};
use super::snapshot::{Pin, Snapshot};
pub(crate) use reads::PartitionConditions;
use winner::Winner;

/// How often a commit is tried when somebody else commits meanwhile. Each time somebody got further, so that a writer
/// waits for as many as there are; the limit is for a fault that looks like them.
pub(super) const ATTEMPTS: usize = 1000;

/// Files that go and files that come. The files to come are written already.
#[derive(Debug, Clone)]
pub(super) struct DataChange {
    /// As the history names it: `WRITE`, `DELETE`.
    pub(super) operation: &'static str,
    pub(super) parameters: BTreeMap<String, String>,
    pub(super) metrics: BTreeMap<String, String>,
    pub(super) user: String,
    pub(super) removes: Vec<AddFile>,
    pub(super) adds: Vec<AddFile>,
    /// The rows that change, where the table feeds them to readers.
    pub(super) changes: Vec<ChangeFile>,
    /// The protocol and the metadata of the next version, where the change makes others of them.
    pub(super) protocol: Option<Protocol>,
    pub(super) metadata: Option<Metadata>,
    pub(super) domains: Vec<DomainMetadata>,
    /// Whether the rows are others than before, or only lie in other files.
    pub(super) changes_rows: bool,
    /// Whether rows of this table decided what is written.
    pub(super) reads: bool,
    /// Of which partitions.
    pub(super) partitions: PartitionConditions,
}

impl DataChange {
    /// A change that looks at the table and does nothing yet.
    pub(super) fn new(operation: &'static str, user: &str) -> Self {
        Self {
            operation,
            parameters: BTreeMap::new(),
            metrics: BTreeMap::new(),
            user: user.to_owned(),
            removes: Vec::new(),
            adds: Vec::new(),
            changes: Vec::new(),
            protocol: None,
            metadata: None,
            domains: Vec::new(),
            changes_rows: true,
            reads: true,
            partitions: PartitionConditions::new(),
        }
    }

    /// Commits the change on top of the version it was computed from, or of a later one that it goes together
    /// with. Returns the new version.
    ///
    /// # Errors
    /// [`DeltaError::Conflict`]; [`DeltaError::RowTrackingWithoutStats`]; those of reading and writing the log.
    pub(super) fn commit(self, table: Snapshot) -> Result<u64, DeltaError> {
        let mut base = table;
        let mut attempt = 1;
        loop {
            match self.commit_on(&base) {
                Err(DeltaError::Conflict { .. }) if attempt < ATTEMPTS => {
                    base = self.rebased(&base)?;
                    attempt += 1;
                }
                Err(error) => return Err(error),
                Ok(version) => {
                    checkpoint_if_due(&base.engine, base.location(), version, base.metadata());
                    return Ok(version);
                }
            }
        }
    }

    fn commit_on(&self, base: &Snapshot) -> Result<u64, DeltaError> {
        let (version, mut adds) = (base.version() + 1, self.adds.clone());
        for add in &mut adds {
            add.data_change = self.changes_rows;
        }
        let protocol = self.protocol.as_ref().unwrap_or(base.protocol());
        let row_ids = assign_row_ids(&mut adds, protocol, base.location(), Some(base))?;
        let mut metadata = self.metadata.clone().unwrap_or_else(|| base.metadata().clone());
        let mut info = commit_info(self.operation, &self.user, Some(base.version()));
        info.in_commit_timestamp = in_commit_timestamp(&mut metadata, Some(base))?;
        info.is_blind_append = !self.reads && self.removes.is_empty();
        info.isolation_level = match self.changes_rows {
            false => "SnapshotIsolation",
            true if base.is_serializable() => "Serializable",
            true => "WriteSerializable",
        };
        info.operation_parameters.clone_from(&self.parameters);
        info.operation_metrics.clone_from(&self.metrics);
        let deleted = now_millis();
        let remove = |file: AddFile| {
            Action::Remove(RemoveFile { data_change: self.changes_rows, ..file.into_remove(deleted) })
        };
        let mut actions = vec![Action::CommitInfo(info)];
        actions.extend(self.protocol.clone().map(Action::Protocol));
        actions.extend(self.metadata.is_some().then_some(Action::MetaData(metadata)));
        actions.extend(self.domains.iter().cloned().chain(row_ids).map(Action::DomainMetadata));
        actions.extend(self.removes.iter().cloned().map(remove));
        actions.extend(adds.into_iter().map(Action::Add));
        actions.extend(self.changes.iter().cloned().map(Action::Cdc));
        write_commit(base.location(), version, &actions)?;
        Ok(version)
    }

    /// The newest version, if the change goes together with everything committed since `base`.
    fn rebased(&self, base: &Snapshot) -> Result<Snapshot, DeltaError> {
        let newer = Snapshot::open(&base.engine, base.location(), Pin::Latest)?;
        let conflict = |version, reason| Err(DeltaError::conflict(base.location(), version, reason));
        if newer.protocol() != base.protocol() {
            return conflict(newer.version(), Conflict::Protocol);
        }
        if newer.metadata() != base.metadata() {
            return conflict(newer.version(), Conflict::Metadata);
        }
        for version in base.version() + 1..=newer.version() {
            if let Some(reason) = Winner::read(base.location(), version)?.conflict(self, base) {
                return conflict(version, reason);
            }
        }
        Ok(newer)
    }
}
