//! Whether each external table and volume that is to be made gets a place of its own. The platform refuses places that lie in
//! each other (`LOCATION_OVERLAP`), but only when it comes to them, after others were made.

use clxs_api::FullName;

use super::{Plan, PlannedChange};
use crate::inventory::{Inventories, Inventory};
use crate::{Error, Kind, Result, Securable};

/// Where the files of something are, or are to be.
struct Place<'a> {
    /// Without a slash at its end.
    url: &'a str,
    securable: Securable,
    is_new: bool,
}

/// # Errors
/// [`Error::SharedPlace`].
pub(super) fn check(inventories: &Inventories, plan: &Plan) -> Result<()> {
    let new: Vec<_> = new(plan).collect();
    if new.is_empty() {
        return Ok(());
    }
    let old = [(&inventories.source, &plan.source), (&inventories.destination, &plan.destination)];
    let old = old
        .into_iter()
        .flat_map(|(inventory, catalog)| taken(inventory, FullName::of_catalog(catalog.to_lowercase())));
    let mut places: Vec<_> = new.into_iter().chain(old).collect();
    places.sort_by(|one, other| parts(one).cmp(parts(other)));
    // Those that the next one lies in.
    let mut around: Vec<&Place<'_>> = Vec::new();
    for place in &places {
        around.retain(|outer| lies_in(place, outer));
        if let Some(outer) = around.iter().find(|outer| outer.is_new || place.is_new) {
            return Err(shared(outer, place));
        }
        around.push(place);
    }
    Ok(())
}

fn parts<'a>(place: &Place<'a>) -> impl Iterator<Item = &'a str> {
    place.url.split('/')
}

fn lies_in(place: &Place<'_>, outer: &Place<'_>) -> bool {
    place.url.strip_prefix(outer.url).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn shared(one: &Place<'_>, other: &Place<'_>) -> Error {
    let (new, other) = if one.is_new { (one, other) } else { (other, one) };
    Error::SharedPlace {
        new: new.securable.clone(),
        url: new.url.to_owned(),
        other: other.securable.clone(),
        of_other: other.url.to_owned(),
    }
}

/// Those of what is made. What is there stays where it is.
fn new(plan: &Plan) -> impl Iterator<Item = Place<'_>> {
    let made = plan.securables.iter().filter(|planned| planned.change == PlannedChange::Create);
    made.filter_map(|planned| {
        let mut steps = planned.steps.iter().filter_map(|id| plan.step(*id));
        steps.find_map(|step| Some(place(step.securable.clone(), step.action.location()?, true)))
    })
}

/// Those of what is there.
fn taken(inventory: &Inventory, catalog: FullName) -> impl Iterator<Item = Place<'_>> {
    inventory.schemas.iter().flat_map(move |(name, schema)| {
        let name = catalog.child(name.clone());
        let tables = schema.tables.iter().map(|(name, table)| (Kind::Table, name, &table.location));
        let volumes = schema.volumes.iter().map(|(name, volume)| (Kind::Volume, name, &volume.location));
        tables.chain(volumes).filter_map(move |(kind, own, location)| {
            Some(place(Securable::new(kind, name.child(own.clone())), location.as_deref()?, false))
        })
    })
}

fn place(securable: Securable, url: &str, is_new: bool) -> Place<'_> {
    Place { url: url.trim_end_matches('/'), securable, is_new }
}
