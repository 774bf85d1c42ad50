//! Runs: begin, end, list, report.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, Row, Transaction, params};
use serde::Serialize;

use super::lease::Process;
use super::{Journal, RunId, RunState, from_json, now, open_copies, time, to_json};
use crate::plan::Plan;
use crate::report::{self, Counts, Report};
use crate::{Error, Result, Settings};

/// A run in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RunSummary {
    /// Its id.
    pub id: RunId,
    /// The catalog it cloned.
    pub source: String,
    /// The catalog it cloned into.
    pub destination: String,
    /// How far it is.
    pub state: RunState,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// What became of the securables; absent until it ended.
    pub counts: Option<Counts>,
    /// The run that it undoes, when it is a rollback.
    pub undoes: Option<RunId>,
    /// The limit that stopped it.
    pub abort_reason: Option<String>,
}

const SUMMARY: &str = "SELECT id, source, destination, state, started_at, finished_at, counts, undoes, abort_reason, process, host
     FROM runs";

/// A run that begins.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Began<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) plan: &'a Plan,
    /// The run that it undoes.
    pub(crate) undoes: Option<&'a RunId>,
    /// The warehouse that gets its statements.
    pub(crate) warehouse: &'a str,
}

impl RunSummary {
    fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let counts: Option<String> = row.get(6)?;
        let process = Process { id: row.get(9)?, host: row.get(10)? };
        let state = match RunState::from_str(&row.get::<_, String>(3)?) {
            RunState::Running if process.has_died() => RunState::Interrupted,
            state => state,
        };
        Ok(Self {
            id: RunId::new(row.get::<_, String>(0)?),
            source: row.get(1)?,
            destination: row.get(2)?,
            state,
            started_at: time(row.get(4)?),
            finished_at: row.get::<_, Option<i64>>(5)?.map(time),
            counts: counts.map(|text| from_json(6, &text)).transpose()?,
            undoes: row.get::<_, Option<String>>(7)?.map(RunId::new),
            abort_reason: row.get(8)?,
        })
    }
}

impl Journal {
    /// All runs, newest first.
    ///
    /// # Errors
    /// [`Error::Journal`].
    pub fn runs(&self) -> Result<Vec<RunSummary>> {
        self.read("list runs", |connection| {
            let mut statement = connection.prepare_cached(&format!("{SUMMARY} ORDER BY id DESC"))?;
            statement.query_map([], RunSummary::from_row)?.collect()
        })
    }

    /// The report of a run, made anew from what the journal holds: also of one that runs or died.
    ///
    /// # Errors
    /// [`Error::RunNotFound`] and [`Error::Journal`].
    pub fn report(&self, run: &RunId) -> Result<Report> {
        let summary = self.summary(run)?;
        let plan = self.plan_of(run)?;
        let steps = self.step_records(run)?;
        Ok(report::build(&summary, &plan, &steps))
    }

    /// The plan of a run.
    ///
    /// # Errors
    /// [`Error::RunNotFound`] and [`Error::Journal`].
    pub fn plan_of(&self, run: &RunId) -> Result<Plan> {
        let plan = self.read("read a plan", |connection| {
            connection
                .query_row("SELECT plan FROM plans WHERE run = ?1", [run.as_str()], |row| {
                    from_json(0, &row.get::<_, String>(0)?)
                })
                .optional()
        })?;
        plan.ok_or_else(|| Error::RunNotFound { run: run.to_string() })
    }

    /// The settings that a run was made with.
    pub(crate) fn settings_of(&self, run: &RunId) -> Result<Settings> {
        self.read("read the settings of a run", |connection| {
            let sql = "SELECT settings FROM runs WHERE id = ?1";
            connection.query_row(sql, [run.as_str()], |row| from_json(0, &row.get::<_, String>(0)?))
        })
    }

    /// The metastore that a run writes to.
    pub(crate) fn metastore_of(&self, run: &RunId) -> Result<String> {
        self.read("read the metastore of a run", |connection| {
            connection.query_row("SELECT metastore FROM runs WHERE id = ?1", [run.as_str()], |row| row.get(0))
        })
    }

    /// A run as lists show it.
    ///
    /// # Errors
    /// [`Error::RunNotFound`] and [`Error::Journal`].
    pub fn summary(&self, run: &RunId) -> Result<RunSummary> {
        let summary = self.read("read a run", |connection| {
            let sql = format!("{SUMMARY} WHERE id = ?1");
            connection.query_row(&sql, [run.as_str()], RunSummary::from_row).optional()
        })?;
        summary.ok_or_else(|| Error::RunNotFound { run: run.to_string() })
    }

    /// A run begins.
    pub(crate) fn begin_run(&self, metastore: &str, run: &RunId, began: &Began<'_>) -> Result<()> {
        let Began { settings, plan, undoes, warehouse } = began;
        let process = Process::current();
        self.write("begin a run", |transaction| {
            transaction.execute(
                "INSERT INTO runs (id, metastore, source, destination, state, settings, process, host, started_at, undoes)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
                params![
                    run.as_str(),
                    metastore,
                    plan.source.as_str(),
                    plan.destination.as_str(),
                    RunState::Running.as_str(),
                    to_json(settings)?,
                    process.id,
                    process.host,
                    now(),
                    undoes.map(RunId::as_str)
                ],
            )?;
            let row = params![run.as_str(), to_json(plan)?];
            transaction.execute("INSERT INTO plans (run, plan) VALUES (?1, ?2)", row)?;
            open_copies::begin(transaction, (metastore, run), (settings, plan))?;
            note_warehouse(transaction, run, warehouse)
        })?;
        Ok(())
    }

    /// A run that ended goes on, in this process and on this warehouse.
    pub(crate) fn reopen_run(&self, run: &RunId, warehouse: &str) -> Result<()> {
        let process = Process::current();
        self.write("go on with a run", |transaction| {
            transaction.execute(
                "UPDATE runs SET state = ?2, finished_at = NULL, counts = NULL, abort_reason = NULL, process = ?3, host = ?4
                 WHERE id = ?1",
                params![run.as_str(), RunState::Running.as_str(), process.id, process.host],
            )?;
            note_warehouse(transaction, run, warehouse)
        })?;
        Ok(())
    }

    /// The warehouses that a run has sent its statements to.
    pub(crate) fn warehouses_of(&self, run: &RunId) -> Result<BTreeSet<String>> {
        self.read("list the warehouses of a run", |connection| {
            let mut statement =
                connection.prepare_cached("SELECT warehouse FROM run_warehouses WHERE run = ?1")?;
            statement.query_map([run.as_str()], |row| row.get(0))?.collect()
        })
    }

    /// A run ends; its report is returned, as [`Journal::report`] makes it of the plan that the journal has too.
    pub(crate) fn end_run(
        &self,
        (run, plan): (&RunId, &Plan),
        state: RunState,
        abort_reason: Option<&str>,
    ) -> Result<Report> {
        self.set_state(run, state, None)?;
        if abort_reason.is_some() {
            self.write("note why a run was stopped", |transaction| {
                let row = params![run.as_str(), abort_reason];
                transaction.execute("UPDATE runs SET abort_reason = ?2 WHERE id = ?1", row)
            })?;
        }
        let report = report::build(&self.summary(run)?, plan, &self.step_records(run)?);
        self.set_state(run, state, Some(report.counts))?;
        Ok(report)
    }

    /// What a run did was undone by a rollback.
    pub(crate) fn rolled_back(&self, run: &RunId) -> Result<()> {
        self.write("note a rollback", |transaction| {
            open_copies::undo(transaction, run)?;
            let row = params![run.as_str(), RunState::RolledBack.as_str()];
            transaction.execute("UPDATE runs SET state = ?2 WHERE id = ?1", row)
        })?;
        Ok(())
    }

    fn set_state(&self, run: &RunId, state: RunState, counts: Option<Counts>) -> Result<()> {
        self.write("end a run", |transaction| {
            let counts = counts.as_ref().map(to_json).transpose()?;
            transaction.execute(
                "UPDATE runs SET state = ?2, finished_at = coalesce(finished_at, ?3), counts = ?4 WHERE id = ?1",
                params![run.as_str(), state.as_str(), now(), counts],
            )
        })?;
        Ok(())
    }

    /// Runs on a destination that have not ended, or that have steps in flight: for whoever holds the lease
    /// they are over.
    pub(crate) fn unfinished_runs(&self, metastore: &str, destination: &str) -> Result<Vec<RunSummary>> {
        self.read("list unfinished runs", |connection| {
            let mut statement = connection.prepare_cached(&format!(
                "{SUMMARY} WHERE metastore = ?1 AND destination = ?2
                 AND (state = ?3 OR id IN (SELECT run FROM steps WHERE finished_at IS NULL)) ORDER BY id"
            ))?;
            let key = params![metastore, destination, RunState::Running.as_str()];
            statement.query_map(key, RunSummary::from_row)?.collect()
        })
    }
}

fn note_warehouse(transaction: &Transaction<'_>, run: &RunId, warehouse: &str) -> rusqlite::Result<usize> {
    let row = params![run.as_str(), warehouse];
    transaction.execute("INSERT OR IGNORE INTO run_warehouses (run, warehouse) VALUES (?1, ?2)", row)
}
