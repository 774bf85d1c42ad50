//! Steps: about to be done, sent, ended.

use std::collections::HashMap;

use clxs_api::statement::StatementId;
use rusqlite::params;

use super::{Journal, RunId, fills, from_json, now, open_copies, provenance, to_json};
use crate::Result;
use crate::outcome::StepOutcome;
use crate::plan::{CloneTable, StepId};
use crate::report::StepRecord;

/// A step that nobody knows the end of: its process died, or could not ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InFlight {
    pub(crate) step: StepId,
    /// The statement sent last; absent when none was, or when its id never arrived.
    pub(crate) statement: Option<StatementId>,
}

/// How a step ended.
#[derive(Debug, Clone, Copy)]
pub(crate) struct End<'a> {
    pub(crate) outcome: &'a StepOutcome,
    pub(crate) retries: u32,
    /// Whether a try may have done its work although nobody heard of it.
    pub(crate) in_doubt: bool,
    /// The metastore of the table that it cloned.
    pub(crate) cloned: Option<(&'a str, &'a CloneTable)>,
}

impl<'a> End<'a> {
    /// The end of a step that nobody tried again.
    pub(crate) fn of(outcome: &'a StepOutcome) -> Self {
        Self { outcome, retries: 0, in_doubt: false, cloned: None }
    }
}

impl Journal {
    /// A step is about to be done.
    pub(crate) fn step_begins(&self, run: &RunId, step: StepId) -> Result<()> {
        self.write("begin a step", |transaction| {
            transaction
                .prepare_cached(
                    "INSERT INTO steps (run, step, started_at) VALUES (?1, ?2, ?3)
                     ON CONFLICT (run, step) DO UPDATE SET started_at = ?3, finished_at = NULL, outcome = NULL",
                )?
                .execute(params![run.as_str(), step.0, now()])
        })?;
        Ok(())
    }

    /// A statement of a step was taken by the warehouse.
    pub(crate) fn statement_sent(&self, run: &RunId, step: StepId, statement: &StatementId) -> Result<()> {
        self.write("note a statement", |transaction| {
            transaction
                .prepare_cached(
                    "INSERT OR IGNORE INTO statements (run, step, id, place)
                     VALUES (?1, ?2, ?3, (SELECT count(*) FROM statements WHERE run = ?1 AND step = ?2))",
                )?
                .execute(params![run.as_str(), step.0, statement.0])
        })?;
        Ok(())
    }

    /// Whether the id of a statement is in the journal, whatever the run.
    pub(crate) fn knows_statement(&self, statement: &StatementId) -> Result<bool> {
        self.read("look for a statement", |connection| {
            let mut known = connection.prepare_cached("SELECT 1 FROM statements WHERE id = ?1")?;
            known.exists([&statement.0])
        })
    }

    /// A step has ended, or will not be done. One of unknown outcome stays in flight. What was cloned is known
    /// together with the end of its step, or not at all.
    pub(crate) fn step_ends(&self, run: &RunId, step: StepId, end: End<'_>) -> Result<()> {
        let End { outcome, retries, in_doubt, cloned } = end;
        let now = now();
        let finished = (!matches!(outcome, StepOutcome::Unknown { .. })).then_some(now);
        self.write("end a step", |transaction| {
            transaction
                .prepare_cached(
                    "INSERT INTO steps (run, step, started_at, finished_at, retries, outcome, in_doubt)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                     ON CONFLICT (run, step) DO UPDATE
                     SET finished_at = ?4, retries = retries + ?5, outcome = ?6, in_doubt = ?7",
                )?
                .execute(params![
                    run.as_str(),
                    step.0,
                    now,
                    finished,
                    retries,
                    to_json(outcome)?,
                    in_doubt
                ])?;
            if outcome.is_done() {
                open_copies::end(transaction, run, step)?;
                fills::end(transaction, run, step)?;
            }
            match cloned {
                Some((metastore, clone)) if outcome.is_done() => {
                    provenance::note(transaction, metastore, clone)
                }
                _ => Ok(()),
            }
        })
    }

    /// What reading back says of a step that had ended well. What is not there as it was written was written all the same.
    pub(crate) fn step_verified(&self, run: &RunId, step: StepId, outcome: &StepOutcome) -> Result<()> {
        self.write("note what was read back", |transaction| {
            let row = params![run.as_str(), step.0, to_json(outcome)?, !outcome.is_done()];
            transaction
                .prepare_cached("UPDATE steps SET outcome = ?3, in_doubt = ?4 WHERE run = ?1 AND step = ?2")?
                .execute(row)
        })?;
        Ok(())
    }

    /// Steps that began and have not ended, each with its newest statement: of older ones the end is known.
    pub(crate) fn in_flight(&self, run: &RunId) -> Result<Vec<InFlight>> {
        self.read("list steps in flight", |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT step, (SELECT id FROM statements s WHERE s.run = steps.run AND s.step = steps.step
                               ORDER BY place DESC LIMIT 1)
                 FROM steps WHERE run = ?1 AND finished_at IS NULL ORDER BY step",
            )?;
            let rows = statement.query_map([run.as_str()], |row| {
                let statement: Option<String> = row.get(1)?;
                Ok(InFlight { step: StepId(row.get(0)?), statement: statement.map(StatementId) })
            })?;
            rows.collect()
        })
    }

    /// Everything known of the steps of a run.
    pub(crate) fn step_records(&self, run: &RunId) -> Result<HashMap<StepId, StepRecord>> {
        self.read("read steps", |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT step, started_at, finished_at, retries, outcome, in_doubt,
                        (SELECT json_group_array(id ORDER BY place) FROM statements s WHERE s.run = steps.run AND s.step = steps.step)
                 FROM steps WHERE run = ?1",
            )?;
            let rows = statement.query_map([run.as_str()], |row| {
                let (started, finished): (i64, Option<i64>) = (row.get(1)?, row.get(2)?);
                let outcome: Option<String> = row.get(4)?;
                let record = StepRecord {
                    outcome: outcome.map(|text| from_json(4, &text)).transpose()?,
                    duration_ms: finished.and_then(|finished| u64::try_from(finished - started).ok()).unwrap_or(0),
                    retries: row.get(3)?,
                    in_doubt: row.get(5)?,
                    statement_ids: from_json(6, &row.get::<_, String>(6)?)?,
                };
                Ok((StepId(row.get(0)?), record))
            })?;
            rows.collect()
        })
    }
}

#[cfg(test)]
mod tests {
    use clxs_api::Identifier;

    use super::*;
    use crate::Settings;
    use crate::journal::{Began, RunState};
    use crate::plan::Plan;
    use crate::settings::{CloneType, LoadType};

    const STEP: StepId = StepId(0);

    /// A journal with a run whose only step has begun.
    fn begun() -> (tempfile::TempDir, Journal, RunId, Plan) {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(folder.path().join("state.db")).unwrap();
        let (source, destination) = (Identifier::new("prod").unwrap(), Identifier::new("dev").unwrap());
        let settings = Settings::new(source.clone(), destination.clone());
        let plan = Plan {
            source,
            destination,
            clone_type: CloneType::Deep,
            load_type: LoadType::Full,
            consistent_at: None,
            undoes: None,
            keeps: false,
            securables: Vec::new(),
            steps: Vec::new(),
            findings: Vec::new(),
        };
        let run = RunId::generate();
        journal
            .begin_run("m", &run, &Began { settings: &settings, plan: &plan, undoes: None, warehouse: "w" })
            .unwrap();
        journal.step_begins(&run, STEP).unwrap();
        (folder, journal, run, plan)
    }

    #[test]
    fn statement_sent_last_is_the_one_in_flight_whatever_its_id() {
        let (_folder, journal, run, _) = begun();
        for id in ["b", "c", "a"] {
            journal.statement_sent(&run, STEP, &StatementId(id.into())).unwrap();
        }
        let in_flight = journal.in_flight(&run).unwrap();
        assert_eq!(in_flight, [InFlight { step: STEP, statement: Some(StatementId("a".into())) }]);
        assert_eq!(journal.step_records(&run).unwrap()[&STEP].statement_ids, ["b", "c", "a"]);
    }

    #[test]
    fn reading_back_does_not_change_how_long_a_step_took() {
        let (_folder, journal, run, _) = begun();
        journal.step_ends(&run, STEP, End::of(&StepOutcome::done())).unwrap();
        journal.lock().execute("UPDATE steps SET finished_at = started_at + 5", []).unwrap();
        let outcome = StepOutcome::done().unverified("nobody tells".into());
        journal.step_verified(&run, STEP, &outcome).unwrap();
        let record = journal.step_records(&run).unwrap().remove(&STEP).unwrap();
        assert_eq!((record.duration_ms, record.outcome), (5, Some(outcome)));
    }

    #[test]
    fn step_of_unknown_outcome_stays_in_flight_after_its_run_ended() {
        let (_folder, journal, run, plan) = begun();
        let unknown = StepOutcome::Unknown { error: "no answer".into() };
        journal.step_ends(&run, STEP, End::of(&unknown)).unwrap();
        journal.end_run((&run, &plan), RunState::Failed, None).unwrap();
        assert_eq!(journal.in_flight(&run).unwrap().len(), 1);
        assert_eq!(journal.unfinished_runs("m", "dev").unwrap().len(), 1);
        journal.step_ends(&run, STEP, End::of(&StepOutcome::done())).unwrap();
        assert!(journal.unfinished_runs("m", "dev").unwrap().is_empty());
    }
}
