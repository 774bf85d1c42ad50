//! The journal: one `SQLite` file that lets a run be resumed, undone and reported. Always on.
//!
//! A step is written down before it is done and again when it has ended, so whatever happens to the process,
//! the journal knows what may be under way. It holds names, SQL texts and numbers: never a token, never a
//! row of data.

mod copied_files;
mod entries;
mod fault_point;
mod fills;
mod later_runs;
mod lease;
mod migrations;
mod open_copies;
mod owed_keys;
mod provenance;
mod runs;
mod steps;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use rusqlite::{Connection, Transaction, TransactionBehavior};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub(crate) use copied_files::CopiedFiles;
pub use entries::JournalEntry;
pub(crate) use provenance::Provenance;
pub(crate) use runs::Began;
pub use runs::RunSummary;
pub(crate) use steps::{End, InFlight};

use crate::{Error, Result};

/// The id of a run: later runs have greater ids.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(String);

impl RunId {
    /// An id that no other run has.
    pub(crate) fn generate() -> Self {
        Self(Uuid::now_v7().to_string())
    }

    /// An id as text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// It runs, or its process died on another machine and nobody looked yet.
    Running,
    /// Everything ended well.
    Succeeded,
    /// Something failed.
    Failed,
    /// It was cancelled.
    Cancelled,
    /// Its process died.
    Interrupted,
    /// A limit of the settings stopped it.
    Aborted,
    /// A rollback undid it.
    RolledBack,
}

impl RunState {
    fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Interrupted => "interrupted",
            Self::Aborted => "aborted",
            Self::RolledBack => "rolled_back",
        }
    }

    fn from_str(text: &str) -> Self {
        match text {
            "succeeded" => Self::Succeeded,
            "failed" => Self::Failed,
            "cancelled" => Self::Cancelled,
            "interrupted" => Self::Interrupted,
            "aborted" => Self::Aborted,
            "rolled_back" => Self::RolledBack,
            _ => Self::Running,
        }
    }
}

impl fmt::Display for RunState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The journal. Cheap to clone; clones share one connection. Every call writes or reads a few rows and takes
/// microseconds, so it may be made from asynchronous code; one in thousands waits for the disk.
#[derive(Clone)]
pub struct Journal {
    connection: Arc<Mutex<Connection>>,
    path: Arc<Path>,
}

impl fmt::Debug for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Journal").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Journal {
    /// Opens the journal in this file. A new one can be read by its owner only, and so can a new folder.
    ///
    /// # Errors
    /// [`Error::Journal`] when the file cannot be opened, [`Error::JournalTooNew`] when a newer version wrote it.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        prepare_file(path).map_err(|source| failed(path, "open", source))?;
        let mut connection = Connection::open(path).map_err(|source| failed(path, "open", source))?;
        configure(&connection).map_err(|source| failed(path, "open", source))?;
        migrations::apply(&mut connection, path)?;
        Ok(Self { connection: Arc::new(Mutex::new(connection)), path: path.into() })
    }

    /// The journal's file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The folder of the locks that leases hold.
    fn locks(&self) -> PathBuf {
        self.path.with_extension("locks")
    }

    /// Reads and writes in one transaction.
    fn write<T>(
        &self,
        attempt: &'static str,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T> {
        let mut connection = self.lock();
        fault_point::reached();
        let run = |connection: &mut Connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let value = work(&transaction)?;
            transaction.commit()?;
            Ok(value)
        };
        run(&mut connection).map_err(|source: rusqlite::Error| failed(&self.path, attempt, source))
    }

    /// Reads.
    fn read<T>(
        &self,
        attempt: &'static str,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T> {
        work(&self.lock()).map_err(|source| failed(&self.path, attempt, source))
    }

    /// A panic while the lock was held left a transaction that `SQLite` rolled back: the connection is sound.
    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The error of an attempt on the journal.
fn failed(
    path: &Path,
    attempt: &'static str,
    source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> Error {
    Error::Journal { path: path.to_owned(), attempt, source: source.into() }
}

/// Makes the folder (0700) and the file (0600); `SQLite` gives its side files the rights of the file.
fn prepare_file(path: &Path) -> std::io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.exists()) {
        make_private_folder(folder)?;
    }
    let mut options = fs_err::OpenOptions::new();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    {
        use fs_err::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path).map(drop)
}

fn make_private_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(folder)
}

/// WAL with `NORMAL` survives the death of the process at any moment without waiting for the disk at every
/// commit; only a power failure can lose the last commits, and then the plan is made from what is there. What does
/// wait for the disk, with every step of the run behind it, is the return of the log into the file: it comes after
/// so many pages, three or so a write.
fn configure(connection: &Connection) -> rusqlite::Result<()> {
    const PAGES_OF_THE_LOG: u32 = 16_384;
    connection.busy_timeout(std::time::Duration::from_secs(10))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "wal_autocheckpoint", PAGES_OF_THE_LOG)?;
    connection.pragma_update(None, "foreign_keys", true)
}

/// Now, as the journal writes it: milliseconds since 1970-01-01 UTC.
fn now() -> i64 {
    Utc::now().timestamp_millis()
}

fn time(milliseconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(milliseconds).unwrap_or_default()
}

/// A JSON column, read.
fn from_json<T: serde::de::DeserializeOwned>(column: usize, text: &str) -> rusqlite::Result<T> {
    serde_json::from_str(text).map_err(|source| {
        rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, Box::new(source))
    })
}

/// A JSON column, to be written.
fn to_json<T: Serialize>(value: &T) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(|source| rusqlite::Error::ToSqlConversionFailure(Box::new(source)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn new_journal_can_be_read_by_its_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("home/state.db");
        Journal::open(&path).unwrap();
        let mode = |path: &Path| fs_err::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(path.parent().unwrap()), 0o700);
    }

    #[test]
    fn journal_of_a_newer_version_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.db");
        Journal::open(&path).unwrap().lock().pragma_update(None, "user_version", 1000).unwrap();
        assert!(matches!(Journal::open(&path), Err(Error::JournalTooNew { found: 1000, .. })));
    }

    #[test]
    fn file_that_is_no_journal_is_refused_and_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.db");
        fs_err::write(
            &path,
            "this is no database, and it is longer than the header of one would be: 100 bytes. So.",
        )
        .unwrap();
        assert!(Journal::open(&path).unwrap_err().to_string().contains("state.db"));
    }
}
