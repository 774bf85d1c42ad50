//! The warehouse `local`: statements wait here for a slot, run, and leave their results for an hour.
//!
//! It knows nothing of SQL: what it runs is a future that ends in a [`StatementResult`]. The futures run on
//! the warehouse's own threads, so that a query that computes for a minute never delays an answer of the REST API.

mod commit_gate;
mod registry;
mod result;
mod result_set;
mod submitted;

use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use clxs_api::statement::StatementId;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::Semaphore;
use tokio::task::JoinError;

pub(crate) use commit_gate::CommitGate;
use registry::Registry;
pub(crate) use result::{Delivery, Disposition, ResultLimits, Row, Rows, StatementResult};
pub(crate) use result_set::{Chunk, Content, ResultSet};
pub(crate) use submitted::{Progress, Submission, SubmittedStatement};

use crate::sql::SqlError;

/// The stack of a thread, for the deepest statements that the parser lets pass; what is not used takes no memory.
const STACK: usize = 64 << 20;

/// The id of the only warehouse.
pub(crate) const WAREHOUSE_ID: &str = "local";

/// The warehouse. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Warehouse(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    handle: Handle,
    /// Taken out when the last clone is dropped.
    runtime: Option<Runtime>,
    slots: Arc<Semaphore>,
    stopped: AtomicBool,
    statements: Arc<Mutex<Registry>>,
}

impl Warehouse {
    /// A running warehouse that runs `slots` statements at once, and queues the others in their order.
    ///
    /// # Errors
    /// When the system gives no threads.
    pub(crate) fn new(slots: usize) -> std::io::Result<Self> {
        let mut builder = Builder::new_multi_thread();
        let runtime = builder.thread_name("warehouse").thread_stack_size(STACK).enable_all().build()?;
        let statements = Arc::default();
        runtime.spawn(forget_from_time_to_time(Arc::downgrade(&statements)));
        Ok(Self(Arc::new(Inner {
            handle: runtime.handle().clone(),
            runtime: Some(runtime),
            slots: Arc::new(Semaphore::new(slots.max(1))),
            stopped: AtomicBool::new(false),
            statements,
        })))
    }

    /// The threads statements run on.
    pub(crate) fn handle(&self) -> &Handle {
        &self.0.handle
    }

    /// Whether somebody stopped the warehouse; the next statement starts it again.
    pub(crate) fn is_stopped(&self) -> bool {
        self.0.stopped.load(Ordering::Relaxed)
    }

    /// Marks the warehouse as started or stopped. Statements that run are not touched.
    pub(crate) fn set_stopped(&self, stopped: bool) {
        self.0.stopped.store(stopped, Ordering::Relaxed);
    }

    /// Queues `work`.
    pub(crate) fn submit<W, F>(
        &self,
        submission: Submission,
        delivery: Delivery,
        work: W,
    ) -> Arc<SubmittedStatement>
    where
        W: FnOnce(CommitGate) -> F + Send + 'static,
        F: Future<Output = Result<StatementResult, SqlError>> + Send + 'static,
    {
        self.set_stopped(false);
        let mut registry = self.registry();
        let statement = Arc::new(SubmittedStatement::new(submission, delivery, registry.kept()));
        registry.insert(&statement, Instant::now());
        drop(registry);
        self.0.handle.spawn(run(Arc::clone(&statement), Arc::clone(&self.0.slots), work));
        statement
    }

    /// The statement with that id, unless it is unknown or forgotten.
    pub(crate) fn statement(&self, id: &StatementId) -> Option<Arc<SubmittedStatement>> {
        self.registry().get(id)
    }

    /// The statements that are known, newest first.
    pub(crate) fn history(&self) -> Vec<Arc<SubmittedStatement>> {
        self.registry().newest_first()
    }

    fn registry(&self) -> MutexGuard<'_, Registry> {
        lock(&self.0.statements)
    }
}

fn lock(registry: &Mutex<Registry>) -> MutexGuard<'_, Registry> {
    registry.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Lets go of old rows also while no statement comes.
async fn forget_from_time_to_time(registry: Weak<Mutex<Registry>>) {
    loop {
        tokio::time::sleep(Duration::from_mins(1)).await;
        let Some(registry) = registry.upgrade() else { return };
        lock(&registry).forget(Instant::now());
    }
}

impl Drop for Inner {
    /// A runtime may not be waited for inside another one, and the workspace may be dropped in one.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Runs the work and records how it ended. A cancel ends the statement at once, up to the moment at which it
/// enters its commit; its work is dropped at its next pause, and keeps its slot until then.
async fn run<W, F>(statement: Arc<SubmittedStatement>, slots: Arc<Semaphore>, work: W)
where
    W: FnOnce(CommitGate) -> F + Send + 'static,
    F: Future<Output = Result<StatementResult, SqlError>> + Send + 'static,
{
    let gate = statement.gate().clone();
    let mut running = tokio::spawn(run_in_slot(Arc::clone(&statement), slots, work));
    tokio::select! {
        biased;
        () = gate.canceled() => {
            running.abort();
            statement.end_canceled();
        }
        ended = &mut running => match gate.check() {
            Ok(()) => statement.end(ended.unwrap_or_else(|error| Err(internal_error(error)))),
            Err(_) => statement.end_canceled(),
        },
    }
}

/// Waits for a slot, and runs the work in it until its rows are in the form asked for.
async fn run_in_slot<W, F>(
    statement: Arc<SubmittedStatement>,
    slots: Arc<Semaphore>,
    work: W,
) -> Result<ResultSet, SqlError>
where
    W: FnOnce(CommitGate) -> F,
    F: Future<Output = Result<StatementResult, SqlError>>,
{
    // The semaphore is never closed; were it, running without a slot is better than not at all.
    let _slot = slots.acquire().await.ok();
    statement.begin();
    let result = work(statement.gate().clone()).await?;
    ResultSet::new(result, statement.delivery().clone())
}

fn internal_error(error: JoinError) -> SqlError {
    let Ok(panic) = error.try_into_panic() else { return SqlError::operation_canceled() };
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    SqlError::internal(text.unwrap_or_else(|| "the statement panicked".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clxs_api::statement::StatementState;
    use tokio::sync::oneshot;

    fn warehouse(slots: usize) -> Warehouse {
        Warehouse::new(slots).unwrap()
    }

    fn delivery() -> Delivery {
        Delivery::default()
    }

    #[tokio::test]
    async fn statement_waits_for_a_slot_and_runs_when_one_is_free() {
        let warehouse = warehouse(1);
        let (release, released) = oneshot::channel::<()>();
        let first = warehouse.submit(Submission::default(), delivery(), |_| async {
            released.await.unwrap();
            Ok(StatementResult::none())
        });
        first.wait_until_running().await;
        let second =
            warehouse.submit(Submission::default(), delivery(), |_| async { Ok(StatementResult::none()) });
        assert_eq!(second.state(), StatementState::Pending);
        release.send(()).unwrap();
        second.finished().await;
        assert_eq!(second.state(), StatementState::Succeeded);
    }

    #[tokio::test]
    async fn canceled_statement_ends_without_result_and_frees_its_slot() {
        let warehouse = warehouse(1);
        let stuck = warehouse.submit(Submission::default(), delivery(), |_| std::future::pending());
        stuck.wait_until_running().await;
        stuck.cancel();
        stuck.finished().await;
        assert_eq!(stuck.state(), StatementState::Canceled);
        let next =
            warehouse.submit(Submission::default(), delivery(), |_| async { Ok(StatementResult::none()) });
        next.finished().await;
        assert_eq!(next.state(), StatementState::Succeeded);
    }

    #[tokio::test]
    async fn cancel_after_the_commit_began_lets_the_statement_finish() {
        let warehouse = warehouse(1);
        let (entered, has_entered) = oneshot::channel::<()>();
        let (release, released) = oneshot::channel::<()>();
        let statement = warehouse.submit(Submission::default(), delivery(), |gate| async move {
            gate.enter()?;
            entered.send(()).unwrap();
            released.await.unwrap();
            Ok(StatementResult::none())
        });
        has_entered.await.unwrap();
        statement.cancel();
        release.send(()).unwrap();
        statement.finished().await;
        assert_eq!(statement.state(), StatementState::Succeeded);
    }

    #[tokio::test]
    async fn panic_in_a_statement_is_an_internal_error_of_that_statement() {
        let warehouse = warehouse(1);
        let statement =
            warehouse.submit(Submission::default(), delivery(), |_| async { panic!("index out of bounds") });
        statement.finished().await;
        let Progress::Failed(error) = statement.progress() else { panic!("it must have failed") };
        assert_eq!(error.class, "INTERNAL_ERROR");
        assert!(error.message.contains("index out of bounds"));
    }
}
