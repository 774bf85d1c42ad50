//! Securables that a run may have made although nobody heard of it: when they were made tells whether it did.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use clxs_api::SecurableKind;
use clxs_client::{Client, ErrorKind};

use super::Found;
use crate::at_once::at_once;
use crate::inventory::{READS_AT_ONCE, refusal};
use crate::plan::{Action, Plan, Step, StepId};
use crate::warehouse::SKEW_MS;
use crate::{Error, Result, Securable};

/// How those securables are found that these steps may have made. Tables that a run fills tell of themselves in their
/// histories.
pub(super) async fn find<'a>(
    client: &Client,
    (plan, doubtful): (&'a Plan, &BTreeSet<StepId>),
    began: DateTime<Utc>,
) -> Result<Vec<(&'a Step, Found)>> {
    let makes = |step: &&Step| {
        let is_undone_whole = step.inverse.as_ref().is_some_and(Action::removes);
        let is_told = step.action.ends_table().or_else(|| step.action.opens_table()).is_some();
        doubtful.contains(&step.id) && is_undone_whole && !is_told
    };
    let reads = plan.steps.iter().filter(makes).map(async |step| {
        let created = created_at(client, &step.securable).await;
        Ok::<_, Error>((
            step,
            found(created, began).map_err(Error::client(format!("read {}", step.securable)))?,
        ))
    });
    at_once(reads, READS_AT_ONCE).await
}

fn found(created: clxs_client::Result<Option<i64>>, began: DateTime<Utc>) -> clxs_client::Result<Found> {
    const UNTOLD: &str = "nobody can tell whether the run made it";
    let doubtful = |why: &str| Found::Doubtful { why: why.to_owned() };
    Ok(match created {
        Ok(Some(created)) if created >= began.timestamp_millis() - SKEW_MS => Found::AsMade,
        Ok(Some(_)) => doubtful("it was there before the run"),
        Ok(None) => doubtful(UNTOLD),
        Err(error) if error.kind() == ErrorKind::NotFound => Found::AsBefore,
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            doubtful(&format!("{UNTOLD} ({})", refusal(&error)))
        }
        Err(error) => return Err(error),
    })
}

/// When it was made, ms; absent where the workspace does not say.
async fn created_at(client: &Client, securable: &Securable) -> clxs_client::Result<Option<i64>> {
    let name = &securable.name;
    Ok(match securable.kind.securable_kind() {
        SecurableKind::Catalog => client.get_catalog(name.catalog()).await?.created_at,
        SecurableKind::Schema => client.get_schema(name).await?.created_at,
        SecurableKind::Volume => client.get_volume(name).await?.created_at,
        SecurableKind::Function => client.get_function(name).await?.created_at,
        SecurableKind::RegisteredModel => client.get_model(name).await?.created_at,
        _ => client.get_table(name).await?.created_at,
    })
}
