//! Keys that tables lost by being made anew: what restores such a table brings back none of them.

use std::collections::{HashMap, HashSet};

use clxs_api::FullName;

use super::{Kept, Undo};
use crate::plan::{
    Action, AddedKey, Expectation, Facet, PlannedSecurable, RestCall, Statement, Step, StepId,
};

/// Adds the steps that make them again, whatever became of those that were to do that in the run. Where a key is there
/// they do nothing.
pub(super) fn make_again(undo: &Undo<'_>, kept: &Kept, steps: &mut Vec<Step>) {
    let named = |step: &Step| Some((step.securable.name.clone(), step.action.added_key()?.name));
    let inverses: HashSet<_> = steps.iter().filter_map(named).collect();
    for planned in undo.plan.securables.iter().filter(|planned| is_brought_back(undo, kept, planned)) {
        for key in &planned.lost_keys {
            let action = Action::from(RestCall::AddKey(Box::new(key.clone())));
            let Some(AddedKey { name, parent }) = action.added_key() else { continue };
            let is_left_out = inverses.contains(&(planned.destination.clone(), name))
                || parent.as_ref().is_some_and(|parent| kept.has(parent));
            let (Ok(id), false) = (u32::try_from(steps.len()), is_left_out) else { continue };
            steps.push(Step {
                id: StepId(id),
                securable: planned.in_destination(),
                facet: if parent.is_some() { Facet::ForeignKey } else { Facet::PrimaryKey },
                action,
                inverse: None,
                depends_on: Vec::new(),
                after: Vec::new(),
                expects: Expectation::Present,
                size: None,
            });
        }
    }
}

/// Whether the run replaced or dropped the table, and the one of before comes back, or came back by an earlier rollback.
fn is_brought_back(undo: &Undo<'_>, kept: &Kept, planned: &PlannedSecurable) -> bool {
    let mut steps = planned.steps.iter().filter_map(|id| undo.plan.step(*id));
    let comes_back = |step: &Step| {
        undo.done.contains(&step.id)
            && !kept.keeps(step)
            && matches!(
                &step.inverse,
                Some(Action::Statement(Statement::RestoreTable { .. } | Statement::Undrop { .. }))
            )
    };
    !planned.lost_keys.is_empty() && steps.any(comes_back)
}

/// Lets foreign keys come behind the primary keys of the tables that they point to.
pub(super) fn behind_primary_keys(steps: &mut [Step]) {
    let mut primary: HashMap<FullName, Vec<StepId>> = HashMap::new();
    for step in steps.iter().filter(|step| step.facet == Facet::PrimaryKey) {
        if step.action.added_key().is_some() {
            primary.entry(step.securable.name.to_lowercase()).or_default().push(step.id);
        }
    }
    for step in steps {
        if let Some(parent) = step.action.added_key().and_then(|key| key.parent) {
            step.after.extend(primary.get(&parent).into_iter().flatten());
        }
    }
}
