//! Runs the statement of a step.
//!
//! The id of a clone is journalled before anybody waits for it. When an answer is lost, what the table's
//! history says decides whether the work is done; only if it does not is the statement sent again. That is
//! harmless: `CREATE TABLE … CLONE` fails on a table that is there, and all other statements of a plan
//! bring about the same state however often they run.

use clxs_api::FullName;
use clxs_api::statement::StatementId;
use clxs_client::{Client, Error as ClientError, Rows};

use super::Context;
use super::execute::version_before;
use crate::inventory::{Commit, History};
use crate::outcome::{CloneMetrics, StepOutcome};
use crate::plan::{CloneTable, Statement, Step};
use crate::{Error, Result};

/// Sends a statement and waits for it. The outer result is that of the journal.
pub(super) async fn execute(
    context: &Context,
    step: &Step,
    statement: &Statement,
    tried_before: bool,
) -> Result<clxs_client::Result<StepOutcome>> {
    let result = submit_and_wait(context, step, statement).await?;
    let Err(error) = result else { return Ok(result.map(|rows| done(step, &rows))) };
    match statement {
        Statement::CloneTable(clone) if tried_before || error.outcome_unknown() => {
            Ok(already_cloned(context, step, clone).await.ok_or(error))
        }
        _ => Ok(Err(error)),
    }
}

async fn submit_and_wait(
    context: &Context,
    step: &Step,
    statement: &Statement,
) -> Result<clxs_client::Result<Rows>> {
    let client = context.warehouse.client();
    let statement = context.warehouse.statement_of_run(statement, &context.run);
    let id = match client.submit_statement(&statement).await {
        Ok(response) => response.statement_id,
        Err(error) => return Ok(Err(error)),
    };
    let id = id.ok_or_else(|| Error::Unexpected {
        attempt: format!("run the statement for {}", step.securable),
        problem: "the answer has no statement_id".to_owned(),
    })?;
    context.journal.statement_sent(&context.run, step.id, &id)?;
    tokio::select! {
        rows = client.wait_for_statement(&id) => Ok(rows),
        () = context.cancellation.cancelled() => Ok(cancel(client, &id).await),
    }
}

/// Cancels a statement in the warehouse. It may have ended well before that.
async fn cancel(client: &Client, id: &StatementId) -> clxs_client::Result<Rows> {
    client.cancel_statement(id).await?;
    client.wait_for_statement(id).await
}

/// The outcome of a statement that succeeded.
pub(super) fn done(step: &Step, rows: &Rows) -> StepOutcome {
    let metrics = step.action.clone_table().and_then(|_| metrics(rows));
    StepOutcome::Done { metrics, missing: Vec::new() }
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

/// The outcome of a clone whose answer was lost, when the destination's history has it. If nobody can say,
/// the error of the statement stands.
async fn already_cloned(context: &Context, step: &Step, clone: &CloneTable) -> Option<StepOutcome> {
    let history = context.warehouse.commits_since_clone(&clone.destination).await.ok()?;
    let commit = newer_clone(&history, &clone.source, version_before(step))?;
    Some(StepOutcome::Done { metrics: Some(commit.clone_metrics()), missing: Vec::new() })
}

/// A clone of this source that was committed after the version the plan knew.
fn newer_clone<'a>(history: &'a History, source: &FullName, before: Option<u64>) -> Option<&'a Commit> {
    let History::Read(commits) = history else { return None };
    let newest = commits.iter().find(|commit| commit.clone_source().is_some())?;
    let is_newer = before.is_none_or(|before| newest.version > before);
    (newest.is_clone_of(source) && is_newer).then_some(newest)
}

/// Asks how a statement ended whose process died: waits for it if it still runs.
pub(super) async fn ask(client: &Client, step: &Step, id: &StatementId) -> clxs_client::Result<StepOutcome> {
    match client.wait_for_statement(id).await {
        Ok(rows) => Ok(done(step, &rows)),
        Err(error) if is_final(&error) => Ok(StepOutcome::Failed { error: super::execute::describe(&error) }),
        Err(error) if error.kind() == clxs_client::ErrorKind::NotFound => Ok(StepOutcome::Lost),
        Err(error) => Err(error),
    }
}

fn is_final(error: &ClientError) -> bool {
    matches!(
        error,
        ClientError::StatementFailed { .. }
            | ClientError::StatementCanceled { .. }
            | ClientError::ResultGone { .. }
    )
}
