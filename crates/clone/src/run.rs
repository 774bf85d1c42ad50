//! Runs a plan: one scheduler over the whole graph, every step journalled before and after.

mod execute;
mod files;
mod graph;
mod guardrail;
mod model_version;
mod policy;
mod progress;
mod read_back;
mod recall;
mod recovery;
mod rest;
mod scheduler;
mod standing;
mod statement;
mod verify;
mod volume_files;
mod window;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use clxs_api::Identifier;
use tokio_util::sync::CancellationToken;

pub(crate) use recovery::recover;
pub(crate) use standing::{Standing, standing_as_left};
pub(crate) use statement::has_id;

use crate::event::{Event, Observer};
use crate::journal::{Began, RunId, RunState, RunSummary};
use crate::plan::{Plan, StepId};
use crate::report::StepRecord;
use crate::warehouse::Warehouse;
use crate::{Error, Journal, Report, Result, Settings};

/// What to run and who is told.
pub(crate) struct Request<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) plan: &'a Plan,
    pub(crate) observer: &'a dyn Observer,
    pub(crate) cancellation: CancellationToken,
    pub(crate) kind: RunKind,
}

/// What a run is to the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RunKind {
    /// A new one.
    Clone,
    /// A new one that undoes another.
    Rollback(RunId),
    /// The rest of one that ended before its plan did.
    Resume(RunId),
}

impl RunKind {
    fn id(&self) -> RunId {
        match self {
            Self::Resume(run) => run.clone(),
            Self::Clone | Self::Rollback(_) => RunId::generate(),
        }
    }

    /// Whether the journal still lets the run be made.
    fn require(&self, journal: &Journal) -> Result<()> {
        match self {
            Self::Clone => Ok(()),
            Self::Rollback(undone) => journal.require_undoable(undone),
            Self::Resume(run) => journal.require_resumable(run),
        }
    }

    fn undoes(&self) -> Option<&RunId> {
        match self {
            Self::Rollback(undone) => Some(undone),
            Self::Clone | Self::Resume(_) => None,
        }
    }
}

/// What every step of a run needs.
#[derive(Debug)]
struct Context {
    warehouse: Warehouse,
    journal: Journal,
    metastore: String,
    source: Identifier,
    run: RunId,
    /// When the run began; milliseconds since 1970-01-01 UTC.
    began_ms: i64,
    /// Whether the run has stopped before.
    goes_on: bool,
    /// When the run ended that it undoes; milliseconds since 1970-01-01 UTC.
    undone_ms: Option<i64>,
    /// Whether it is asked how much each `INSERT` wrote, which no answer to one tells: a limit is set for it.
    counts_inserts: bool,
    max_retries: u32,
    /// Retries that the run as a whole may still make.
    retries_left: AtomicU32,
    /// For the files that are copied.
    memory: files::Memory,
    /// Cancels the statements under way.
    cancellation: CancellationToken,
}

/// Retries of a whole run: one in ten steps may need one, and no outage makes every step spend its own.
const RETRIES_OF_A_RUN: u32 = 100;
const STEPS_PER_RETRY: u32 = 10;

/// Runs a plan to its end.
pub(crate) async fn run(warehouse: &Warehouse, journal: &Journal, request: Request<'_>) -> Result<Report> {
    let Request { settings, plan, observer, cancellation, .. } = &request;
    let metastore = warehouse.metastore().await?;
    let run = request.kind.id();
    let _lease = journal.lease(&metastore, plan.destination.as_str(), &run)?;
    begin((warehouse, journal), &request, (&metastore, &run)).await?;
    let context = Arc::new(context((warehouse, journal), &request, (metastore, &run))?);
    let records = journal.step_records(&run)?;
    let driven = scheduler::drive(&context, settings, plan, (*observer, records)).await;
    let (all_well, limit) = driven.as_ref().map_or((false, None), |ended| (ended.all_well, ended.limit));
    // What a rollback has taken back is not there any more.
    let verified = match &driven {
        Ok(_) if plan.undoes.is_none() => verify::verify(&context, settings, plan, cancellation).await,
        _ => Ok(true),
    };
    let all_well = all_well && matches!(verified, Ok(true));
    let report = journal.end_run((&run, plan), state(all_well, limit, cancellation.is_cancelled()), limit)?;
    driven?;
    verified?;
    if report.state == RunState::Succeeded
        && !plan.keeps
        && let Some(undone) = &plan.undoes
    {
        journal.rolled_back(undone)?;
    }
    observer.on_event(&Event::RunFinished { run, state: report.state, counts: report.counts });
    Ok(report)
}

/// Ends what dead runs left in flight, and begins the run in the journal. The caller holds the lease.
async fn begin(
    (warehouse, journal): (&Warehouse, &Journal),
    request: &Request<'_>,
    (metastore, run): (&str, &RunId),
) -> Result<()> {
    let Request { settings, plan, observer, cancellation, kind } = request;
    // What held when it was planned, or asked for, another process may have changed before the lease was taken.
    kind.require(journal)?;
    tokio::select! {
        biased;
        settled = recovery::settle(warehouse, journal, (metastore, &plan.destination), *observer) => settled?,
        () = cancellation.cancelled() => return Err(Error::Stopped { destination: plan.destination.clone() }),
    }
    match kind {
        RunKind::Resume(_) => journal.reopen_run(run, warehouse.id()),
        RunKind::Clone | RunKind::Rollback(_) => {
            let began = Began { settings, plan, undoes: kind.undoes(), warehouse: warehouse.id() };
            journal.begin_run(metastore, run, &began)
        }
    }
}

fn context(
    (warehouse, journal): (&Warehouse, &Journal),
    request: &Request<'_>,
    (metastore, run): (String, &RunId),
) -> Result<Context> {
    let Request { settings, plan, cancellation, .. } = request;
    let steps = u32::try_from(plan.steps.len()).unwrap_or(u32::MAX);
    let RunSummary { started_at, undoes, .. } = journal.summary(run)?;
    let undone = undoes.map(|undone| journal.summary(&undone)).transpose()?;
    Ok(Context {
        warehouse: warehouse.within(settings),
        journal: journal.clone(),
        metastore,
        source: plan.source.clone(),
        run: run.clone(),
        began_ms: started_at.timestamp_millis(),
        goes_on: matches!(request.kind, RunKind::Resume(_)),
        undone_ms: undone.and_then(|undone| undone.finished_at).map(|end| end.timestamp_millis()),
        counts_inserts: settings.guardrails.max_bytes.is_some(),
        max_retries: settings.limits.max_retries,
        retries_left: AtomicU32::new(RETRIES_OF_A_RUN.max(steps / STEPS_PER_RETRY)),
        memory: files::Memory::new(),
        cancellation: cancellation.child_token(),
    })
}

/// A cancellation or a limit that came after everything had ended well, and was read back, changed nothing.
fn state(all_well: bool, limit: Option<&'static str>, cancelled: bool) -> RunState {
    match (all_well, cancelled, limit) {
        (true, _, _) => RunState::Succeeded,
        (false, true, _) => RunState::Cancelled,
        (false, false, Some(_)) => RunState::Aborted,
        (false, false, None) => RunState::Failed,
    }
}

/// What the journal knows of the steps of a run.
type Records = HashMap<StepId, StepRecord>;
