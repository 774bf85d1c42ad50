//! Foreign keys that somebody led to a primary key which a run made: with them nobody can take the key away again.

use std::collections::{BTreeMap, BTreeSet};

use clxs_api::{FullName, Identifier};

use crate::Result;
use crate::inventory::Reader;
use crate::plan::{AddedKey, Plan, Step, StepId};

/// The tables that keep their primary key, and why.
pub(super) async fn find(
    reader: &Reader<'_>,
    plan: &Plan,
    left: &BTreeSet<StepId>,
) -> Result<BTreeMap<FullName, String>> {
    let is_taken_back = |step: &&Step| left.contains(&step.id) && step.inverse.is_some();
    let added = |step: &'_ Step| Some((step.securable.name.clone(), step.action.added_key()?));
    let made: Vec<_> = plan.steps.iter().filter(is_taken_back).filter_map(added).collect();
    let (foreign, primary): (Vec<_>, Vec<_>) = made.into_iter().partition(|(_, key)| key.parent.is_some());
    if primary.is_empty() {
        return Ok(BTreeMap::new());
    }
    let foreign: BTreeSet<_> = foreign.into_iter().map(|(table, key)| (table, key.name)).collect();
    let pointing = reader.foreign_keys().await?;
    let kept = primary.into_iter().filter_map(|(table, key)| {
        let pointing = pointing.get(&place(&table, key)?)?;
        let (own, name) = pointing.iter().find(|own| !foreign.contains(*own))?;
        Some((table, reason(own, name)))
    });
    Ok(kept.collect())
}

fn reason(table: &FullName, key: &str) -> String {
    let table = table.dotted();
    format!(
        "the foreign key `{key}` of {table}, which the run did not make, points to its primary key; drop that key first"
    )
}

/// Catalog, schema and name of a key in lower case.
fn place(table: &FullName, key: AddedKey) -> Option<[String; 3]> {
    let part = |name: &Identifier| name.as_str().to_lowercase();
    Some([part(table.catalog()), part(table.schema()?), key.name])
}
