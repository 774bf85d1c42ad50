//! Does one step: intent to the journal, the deed, the outcome to the journal.

use std::sync::atomic::{AtomicU32, Ordering};

use clxs_api::statement::StatementId;
use clxs_client::{Error as ClientError, ErrorKind, count_retries};

use super::{Context, files, model_version, read_back, rest, statement, volume_files};
use crate::backoff::backoff;
use crate::inventory::Commit;
use crate::journal::End;
use crate::outcome::StepOutcome;
use crate::plan::{Action, Expectation, Facet, NEEDS_LOCATION, Statement, Step, Transfer};
use crate::{Error, Result};

/// A step that has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Executed {
    pub(super) outcome: StepOutcome,
    /// How often it, or a request of it, was tried again.
    pub(super) retries: u32,
}

/// What the tries of a step have left behind so far.
#[derive(Debug, Default)]
pub(super) struct Tries {
    /// How often it was tried again.
    pub(super) retries: u32,
    /// Whether a try may have done its work although nobody heard of it.
    pub(super) in_doubt: bool,
    /// The statement that the warehouse took and of which nobody knows the end.
    pub(super) open: Option<StatementId>,
}

/// Does one step. `in_doubt` says that an earlier try of a run that goes on may have done it.
///
/// # Errors
/// What aborts a run; whatever else goes wrong is an outcome.
pub(super) async fn execute(context: &Context, step: &Step, in_doubt: bool) -> Result<Executed> {
    context.journal.step_begins(&context.run, step.id)?;
    let mut tries = Tries { in_doubt, ..Tries::default() };
    let (result, resent) = count_retries(Box::pin(attempts(context, step, &mut tries))).await;
    let result = result?;
    tries.in_doubt |= result.as_ref().is_err_and(ClientError::outcome_unknown);
    let (outcome, abort) = match result {
        Ok(outcome) => (outcome, None),
        Err(error) => failed(context, step, error, &tries),
    };
    let retries = tries.retries.saturating_add(resent);
    let cloned = step.action.clone_table().map(|clone| (context.metastore.as_str(), clone));
    let end = End { outcome: &outcome, retries, in_doubt: tries.in_doubt, cloned };
    context.journal.step_ends(&context.run, step.id, end)?;
    abort.map_or(Ok(Executed { outcome, retries }), Err)
}

/// Tries a step as often as it may be tried. The results are those of [`attempt`].
async fn attempts(
    context: &Context,
    step: &Step,
    tries: &mut Tries,
) -> Result<clxs_client::Result<StepOutcome>> {
    loop {
        match attempt(context, step, tries).await? {
            Err(error) if may_retry(context, step, &error, tries) => {
                tries.in_doubt |= error.outcome_unknown();
                tokio::select! {
                    () = tokio::time::sleep(backoff(tries.retries)) => tries.retries += 1,
                    () = context.cancellation.cancelled() => {}
                }
            }
            result => return Ok(result),
        }
    }
}

/// The outer result is that of the journal, the inner one that of the workspace.
async fn attempt(
    context: &Context,
    step: &Step,
    tries: &mut Tries,
) -> Result<clxs_client::Result<StepOutcome>> {
    if context.cancellation.is_cancelled() && tries.open.is_none() {
        return Ok(Ok(StepOutcome::Cancelled));
    }
    match &step.action {
        Action::Statement(statement) => {
            let executed = statement::execute(context, step, statement, tries).await?;
            let executed = of_named_columns(context, step, executed, tries).await?;
            Ok(checked(context, step, executed, tries).await)
        }
        Action::Rest(call) => Ok(rest::execute(context.warehouse.client(), call, tries.in_doubt).await),
        Action::Transfer(Transfer::CopyFiles(copy)) => volume_files::copy(context, copy).await,
        Action::Transfer(Transfer::RemoveFiles(remove)) => {
            let copied = context.journal.copied_files_of(&context.metastore, &remove.volume)?;
            Ok(files::remove(context.warehouse.client(), remove, &copied, context.undone_ms).await)
        }
        Action::Transfer(Transfer::CopyVersion(copy)) => Ok(model_version::copy(
            (context.warehouse.client(), &context.memory),
            copy,
            &context.cancellation,
        )
        .await),
    }
}

/// Makes a view over the columns that the source's view shows, where its text has more by now, or shows others: a view lists
/// its columns by their places. One of others that cannot be made so is taken back.
async fn of_named_columns(
    context: &Context,
    step: &Step,
    executed: clxs_client::Result<StepOutcome>,
    tries: &mut Tries,
) -> Result<clxs_client::Result<StepOutcome>> {
    let Action::Statement(Statement::CreateView(view)) = &step.action else { return Ok(executed) };
    let Some(named) = view.of_named_columns() else { return Ok(executed) };
    let others = match &executed {
        Err(error) if has_more_columns(error) => None,
        Err(_) => return Ok(executed),
        Ok(_) => {
            // Whatever comes now, it was made.
            tries.in_doubt = true;
            match read_back::other_columns(&context.warehouse, view).await {
                Ok(None) => return Ok(executed),
                Ok(others) => others,
                Err(error) => return Ok(Err(error)),
            }
        }
    };
    let named = Statement::CreateView(Box::new(named));
    Ok(match (statement::execute(context, step, &named, tries).await?, others) {
        (Ok(_), _) => Ok(StepOutcome::changed(MORE_COLUMNS.to_owned())),
        (Err(error), None) => Err(error),
        (Err(error), Some(others)) => {
            let problem = format!("{others}, and it cannot be made over those: {}", describe(&error));
            Ok(StepOutcome::Failed { error: taken_back(context, step, problem, tries).await })
        }
    })
}

fn has_more_columns(error: &ClientError) -> bool {
    error.statement_failure().is_some_and(|failure| failure.is_class("CREATE_VIEW_COLUMN_ARITY_MISMATCH"))
}

const MORE_COLUMNS: &str = "its query names the columns that the source's view shows, for `*` stands for others in its tables by now";

/// What was done, unless reading it back shows that it is not right.
async fn checked(
    context: &Context,
    step: &Step,
    executed: clxs_client::Result<StepOutcome>,
    tries: &mut Tries,
) -> clxs_client::Result<StepOutcome> {
    match executed {
        Ok(outcome) if outcome.is_done() => {
            // Whatever comes now, it was made.
            tries.in_doubt = true;
            let read = read_back::problem(&context.warehouse, &context.source, &step.action).await;
            if let (Err(_) | Ok(Some(_)), Action::Statement(Statement::FillTable(fill))) =
                (&read, &step.action)
            {
                // What was copied may be masked or of another version, and is not kept.
                context.warehouse.query(format!("TRUNCATE TABLE {}", fill.destination)).await?;
            }
            let problem = read?;
            tries.in_doubt = problem.is_some();
            match problem {
                Some(problem) => {
                    Ok(StepOutcome::Failed { error: taken_back(context, step, problem, tries).await })
                }
                None => counted(context, step, outcome).await,
            }
        }
        executed => executed,
    }
}

/// Removes a view or function that needs the source, or a table that was in its place already, or puts back what was there
/// before; says so behind the problem.
async fn taken_back(context: &Context, step: &Step, problem: String, tries: &mut Tries) -> String {
    let is_taken_back = match &step.action {
        // The files of an external table stay.
        Action::Statement(Statement::CreateTable(table)) => table.location.is_some() && !table.replace,
        action => action.makes_text(),
    };
    let Some(Action::Statement(inverse)) = step.inverse.as_ref().filter(|_| is_taken_back) else {
        return problem;
    };
    match context.warehouse.query_in(inverse.text()).await {
        Ok(_) => {
            tries.in_doubt = false;
            format!("{problem}; it was taken back")
        }
        Err(error) => format!("{problem}; it could not be taken back: {}", describe(&error)),
    }
}

/// The outcome with what an `INSERT` wrote, where a limit needs it.
async fn counted(context: &Context, step: &Step, outcome: StepOutcome) -> clxs_client::Result<StepOutcome> {
    match &step.action {
        Action::Statement(Statement::FillTable(fill)) if context.counts_inserts => {
            let history = context.warehouse.newest_commit(&fill.destination).await?;
            Ok(StepOutcome::counted(history.newest().map(Commit::write_metrics)))
        }
        _ => Ok(outcome),
    }
}

/// A further try first asks what became of the earlier ones: see [`statement`].
fn may_retry(context: &Context, step: &Step, error: &ClientError, tries: &Tries) -> bool {
    let conflict =
        error.statement_failure().is_some_and(|failure| failure.sql_state.as_deref() == Some("2D521"));
    let transient = error.is_retryable() || conflict;
    // What a hook does twice nobody knows.
    let may_repeat = transient || (error.outcome_unknown() && step.action.hook().is_none());
    may_repeat
        && tries.retries < context.max_retries
        && !context.cancellation.is_cancelled()
        && take_retry(&context.retries_left)
}

/// Takes one of the retries that the whole run may make.
fn take_retry(left: &AtomicU32) -> bool {
    left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok()
}

fn failed(context: &Context, step: &Step, error: ClientError, tries: &Tries) -> (StepOutcome, Option<Error>) {
    let text = describe(&error);
    let outcome = match error.kind() {
        _ if tries.open.is_none() && is_refused_facet(step, &error) => {
            StepOutcome::Impossible { reason: text }
        }
        ErrorKind::NotFound if step.expects == Expectation::PresentOrGone => StepOutcome::done(),
        ErrorKind::StatementCanceled if context.cancellation.is_cancelled() => StepOutcome::Cancelled,
        _ if tries.open.is_some() => StepOutcome::Unknown { error: text },
        _ => match step.action.hook() {
            Some(on_error) => statement::failure_of_hook(on_error, text),
            None => StepOutcome::Failed { error: text },
        },
    };
    // Every other step would wait for a workspace that is gone as long as this one did.
    let aborts = error.kind() == ErrorKind::Unauthenticated || error.is_unreachable();
    (outcome, aborts.then(|| Error::client(format!("go on with {}", step.securable))(error)))
}

/// Facets are carried as well as the platform lets us: a refusal is a property of the destination, not a failure of
/// the clone. What protects is not among them.
fn is_refused_facet(step: &Step, error: &ClientError) -> bool {
    let is_best_effort = matches!(
        step.facet,
        Facet::Comment
            | Facet::Properties
            | Facet::Tags
            | Facet::ColumnTags
            | Facet::PrimaryKey
            | Facet::ForeignKey
            | Facet::Bindings
    );
    let is_refused = match error.statement_failure() {
        Some(failure) => !failure.is_retryable(),
        None => matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::InvalidInput),
    };
    is_best_effort && is_refused
}

/// What people can do.
fn hint(error: &ClientError) -> Option<&'static str> {
    let no_storage = |message: &str| message.contains("storage root");
    let is_storage = error.kind() == ErrorKind::InvalidState
        && error.api_error().is_some_and(|error| no_storage(&error.message));
    if is_storage { Some(NEEDS_LOCATION) } else { error.hint() }
}

/// An error with all its causes, and what to do about it where that is known.
pub(super) fn describe(error: &ClientError) -> String {
    let text = clxs_client::with_causes(error);
    match hint(error) {
        Some(hint) => format!("{text}; {hint}"),
        None => text,
    }
}
