//! How much a run does at once, and when it stops before its end.

use std::num::NonZeroUsize;

use serde::{Deserialize, Serialize};

/// How much is done at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Times `parallel_tables`, the statements that run at once.
    pub max_workers: NonZeroUsize,
    /// Times `max_workers`, the statements that run at once.
    pub parallel_tables: NonZeroUsize,
    /// Statements on the warehouse at once, whatever the workers.
    pub max_parallel_queries: NonZeroUsize,
    /// Statements a second, reads included; 0 is no limit.
    #[serde(default)]
    pub max_rps: u32,
    /// How often a step is tried again after a transient failure.
    pub max_retries: u32,
}

impl Limits {
    /// No limits at all.
    pub(crate) fn none() -> Self {
        let all = NonZeroUsize::MAX;
        Self {
            max_workers: all,
            parallel_tables: all,
            max_parallel_queries: all,
            max_rps: 0,
            ..Self::default()
        }
    }

    /// REST calls that run at once: short, and no burden to the warehouse.
    pub fn rest_calls(&self) -> usize {
        self.workers().saturating_mul(4).min(16)
    }

    /// Times the two, statements at most.
    fn workers(&self) -> usize {
        self.max_workers.get().saturating_mul(self.parallel_tables.get())
    }

    /// Statements that run at once.
    pub fn statements(&self) -> usize {
        self.workers().min(self.max_parallel_queries.get())
    }
}

impl Default for Limits {
    fn default() -> Self {
        let count = |value| NonZeroUsize::new(value).unwrap_or(NonZeroUsize::MIN);
        Self {
            max_workers: count(4),
            parallel_tables: count(1),
            max_parallel_queries: count(10),
            max_rps: 0,
            max_retries: 3,
        }
    }
}

/// Limits that stop a run cleanly, to be resumed later.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guardrails {
    /// Minutes from the begin of the run.
    pub max_duration_min: Option<u64>,
    /// Tables cloned, whatever came of it.
    pub max_tables: Option<u64>,
    /// Bytes copied, as far as `CLONE` told; statements under way are finished, so somewhat more may be.
    pub max_bytes: Option<u64>,
    /// Whether statements under way are cancelled instead of finished.
    pub cancel_in_flight: bool,
}
