//! Does one step: intent to the journal, the deed, the outcome to the journal.

use clxs_client::{Error as ClientError, ErrorKind};

use super::backoff::backoff;
use super::{Context, rest, statement};
use crate::outcome::StepOutcome;
use crate::plan::{Action, Expectation, Step};
use crate::{Error, Result};

/// A step that has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Executed {
    pub(super) outcome: StepOutcome,
    /// How often it was tried again.
    pub(super) retries: u32,
}

/// Does one step.
///
/// # Errors
/// What aborts a run; whatever else goes wrong is an outcome.
pub(super) async fn execute(context: &Context, step: &Step) -> Result<Executed> {
    context.journal.step_begins(&context.run, step.id, version_before(step))?;
    let mut retries = 0;
    let result = loop {
        match attempt(context, step, retries).await? {
            Err(error) if may_retry(context, &error, retries) => {
                tokio::select! {
                    () = tokio::time::sleep(backoff(retries)) => retries += 1,
                    () = context.cancellation.cancelled() => break Ok(StepOutcome::Cancelled),
                }
            }
            result => break result,
        }
    };
    let (outcome, abort) = match result {
        Ok(outcome) => (outcome, None),
        Err(error) => failed(context, step, error),
    };
    context.journal.step_ends(&context.run, step.id, &outcome, retries)?;
    note_provenance(context, step, &outcome)?;
    abort.map_or(Ok(Executed { outcome, retries }), Err)
}

/// The outer result is that of the journal, the inner one that of the workspace.
async fn attempt(context: &Context, step: &Step, retries: u32) -> Result<clxs_client::Result<StepOutcome>> {
    if context.cancellation.is_cancelled() {
        return Ok(Ok(StepOutcome::Cancelled));
    }
    match &step.action {
        Action::Statement(statement) => statement::execute(context, step, statement, retries > 0).await,
        Action::Rest(call) => Ok(rest::execute(context.warehouse.client(), call).await),
    }
}

/// Statements are sent again after a lost answer, because each one is harmless when it was done already: see
/// [`statement`].
fn may_retry(context: &Context, error: &ClientError, retries: u32) -> bool {
    let conflict =
        error.statement_failure().is_some_and(|failure| failure.sql_state.as_deref() == Some("2D521"));
    let transient = error.is_retryable() || error.outcome_unknown() || conflict;
    transient && retries < context.max_retries && !context.cancellation.is_cancelled()
}

fn failed(context: &Context, step: &Step, error: ClientError) -> (StepOutcome, Option<Error>) {
    let text = describe(&error);
    match error.kind() {
        ErrorKind::StatementCanceled if context.cancellation.is_cancelled() => (StepOutcome::Cancelled, None),
        ErrorKind::Unauthenticated => {
            let error = Error::client(format!("go on with {}", step.securable))(error);
            (StepOutcome::Failed { error: text }, Some(error))
        }
        _ => (StepOutcome::Failed { error: text }, None),
    }
}

fn note_provenance(context: &Context, step: &Step, outcome: &StepOutcome) -> Result<()> {
    match step.action.clone_table() {
        Some(clone) if outcome.is_done() => context.journal.cloned(&context.metastore, &context.run, clone),
        _ => Ok(()),
    }
}

/// The version that undoing the step goes back to.
pub(super) fn version_before(step: &Step) -> Option<u64> {
    match &step.expects {
        Expectation::Table(state) => state.version,
        Expectation::Absent | Expectation::Present => None,
    }
}

/// What people can do. Accounts with Default Storage refuse catalogs without a location (facts/settled.md §1).
fn hint(error: &ClientError) -> Option<&'static str> {
    const LOCATION: &str = "give the catalog a location, or make it first and clone into it";
    let no_storage = |message: &str| message.contains("storage root");
    let is_storage = error.kind() == ErrorKind::InvalidState
        && error.api_error().is_some_and(|error| no_storage(&error.message));
    if is_storage { Some(LOCATION) } else { error.hint() }
}

/// An error with all its causes, and what to do about it where that is known.
pub(super) fn describe(error: &ClientError) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(source) = cause {
        text.push_str(": ");
        text.push_str(&source.to_string());
        cause = source.source();
    }
    if let Some(hint) = hint(error) {
        text.push_str("; ");
        text.push_str(hint);
    }
    text
}
