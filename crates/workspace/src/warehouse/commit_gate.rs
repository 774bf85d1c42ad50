//! The point of no return of a statement.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use tokio_util::sync::CancellationToken;

use crate::sql::SqlError;

const OPEN: u8 = 0;
const COMMITTING: u8 = 1;
const CANCELED: u8 = 2;

/// Decides between a cancel and a commit: whichever comes first wins, and the other one has no effect. So a
/// statement reported as canceled has changed nothing, and one that began to commit finishes.
#[derive(Debug, Clone, Default)]
pub(crate) struct CommitGate(Arc<Gate>);

#[derive(Debug, Default)]
struct Gate {
    state: AtomicU8,
    canceled: CancellationToken,
}

impl CommitGate {
    /// Called by a statement before its first lasting effect. May be called again.
    ///
    /// # Errors
    /// `OPERATION_CANCELED` when a cancel came first.
    pub(crate) fn enter(&self) -> Result<(), SqlError> {
        match self.0.state.compare_exchange(OPEN, COMMITTING, Ordering::SeqCst, Ordering::SeqCst) {
            Err(CANCELED) => Err(SqlError::operation_canceled()),
            _ => Ok(()),
        }
    }

    /// Whether a cancel has won; for work that cannot pause.
    ///
    /// # Errors
    /// `OPERATION_CANCELED`
    pub(crate) fn check(&self) -> Result<(), SqlError> {
        if self.0.canceled.is_cancelled() { Err(SqlError::operation_canceled()) } else { Ok(()) }
    }

    /// Cancels, unless the statement is already committing; says whether it is canceled now.
    pub(crate) fn cancel(&self) -> bool {
        match self.0.state.compare_exchange(OPEN, CANCELED, Ordering::SeqCst, Ordering::SeqCst) {
            Ok(_) => {
                self.0.canceled.cancel();
                true
            }
            Err(state) => state == CANCELED,
        }
    }

    /// Waits for a cancel that won.
    pub(crate) async fn canceled(&self) {
        self.0.canceled.cancelled().await;
    }
}
