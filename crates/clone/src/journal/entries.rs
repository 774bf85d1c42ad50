//! The steps of a run as evidence: what each did, when, and how it ended.

use chrono::{DateTime, Utc};
use rusqlite::params;
use serde::Serialize;

use super::{Journal, RunId, from_json, time};
use crate::Result;
use crate::outcome::StepOutcome;
use crate::plan::{Step, StepId};

/// A step that was begun.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct JournalEntry {
    /// Its number in the plan.
    pub step: u32,
    /// What it is about.
    pub securable: String,
    /// Which facet it carries.
    pub facet: String,
    /// The statement, request or copy.
    pub does: String,
    /// When it began last.
    pub started_at: DateTime<Utc>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// How often it was tried again.
    pub retries: u32,
    /// How it ended.
    pub outcome: Option<StepOutcome>,
    /// The statements it sent, in order.
    pub statement_ids: Vec<String>,
}

impl Journal {
    /// Everything that a run began, in the order of time.
    ///
    /// # Errors
    /// [`Error::RunNotFound`](crate::Error::RunNotFound) and [`Error::Journal`](crate::Error::Journal).
    pub fn entries(&self, run: &RunId) -> Result<Vec<JournalEntry>> {
        let plan = self.plan_of(run)?;
        self.read("read the entries of a run", |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT step, started_at, finished_at, retries, outcome,
                        (SELECT json_group_array(id ORDER BY place) FROM statements s WHERE s.run = steps.run AND s.step = steps.step)
                 FROM steps WHERE run = ?1 ORDER BY started_at, step",
            )?;
            let rows = statement.query_map(params![run.as_str()], |row| {
                let id = StepId(row.get(0)?);
                let outcome: Option<String> = row.get(4)?;
                let step = plan.step(id);
                let text = |of: fn(&Step) -> String| step.map(of).unwrap_or_default();
                Ok(JournalEntry {
                    step: id.0,
                    securable: text(|step| step.securable.to_string()),
                    facet: text(|step| step.facet.to_string()),
                    does: text(|step| step.action.effect().to_string()),
                    started_at: time(row.get(1)?),
                    finished_at: row.get::<_, Option<i64>>(2)?.map(time),
                    retries: row.get(3)?,
                    outcome: outcome.map(|text| from_json(4, &text)).transpose()?,
                    statement_ids: from_json(5, &row.get::<_, String>(5)?)?,
                })
            })?;
            rows.collect()
        })
    }
}
