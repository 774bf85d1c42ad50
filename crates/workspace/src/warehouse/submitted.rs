//! A statement from its submission until it is forgotten.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::Utc;
use clxs_api::statement::{QueryTag, StatementId, StatementState};
use tokio::sync::watch;
use uuid::Uuid;

use super::{CommitGate, Delivery, ResultSet};
use crate::sql::SqlError;

/// How far a statement is.
#[derive(Debug, Clone)]
pub(crate) enum Progress {
    Pending,
    Running,
    Succeeded(Arc<ResultSet>),
    Failed(Arc<SqlError>),
    Canceled,
    /// It succeeded, and its rows are gone.
    Closed,
}

impl Progress {
    /// Whether nothing will change any more.
    pub(crate) fn is_final(&self) -> bool {
        !matches!(self, Self::Pending | Self::Running)
    }

    /// The state as REST names it.
    pub(crate) fn state(&self) -> StatementState {
        match self {
            Self::Pending => StatementState::Pending,
            Self::Running => StatementState::Running,
            Self::Succeeded(_) => StatementState::Succeeded,
            Self::Failed(_) => StatementState::Failed,
            Self::Canceled => StatementState::Canceled,
            Self::Closed => StatementState::Closed,
        }
    }
}

/// How many bytes of rows several statements keep. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct KeptBytes(Arc<AtomicU64>);

impl KeptBytes {
    pub(super) fn now(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    pub(super) fn add(&self, bytes: u64) {
        self.0.fetch_add(bytes, Ordering::Relaxed);
    }

    fn subtract(&self, bytes: u64) {
        self.0.fetch_sub(bytes, Ordering::Relaxed);
    }
}

/// When a statement ended.
#[derive(Debug, Clone, Copy)]
struct Finish {
    instant: Instant,
    /// ms since 1970-01-01 UTC.
    at: i64,
}

/// Who submits what.
#[derive(Debug, Clone, Default)]
pub(crate) struct Submission {
    pub(crate) principal: String,
    pub(crate) text: String,
    pub(crate) session_id: Option<String>,
    pub(crate) query_tags: Vec<QueryTag>,
}

impl Submission {
    /// The history keeps no more of a text than this, in bytes.
    const LONGEST: usize = 4096;

    /// The same with no more of its text than the history keeps.
    fn shortened(mut self) -> Self {
        self.text.truncate(self.text.floor_char_boundary(Self::LONGEST));
        self.text.shrink_to_fit();
        self
    }
}

/// A statement that was handed to the warehouse.
#[derive(Debug)]
pub(crate) struct SubmittedStatement {
    id: StatementId,
    submission: Submission,
    /// ms since 1970-01-01 UTC.
    submitted_at: i64,
    delivery: Delivery,
    gate: CommitGate,
    progress: watch::Sender<Progress>,
    finished_at: Mutex<Option<Finish>>,
    kept: KeptBytes,
}

impl SubmittedStatement {
    pub(super) fn new(submission: Submission, delivery: Delivery, kept: KeptBytes) -> Self {
        Self {
            id: StatementId(Uuid::now_v7().to_string()),
            submission: submission.shortened(),
            submitted_at: Utc::now().timestamp_millis(),
            delivery,
            gate: CommitGate::default(),
            progress: watch::Sender::new(Progress::Pending),
            finished_at: Mutex::default(),
            kept,
        }
    }

    /// Its id.
    pub(crate) fn id(&self) -> &StatementId {
        &self.id
    }

    /// Who submitted it.
    pub(crate) fn principal(&self) -> &str {
        &self.submission.principal
    }

    /// Who submitted what.
    pub(crate) fn submission(&self) -> &Submission {
        &self.submission
    }

    /// When it was submitted, ms since 1970-01-01 UTC.
    pub(crate) fn submitted_at(&self) -> i64 {
        self.submitted_at
    }

    /// When it ended, ms since 1970-01-01 UTC.
    pub(crate) fn finished_at(&self) -> Option<i64> {
        self.finish_time().map(|finish| finish.at)
    }

    /// How its sender wants to have its rows.
    pub(super) fn delivery(&self) -> &Delivery {
        &self.delivery
    }

    pub(super) fn gate(&self) -> &CommitGate {
        &self.gate
    }

    /// How far it is now.
    pub(crate) fn progress(&self) -> Progress {
        self.progress.borrow().clone()
    }

    /// Its state now.
    #[cfg(test)]
    pub(crate) fn state(&self) -> StatementState {
        self.progress.borrow().state()
    }

    /// Cancels it; without effect once it is committing or finished. Says whether it is canceled now.
    pub(crate) fn cancel(&self) -> bool {
        self.gate.cancel()
    }

    /// Cancels it, or lets go of its rows.
    pub(crate) fn close(&self) {
        self.cancel();
        let mut bytes = 0;
        self.progress.send_if_modified(|progress| {
            let Progress::Succeeded(rows) = progress else { return false };
            bytes = rows.byte_count();
            *progress = Progress::Closed;
            true
        });
        self.kept.subtract(bytes);
    }

    /// What its rows take.
    #[cfg(test)]
    pub(super) fn row_bytes(&self) -> u64 {
        match &*self.progress.borrow() {
            Progress::Succeeded(rows) => rows.byte_count(),
            _ => 0,
        }
    }

    /// Whether nothing will change any more, but that it is closed.
    pub(super) fn is_finished(&self) -> bool {
        self.progress.borrow().is_final()
    }

    /// Waits until nothing will change any more.
    pub(crate) async fn finished(&self) {
        self.reached(Progress::is_final).await;
    }

    /// Waits until it has a slot.
    #[cfg(test)]
    pub(crate) async fn wait_until_running(&self) {
        self.reached(|progress| !matches!(progress, Progress::Pending)).await;
    }

    async fn reached(&self, done: impl FnMut(&Progress) -> bool) {
        // The sender lives in `self`, so the channel cannot close while this waits.
        self.progress.subscribe().wait_for(done).await.ok();
    }

    pub(super) fn is_finished_since(&self, age: Duration, now: Instant) -> bool {
        self.finish_time().is_some_and(|finish| now.saturating_duration_since(finish.instant) >= age)
    }

    fn finish_time(&self) -> Option<Finish> {
        *self.finished_at.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn begin(&self) {
        self.progress.send_replace(Progress::Running);
    }

    pub(super) fn end(&self, outcome: Result<ResultSet, SqlError>) {
        self.finish(match outcome {
            Ok(rows) => {
                self.kept.add(rows.byte_count());
                Progress::Succeeded(Arc::new(rows))
            }
            Err(error) => Progress::Failed(Arc::new(error)),
        });
    }

    pub(super) fn end_canceled(&self) {
        self.finish(Progress::Canceled);
    }

    fn finish(&self, ended: Progress) {
        let finish = Finish { instant: Instant::now(), at: Utc::now().timestamp_millis() };
        *self.finished_at.lock().unwrap_or_else(PoisonError::into_inner) = Some(finish);
        self.progress.send_replace(ended);
    }
}
