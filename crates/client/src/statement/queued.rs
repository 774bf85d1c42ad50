//! How many statements waited long for the warehouse: a sign that it is given more than it runs.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use clxs_api::statement::{StatementResponse, StatementState};

/// A statement that is `PENDING` this long after its first answer, which came 5 s after it was sent or later, waits for
/// others: those that a warehouse takes at once are `RUNNING` in a moment.
const LONG: Duration = Duration::from_secs(5);

/// Shared by all statements of a client.
#[derive(Debug, Default)]
pub(crate) struct Queued(AtomicU64);

impl Queued {
    /// Whether this answer, that long after the first one, says that it waits long.
    pub(crate) fn is_long(answer: &StatementResponse, since: Duration) -> bool {
        since >= LONG && answer.status.as_ref().is_some_and(|status| status.state == StatementState::Pending)
    }

    /// A statement waited long.
    pub(crate) fn note(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
