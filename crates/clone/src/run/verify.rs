//! Reads back what was written of comments, properties, tags, guards, policies, keys, isolation, bindings, grants and owners, in
//! bulk and once at the end of a run: nothing counts as carried that is not there. What the caller is not shown is noted as not
//! verified, with the reason.

mod problem;

use std::collections::{BTreeMap, BTreeSet};

use clxs_api::policy::PolicyInfo;
use clxs_client::ErrorKind;

use super::Context;
use crate::at_once::at_once;
use crate::inventory::{Inventory, Policies, Policy, READS_AT_ONCE, Reader, policies_on, refusal};
use crate::journal::{End, Provenance};
use crate::outcome::StepOutcome;
use crate::plan::{Action, Plan, RestCall, Step};
use crate::{Error, Result, Securable, Settings};
use problem::{is_judged, problem};

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
    let there = There::read(context, settings, &written).await?;
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
    async fn read(context: &Context, settings: &Settings, written: &[Written<'_>]) -> Result<Self> {
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
            inventory: if rest.is_empty() { nothing } else { inventory(context, settings, &rest).await? },
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
    match Box::pin(reader.read_destination(&metastore, &securables, &facets)).await {
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
