//! The limits that stop a run before its end.

use std::time::Duration;

use tokio::time::Instant;

use crate::outcome::StepOutcome;
use crate::plan::Step;
use crate::settings::Guardrails;

/// What a run has used up, and the limit that it reached.
#[derive(Debug)]
pub(super) struct Guard {
    limits: Guardrails,
    deadline: Option<Instant>,
    tables: u64,
    bytes: u64,
    reached: Option<&'static str>,
}

impl Guard {
    pub(super) fn new(limits: Guardrails) -> Self {
        let minutes = limits.max_duration_min.map(|minutes| Duration::from_secs(minutes.saturating_mul(60)));
        let deadline = minutes.and_then(|duration| Instant::now().checked_add(duration));
        Self { limits, deadline, tables: 0, bytes: 0, reached: None }
    }

    /// The key of the limit that was reached.
    pub(super) fn reached(&self) -> Option<&'static str> {
        self.reached
    }

    /// Ends when the time of the run is over; never without such a limit.
    pub(super) async fn time_is_over(&self) {
        match self.deadline.filter(|_| self.reached.is_none()) {
            Some(deadline) => tokio::time::sleep_until(deadline).await,
            None => std::future::pending().await,
        }
    }

    pub(super) fn out_of_time(&mut self) {
        self.reached.get_or_insert("max_duration_min");
    }

    /// Whether a step may be begun. One that may not stops the run.
    pub(super) fn admits(&mut self, step: &Step) -> bool {
        if self.reached.is_none() && step.action.copies_rows() {
            if self.limits.max_tables.is_some_and(|most| self.tables >= most) {
                self.reached = Some("max_tables");
            } else {
                self.tables += 1;
            }
        }
        self.reached.is_none()
    }

    /// A step ended. The last table of a plan may exceed a limit that nothing is left to be stopped by.
    pub(super) fn ended(&mut self, outcome: &StepOutcome) {
        if let StepOutcome::Done { metrics: Some(metrics), .. } = outcome {
            self.bytes = self.bytes.saturating_add(metrics.copied_files_size);
        }
        if self.limits.max_bytes.is_some_and(|most| self.bytes >= most) {
            self.reached.get_or_insert("max_bytes");
        }
    }
}
