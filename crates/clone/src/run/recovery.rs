//! Looks after what earlier runs left in flight, because their process died or because the workspace could not
//! be asked: asks for their statements in the warehouse and ends them in the journal. What they were to do is planned again from what is there.

use clxs_api::Identifier;

use super::recall::{Found, Recall, wait_for_alike};
use super::statement;
use crate::event::{Event, Observer};
use crate::journal::{End, InFlight, RunId, RunState, RunSummary};
use crate::outcome::StepOutcome;
use crate::plan::{Action, Plan};
use crate::warehouse::Warehouse;
use crate::{Error, Journal, Result};

/// Ends what earlier runs of a destination left in flight, unless a run writes to it now.
pub(crate) async fn recover(
    (warehouse, journal): (&Warehouse, &Journal),
    (metastore, destination): (&str, &Identifier),
    observer: &dyn Observer,
) -> Result<()> {
    let destination = destination.to_lowercase();
    match journal.idle(metastore, destination.as_str())? {
        Some(_lease) => settle(warehouse, journal, (metastore, &destination), observer).await,
        None => Ok(()),
    }
}

/// Ends what earlier runs of a destination left in flight. The caller holds its lease, so every unfinished run
/// is a dead one.
pub(super) async fn settle(
    warehouse: &Warehouse,
    journal: &Journal,
    (metastore, destination): (&str, &Identifier),
    observer: &dyn Observer,
) -> Result<()> {
    for run in journal.unfinished_runs(metastore, destination.as_str())? {
        let RunSummary { id: run, state, started_at, .. } = run;
        let plan = journal.plan_of(&run)?;
        let mut steps = journal.in_flight(&run)?;
        if !steps.is_empty() {
            tracing::warn!(%run, steps = steps.len(), "waiting for statements that an earlier run left behind");
            let recall = Recall { warehouse, journal, run: &run, began_ms: started_at.timestamp_millis() };
            identify(&recall, &plan, &mut steps).await?;
        }
        for in_flight in &steps {
            settle_step(warehouse, journal, metastore, (&run, &plan), in_flight).await?;
        }
        journal.end_run(
            (&run, &plan),
            if state == RunState::Running { RunState::Interrupted } else { state },
            None,
        )?;
        observer.on_event(&Event::Recovered { run, steps: steps.len() });
    }
    Ok(())
}

/// Notes the ids of statements that were sent and of which the journal knows none, or only that of an earlier try. What may
/// be one of them is waited for.
async fn identify(recall: &Recall<'_>, plan: &Plan, steps: &mut [InFlight]) -> Result<()> {
    let statements: Vec<_> = steps
        .iter()
        .filter_map(|in_flight| plan.step(in_flight.step))
        .filter(|step| matches!(step.action, Action::Statement(_)))
        .collect();
    if statements.is_empty() {
        return Ok(());
    }
    let mut found = recall
        .newest(statements)
        .await?
        .map_err(Error::client(format!("look for statements of run {} in the history", recall.run)))?;
    for in_flight in steps {
        match found.remove(&in_flight.step) {
            Some(Found::Sent(id)) => {
                recall.journal.statement_sent(recall.run, in_flight.step, &id)?;
                in_flight.statement = Some(id);
            }
            Some(Found::Alike(id)) if in_flight.statement.is_none() => {
                wait_for_alike(recall.warehouse.client(), &id)
                    .await
                    .map_err(Error::client(format!("wait for statement {id}")))?;
            }
            Some(Found::Alike(_)) | None => {}
        }
    }
    Ok(())
}

async fn settle_step(
    warehouse: &Warehouse,
    journal: &Journal,
    metastore: &str,
    (run, plan): (&RunId, &Plan),
    in_flight: &InFlight,
) -> Result<()> {
    let step = plan.step(in_flight.step);
    let outcome = match (step, &in_flight.statement) {
        (Some(step), Some(id)) => statement::ask(warehouse.client(), step, id)
            .await
            .map_err(Error::client(format!("ask for statement {id} that run {run} left in flight")))?,
        _ => StepOutcome::Lost,
    };
    let cloned = step.and_then(|step| step.action.clone_table()).map(|clone| (metastore, clone));
    let in_doubt = outcome == StepOutcome::Lost;
    journal.step_ends(run, in_flight.step, End { in_doubt, cloned, ..End::of(&outcome) })
}
