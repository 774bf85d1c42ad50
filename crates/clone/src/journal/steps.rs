//! Steps: about to be done, sent, ended.

use std::collections::HashMap;

use clxs_api::statement::StatementId;
use rusqlite::params;

use super::{Journal, RunId, from_json, now, to_json};
use crate::Result;
use crate::outcome::StepOutcome;
use crate::plan::StepId;
use crate::report::StepRecord;

/// A step of a dead run that nobody knows the end of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InFlight {
    pub(crate) step: StepId,
    /// The statement sent last; absent when none was, or when its id never arrived.
    pub(crate) statement: Option<StatementId>,
}

impl Journal {
    /// A step is about to be done.
    pub(crate) fn step_begins(&self, run: &RunId, step: StepId, version_before: Option<u64>) -> Result<()> {
        self.write("begin a step", |transaction| {
            let version = version_before.and_then(|version| i64::try_from(version).ok());
            transaction.prepare_cached(
                "INSERT OR REPLACE INTO steps (run, step, started_at, version_before) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![run.as_str(), step.0, now(), version])
        })?;
        Ok(())
    }

    /// A statement of a step was taken by the warehouse.
    pub(crate) fn statement_sent(&self, run: &RunId, step: StepId, statement: &StatementId) -> Result<()> {
        self.write("note a statement", |transaction| {
            transaction
                .prepare_cached("INSERT OR IGNORE INTO statements (run, step, id) VALUES (?1, ?2, ?3)")?
                .execute(params![run.as_str(), step.0, statement.0])
        })?;
        Ok(())
    }

    /// A step has ended, or will not be done.
    pub(crate) fn step_ends(
        &self,
        run: &RunId,
        step: StepId,
        outcome: &StepOutcome,
        retries: u32,
    ) -> Result<()> {
        self.write("end a step", |transaction| {
            transaction
                .prepare_cached(
                    "INSERT INTO steps (run, step, started_at, finished_at, retries, outcome) VALUES (?1, ?2, ?3, ?3, ?4, ?5)
                     ON CONFLICT (run, step) DO UPDATE SET finished_at = ?3, retries = ?4, outcome = ?5",
                )?
                .execute(params![run.as_str(), step.0, now(), retries, to_json(outcome)?])
        })?;
        Ok(())
    }

    /// Steps that began and have not ended.
    pub(crate) fn in_flight(&self, run: &RunId) -> Result<Vec<InFlight>> {
        self.read("list steps in flight", |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT step, (SELECT max(id) FROM statements s WHERE s.run = steps.run AND s.step = steps.step)
                 FROM steps WHERE run = ?1 AND outcome IS NULL ORDER BY step",
            )?;
            let rows = statement.query_map([run.as_str()], |row| {
                let statement: Option<String> = row.get(1)?;
                Ok(InFlight { step: StepId(row.get(0)?), statement: statement.map(StatementId) })
            })?;
            rows.collect()
        })
    }

    /// Everything known of the steps of a run.
    pub(super) fn step_records(&self, run: &RunId) -> Result<HashMap<StepId, StepRecord>> {
        self.read("read steps", |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT step, started_at, finished_at, retries, outcome,
                        (SELECT json_group_array(id) FROM statements s WHERE s.run = steps.run AND s.step = steps.step)
                 FROM steps WHERE run = ?1",
            )?;
            let rows = statement.query_map([run.as_str()], |row| {
                let (started, finished): (i64, Option<i64>) = (row.get(1)?, row.get(2)?);
                let outcome: Option<String> = row.get(4)?;
                let record = StepRecord {
                    outcome: outcome.map(|text| from_json(4, &text)).transpose()?,
                    duration_ms: finished.and_then(|finished| u64::try_from(finished - started).ok()).unwrap_or(0),
                    retries: row.get(3)?,
                    statement_ids: from_json(5, &row.get::<_, String>(5)?)?,
                };
                Ok((StepId(row.get(0)?), record))
            })?;
            rows.collect()
        })
    }
}
