//! Runs the statement of a step.
//!
//! The id of a statement is journalled as soon as it is known, and a statement whose id is known is never sent again
//! while it may still run: the next try asks for it. A lost id is looked for in the history of the warehouse, by the
//! tags of the step, and only when that was asked is anything sent again: a clone when the history of the table says that it
//! was not made, an empty table or new columns when they are not there, a hook never. All other statements of a plan
//! bring about the same state however often they run.

mod stale;

use clxs_api::FullName;
use clxs_api::statement::{StatementId, StatementResponse};
use clxs_client::{Client, Error as ClientError, ErrorKind, Rows};

use super::Context;
use super::execute::{Tries, describe};
use super::recall::{Found, Recall, wait_for_alike};
use super::standing::{Standing, standing, standing_in_copy};
use crate::outcome::{CloneMetrics, StepOutcome};
use crate::plan::{Expectation, MakesTable, Statement, Step};
use crate::settings::OnError;
use crate::warehouse::{Origin, Warehouse};
use crate::{Error, Result};
use stale::stale;

/// Sends a statement, unless it was sent, and waits for it. The outer result is that of the journal.
pub(super) async fn execute(
    context: &Context,
    step: &Step,
    statement: &Statement,
    tries: &mut Tries,
) -> Result<clxs_client::Result<StepOutcome>> {
    if tries.in_doubt && tries.open.is_none() {
        match sent_before(context, step).await? {
            Ok(id) => tries.open = id,
            Err(error) => return Ok(Err(error)),
        }
    }
    if let Some(outcome) = hook_in_doubt(step, tries) {
        return Ok(Ok(outcome));
    }
    let Some(makes) = step.action.clones_table() else {
        match stale(context, step, tries).await? {
            Ok(None) => {}
            Ok(Some(outcome)) => return Ok(Ok(outcome)),
            Err(error) => return Ok(Err(error)),
        }
        let rows = submit_and_wait(context, step, statement, tries).await?;
        if rows.is_ok() && step.action.fills().is_some() {
            context.journal.fill_landed(&context.run, step.id)?;
        }
        return Ok(rows.map(|rows| done(step, &rows)));
    };
    let tried_before = tries.retries > 0 || tries.in_doubt;
    if tries.open.is_none() {
        match settled_before(context, step, &makes, tried_before).await {
            Ok(None) => {}
            Ok(Some(outcome)) => return Ok(Ok(outcome)),
            Err(error) => return Ok(Err(error)),
        }
    }
    match submit_and_wait(context, step, statement, tries).await? {
        Ok(rows) => Ok(Ok(done(step, &rows))),
        Err(error) if tried_before || error.outcome_unknown() => {
            Ok(already_made(context, step, &makes).await.ok_or(error))
        }
        Err(error) => Ok(Err(error)),
    }
}

/// The statement that an earlier try sent and whose answer was lost, where the history tells.
async fn sent_before(context: &Context, step: &Step) -> Result<clxs_client::Result<Option<StatementId>>> {
    let Context { warehouse, journal, run, began_ms, .. } = context;
    let recall = Recall { warehouse, journal, run, began_ms: *began_ms };
    let mut found = match recall.newest([step]).await? {
        Ok(found) => found,
        Err(error) => return Ok(Err(error)),
    };
    match found.remove(&step.id) {
        Some(Found::Sent(id)) => journalled(context, step, id).await.map(|id| Ok(Some(id))),
        Some(Found::Alike(id)) => Ok(tokio::select! {
            waited = wait_for_alike(warehouse.client(), &id) => waited.map(|()| None),
            () = context.cancellation.cancelled() => Ok(None),
        }),
        None => Ok(Ok(None)),
    }
}

/// How a hook ends that may have run, and of which nobody can be asked.
fn hook_in_doubt(step: &Step, tries: &Tries) -> Option<StepOutcome> {
    let on_error = step.action.hook().filter(|_| tries.in_doubt && tries.open.is_none())?;
    let error =
        "it may have run before the run was interrupted, and is not run twice; run it by hand".to_owned();
    Some(failure_of_hook(on_error, error))
}

/// What the failure of a hook means for its run.
pub(super) fn failure_of_hook(on_error: OnError, error: String) -> StepOutcome {
    match on_error {
        OnError::Fail => StepOutcome::Failed { error },
        OnError::Warn | OnError::Ignore => {
            StepOutcome::Tolerated { error, silent: on_error == OnError::Ignore }
        }
    }
}

/// How a table is made without a statement: an earlier try made it, or it is not the one that the plan would
/// replace. A table that the plan would make is looked for by `CREATE TABLE` itself.
async fn settled_before(
    context: &Context,
    step: &Step,
    makes: &MakesTable<'_>,
    tried_before: bool,
) -> clxs_client::Result<Option<StepOutcome>> {
    let history = match &step.expects {
        Expectation::Table(state) if state.version.is_some() && !tried_before => {
            context.warehouse.newest_commit(makes.table).await?
        }
        Expectation::Absent | Expectation::Table(_) if !tried_before => return Ok(None),
        _ => context.warehouse.commits_since_clone(makes.table).await?,
    };
    let standing = match &step.expects {
        // The run made it empty before.
        Expectation::Present => standing_in_copy(&history, &makes.source, None, tried_before),
        expects => standing(&history, &makes.source, expects),
    };
    Ok(match standing {
        Standing::AsPlanned => None,
        Standing::Cloned(metrics) if tried_before => Some(made(step, metrics)),
        Standing::Cloned(_) => Some(changed("CLONE")),
        Standing::Changed { operation } => Some(changed(&operation)),
    })
}

fn made(step: &Step, metrics: CloneMetrics) -> StepOutcome {
    let metrics = step.action.clone_table().map(|_| metrics);
    StepOutcome::counted(metrics)
}

/// Whether a table is the one of this id.
pub(crate) async fn has_id(warehouse: &Warehouse, table: &FullName, id: &str) -> clxs_client::Result<bool> {
    match warehouse.client().get_table(table).await {
        Ok(info) => Ok(info.table_id.as_deref() == Some(id)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

fn changed(operation: &str) -> StepOutcome {
    let error =
        format!("the table was changed after the plan was made ({operation}); it was kept, plan again");
    StepOutcome::Failed { error }
}

/// The outcome of a statement whose answer was lost, when the destination's history has what it made. If nobody can
/// say, the error of the statement stands, and a further try asks again before it sends anything.
async fn already_made(context: &Context, step: &Step, makes: &MakesTable<'_>) -> Option<StepOutcome> {
    let history = context.warehouse.commits_since_clone(makes.table).await.ok()?;
    match standing(&history, &makes.source, &step.expects) {
        Standing::Cloned(metrics) => Some(made(step, metrics)),
        Standing::AsPlanned | Standing::Changed { .. } => None,
    }
}

async fn submit_and_wait(
    context: &Context,
    step: &Step,
    statement: &Statement,
    tries: &mut Tries,
) -> Result<clxs_client::Result<Rows>> {
    let (id, answer) = match tries.open.take() {
        Some(id) => (id, None),
        None => match submit(context, step, statement).await? {
            Ok((id, answer)) => (id, answer),
            Err(error) => return Ok(Err(error)),
        },
    };
    let client = context.warehouse.client();
    let ended = tokio::select! {
        rows = end_of(client, &id, answer) => rows,
        () = context.cancellation.cancelled() => cancel(client, &id).await,
    };
    tries.in_doubt |= ended.as_ref().is_err_and(|error| error.kind() == ErrorKind::NotFound);
    tries.open = ended.as_ref().is_err_and(|error| !is_over(error)).then_some(id);
    Ok(ended)
}

/// Waits for a statement, from the answer to its submission when it was sent just now.
async fn end_of(
    client: &Client,
    id: &StatementId,
    answer: Option<StatementResponse>,
) -> clxs_client::Result<Rows> {
    match answer {
        Some(answer) => client.follow_statement(id, answer).await,
        None => client.wait_for_statement(id).await,
    }
}

/// Sends a statement and journals its id. When the answer is lost, the history of the warehouse may have it.
async fn submit(
    context: &Context,
    step: &Step,
    statement: &Statement,
) -> Result<clxs_client::Result<(StatementId, Option<StatementResponse>)>> {
    let origin = Origin { run: &context.run, step: step.id };
    let answer = match context.warehouse.submit(statement, origin).await {
        Ok(answer) => answer,
        // Where the history cannot be asked now, the next try asks it before it sends anything.
        Err(error) if error.outcome_unknown() => {
            let found = sent_before(context, step).await?.ok().flatten();
            return Ok(found.map(|id| (id, None)).ok_or(error));
        }
        Err(error) => return Ok(Err(error)),
    };
    let id = answer.statement_id.clone().ok_or_else(|| Error::Unexpected {
        attempt: format!("run the statement for {}", step.securable),
        problem: "the answer has no statement_id".to_owned(),
    })?;
    Ok(Ok((journalled(context, step, id).await?, Some(answer))))
}

/// Journals the id of a statement. One that cannot be journalled is cancelled: nobody would ask for it.
async fn journalled(context: &Context, step: &Step, id: StatementId) -> Result<StatementId> {
    if let Err(lost) = context.journal.statement_sent(&context.run, step.id, &id) {
        if let Err(error) = context.warehouse.client().cancel_statement(&id).await {
            tracing::warn!(statement = %id, %error, "a statement that is not in the journal goes on");
        }
        return Err(lost);
    }
    Ok(id)
}

/// Cancels a statement in the warehouse. It may have ended well before that.
async fn cancel(client: &Client, id: &StatementId) -> clxs_client::Result<Rows> {
    client.cancel_statement(id).await?;
    client.wait_for_statement(id).await
}

/// The outcome of a statement that succeeded.
pub(super) fn done(step: &Step, rows: &Rows) -> StepOutcome {
    let metrics = step.action.clone_table().and_then(|_| metrics(rows));
    StepOutcome::counted(metrics)
}

/// The result row of `CLONE` (facts/settled.md §5); none when the platform sent none.
fn metrics(rows: &Rows) -> Option<CloneMetrics> {
    let row = rows.get(0)?;
    let number =
        |column| row.integer(column).ok().flatten().and_then(|value| u64::try_from(value).ok()).unwrap_or(0);
    Some(CloneMetrics {
        source_table_size: number("source_table_size"),
        source_num_of_files: number("source_num_of_files"),
        num_removed_files: number("num_removed_files"),
        num_copied_files: number("num_copied_files"),
        removed_files_size: number("removed_files_size"),
        copied_files_size: number("copied_files_size"),
    })
}

/// Asks how a statement ended that a run left in flight: waits for it if it still runs. The platform shows a statement to
/// who submitted it: of one that another principal sent nobody here hears how it ended.
pub(super) async fn ask(client: &Client, step: &Step, id: &StatementId) -> clxs_client::Result<StepOutcome> {
    match client.wait_for_statement(id).await {
        Ok(rows) => Ok(done(step, &rows)),
        Err(error @ (ClientError::StatementFailed { .. } | ClientError::StatementCanceled { .. })) => {
            Ok(StepOutcome::Failed { error: describe(&error) })
        }
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            tracing::warn!(statement = %id, securable = %step.securable, %error, "nobody tells how a statement ended");
            Ok(StepOutcome::Lost)
        }
        Err(error) if is_over(&error) => Ok(StepOutcome::Lost),
        Err(error) => Err(error),
    }
}

/// Whether nothing more will be heard of a statement, however it ended.
pub(super) fn is_over(error: &ClientError) -> bool {
    matches!(
        error,
        ClientError::StatementFailed { .. }
            | ClientError::StatementCanceled { .. }
            | ClientError::ResultGone { .. }
            | ClientError::InvalidResult { .. }
    ) || error.kind() == ErrorKind::NotFound
}
