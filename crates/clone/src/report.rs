//! What a run did, made from the journal alone.

mod build;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use clxs_api::{FullName, Identifier};
use serde::{Deserialize, Serialize};

pub(crate) use build::{StepRecord, build, failure, outcome_of};

use crate::Kind;
use crate::journal::{RunId, RunState};
use crate::outcome::{CloneMetrics, FacetOutcome, FacetStatus, Outcome};
use crate::plan::{Drift, Facet, Finding};
use crate::settings::{CloneType, LoadType};

/// Name of the JSON form of a report.
pub const REPORT_SCHEMA: &str = "clxs.report";
/// Version of the JSON form of a report.
pub const REPORT_VERSION: u32 = 1;

/// What a run did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// [`REPORT_SCHEMA`].
    pub schema: String,
    /// [`REPORT_VERSION`].
    pub version: u32,
    /// The run.
    pub run: RunId,
    /// How it ended.
    pub state: RunState,
    /// Whether a limit stopped it.
    #[serde(default)]
    pub aborted: bool,
    /// The limit: the key of the setting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub abort_reason: Option<String>,
    /// The run that it undid, when it was a rollback.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undoes: Option<RunId>,
    /// The catalog cloned.
    pub source: Identifier,
    /// The catalog cloned into.
    pub destination: Identifier,
    /// Whether data files were copied.
    pub clone_type: CloneType,
    /// What became of what the destination had already.
    pub load_type: LoadType,
    /// The one moment that every table was cloned at, where the settings asked for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consistent_at: Option<DateTime<Utc>>,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it ended; absent while it runs.
    pub finished_at: Option<DateTime<Utc>>,
    /// Milliseconds from begin to end.
    pub duration_ms: Option<u64>,
    /// What became of the securables.
    pub counts: Counts,
    /// The same for each kind.
    pub counts_by_kind: BTreeMap<Kind, Counts>,
    /// Bytes copied by `CLONE`.
    pub bytes_copied: u64,
    /// Files copied by `CLONE`.
    pub files_copied: u64,
    /// Cloned tables by the format of their source: `DELTA: 26`.
    pub source_formats: BTreeMap<String, usize>,
    /// Grants that the destination refused: to principals that do not exist, or because the caller may not give them.
    pub grants_skipped: usize,
    /// Owners that the destination refused, for the same reasons.
    pub ownership_skipped: usize,
    /// How often steps, and requests of them, were tried again after transient failures.
    pub retries: u64,
    /// Every securable of the source.
    pub securables: Vec<SecurableReport>,
    /// What somebody should look at.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Facets among these that some securable of the destination does not have as the source has them. What was written
    /// and may not be seen, as by who gave it away, is not missed.
    pub fn missed<'a>(&'a self, required: &[Facet]) -> Vec<(&'a SecurableReport, &'a FacetOutcome)> {
        let is_carried =
            |status: &FacetStatus| matches!(status, FacetStatus::Carried | FacetStatus::Unverified { .. });
        let is_missed = |facet: &FacetOutcome| required.contains(&facet.facet) && !is_carried(&facet.status);
        let of_one = |securable: &'a SecurableReport| {
            let missed = securable.facets.iter().filter(|facet| is_missed(facet));
            missed.map(move |facet| (securable, facet)).collect::<Vec<_>>()
        };
        self.securables.iter().flat_map(of_one).collect()
    }
}

/// What became of one securable.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SecurableReport {
    /// What it is.
    pub kind: Kind,
    /// Its full name in the source.
    pub source: FullName,
    /// Its full name in the destination.
    pub destination: FullName,
    /// How it ended.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// How the destination's differed, when it was replaced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced_for: Option<Drift>,
    /// The version of the source that was cloned, where the plan had pinned one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_version: Option<u64>,
    /// What happened to each of its facets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facets: Vec<FacetOutcome>,
    /// What `CLONE` reported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metrics: Option<CloneMetrics>,
    /// Milliseconds spent in its steps.
    pub duration_ms: u64,
    /// The statements that ran for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub statement_ids: Vec<String>,
}

/// How many securables share an outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Made.
    pub created: usize,
    /// Replaced.
    pub replaced: usize,
    /// With facets changed.
    pub changed: usize,
    /// Equal already.
    pub unchanged: usize,
    /// Brought back to what they were before a run.
    #[serde(default)]
    pub undone: usize,
    /// Left out.
    pub skipped: usize,
    /// Failed.
    pub failed: usize,
}

impl Counts {
    /// Counts one more.
    pub(crate) fn add(&mut self, outcome: &Outcome) {
        *match outcome {
            Outcome::Created => &mut self.created,
            Outcome::Replaced => &mut self.replaced,
            Outcome::Changed => &mut self.changed,
            Outcome::Unchanged => &mut self.unchanged,
            Outcome::Undone => &mut self.undone,
            Outcome::Skipped { .. } => &mut self.skipped,
            Outcome::Failed { .. } => &mut self.failed,
        } += 1;
    }
}
