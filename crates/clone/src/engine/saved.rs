//! Plans that were written to a file to be run later, by somebody who has read them.

use std::collections::{BTreeMap, BTreeSet};

use super::Engine;
use crate::plan::{Plan, PlannedChange, PlannedSecurable, SavedPlan, Step};
use crate::{Error, Result, Securable};

impl Engine {
    /// The plan to run for a saved one: what is planned now, which must be the same, for neither source nor destination may
    /// have moved. Whatever else the file says, nobody does.
    ///
    /// # Errors
    /// [`Error::StalePlan`] names what moved; those of [`Engine::plan`].
    pub async fn check_saved(&self, saved: &SavedPlan) -> Result<Plan> {
        let now = self.plan(&saved.settings).await?;
        let moved = moved(&saved.plan, &now);
        if moved.is_empty() { Ok(now) } else { Err(Error::StalePlan { moved }) }
    }
}

/// The securables that the two plans do not treat the same, on the side that has moved.
fn moved(then: &Plan, now: &Plan) -> Vec<Securable> {
    fn of(plan: &Plan) -> BTreeMap<Securable, (&PlannedSecurable, Fate)> {
        let planned = plan.securables.iter();
        planned.map(|planned| (source(planned), (planned, Fate::of(plan, planned)))).collect()
    }
    let (mut then, mut moved) = (of(then), BTreeSet::new());
    for (name, (planned, fate)) in of(now) {
        match then.remove(&name) {
            // What was there before, and would be again, is another.
            Some((_, was)) if was.does == fate.does && was.undoes != fate.undoes => {
                moved.insert(planned.in_destination());
            }
            Some((before, was)) if was != fate => drop(moved.insert(mover(before, planned))),
            Some(_) => {}
            None => drop(moved.insert(name)),
        }
    }
    moved.into_iter().chain(then.into_keys()).collect()
}

fn source(planned: &PlannedSecurable) -> Securable {
    Securable::new(planned.kind, planned.source.clone())
}

/// The side that has moved, as far as the plans tell: the destination where one of them makes what the other one finds, where
/// it is by now what it was to be, or where an edit was found; else the source, which a difference of facets is taken for too.
fn mover(then: &PlannedSecurable, now: &PlannedSecurable) -> Securable {
    let is_new = |planned: &PlannedSecurable| planned.change == PlannedChange::Create;
    let is_edited = |planned: &PlannedSecurable| match &planned.change {
        PlannedChange::Replace { drift } => drift.is_edit(),
        change => matches!(change, PlannedChange::Skip { .. }),
    };
    let was_done = matches!(then.change, PlannedChange::Replace { .. })
        && now.change == PlannedChange::Unchanged
        && then.source_version == now.source_version;
    let is_destination = is_new(then) != is_new(now) || is_edited(then) != is_edited(now) || was_done;
    if is_destination { now.in_destination() } else { source(now) }
}

/// What becomes of a securable without the places of its steps, which move with others, and without the fate of
/// facets that no step is about: a reason why something cannot be read is never the same twice.
#[derive(PartialEq, Eq)]
struct Fate {
    does: String,
    /// What a rollback would do.
    undoes: String,
}

impl Fate {
    fn of(plan: &Plan, planned: &PlannedSecurable) -> Self {
        let steps = || planned.steps.iter().filter_map(|id| plan.step(*id));
        let does: Vec<_> =
            steps().map(|Step { action, expects, facet, .. }| (facet, action, expects)).collect();
        let undoes: Vec<_> = steps().map(|step| &step.inverse).collect();
        Self { does: format!("{:?} {does:?}", planned.change), undoes: format!("{undoes:?}") }
    }
}
