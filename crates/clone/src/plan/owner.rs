//! Plans owners, last of all: who gives a securable away may lose the right to finish it (facts/sql.md §4).

use super::builder::{Builder, NewStep};
use super::{Expectation, Facet, RestCall, StepId};
use crate::{Kind, Securable};

/// Plans the owners of everything in the catalog.
pub(super) fn plan_inside(builder: &mut Builder<'_>) {
    plan(builder, |source| source.kind != Kind::Catalog);
}

/// Plans the owner of the catalog itself.
pub(super) fn plan_catalog(builder: &mut Builder<'_>) {
    plan(builder, |source| source.kind == Kind::Catalog);
}

fn plan(builder: &mut Builder<'_>, is_meant: impl Fn(&Securable) -> bool) {
    if !builder.settings.copy.ownership {
        return;
    }
    let caller = builder.inventories.caller.clone();
    // Children first, so that a container's owner comes after the owners of what is in it.
    for (source, sides) in builder.taking_part().into_iter().rev().filter(|(source, _)| is_meant(source)) {
        let existing = sides.destination.and_then(|facets| facets.owner);
        let Some(owner) = sides.source.owner.map(|owner| builder.settings.principal_mapping.map(owner))
        else {
            continue;
        };
        let before = existing.unwrap_or(&caller).to_owned();
        if owner != before {
            add(builder, &source, owner, before);
        }
    }
}

fn add(builder: &mut Builder<'_>, source: &Securable, owner: String, before: String) {
    let securable = builder.in_destination(source);
    let action = |owner| RestCall::SetOwner { securable: securable.clone(), owner };
    let mut step = NewStep::new(Facet::Owner, action(owner), Expectation::Present);
    step.inverse = Some(action(before).into());
    step.depends_on = builder.definition_step(source).into_iter().collect();
    step.after = after(builder, source);
    builder.step(source, step);
}

/// Everything else that is done to the securable and to what is in it.
fn after(builder: &Builder<'_>, source: &Securable) -> Vec<StepId> {
    [builder.steps_for(source).to_vec(), builder.steps_inside(&source.name)].concat()
}
