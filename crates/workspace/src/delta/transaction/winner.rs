//! What somebody else committed first, as far as it decides whether another change is still valid (open Delta,
//! `ConflictChecker`).

use serde::Deserialize;

use super::DataChange;
use crate::delta::error::{Conflict, DeltaError};
use crate::delta::location::TableLocation;
use crate::delta::log::each_in_commit;

/// A commit that came first.
#[derive(Debug, Default)]
pub(super) struct Winner {
    blind: bool,
    adds_rows: bool,
    removed: Vec<String>,
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
}

#[derive(Deserialize)]
struct Removed {
    path: String,
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
            winner.adds_rows |= line.add.is_some_and(|add| add.data_change);
            winner.removed.extend(line.remove.map(|remove| remove.path));
            winner.domains.extend(line.domain_metadata.map(|domain| domain.domain));
        })?;
        Ok(winner)
    }

    /// Why a change that did not see the commit is not valid after it.
    pub(super) fn conflict(&self, change: &DataChange) -> Option<Conflict> {
        let looked = change.reads && change.changes_rows;
        let removes = |path: &String| change.removes.iter().any(|file| file.path == *path);
        if looked && self.adds_rows && !self.blind {
            return Some(Conflict::Append);
        }
        if looked && !self.removed.is_empty() {
            return Some(Conflict::DeleteRead);
        }
        if self.removed.iter().any(removes) {
            return Some(Conflict::DeleteDelete);
        }
        let same_domain = |domain: &String| change.domains.iter().any(|own| own.domain == *domain);
        self.domains.iter().any(same_domain).then_some(Conflict::Metadata)
    }
}
