//! Whether a run can still be gone on with or undone: not when later ones have changed what it left.

use clxs_api::Identifier;
use rusqlite::{OptionalExtension, Row, params};

use super::{Journal, RunId, RunState};
use crate::{Error, Result};

impl Journal {
    /// Checks that a run ended before its plan did, and that none came after it.
    ///
    /// # Errors
    /// [`Error::NotResumable`], [`Error::BeingUndone`], [`Error::Superseded`].
    pub(crate) fn require_resumable(&self, run: &RunId) -> Result<()> {
        let summary = self.summary(run)?;
        if matches!(summary.state, RunState::Succeeded | RunState::RolledBack) {
            return Err(Error::NotResumable { run: run.clone(), state: summary.state });
        }
        let rollbacks = self.rollbacks_of(summary.undoes.as_ref().unwrap_or(run))?;
        if let Some(rollback) = rollbacks.into_iter().next_back().filter(|rollback| rollback > run) {
            return Err(Error::BeingUndone { run: run.clone(), rollback });
        }
        self.require_newest(run)
    }

    /// Checks that what a run did is there to be undone, and that none came after it.
    ///
    /// # Errors
    /// [`Error::NotUndoable`] and [`Error::Superseded`].
    pub(crate) fn require_undoable(&self, run: &RunId) -> Result<()> {
        let summary = self.summary(run)?;
        if summary.undoes.is_some() || summary.state == RunState::RolledBack {
            return Err(Error::NotUndoable { run: run.clone(), state: summary.state });
        }
        self.require_newest(run)
    }

    fn require_newest(&self, run: &RunId) -> Result<()> {
        match self.later_run(run)? {
            Some(later) => Err(Error::Superseded { run: run.clone(), later }),
            None => Ok(()),
        }
    }

    /// The newest run on the same destination that began after this one and did something that was not undone.
    fn later_run(&self, run: &RunId) -> Result<Option<RunId>> {
        self.read("look for later runs", |connection| {
            let sql = "SELECT later.id FROM runs later JOIN runs own ON own.id = ?1
                 WHERE later.metastore = own.metastore AND later.destination = own.destination AND later.id > own.id
                 AND later.state <> ?2 AND later.undoes IS NULL
                 AND EXISTS (SELECT 1 FROM steps WHERE steps.run = later.id)
                 ORDER BY later.id DESC LIMIT 1";
            let key = params![run.as_str(), RunState::RolledBack.as_str()];
            connection.query_row(sql, key, |row| row.get(0).map(|id: String| RunId::new(id))).optional()
        })
    }

    /// The newest run to a destination that did something which was not undone, if it ended before its plan did.
    pub(crate) fn ended_early(&self, metastore: &str, destination: &Identifier) -> Result<Option<RunId>> {
        let newest = self.read("look for the newest run", |connection| {
            let sql = "SELECT id, state FROM runs
                 WHERE metastore = ?1 AND lower(destination) = ?2 AND state <> ?3 AND undoes IS NULL
                 AND EXISTS (SELECT 1 FROM steps WHERE steps.run = runs.id)
                 ORDER BY id DESC LIMIT 1";
            let destination = destination.to_lowercase();
            let key = params![metastore, destination.as_str(), RunState::RolledBack.as_str()];
            let newest = |row: &Row<'_>| {
                Ok((RunId::new(row.get::<_, String>(0)?), RunState::from_str(&row.get::<_, String>(1)?)))
            };
            connection.query_row(sql, key, newest).optional()
        })?;
        let is_over = |state| matches!(state, RunState::Succeeded | RunState::Running);
        Ok(newest.filter(|(_, state)| !is_over(*state)).map(|(run, _)| run))
    }

    /// The rollbacks of a run that undid anything, oldest first.
    pub(crate) fn rollbacks_of(&self, run: &RunId) -> Result<Vec<RunId>> {
        self.read("look for rollbacks", |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT id FROM runs WHERE undoes = ?1
                 AND EXISTS (SELECT 1 FROM steps WHERE steps.run = runs.id) ORDER BY id",
            )?;
            statement.query_map([run.as_str()], |row| row.get(0).map(|id: String| RunId::new(id)))?.collect()
        })
    }
}
