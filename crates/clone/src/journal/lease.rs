//! Leases: one run a destination.
//!
//! A lease is a lock of the operating system on a file beside the journal, so it ends with its process,
//! however that ends. The journal's row only says who holds it.

use std::fs::TryLockError;

use rusqlite::{OptionalExtension, params};

use super::{Journal, RunId, failed};
use crate::{Error, Result};

/// The right to write to a destination, until it is dropped.
#[derive(Debug)]
pub(crate) struct Lease {
    _lock: std::fs::File,
}

/// Who runs: for people who are refused a lease.
#[derive(Debug, Clone)]
pub(crate) struct Process {
    pub(crate) id: u32,
    pub(crate) host: String,
}

impl Process {
    /// This process.
    pub(crate) fn current() -> Self {
        let named = || fs_err::read_to_string("/proc/sys/kernel/hostname").ok();
        let host = named().or_else(|| std::env::var("HOSTNAME").ok()).unwrap_or_default();
        let host = host.trim();
        Self { id: std::process::id(), host: if host.is_empty() { "this machine" } else { host }.to_owned() }
    }
}

impl Process {
    /// Whether it is known to be no more: nobody here knows of processes of other machines.
    pub(crate) fn has_died(&self) -> bool {
        let processes = std::path::Path::new("/proc");
        self.host == Self::current().host
            && processes.join("self").exists()
            && !processes.join(self.id.to_string()).exists()
    }
}

impl Journal {
    /// Takes the lease of a destination for a run.
    ///
    /// # Errors
    /// [`Error::Locked`] names the run that holds it.
    pub(crate) fn lease(&self, metastore: &str, destination: &str, run: &RunId) -> Result<Lease> {
        let id = self.lease_id(metastore, destination)?;
        let Some(lock) = self.try_lock(id)? else { return Err(self.holder(id, destination)?) };
        self.note_holder(id, Some(run))?;
        Ok(Lease { _lock: lock })
    }

    /// Takes the lease of a destination to look after runs that died; `None` while a run holds it, and when none has died.
    pub(crate) fn idle(&self, metastore: &str, destination: &str) -> Result<Option<Lease>> {
        let id = self.lease_id(metastore, destination)?;
        let Some(lock) = self.try_lock(id)? else { return Ok(None) };
        if self.unfinished_runs(metastore, destination)?.is_empty() {
            return Ok(None);
        }
        self.note_holder(id, None)?;
        Ok(Some(Lease { _lock: lock }))
    }

    /// Notes that this process holds a lease, and for which run.
    fn note_holder(&self, id: i64, run: Option<&RunId>) -> Result<()> {
        let process = Process::current();
        self.write("take a lease", |transaction| {
            transaction.execute(
                "UPDATE leases SET run = ?2, process = ?3, host = ?4 WHERE id = ?1",
                params![id, run.map_or("", RunId::as_str), process.id, process.host],
            )
        })?;
        Ok(())
    }

    fn lease_id(&self, metastore: &str, destination: &str) -> Result<i64> {
        self.write("look up a lease", |transaction| {
            let key = params![metastore, destination];
            transaction
                .execute("INSERT OR IGNORE INTO leases (metastore, destination) VALUES (?1, ?2)", key)?;
            transaction.query_row(
                "SELECT id FROM leases WHERE metastore = ?1 AND destination = ?2",
                key,
                |row| row.get(0),
            )
        })
    }

    fn try_lock(&self, id: i64) -> Result<Option<std::fs::File>> {
        let failed = |source: std::io::Error| failed(self.path(), "take a lease", source);
        fs_err::create_dir_all(self.locks()).map_err(failed)?;
        let path = self.locks().join(format!("{id}.lock"));
        let file =
            fs_err::OpenOptions::new().create(true).truncate(false).write(true).open(path).map_err(failed)?;
        let file = file.into_parts().0;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(source)) => Err(failed(source)),
        }
    }

    fn holder(&self, id: i64, destination: &str) -> Result<Error> {
        let found = self.read("look up a lease", |connection| {
            let columns = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
            connection
                .query_row("SELECT run, process, host FROM leases WHERE id = ?1", [id], columns)
                .optional()
        })?;
        let (run, process, host) = found.unwrap_or_default();
        Ok(Error::Locked { destination: destination.to_owned(), run, process, host })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn second_run_on_a_destination_is_refused_with_the_holder() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.db");
        let (first, second) = (Journal::open(&path).unwrap(), Journal::open(&path).unwrap());
        let held = first.lease("m", "dev", &RunId::new("r1")).unwrap();
        let refused = second.lease("m", "dev", &RunId::new("r2")).unwrap_err();
        assert!(
            matches!(&refused, Error::Locked { run, process, .. } if run == "r1" && *process == std::process::id())
        );
        assert!(second.lease("m", "qa", &RunId::new("r3")).is_ok());
        drop(held);
        assert!(second.lease("m", "dev", &RunId::new("r2")).is_ok());
    }
}
