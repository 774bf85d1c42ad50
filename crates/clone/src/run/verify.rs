//! Reads back what was written of comments, tags, grants and owners, in bulk and once at the end of a run: nothing
//! counts as carried that is not there. What the caller is not shown is not judged.

use std::collections::{BTreeMap, BTreeSet};

use clxs_api::grant::PermissionsChange;
use clxs_api::{FullName, Identifier};
use clxs_client::ErrorKind;

use super::Context;
use crate::inventory::{Described, Grants, Inventory, Reader, Tags};
use crate::journal::{End, Provenance};
use crate::outcome::StepOutcome;
use crate::plan::{Action, Plan, RestCall, Statement, Step};
use crate::{Error, Result, Settings};

/// Ends as failed what is not as it was written; whether everything is.
///
/// # Errors
/// [`Error::Client`] when it cannot be read, [`Error::Journal`].
pub(super) async fn verify(context: &Context, settings: &Settings, plan: &Plan) -> Result<bool> {
    let records = context.journal.step_records(&context.run)?;
    let done = |step: &&Step| match records.get(&step.id)?.outcome.as_ref()? {
        StepOutcome::Done { missing, .. } if is_judged(&step.action) => Some(missing.clone()),
        _ => None,
    };
    let written: Vec<_> = plan.steps.iter().filter_map(|step| Some((step, done(&step)?))).collect();
    if written.is_empty() {
        return Ok(true);
    }
    let Some(there) = read(context, settings, plan).await? else { return Ok(true) };
    let mut is_there = true;
    for (step, missing) in written {
        let own = there.described(&step.securable).filter(|_| !there.unread.contains_key(&step.facet));
        let Some(problem) = own.and_then(|own| problem(&step.action, own, &missing)) else { continue };
        let error = format!("it was written, and when it was read back {problem}");
        tracing::warn!(securable = %step.securable, facet = %step.facet, "{error}");
        let outcome = StepOutcome::Failed { error };
        context.journal.step_ends(&context.run, step.id, End::of(&outcome))?;
        is_there = false;
    }
    Ok(is_there)
}

/// The destination as it is now; nothing when the caller may not see it, as one who has given it away.
async fn read(context: &Context, settings: &Settings, plan: &Plan) -> Result<Option<Inventory>> {
    let securables: BTreeSet<_> = plan.steps.iter().map(|step| &step.securable).collect();
    let metastore = context.warehouse.metastore_summary().await?;
    let reader = Reader::new(context.warehouse.clone(), settings, Provenance::default());
    match Box::pin(reader.read_destination(&metastore, &securables)).await {
        Ok(there) => Ok(Some(there)),
        Err(Error::Client { source, .. }) if source.kind() == ErrorKind::PermissionDenied => {
            tracing::warn!(error = %source, "what was written cannot be read back");
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Whether the action writes something that is read back.
fn is_judged(action: &Action) -> bool {
    wanted_comment(action).is_some()
        || matches!(
            action,
            Action::Statement(
                Statement::SetTags { .. }
                    | Statement::SetColumnTags { .. }
                    | Statement::SetColumnTag { .. }
                    | Statement::CommentColumn { .. }
            ) | Action::Rest(RestCall::UpdatePermissions { .. } | RestCall::SetOwner { .. })
        )
}

/// What is not as the action wrote it; `missing` are the principals that do not exist.
fn problem(action: &Action, own: Described<'_>, missing: &[String]) -> Option<String> {
    if let Some(wanted) = wanted_comment(action) {
        return differs("comment", own.comment.unwrap_or_default(), wanted);
    }
    match action {
        Action::Statement(Statement::SetTags { tags, .. }) => lacks_tags(own.tags?, tags),
        Action::Statement(Statement::SetColumnTags { column, tags, .. }) => {
            lacks_tags(&tags_of(own, column)?, tags)
        }
        Action::Statement(Statement::SetColumnTag { column, key, value }) => {
            lacks_tags(&tags_of(own, column.name())?, &[(key.clone(), value.clone())].into())
        }
        Action::Statement(Statement::CommentColumn { column, comment }) => {
            differs("comment", column_comment(own, column)?, comment.as_deref().unwrap_or_default())
        }
        Action::Rest(RestCall::UpdatePermissions { changes, .. }) => {
            changes.iter().find_map(|change| lacks_grants(own.grants, change, missing))
        }
        Action::Rest(RestCall::SetOwner { owner, .. }) => {
            differs("owner", own.owner.unwrap_or_default(), owner)
        }
        _ => None,
    }
}

/// The comment that the action leaves on its securable, empty when it takes it away; nothing when it is about no comment.
fn wanted_comment(action: &Action) -> Option<&str> {
    match action {
        Action::Statement(Statement::Comment { comment, .. }) => Some(comment.as_deref().unwrap_or_default()),
        Action::Statement(Statement::CreateView(view)) => view.comment.as_deref(),
        Action::Statement(Statement::CreateFunction(function)) => function.comment.as_deref(),
        Action::Rest(RestCall::CreateCatalog(body)) => body.comment.as_deref(),
        Action::Rest(RestCall::CreateSchema(body)) => body.comment.as_deref(),
        Action::Rest(RestCall::CreateVolume(body)) => body.comment.as_deref(),
        Action::Rest(RestCall::CreateModel(body)) => body.comment.as_deref(),
        Action::Rest(RestCall::UpdateCatalog { change, .. }) => change.comment.as_deref(),
        Action::Rest(RestCall::UpdateSchema { change, .. }) => change.comment.as_deref(),
        Action::Rest(RestCall::UpdateVolume { change, .. }) => change.comment.as_deref(),
        Action::Rest(RestCall::UpdateModel { change, .. }) => change.comment.as_deref(),
        _ => None,
    }
}

/// An empty text is the same as none.
fn differs(what: &str, found: &str, wanted: &str) -> Option<String> {
    (found != wanted).then(|| format!("its {what} was {found:?}, not {wanted:?}"))
}

fn lacks_tags(found: &Tags, wanted: &Tags) -> Option<String> {
    let (key, value) = wanted.iter().find(|(key, value)| found.get(*key) != Some(*value))?;
    Some(match found.get(key) {
        Some(other) => format!("its tag {key:?} was {other:?}, not {value:?}"),
        None => format!("its tag {key:?} was missing"),
    })
}

fn tags_of(own: Described<'_>, column: &Identifier) -> Option<Tags> {
    let all: &BTreeMap<Identifier, Tags> = own.column_tags?;
    let found = all.iter().find(|(name, _)| name.matches(column.as_str()));
    Some(found.map(|(_, tags)| tags.clone()).unwrap_or_default())
}

fn column_comment<'a>(own: Described<'a>, column: &FullName) -> Option<&'a str> {
    let found = own.view?.columns.iter().find(|(name, _)| name.matches(column.name().as_str()))?;
    Some(found.1.as_deref().unwrap_or_default())
}

fn lacks_grants(found: &Grants, change: &PermissionsChange, missing: &[String]) -> Option<String> {
    let PermissionsChange { principal, add, .. } = change;
    if missing.contains(principal) {
        return None;
    }
    let held = found.get(principal);
    let lost = add.iter().find(|privilege| !held.is_some_and(|held| held.contains(privilege)))?;
    Some(format!("{principal} did not hold {lost}"))
}
