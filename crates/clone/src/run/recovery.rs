//! Looks after what earlier runs left in flight, because their process died or because the workspace could not
//! be asked: asks for their statements in the warehouse and ends them in the journal. What they were to do is planned again from what is there.

use clxs_api::Identifier;

use super::recall::recall_all;
use super::statement;
use crate::event::{Event, Observer, SilentObserver};
use crate::journal::{End, InFlight, RunId, RunState, RunSummary};
use crate::outcome::StepOutcome;
use crate::plan::{Action, Plan};
use crate::warehouse::Warehouse;
use crate::{Error, Journal, Result};

/// Ends what earlier runs of a destination left in flight, unless a run writes to it now.
pub(crate) async fn recover(
    warehouse: &Warehouse,
    journal: &Journal,
    metastore: &str,
    destination: &Identifier,
) -> Result<()> {
    let destination = destination.to_lowercase();
    match journal.idle(metastore, destination.as_str())? {
        Some(_lease) => settle(warehouse, journal, (metastore, &destination), &SilentObserver).await,
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
            identify(warehouse, journal, (&run, &plan, started_at.timestamp_millis()), &mut steps).await?;
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

/// Notes the ids of statements that were sent and of which the journal knows none, or only that of an earlier try.
async fn identify(
    warehouse: &Warehouse,
    journal: &Journal,
    (run, plan, began_ms): (&RunId, &Plan, i64),
    steps: &mut [InFlight],
) -> Result<()> {
    let text_of = |step| match &plan.step(step)?.action {
        Action::Statement(statement) => Some(statement.to_string()),
        _ => None,
    };
    if !steps.iter().any(|in_flight| text_of(in_flight.step).is_some()) {
        return Ok(());
    }
    let mut unknown = recall_all(warehouse, journal, began_ms).await?;
    for in_flight in steps {
        if let Some(id) = text_of(in_flight.step).and_then(|text| unknown.remove(&text)) {
            journal.statement_sent(run, in_flight.step, &id)?;
            in_flight.statement = Some(id);
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
