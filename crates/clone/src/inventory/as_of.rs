//! Which version of each table the settings ask for, looked up before anything is planned: the platform would
//! refuse one table after the other in the middle of a run, and takes no moment after a table's last commit.

use chrono::{DateTime, Utc};
use clxs_api::FullName;

use super::reader::{Found, Reader};
use super::{Commit, History, Inventories};
use crate::settings::{AsOf, moment};
use crate::{Error, Result};

/// The version of a table that the settings ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VersionAsOf {
    /// This one.
    Version(u64),
    /// The table did not exist yet.
    NotYet,
    /// There is none, or no longer.
    Unavailable {
        /// Why.
        reason: String,
    },
}

impl VersionAsOf {
    /// The version, when there is one.
    pub fn version(&self) -> Option<u64> {
        match self {
            Self::Version(version) => Some(*version),
            Self::NotYet | Self::Unavailable { .. } => None,
        }
    }
}

impl<'a> Reader<'a> {
    /// Looks up the versions of all tables that are to be cloned as they were.
    pub(super) async fn versions_as_of(&self, own: &Inventories) -> Result<Found<'a>> {
        let consistent_at = self.moment().await?;
        let cut = consistent_at.map(|moment| AsOf::Timestamp(moment.to_rfc3339()));
        let wanted = |name: &FullName| match (self.settings.as_of_table(name), &cut) {
            (AsOf::Latest, Some(cut)) => cut.clone(),
            (as_of, _) => as_of,
        };
        let tables = self.tables_taking_part(&own.source);
        let asked = tables.into_iter().map(|name| (wanted(&name), name));
        let asked: Vec<_> = asked.filter(|(as_of, _)| *as_of != AsOf::Latest).collect();
        let reads: Vec<_> = asked.iter().map(|(as_of, name)| self.version_as_of(name, as_of)).collect();
        let versions = self.all_statements(reads).await?;
        Ok(Box::new(move |inventories| {
            inventories.consistent_at = consistent_at;
            for ((_, name), version) in asked.iter().zip(versions) {
                if let Some(table) = inventories.source.table_mut(name) {
                    table.as_of = Some(version);
                }
            }
            Ok(())
        }))
    }

    /// The moment that all tables are read at, where they are to be consistent: the one that is asked for, or now by
    /// the clock of the warehouse, which is the one that dates commits.
    async fn moment(&self) -> Result<Option<DateTime<Utc>>> {
        match &self.settings.as_of {
            _ if !self.settings.consistent => Ok(None),
            AsOf::Timestamp(text) => Ok(moment(text)),
            AsOf::Latest | AsOf::Version(_) => self.now().await.map(Some),
        }
    }

    async fn now(&self) -> Result<DateTime<Utc>> {
        const ATTEMPT: &str = "ask the warehouse for the time";
        let rows = self.warehouse.query("SELECT current_timestamp() AS now".to_owned()).await;
        let rows = rows.map_err(Error::client(ATTEMPT))?;
        let now = rows.get(0).and_then(|row| row.get("now").ok().flatten().and_then(moment));
        let problem = || "the answer is no moment".to_owned();
        now.ok_or_else(|| Error::Unexpected { attempt: ATTEMPT.to_owned(), problem: problem() })
    }

    async fn version_as_of(&self, name: &FullName, as_of: &AsOf) -> Result<VersionAsOf> {
        let history = self.warehouse.all_commits(name).await;
        let history =
            history.map_err(Error::client(format!("read the history of table `{}`", name.dotted())))?;
        Ok(resolve(&history, as_of))
    }
}

fn resolve(history: &History, as_of: &AsOf) -> VersionAsOf {
    let commits = match history {
        History::Read(commits) => commits.as_slice(),
        History::Unreadable { reason } => return unavailable(format!("it has no history: {reason}")),
        History::NotRead => &[],
    };
    match as_of {
        AsOf::Latest => {
            history.version().map_or_else(|| unavailable("it has no history"), VersionAsOf::Version)
        }
        AsOf::Version(version) => exact(commits, *version),
        AsOf::Timestamp(text) => match moment(text) {
            Some(moment) => at(commits, moment),
            None => unavailable(format!("`{text}` is no moment")),
        },
    }
}

fn exact(commits: &[Commit], version: u64) -> VersionAsOf {
    if commits.iter().any(|commit| commit.version == version) {
        return VersionAsOf::Version(version);
    }
    let (Some(newest), Some(oldest)) = (commits.first(), commits.last()) else {
        return unavailable("it has no history");
    };
    let (oldest, newest) = (oldest.version, newest.version);
    unavailable(format!("it has no version {version}: its history goes from {oldest} to {newest}"))
}

/// The last commit at or before a moment.
fn at(commits: &[Commit], moment: DateTime<Utc>) -> VersionAsOf {
    let is_before = |commit: &&Commit| commit.timestamp.is_some_and(|timestamp| timestamp <= moment);
    if let Some(commit) = commits.iter().find(is_before) {
        return VersionAsOf::Version(commit.version);
    }
    match commits.last() {
        Some(Commit { version: 0, timestamp: Some(_), .. }) => VersionAsOf::NotYet,
        Some(Commit { timestamp: Some(oldest), .. }) => {
            unavailable(format!("its history begins at {}", oldest.to_rfc3339()))
        }
        _ => unavailable("its commits tell no time"),
    }
}

fn unavailable(reason: impl Into<String>) -> VersionAsOf {
    VersionAsOf::Unavailable { reason: reason.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(commits: &[(u64, &str)]) -> History {
        let commit = |(version, day): &(u64, &str)| Commit {
            version: *version,
            timestamp: moment(&format!("{day}T12:00:00Z")),
            ..Commit::default()
        };
        History::Read(commits.iter().map(commit).collect())
    }

    fn at_day(history: &History, day: &str) -> VersionAsOf {
        resolve(history, &AsOf::Timestamp(day.to_owned()))
    }

    #[test]
    fn moment_means_the_last_commit_before_it_also_long_after_the_last_one() {
        let history = history(&[(2, "2026-03-05"), (1, "2026-03-03"), (0, "2026-03-01")]);
        assert_eq!(at_day(&history, "2026-03-04 23:59:59"), VersionAsOf::Version(1));
        assert_eq!(at_day(&history, "2026-03-03T12:00:00Z"), VersionAsOf::Version(1));
        assert_eq!(at_day(&history, "2027-01-01"), VersionAsOf::Version(2));
        assert_eq!(at_day(&history, "2026-02-01"), VersionAsOf::NotYet);
    }

    #[test]
    fn what_was_cleaned_up_is_unavailable_and_says_since_when() {
        let history = history(&[(9, "2026-03-05"), (8, "2026-03-03")]);
        let VersionAsOf::Unavailable { reason } = at_day(&history, "2026-03-01") else { panic!() };
        assert!(reason.contains("begins at 2026-03-03"), "{reason}");
        let VersionAsOf::Unavailable { reason } = resolve(&history, &AsOf::Version(3)) else { panic!() };
        assert!(reason.contains("from 8 to 9"), "{reason}");
        assert_eq!(resolve(&history, &AsOf::Version(8)), VersionAsOf::Version(8));
    }
}
