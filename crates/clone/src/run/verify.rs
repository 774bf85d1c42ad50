//! Reads back what was written of comments, properties, tags, guards, policies, keys, isolation, bindings, grants and owners, in
//! bulk and once at the end of a run: nothing counts as carried that is not there. What the caller is not shown is noted as not
//! verified, with the reason.

mod problem;

use std::collections::{BTreeMap, BTreeSet};

use clxs_api::policy::PolicyInfo;
use clxs_client::with_causes;
use tokio_util::sync::CancellationToken;

use super::Context;
use crate::inventory::{Inventory, Policies, Policy, Reader, policies_on_all, refusal, unless_denied};
use crate::journal::Provenance;
use crate::outcome::StepOutcome;
use crate::plan::{Plan, Step};
use crate::{Error, Result, Securable, Settings};
use problem::{is_judged, problem};

/// Ends as failed what is not as it was written, and notes what nobody may see, or could read now; whether everything is
/// there as far as somebody may see it. It is not known to be when the run was cancelled before or the read failed: a
/// run that goes on reads back what it finds done.
///
/// # Errors
/// [`Error::Journal`].
pub(super) async fn verify(
    context: &Context,
    settings: &Settings,
    plan: &Plan,
    cancellation: &CancellationToken,
) -> Result<bool> {
    let records = context.journal.step_records(&context.run)?;
    let done = |step: &&Step| {
        let outcome = records.get(&step.id)?.outcome.as_ref()?;
        (outcome.is_done() && is_judged(&step.action)).then_some(outcome)
    };
    let written: Vec<_> = plan.steps.iter().filter_map(|step| Some((step, done(&step)?))).collect();
    if written.is_empty() {
        return Ok(true);
    }
    if cancellation.is_cancelled() {
        return Ok(false);
    }
    let there = match There::read(context, settings, &written).await {
        Ok(there) => there,
        Err(error @ Error::Client { .. }) => return unread(context, &written, &error),
        Err(error) => return Err(error),
    };
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
        context.journal.step_verified(&context.run, step.id, &outcome)?;
    }
    Ok(is_there)
}

/// Notes why nothing was read back.
fn unread(context: &Context, written: &[Written<'_>], error: &Error) -> Result<bool> {
    let reason = with_causes(error);
    tracing::warn!("what was written could not be read back: {reason}");
    for (step, before) in written {
        let outcome = before.unverified(reason.clone());
        context.journal.step_verified(&context.run, step.id, &outcome)?;
    }
    Ok(false)
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
    async fn read(context: &Context, settings: &Settings, written: &[Written<'_>]) -> Result<Self> {
        let (policed, rest): (Vec<&Step>, Vec<&Step>) =
            written.iter().map(|(step, _)| *step).partition(|step| step.action.written_policy().is_some());
        let policed: BTreeSet<_> = policed.into_iter().map(|step| &step.securable).collect();
        let told = policies_on_all(context.warehouse.client(), policed).await?.into_iter();
        let policies = told.map(|(on, told)| (on, told.map_err(|error| refusal(&error))));
        let nothing = Ok(Inventory::default());
        Ok(Self {
            inventory: if rest.is_empty() { nothing } else { inventory(context, settings, &rest).await? },
            policies: policies.collect(),
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
            Err(reason) => before.unverified(reason),
        }
    }

    /// What is not as a step wrote it; the error says why nobody may see it.
    fn problem(&self, step: &Step, missing: &[String]) -> Result<Option<String>, String> {
        if let Some(wanted) = step.action.written_policy() {
            let own = self.policies.get(&step.securable).ok_or("nobody read its policies")?;
            return Ok(lacks_policy(own.as_ref().map_err(Clone::clone)?, wanted, missing));
        }
        let there = self.inventory.as_ref().map_err(Clone::clone)?;
        if let Some(reason) = there.unread.get(&step.facet) {
            return Err(reason.clone());
        }
        let own = there.described(&step.securable).ok_or("the workspace does not show it to you")?;
        Ok(problem(&step.action, (there, own), missing))
    }
}

/// The destination, or why the caller may not see it, as one who has given it away.
async fn inventory(
    context: &Context,
    settings: &Settings,
    written: &[&Step],
) -> Result<Result<Inventory, String>> {
    let securables: BTreeSet<_> = written.iter().map(|step| &step.securable).collect();
    let facets: BTreeSet<_> = written.iter().map(|step| step.facet).collect();
    let metastore = context.warehouse.metastore_summary().await?;
    let reader = Reader::new(context.warehouse.clone(), settings, Provenance::default());
    unless_denied(Box::pin(reader.read_destination(&metastore, &securables, &facets)).await)
}

fn lacks_policy(found: &Policies, wanted: &PolicyInfo, missing: &[String]) -> Option<String> {
    let name = wanted.name.as_deref().unwrap_or_default();
    Policy::of(wanted).ok()?;
    match found.get(&name.to_lowercase()) {
        None => Some(format!("its policy {name} was missing")),
        Some(Ok(own)) if own.is_as_written(wanted, missing) => None,
        Some(_) => Some(format!("its policy {name} was not as it was written")),
    }
}
