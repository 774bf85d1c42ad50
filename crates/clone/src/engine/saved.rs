//! Plans that were written to a file to be run later, by somebody who has read them.

use std::collections::BTreeSet;

use super::Engine;
use crate::plan::{Plan, PlannedSecurable, SavedPlan, Step};
use crate::{Error, Result, Securable};

impl Engine {
    /// Checks that a plan is still what would be planned now: neither source nor destination has moved.
    ///
    /// # Errors
    /// [`Error::StalePlan`] names what moved; those of [`Engine::plan`].
    pub async fn check_saved(&self, saved: &SavedPlan) -> Result<()> {
        let now = self.plan(&saved.settings).await?;
        let moved = moved(&saved.plan, &now);
        if moved.is_empty() { Ok(()) } else { Err(Error::StalePlan { moved }) }
    }
}

/// Securables of the source that the two plans do not treat the same.
fn moved(then: &Plan, now: &Plan) -> Vec<Securable> {
    let of = |plan: &Plan| -> BTreeSet<(Securable, String)> {
        plan.securables.iter().map(|planned| (key(planned), fate(plan, planned))).collect()
    };
    let (then, now) = (of(then), of(now));
    let names: BTreeSet<_> =
        then.symmetric_difference(&now).map(|(securable, _)| securable.clone()).collect();
    names.into_iter().collect()
}

fn key(planned: &PlannedSecurable) -> Securable {
    Securable::new(planned.kind, planned.source.clone())
}

/// What becomes of a securable without the places of its steps, which move with others, and without the fate of
/// facets that no step is about: a reason why something cannot be read is never the same twice.
fn fate(plan: &Plan, planned: &PlannedSecurable) -> String {
    let steps = planned.steps.iter().filter_map(|id| plan.step(*id));
    let sent: Vec<_> = steps.map(|Step { action, expects, facet, .. }| (facet, action, expects)).collect();
    format!("{:?} {sent:?}", planned.change)
}
