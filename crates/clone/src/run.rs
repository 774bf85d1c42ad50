//! Runs a plan: one scheduler over the whole graph, every step journalled before and after.

mod backoff;
mod execute;
mod files;
mod graph;
mod progress;
mod read_back;
mod recovery;
mod rest;
mod scheduler;
mod standing;
mod statement;

use std::sync::Arc;

use clxs_api::Identifier;
use tokio_util::sync::CancellationToken;

pub(crate) use recovery::recover;

use crate::event::{Event, Observer};
use crate::journal::{RunId, RunState};
use crate::plan::Plan;
use crate::warehouse::Warehouse;
use crate::{Journal, Report, Result, Settings};

/// What to run and who is told.
pub(crate) struct Request<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) plan: &'a Plan,
    pub(crate) observer: &'a dyn Observer,
    pub(crate) cancellation: CancellationToken,
}

/// What every step of a run needs.
#[derive(Debug)]
struct Context {
    warehouse: Warehouse,
    journal: Journal,
    metastore: String,
    source: Identifier,
    run: RunId,
    max_retries: u32,
    cancellation: CancellationToken,
}

/// Runs a plan to its end.
pub(crate) async fn run(warehouse: &Warehouse, journal: &Journal, request: Request<'_>) -> Result<Report> {
    let Request { settings, plan, observer, cancellation } = request;
    let metastore = warehouse.metastore().await?;
    let run = RunId::generate();
    let _lease = journal.lease(&metastore, plan.destination.as_str(), &run)?;
    recovery::settle(warehouse, journal, (&metastore, &plan.destination), observer).await?;
    journal.begin_run(&metastore, &run, settings, plan)?;
    let context = Context {
        warehouse: warehouse.clone(),
        journal: journal.clone(),
        metastore,
        source: plan.source.clone(),
        run: run.clone(),
        max_retries: settings.limits.max_retries,
        cancellation: cancellation.clone(),
    };
    let driven = scheduler::drive(&Arc::new(context), settings, plan, observer).await;
    let failed = !matches!(driven, Ok(true));
    let report = journal.end_run(&run, state(failed, cancellation.is_cancelled()))?;
    driven?;
    observer.on_event(&Event::RunFinished { run, state: report.state, counts: report.counts });
    Ok(report)
}

/// A cancellation that came after everything had ended well changed nothing.
fn state(failed: bool, cancelled: bool) -> RunState {
    match (failed, cancelled) {
        (false, _) => RunState::Succeeded,
        (true, true) => RunState::Cancelled,
        (true, false) => RunState::Failed,
    }
}
