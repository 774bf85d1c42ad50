//! Reads back what was written of comments, tags, policies, grants and owners, in bulk and once at the end of a run: nothing
//! counts as carried that is not there. What the caller is not shown is noted as not verified, with the reason.

use std::collections::{BTreeMap, BTreeSet};

use clxs_api::grant::PermissionsChange;
use clxs_api::policy::PolicyInfo;
use clxs_api::{FullName, Identifier};
use clxs_client::ErrorKind;

use super::Context;
use crate::at_once::at_once;
use crate::inventory::{
    Described, Grants, Inventory, Policies, Policy, READS_AT_ONCE, Reader, Tags, policies_on, refusal,
};
use crate::journal::{End, Provenance};
use crate::outcome::StepOutcome;
use crate::plan::{Action, Plan, RestCall, Statement, Step};
use crate::{Error, Result, Securable, Settings};

/// Ends as failed what is not as it was written, and notes what nobody may see; whether everything is there as far as
/// somebody may.
///
/// # Errors
/// [`Error::Client`] when it cannot be read, [`Error::Journal`].
pub(super) async fn verify(context: &Context, settings: &Settings, plan: &Plan) -> Result<bool> {
    let records = context.journal.step_records(&context.run)?;
    let done = |step: &&Step| {
        let outcome = records.get(&step.id)?.outcome.as_ref()?;
        (outcome.is_done() && is_judged(&step.action)).then_some(outcome)
    };
    let written: Vec<_> = plan.steps.iter().filter_map(|step| Some((step, done(&step)?))).collect();
    if written.is_empty() {
        return Ok(true);
    }
    let there = There::read(context, settings, plan, &written).await?;
    let mut is_there = true;
    for (step, before) in written {
        let outcome = there.judge(step, before);
        if outcome == *before {
            continue;
        }
        if let StepOutcome::Failed { error } = &outcome {
            tracing::warn!(securable = %step.securable, facet = %step.facet, "{error}");
            is_there = false;
        }
        context.journal.step_ends(&context.run, step.id, End::of(&outcome))?;
    }
    Ok(is_there)
}

/// A step that wrote something, and how it ended.
type Written<'a> = (&'a Step, &'a StepOutcome);

/// The destination as it is now; errors say why the caller may not see it.
struct There {
    /// Empty where nothing but policies was written.
    inventory: Result<Inventory, String>,
    /// Of the securables that got policies.
    policies: BTreeMap<Securable, Result<Policies, String>>,
}

impl There {
    async fn read(
        context: &Context,
        settings: &Settings,
        plan: &Plan,
        written: &[Written<'_>],
    ) -> Result<Self> {
        let (policed, rest): (Vec<&Step>, Vec<&Step>) =
            written.iter().map(|(step, _)| *step).partition(|step| wanted_policy(&step.action).is_some());
        let policed: BTreeSet<_> = policed.into_iter().map(|step| &step.securable).collect();
        let reads = policed.into_iter().map(async |on| {
            let policies = policies_on(context.warehouse.client(), on).await?;
            Ok::<_, Error>((on.clone(), policies.map_err(|error| refusal(&error))))
        });
        let policies = at_once(reads, READS_AT_ONCE).await?;
        let nothing = Ok(Inventory::default());
        Ok(Self {
            inventory: if rest.is_empty() { nothing } else { inventory(context, settings, plan).await? },
            policies: policies.into_iter().collect(),
        })
    }

    /// How a step ended that was thought to be done.
    fn judge(&self, step: &Step, before: &StepOutcome) -> StepOutcome {
        let StepOutcome::Done { metrics, missing, changed, .. } = before else { return before.clone() };
        let (metrics, missing, changed) = (*metrics, missing.clone(), changed.clone());
        match self.problem(step, &missing) {
            Ok(None) => StepOutcome::Done { metrics, missing, changed, unverified: None },
            Ok(Some(problem)) => {
                StepOutcome::Failed { error: format!("it was written, and when it was read back {problem}") }
            }
            Err(reason) => StepOutcome::Done { metrics, missing, changed, unverified: Some(reason) },
        }
    }

    /// What is not as a step wrote it; the error says why nobody may see it.
    fn problem(&self, step: &Step, missing: &[String]) -> Result<Option<String>, String> {
        if let Some(wanted) = wanted_policy(&step.action) {
            let own = self.policies.get(&step.securable).ok_or("nobody read its policies")?;
            return Ok(lacks_policy(own.as_ref().map_err(Clone::clone)?, wanted, missing));
        }
        let there = self.inventory.as_ref().map_err(Clone::clone)?;
        if let Some(reason) = there.unread.get(&step.facet) {
            return Err(reason.clone());
        }
        let own = there.described(&step.securable).ok_or("the workspace does not show it to you")?;
        Ok(problem(&step.action, own, missing))
    }
}

/// The destination, or why the caller may not see it, as one who has given it away.
async fn inventory(context: &Context, settings: &Settings, plan: &Plan) -> Result<Result<Inventory, String>> {
    let securables: BTreeSet<_> = plan.steps.iter().map(|step| &step.securable).collect();
    let metastore = context.warehouse.metastore_summary().await?;
    let reader = Reader::new(context.warehouse.clone(), settings, Provenance::default());
    match Box::pin(reader.read_destination(&metastore, &securables)).await {
        Ok(there) => Ok(Ok(there)),
        Err(Error::Client { source, .. }) if source.kind() == ErrorKind::PermissionDenied => {
            Ok(Err(refusal(&source)))
        }
        Err(error) => Err(error),
    }
}

fn wanted_policy(action: &Action) -> Option<&PolicyInfo> {
    match action {
        Action::Rest(RestCall::CreatePolicy(policy) | RestCall::UpdatePolicy { policy, .. }) => Some(policy),
        _ => None,
    }
}

fn lacks_policy(found: &Policies, wanted: &PolicyInfo, missing: &[String]) -> Option<String> {
    let name = wanted.name.as_deref().unwrap_or_default();
    let mut wanted = Policy::of(wanted).ok()?;
    for principals in [&mut wanted.to, &mut wanted.except] {
        principals.retain(|principal| !missing.contains(principal));
    }
    match found.get(&name.to_lowercase()) {
        None => Some(format!("its policy {name} was missing")),
        Some(Ok(own)) if own.is_like(&wanted) => None,
        Some(_) => Some(format!("its policy {name} was not as it was written")),
    }
}

/// Whether the action writes something that is read back.
fn is_judged(action: &Action) -> bool {
    wanted_comment(action).is_some()
        || wanted_policy(action).is_some()
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
