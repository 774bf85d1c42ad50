//! Changes of a table's rows, committed on top of the version they were computed from.
//!
//! Writers do not wait for each other: who finds the next version taken looks at what the others committed. If
//! that leaves the change valid, it is committed on top of theirs; else it is a conflict. The isolation is
//! Delta's `WriteSerializable`: rows that others append without looking at the table are never a conflict.

use std::collections::BTreeMap;

use super::action::{Action, AddFile, Metadata};
use super::checkpoint::checkpoint_if_due;
use super::commit::{assign_row_ids, commit_info, in_commit_timestamp, now_millis, write_commit};
use super::error::{Conflict, DeltaError};
use super::history::CommitSummary;
use super::snapshot::{Pin, Snapshot};

/// How often a commit is tried again when somebody else commits meanwhile.
pub(super) const ATTEMPTS: usize = 10;

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
    /// The metadata of the next version, where the change makes another of it.
    pub(super) metadata: Option<Metadata>,
    /// Whether no row of a table decided what is written.
    pub(super) blind: bool,
}

impl DataChange {
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
        let row_ids = assign_row_ids(&mut adds, base.protocol(), base.location(), Some(base))?;
        let mut info = commit_info(self.operation, &self.user, Some(base.version()));
        info.in_commit_timestamp = in_commit_timestamp(&mut base.metadata().clone(), Some(base))?;
        info.is_blind_append = self.blind && self.removes.is_empty();
        info.operation_parameters.clone_from(&self.parameters);
        info.operation_metrics.clone_from(&self.metrics);
        let deleted = now_millis();
        let removes = self.removes.iter().cloned().map(|file| Action::Remove(file.into_remove(deleted)));
        let mut actions = vec![Action::CommitInfo(info)];
        actions.extend(self.metadata.clone().map(Action::MetaData));
        actions.extend(row_ids.map(Action::DomainMetadata));
        actions.extend(removes);
        actions.extend(adds.into_iter().map(Action::Add));
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
        // New rows go beside whatever rows there are; what takes rows away must know those it takes.
        if !self.removes.is_empty() {
            for version in base.version() + 1..=newer.version() {
                if CommitSummary::read(base.location(), version)?.is_blind_append != Some(true) {
                    return conflict(version, Conflict::Rows);
                }
            }
        }
        Ok(newer)
    }
}
