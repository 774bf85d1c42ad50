//! Reads what a rollback compares with what its run left: views, functions, guards and policies.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use clxs_client::{Client, ErrorKind};

use crate::inventory::{Inventory, Policies, Reader, policies_on_all, refusal, unless_denied};
use crate::plan::{Edit, Judged, Plan, Present, Step, StepId, edits, judged};
use crate::report::StepRecord;
use crate::{Result, Securable};

/// What of these steps somebody changed since, or may have changed. A few requests a schema, and one for whatever got
/// policies; none for what the run did not touch.
pub(super) async fn find(
    (client, reader): (&Client, &Reader<'_>),
    plan: &Plan,
    left: &BTreeSet<StepId>,
    records: &HashMap<StepId, StepRecord>,
) -> Result<BTreeMap<StepId, Edit>> {
    let steps = judged(plan, left);
    let (policed, rest): (Vec<&Step>, Vec<&Step>) =
        steps.iter().copied().partition(|step| step.action.written_policy().is_some());
    let listed: BTreeSet<_> = rest.into_iter().map(|step| &step.securable).collect();
    let nothing = Ok(Inventory::default());
    let present = Present {
        inventory: if listed.is_empty() {
            nothing
        } else {
            unless_denied(Box::pin(reader.list_destination(&listed)).await)?
        },
        policies: policies(client, policed).await?,
    };
    let missing = |step: &Step| records.get(&step.id).map(StepRecord::missing).unwrap_or_default();
    let judged: Vec<Judged<'_>> = steps.into_iter().map(|step| (step, missing(step))).collect();
    Ok(edits(&judged, &present))
}

/// The policies on what got some. What is gone has none.
async fn policies(
    client: &Client,
    policed: Vec<&Step>,
) -> Result<BTreeMap<Securable, std::result::Result<Policies, String>>> {
    let policed = policed.into_iter().map(|step| &step.securable).collect();
    let told = policies_on_all(client, policed).await?.into_iter().map(|(on, told)| {
        let told = match told {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Policies::new()),
            told => told.map_err(|error| refusal(&error)),
        };
        (on, told)
    });
    Ok(told.collect())
}
