//! Volumes whose files a run was to copy, until one has come to the end of that.

use std::collections::HashSet;

use clxs_api::Identifier;
use rusqlite::{Transaction, params};

use super::{Journal, RunId};
use crate::plan::{Action, Plan, StepId, Transfer};
use crate::{Result, Settings};

impl Journal {
    /// Those of a destination, by their dotted full names.
    pub(super) fn open_copies(&self, metastore: &str, destination: &Identifier) -> Result<HashSet<String>> {
        let prefix = format!("{}.", destination.to_lowercase().as_str());
        self.read("look for copies of files that did not end", |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT volume FROM open_copies WHERE metastore = ?1 AND substr(volume, 1, length(?2)) = ?2",
            )?;
            statement.query_map(params![metastore, prefix], |row| row.get(0))?.collect()
        })
    }
}

/// A run begins: what it is to copy is open, and what its plan has looked at and found whole is not.
pub(super) fn begin(
    transaction: &Transaction<'_>,
    (metastore, run): (&str, &RunId),
    (settings, plan): (&Settings, &Plan),
) -> rusqlite::Result<()> {
    let mut close =
        transaction.prepare_cached("DELETE FROM open_copies WHERE metastore = ?1 AND volume = ?2")?;
    let looks = plan.undoes.is_none() && settings.kinds.volumes && !settings.schema_only;
    for volume in plan.securables.iter().filter(|planned| looks && planned.compares_files()) {
        close.execute(params![metastore, volume.destination.dotted()])?;
    }
    let mut open = transaction.prepare_cached(
        "INSERT OR REPLACE INTO open_copies (metastore, volume, run, step) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for step in &plan.steps {
        if let Action::Transfer(Transfer::CopyFiles(copy)) = &step.action {
            open.execute(params![metastore, copy.destination.dotted(), run.as_str(), step.id.0])?;
        }
    }
    Ok(())
}

/// A step ended well.
pub(super) fn end(transaction: &Transaction<'_>, run: &RunId, step: StepId) -> rusqlite::Result<()> {
    let mut close = transaction.prepare_cached("DELETE FROM open_copies WHERE run = ?1 AND step = ?2")?;
    close.execute(params![run.as_str(), step.0]).map(drop)
}

/// What a run did was undone.
pub(super) fn undo(transaction: &Transaction<'_>, run: &RunId) -> rusqlite::Result<()> {
    transaction.execute("DELETE FROM open_copies WHERE run = ?1", [run.as_str()]).map(drop)
}
