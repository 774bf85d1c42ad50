//! What happens during a run, told while it happens. Data, not text: the command line makes log lines of it.

use std::time::Duration;

use clxs_api::{FullName, Identifier};
use serde::Serialize;

use crate::journal::{RunId, RunState};
use crate::outcome::{CloneMetrics, Outcome, StepOutcome};
use crate::plan::{Facet, StepId};
use crate::report::Counts;
use crate::{Kind, Securable};

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// What an earlier run left in flight was asked for and has ended.
    Recovered {
        /// The earlier run.
        run: RunId,
        /// Its steps that were in flight.
        steps: usize,
    },
    /// The schemas that take part, not told of a rollback: `◈ Found N schemas to clone: …`.
    SchemasFound {
        /// Their own names.
        schemas: Vec<Identifier>,
    },
    /// The run begins: `◈ Starting clone: N tables across M schemas → dest`.
    RunStarted {
        /// Its id.
        run: RunId,
        /// Tables that take part, skipped ones too.
        tables: usize,
        /// Schemas that take part.
        schemas: usize,
        /// The catalog it writes to.
        destination: Identifier,
        /// Steps to do.
        steps: usize,
        /// The run that it undoes, when it is a rollback.
        #[serde(skip_serializing_if = "Option::is_none")]
        undoes: Option<RunId>,
    },
    /// A run goes on that had ended before its plan did.
    Resumed {
        /// Its id.
        run: RunId,
        /// Steps that are done.
        done: usize,
        /// Steps that are left.
        left: usize,
    },
    /// From now on other limits hold, as the schedule of the settings says.
    LimitsChanged {
        /// Statements at once, at most.
        statements: usize,
        /// Statements a second, at most; 0 is no limit.
        per_second: u32,
    },
    /// A step was sent.
    StepStarted {
        /// Its place in the plan.
        step: StepId,
        /// The destination's securable.
        securable: Securable,
        /// What of it the step brings about.
        facet: Facet,
    },
    /// A step ended, or will not be tried.
    StepFinished {
        /// Its place in the plan.
        step: StepId,
        /// The destination's securable.
        securable: Securable,
        /// What of it the step was to bring about.
        facet: Facet,
        /// How it ended.
        outcome: StepOutcome,
        /// How long it took; zero when it was not tried.
        #[serde(rename = "duration_ms", serialize_with = "milliseconds")]
        duration: Duration,
        /// How often it, or a request of it, was tried again.
        retries: u32,
    },
    /// A table was dropped that no statement replaces, and is made anew next: `△ Dropped table for re-clone: …`.
    DroppedForReclone {
        /// Its full name in the destination.
        table: FullName,
    },
    /// Nothing more will happen to a securable: `✓ Cloned table …`, `△ Skipping …`, `✗ Failed …`.
    SecurableFinished {
        /// What it is.
        kind: Kind,
        /// Its full name in the source.
        source: FullName,
        /// Its full name in the destination.
        destination: FullName,
        /// How it ended.
        outcome: Outcome,
        /// What `CLONE` reported.
        metrics: Option<CloneMetrics>,
        /// Whether an earlier part of the run did all of it.
        resumed: bool,
    },
    /// All tables of a schema ended: `◈ Schema bronze complete: 42/45 tables cloned (2 failed, 1 skipped) in 18s`.
    /// Of a schema without tables: that it ended itself.
    SchemaFinished {
        /// Its own name.
        #[serde(rename = "name")]
        schema: Identifier,
        /// Tables made, replaced or found equal.
        cloned: usize,
        /// Those of them that were equal already.
        unchanged: usize,
        /// Tables brought back to what they were before the run that is undone.
        undone: usize,
        /// Tables that failed.
        failed: usize,
        /// Tables left out.
        skipped: usize,
        /// Since the run began.
        #[serde(rename = "duration_ms", serialize_with = "milliseconds")]
        duration: Duration,
    },
    /// The run ended.
    RunFinished {
        /// Its id.
        run: RunId,
        /// How.
        state: RunState,
        /// What became of the securables.
        counts: Counts,
    },
}

/// Told of everything that happens. Called from one task at a time; must not block for long.
pub trait Observer: Send + Sync {
    /// Something happened.
    fn on_event(&self, event: &Event);
}

/// Listens to nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct SilentObserver;

impl Observer for SilentObserver {
    fn on_event(&self, _event: &Event) {}
}

fn milliseconds<S: serde::Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u64(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
}
