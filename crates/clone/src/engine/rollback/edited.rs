//! Reads what a rollback compares with what its run left: views, functions, guards and policies.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use clxs_client::{Client, ErrorKind};

use crate::at_once::at_once;
use crate::inventory::{Inventory, Policies, READS_AT_ONCE, Reader, policies_on, refusal};
use crate::plan::{Edit, Judged, Plan, Present, Step, StepId, edits, judged};
use crate::report::StepRecord;
use crate::{Error, Result, Securable};

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
        inventory: if listed.is_empty() { nothing } else { inventory(reader, &listed).await? },
        policies: policies(client, policed).await?,
    };
    let missing = |step: &Step| records.get(&step.id).map(StepRecord::missing).unwrap_or_default();
    let judged: Vec<Judged<'_>> = steps.into_iter().map(|step| (step, missing(step))).collect();
    Ok(edits(&judged, &present))
}

/// The destination, or why the caller may not see it.
async fn inventory(
    reader: &Reader<'_>,
    securables: &BTreeSet<&Securable>,
) -> Result<Result<Inventory, String>> {
    match Box::pin(reader.list_destination(securables)).await {
        Ok(there) => Ok(Ok(there)),
        Err(Error::Client { source, .. }) if source.kind() == ErrorKind::PermissionDenied => {
            Ok(Err(refusal(&source)))
        }
        Err(error) => Err(error),
    }
}

/// The policies on what got some. What is gone has none.
async fn policies(
    client: &Client,
    policed: Vec<&Step>,
) -> Result<BTreeMap<Securable, std::result::Result<Policies, String>>> {
    let policed: BTreeSet<_> = policed.into_iter().map(|step| &step.securable).collect();
    let reads = policed.into_iter().map(async |on| {
        let told = match policies_on(client, on).await? {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Policies::new()),
            told => told.map_err(|error| refusal(&error)),
        };
        Ok::<_, Error>((on.clone(), told))
    });
    Ok(at_once(reads, READS_AT_ONCE).await?.into_iter().collect())
}
