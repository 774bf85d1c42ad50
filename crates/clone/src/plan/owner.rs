//! Plans owners. Who gives a securable away may lose the right to finish it (facts/sql.md §4), and what reads a view or
//! calls a function is made with the rights of the owner of that: owners come last of all.
//!
//! But views and functions run with the rights of their owner, and whoever clones may see more than that: theirs come before
//! their grants, where the caller can grant on what others own.

use std::collections::{BTreeSet, HashMap};

use clxs_api::FullName;

use super::builder::{Builder, NewStep};
use super::{Expectation, Facet, RestCall, StepId, policy};
use crate::inventory::Inventories;
use crate::{Kind, Securable};

/// Plans the owners of views and functions that may be given away before anybody is let into them.
pub(super) fn plan_before_grants(builder: &mut Builder<'_>) {
    if builder.settings.copy.permissions {
        plan(builder, may_come_before_grants);
    }
}

/// Plans the owners of everything else in the catalog.
pub(super) fn plan_inside(builder: &mut Builder<'_>) {
    plan(builder, |_, source| source.kind != Kind::Catalog);
}

/// Plans the owner of the catalog itself.
pub(super) fn plan_catalog(builder: &mut Builder<'_>) {
    plan(builder, |_, source| source.kind == Kind::Catalog);
}

fn may_come_before_grants(builder: &Builder<'_>, source: &Securable) -> bool {
    let Inventories { caller, destination, .. } = builder.inventories;
    let is_ruled = source.name.schema().is_some_and(|schema| caller.rules(destination, schema));
    is_ruled && source.lends_rights()
}

fn plan(builder: &mut Builder<'_>, is_meant: impl Fn(&Builder<'_>, &Securable) -> bool) {
    if !builder.settings.copy.ownership {
        return;
    }
    let caller = &builder.inventories.caller.name;
    let others = Others { behind: builder.steps_behind(), reading: reading(builder) };
    // Children first, so that a container's owner comes after the owners of what is in it.
    for (source, sides) in builder.taking_part().into_iter().rev() {
        if !is_meant(builder, &source) || builder.last_step(&source, Facet::Owner).is_some() {
            continue;
        }
        let existing = sides.destination.and_then(|facets| facets.owner);
        let Some(owner) = sides.source.owner.map(|owner| builder.settings.principal_mapping.map(owner))
        else {
            continue;
        };
        let before = existing.unwrap_or(caller).to_owned();
        if owner != before {
            add(builder, &source, (owner, before), &others);
        }
    }
}

/// What is done to others.
struct Others {
    /// The steps that need each step.
    behind: HashMap<StepId, Vec<StepId>>,
    /// The steps of what reads or calls each securable, directly or through others, whether or not anything is done to it.
    reading: HashMap<FullName, BTreeSet<StepId>>,
}

fn reading(builder: &Builder<'_>) -> HashMap<FullName, BTreeSet<StepId>> {
    let readers = builder.readers();
    let steps = |read: &FullName| {
        let (mut seen, mut left) = (BTreeSet::new(), vec![read]);
        while let Some(name) = left.pop() {
            let readers = readers.get(name).into_iter().flatten().copied();
            left.extend(readers.filter(|reader| seen.insert(*reader)).map(|reader| &reader.name));
        }
        seen.into_iter().flat_map(|reader| builder.steps_for(reader)).copied().collect()
    };
    readers.keys().map(|read| ((*read).clone(), steps(read))).collect()
}

fn add(builder: &mut Builder<'_>, source: &Securable, (owner, before): (String, String), others: &Others) {
    let securable = builder.in_destination(source);
    let action = |owner| RestCall::SetOwner { securable: securable.clone(), owner };
    let mut step = NewStep::new(Facet::Owner, action(owner), Expectation::Present);
    step.inverse = Some(action(before).into());
    step.depends_on = builder.definition_step(source).into_iter().collect();
    step.depends_on.extend(policy::protecting(builder, source));
    step.depends_on.extend(builder.guarding_steps(source));
    step.depends_on.extend(standing(builder, source));
    step.after = after(builder, source, others);
    builder.step(source, step);
}

/// What guards or replaces all that a view or function reads: its owner may see more of it than the one before.
fn standing(builder: &Builder<'_>, source: &Securable) -> Vec<StepId> {
    if !source.lends_rights() {
        return Vec::new();
    }
    builder.read_through(source).iter().flat_map(|read| builder.steps_standing(read)).collect()
}

/// Everything else that is done to the securable, to what is in it, and to what needs it, however far behind.
fn after(builder: &Builder<'_>, source: &Securable, others: &Others) -> Vec<StepId> {
    let own = builder.steps_for(source);
    let inside = builder.steps_inside(&source.name);
    if matches!(source.kind, Kind::Catalog | Kind::Schema | Kind::SystemSchema) {
        return [own.to_vec(), inside].concat();
    }
    let mut found: BTreeSet<StepId> = own.iter().copied().collect();
    let mut next: Vec<StepId> = builder.definition_step(source).into_iter().collect();
    let reading = others.reading.get(&source.name).into_iter().flatten().copied();
    next.extend(reading.filter(|step| found.insert(*step)));
    while let Some(step) = next.pop() {
        let needing = others.behind.get(&step).into_iter().flatten().copied();
        next.extend(needing.filter(|step| found.insert(*step)));
    }
    found.into_iter().collect()
}
