//! What somebody else committed first, as far as it decides whether another change is still valid (open Delta,
//! `ConflictChecker`).

use std::collections::BTreeMap;

use serde::Deserialize;

use super::DataChange;
use super::reads::looks_at;
use crate::delta::error::{Conflict, DeltaError};
use crate::delta::location::TableLocation;
use crate::delta::log::each_in_commit;
use crate::delta::snapshot::Snapshot;

type Partition = BTreeMap<String, Option<String>>;

/// A commit that came first.
#[derive(Debug, Default)]
pub(super) struct Winner {
    blind: bool,
    /// The partitions of the files that have new rows.
    added: Vec<Partition>,
    removed: Vec<Removed>,
    domains: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    commit_info: Option<Info>,
    add: Option<Added>,
    remove: Option<Removed>,
    domain_metadata: Option<Domain>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Info {
    is_blind_append: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Added {
    data_change: bool,
    partition_values: Partition,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Removed {
    path: String,
    /// Absent when the writer left it out.
    partition_values: Option<Partition>,
}

#[derive(Deserialize)]
struct Domain {
    domain: String,
}

impl Winner {
    pub(super) fn read(location: &TableLocation, version: u64) -> Result<Self, DeltaError> {
        let mut winner = Self::default();
        each_in_commit(location, version, |line: Line| {
            winner.blind |= line.commit_info.is_some_and(|info| info.is_blind_append == Some(true));
            let added = line.add.filter(|add| add.data_change);
            winner.added.extend(added.map(|add| add.partition_values));
            winner.removed.extend(line.remove);
            winner.domains.extend(line.domain_metadata.map(|domain| domain.domain));
        })?;
        Ok(winner)
    }

    /// Why a change of a table that did not see the commit is not valid after it.
    pub(super) fn conflict(&self, change: &DataChange, table: &Snapshot) -> Option<Conflict> {
        let looked = change.reads && change.changes_rows;
        let looks_at = |partition: &Partition| looked && looks_at(&change.partitions, table, partition);
        let looked_at = |file: &Removed| file.partition_values.as_ref().map_or(looked, looks_at);
        let removes = |file: &Removed| change.removes.iter().any(|own| own.path == file.path);
        // Open Delta, `checkForAddedFilesThatShouldHaveBeenReadByCurrentTxn`.
        let tolerated = self.blind && change.metadata.is_none() && !table.is_serializable();
        if !tolerated && self.added.iter().any(looks_at) {
            return Some(Conflict::Append);
        }
        if self.removed.iter().any(looked_at) {
            return Some(Conflict::DeleteRead);
        }
        if self.removed.iter().any(removes) {
            return Some(Conflict::DeleteDelete);
        }
        let same_domain = |domain: &String| change.domains.iter().any(|own| own.domain == *domain);
        self.domains.iter().any(same_domain).then_some(Conflict::Metadata)
    }
}
