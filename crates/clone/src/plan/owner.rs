//! Plans owners, last of all: who gives a securable away may lose the right to finish it (facts/sql.md §4).

use super::builder::{Builder, NewStep};
use super::{Expectation, Facet, RestCall, StepId};
use crate::Securable;

pub(super) fn plan(builder: &mut Builder<'_>) {
    if !builder.settings.copy.ownership {
        return;
    }
    let caller = builder.inventories.caller.clone();
    // Children first, so that a container's owner comes after the owners of what is in it.
    for (source, ownership) in builder.taking_part().into_iter().rev() {
        let is_new = builder.definition_step(&source).is_some() && ownership.destination_owner.is_none();
        if !is_new && !builder.touches_existing() {
            continue;
        }
        let Some(owner) = ownership.source_owner.map(|owner| builder.settings.map_principal(owner)) else {
            continue;
        };
        let before = ownership.destination_owner.unwrap_or(&caller).to_owned();
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
