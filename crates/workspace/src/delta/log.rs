//! The `_delta_log` directory, without the kernel: which versions there are, when and by whom.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufRead, BufReader, ErrorKind};
use std::time::UNIX_EPOCH;

use chrono::DateTime;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::action::Protocol;
use super::error::DeltaError;
use super::history::CommitSummary;
use super::location::TableLocation;

/// The files of a log by version.
#[derive(Debug, Default)]
pub(super) struct Log {
    commits: BTreeSet<u64>,
    checkpoints: BTreeSet<u64>,
}

impl Log {
    /// Lists a log.
    ///
    /// # Errors
    /// [`DeltaError::NotATable`] when there is no commit and no checkpoint.
    pub(super) fn list(location: &TableLocation) -> Result<Self, DeltaError> {
        let log = Self::list_or_empty(location).map_err(DeltaError::io(location))?;
        if log.commits.is_empty() && log.checkpoints.is_empty() {
            return Err(DeltaError::NotATable { location: location.clone() });
        }
        Ok(log)
    }

    fn list_or_empty(location: &TableLocation) -> io::Result<Self> {
        let mut log = Self::default();
        let entries = match fs_err::read_dir(location.log()) {
            Ok(entries) => entries,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return Ok(log);
            }
            Err(error) => return Err(error),
        };
        for entry in entries {
            let name = entry?.file_name();
            if let Some((version, kind)) = name.to_str().and_then(|name| name.split_once('.')) {
                log.add(version, kind);
            }
        }
        Ok(log)
    }

    fn add(&mut self, version: &str, kind: &str) {
        let digits = version.len() == 20 && version.bytes().all(|byte| byte.is_ascii_digit());
        let Some(version) = version.parse().ok().filter(|_| digits) else { return };
        if kind == "json" {
            self.commits.insert(version);
        } else if kind.starts_with("checkpoint.") {
            self.checkpoints.insert(version);
        }
    }

    pub(super) fn latest(&self) -> u64 {
        self.commits.last().max(self.checkpoints.last()).copied().unwrap_or_default()
    }

    /// The earliest version that can be read.
    pub(super) fn earliest(&self) -> u64 {
        match self.commits.first() {
            Some(0) => 0,
            first => self.checkpoints.first().or(first).copied().unwrap_or_default(),
        }
    }

    /// Versions that have a commit file, newest first.
    pub(super) fn newest_first(&self) -> impl Iterator<Item = u64> + '_ {
        self.commits.iter().rev().copied()
    }

    /// The first commit that is missing between the newest checkpoint up to `version` and `version`.
    pub(super) fn gap(&self, version: u64) -> Option<u64> {
        let first = self.checkpoints.range(..=version).next_back().map_or(0, |checkpoint| checkpoint + 1);
        (first..=version).find(|version| !self.commits.contains(version))
    }

    /// The newest version committed at or before a time in milliseconds.
    ///
    /// # Errors
    /// [`DeltaError::TimestampAfterLatest`] and [`DeltaError::TimestampBeforeEarliest`].
    pub(super) fn version_at(&self, location: &TableLocation, timestamp: i64) -> Result<u64, DeltaError> {
        let times = self.commit_times(location)?;
        let (text, location) = (display_time(timestamp), location.clone());
        let latest = times.values().next_back().copied().unwrap_or_default();
        if timestamp > latest {
            let latest = display_time(latest);
            return Err(DeltaError::TimestampAfterLatest { location, timestamp: text, latest });
        }
        let earliest = times.values().next().copied().unwrap_or_default();
        times.iter().rev().find(|(_, time)| **time <= timestamp).map(|(version, _)| *version).ok_or_else(
            || DeltaError::TimestampBeforeEarliest {
                location,
                timestamp: text,
                earliest: display_time(earliest),
            },
        )
    }

    /// When each version was committed; strictly growing, as the protocol wants it of file times.
    fn commit_times(&self, location: &TableLocation) -> Result<BTreeMap<u64, i64>, DeltaError> {
        let mut times = BTreeMap::new();
        let mut previous = i64::MIN;
        for version in self.commits.range(self.earliest()..) {
            let time = CommitSummary::read(location, *version)?.timestamp.max(previous.saturating_add(1));
            times.insert(*version, time);
            previous = time;
        }
        Ok(times)
    }
}

/// Whether there is a table: a log with a version.
///
/// # Errors
/// Those of the file system.
pub(crate) fn is_table(location: &TableLocation) -> Result<bool, DeltaError> {
    match Log::list(location) {
        Ok(_) => Ok(true),
        Err(DeltaError::NotATable { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

/// The time of a file, in milliseconds since 1970.
pub(super) fn modified_millis(metadata: &std::fs::Metadata) -> io::Result<i64> {
    let since = metadata.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// A time as messages show it.
pub(super) fn display_time(millis: i64) -> String {
    match DateTime::from_timestamp_millis(millis) {
        Some(time) => time.format("%Y-%m-%d %H:%M:%S%.3f").to_string(),
        None => millis.to_string(),
    }
}

/// The first line of a commit of which `T` has something, as the closure says.
pub(super) fn find_in_commit<T: DeserializeOwned, R>(
    location: &TableLocation,
    version: u64,
    pick: impl Fn(T) -> Option<R>,
) -> Result<Option<R>, DeltaError> {
    for line in lines(location, version)? {
        if let Some(found) = pick(line?) {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// Calls `visit` for each line of a commit.
pub(super) fn each_in_commit<T: DeserializeOwned>(
    location: &TableLocation,
    version: u64,
    visit: impl FnMut(T),
) -> Result<(), DeltaError> {
    let parsed: Vec<T> = lines(location, version)?.collect::<Result<_, _>>()?;
    parsed.into_iter().for_each(visit);
    Ok(())
}

fn lines<T: DeserializeOwned>(
    location: &TableLocation,
    version: u64,
) -> Result<impl Iterator<Item = Result<T, DeltaError>>, DeltaError> {
    let reader =
        BufReader::new(fs_err::File::open(location.commit_file(version)).map_err(DeltaError::io(location))?);
    let filled = reader.lines().filter(|line| line.as_ref().map_or(true, |line| !line.trim().is_empty()));
    Ok(filled.map(move |line| {
        let line = line.map_err(DeltaError::io(location))?;
        serde_json::from_str(&line).map_err(|source| DeltaError::Json {
            location: location.clone(),
            file: format!("_delta_log/{version:020}.json"),
            source,
        })
    }))
}

/// The newest protocol that the commits up to `version` hold: to say why a table cannot be opened.
pub(super) fn newest_protocol(location: &TableLocation, log: &Log, version: u64) -> Option<Protocol> {
    #[derive(Deserialize)]
    struct Line {
        protocol: Option<Protocol>,
    }
    log.newest_first()
        .filter(|commit| *commit <= version)
        .find_map(|commit| find_in_commit(location, commit, |line: Line| line.protocol).ok().flatten())
}
