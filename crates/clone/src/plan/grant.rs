//! Plans grants: direct ones only, once everything they make readable is in place, and none that the source
//! does not give.

use std::collections::BTreeSet;

use clxs_api::grant::PermissionsChange;
use clxs_api::{FullName, Privilege};

use super::builder::{Builder, NewStep, Sides};
use super::{Expectation, Facet, RestCall, StepId, lookup, open, policy};
use crate::inventory::Grants;
use crate::outcome::FacetStatus;
use crate::{Kind, Securable};

pub(super) fn plan(builder: &mut Builder<'_>) {
    if !builder.settings.copy.permissions {
        return;
    }
    for (source, sides) in builder.taking_part() {
        let changes = missing(builder, sides);
        if changes.is_empty() {
            continue;
        }
        if let Some(reason) = open::shown_by(builder, &source) {
            builder.facet(&source, Facet::Grants, FacetStatus::Impossible { reason });
            continue;
        }
        let undo = changes.iter().map(|change| revoking(change, sides)).collect();
        add(builder, &source, changes, undo);
    }
}

/// What undoes it. To revoke `ALL PRIVILEGES` takes what it covers, also what was granted before (facts/settled.md §2).
fn revoking(change: &PermissionsChange, sides: Sides<'_>) -> PermissionsChange {
    let before = held(sides, &change.principal).filter(|_| change.add.contains(&Privilege::AllPrivileges));
    PermissionsChange {
        principal: change.principal.clone(),
        add: before.into_iter().flatten().cloned().collect(),
        remove: change.add.clone(),
    }
}

fn add(
    builder: &mut Builder<'_>,
    source: &Securable,
    changes: Vec<PermissionsChange>,
    undo: Vec<PermissionsChange>,
) {
    let name = builder.in_destination(source).name;
    let action = |changes| RestCall::UpdatePermissions {
        kind: source.kind.securable_kind(),
        name: name.clone(),
        changes,
    };
    let mut step = NewStep::new(Facet::Grants, action(changes), Expectation::Present);
    step.inverse = Some(action(undo).into());
    let lending = lending(builder, source);
    step.depends_on = protecting(builder, source);
    // A grant opens the securable and everything in it.
    step.after = [builder.steps_for(source).to_vec(), builder.steps_inside(&source.name)].concat();
    if matches!(source.kind, Kind::Catalog | Kind::Schema) {
        // One view whose owner is gone does not close all of a schema.
        step.after.extend(lending);
    } else {
        step.depends_on.extend(lending);
    }
    builder.step(source, step);
}

/// What must have succeeded before the securable may be opened.
fn protecting(builder: &Builder<'_>, source: &Securable) -> Vec<StepId> {
    let mut protecting = match (source.kind, builder.definition_step(source)) {
        (Kind::Catalog, _) => builder.container_steps(&source.name),
        (_, Some(definition)) => vec![definition],
        (_, None) => builder.steps_around(&source.name),
    };
    protecting.extend(guarding(builder, source));
    protecting.extend(builder.guards_inside(&source.name));
    for read in builder.read_through(source) {
        protecting.extend(guarding(builder, &read));
        protecting.extend(builder.replacing_step(&read));
    }
    protecting.sort_unstable();
    protecting.dedup();
    protecting
}

/// What gives views and functions to those whose rights are lent to whoever uses it, and to whoever is kept from rows by what
/// they look up.
fn lending(builder: &Builder<'_>, source: &Securable) -> Vec<StepId> {
    let used = builder.read_through(source).into_iter().chain([source.clone()]);
    let owners = |used: Securable| {
        let own = builder.last_step(&used, Facet::Owner).filter(|_| used.lends_rights());
        own.into_iter().chain(lookup::owners(builder, builder.guard_functions(&used)))
    };
    used.flat_map(owners).collect()
}

/// What guards a securable: by itself, by policies, and by what it is in.
fn guarding(builder: &Builder<'_>, source: &Securable) -> Vec<StepId> {
    let mut guarding = builder.guarding_steps(source);
    guarding.extend(policy::protecting(builder, source));
    let containers = std::iter::successors(source.name.parent(), FullName::parent);
    guarding.extend(containers.flat_map(|container| builder.guards_of_container(&container)));
    guarding
}

/// What the source gives, to whom the destination is to give it.
pub(super) fn wanted(builder: &Builder<'_>, sides: Sides<'_>) -> Grants {
    let mut wanted = Grants::new();
    for (principal, privileges) in sides.source.grants.into_iter().flatten() {
        let principal = builder.settings.principal_mapping.map(principal);
        wanted.entry(principal).or_default().extend(privileges.iter().cloned());
    }
    wanted
}

/// What somebody holds in the destination.
fn held<'a>(sides: Sides<'a>, principal: &str) -> Option<&'a BTreeSet<Privilege>> {
    sides.destination?.grants?.get(principal)
}

/// What the source gives and the destination does not, one entry a principal.
fn missing(builder: &Builder<'_>, sides: Sides<'_>) -> Vec<PermissionsChange> {
    let is_held = |principal: &str, privilege: &Privilege| {
        held(sides, principal).is_some_and(|privileges| privileges.contains(privilege))
    };
    wanted(builder, sides)
        .into_iter()
        .map(|(principal, privileges)| {
            let add = privileges.into_iter().filter(|privilege| !is_held(&principal, privilege)).collect();
            PermissionsChange { principal, add, remove: Vec::new() }
        })
        .filter(|change| !change.add.is_empty())
        .collect()
}
