//! In which order inverses come: what came behind a step is undone before it.

use std::collections::{BTreeSet, HashMap};

use crate::plan::{Step, StepId};

/// For each step those that it came behind and that are undone (`ids` has them), by the names of their inverses. They are
/// looked for through steps that nothing undoes: what came behind such a one came behind all that it did.
#[derive(Debug, Default)]
pub(super) struct Earlier {
    /// Without them the step would not have been done.
    needed: HashMap<StepId, BTreeSet<StepId>>,
    /// It came after them, however they ended; among them those that are needed.
    awaited: HashMap<StepId, BTreeSet<StepId>>,
}

impl Earlier {
    /// Steps come behind those that they wait for.
    pub(super) fn of(steps: &[Step], ids: &HashMap<StepId, StepId>) -> Self {
        let mut earlier = Self::default();
        for step in steps {
            let needed = nearest(step.depends_on.iter(), ids, &earlier.needed);
            let awaited = nearest(step.depends_on.iter().chain(&step.after), ids, &earlier.awaited);
            earlier.needed.insert(step.id, needed);
            earlier.awaited.insert(step.id, awaited);
        }
        earlier
    }

    pub(super) fn needed(&self, step: StepId) -> impl Iterator<Item = StepId> {
        self.needed.get(&step).into_iter().flatten().copied()
    }

    pub(super) fn awaited(&self, step: StepId) -> impl Iterator<Item = StepId> {
        let is_needed = move |id: &StepId| self.needed.get(&step).is_some_and(|needed| needed.contains(id));
        self.awaited.get(&step).into_iter().flatten().copied().filter(move |id| !is_needed(id))
    }
}

/// Brings steps into an order in which each comes behind those that it waits for, and says where each is then.
pub(super) fn in_order(steps: &mut [Step]) -> Vec<StepId> {
    let mut behind = vec![Vec::new(); steps.len()];
    let mut waits: Vec<_> = steps.iter().map(|step| step.depends_on.len() + step.after.len()).collect();
    for step in steps.iter() {
        for earlier in step.depends_on.iter().chain(&step.after) {
            behind[earlier.index()].push(step.id.index());
        }
    }
    let mut free: BTreeSet<_> = (0..steps.len()).filter(|place| waits[*place] == 0).collect();
    let mut order = Vec::with_capacity(steps.len());
    while let Some(place) = free.pop_first() {
        order.push(place);
        for later in &behind[place] {
            waits[*later] -= 1;
            if waits[*later] == 0 {
                free.insert(*later);
            }
        }
    }
    // Texts that would read each other in a circle, which the platform lets nobody make.
    let is_left = |place: &usize| waits[*place] > 0;
    order.extend((0..steps.len()).filter(is_left));
    renumber(steps, &order)
}

/// Moves steps to their places in the order. None waits for a later one.
fn renumber(steps: &mut [Step], order: &[usize]) -> Vec<StepId> {
    let mut places = vec![StepId(0); steps.len()];
    for (id, place) in (0_u32..).map(StepId).zip(order) {
        places[*place] = id;
    }
    for step in steps.iter_mut() {
        step.id = places[step.id.index()];
        let links = step.depends_on.iter_mut().chain(&mut step.after);
        links.for_each(|id| *id = places[id.index()]);
        let own = step.id;
        step.after.retain(|earlier| *earlier < own);
    }
    steps.sort_by_key(|step| step.id);
    places
}

fn nearest<'a>(
    links: impl Iterator<Item = &'a StepId>,
    ids: &HashMap<StepId, StepId>,
    earlier: &HashMap<StepId, BTreeSet<StepId>>,
) -> BTreeSet<StepId> {
    let mut nearest = BTreeSet::new();
    for id in links {
        match ids.get(id) {
            Some(undone) => nearest.extend([*undone]),
            None => nearest.extend(earlier.get(id).into_iter().flatten()),
        }
    }
    nearest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_brought_behind_what_they_wait_for_and_a_circle_is_cut() {
        let mut steps = vec![
            Step::waiting(0, &[], &[2]),
            Step::waiting(1, &[0], &[]),
            Step::waiting(2, &[], &[]),
            Step::waiting(3, &[], &[4]),
            Step::waiting(4, &[], &[3]),
        ];
        assert_eq!(in_order(&mut steps), [1, 2, 0, 3, 4].map(StepId));
        let links: Vec<_> = steps.iter().map(|step| (step.depends_on.clone(), step.after.clone())).collect();
        let waits = |depends_on: &[u32], after: &[u32]| {
            let ids = |ids: &[u32]| ids.iter().map(|id| StepId(*id)).collect::<Vec<_>>();
            (ids(depends_on), ids(after))
        };
        let wanted = [waits(&[], &[]), waits(&[], &[0]), waits(&[1], &[]), waits(&[], &[]), waits(&[], &[3])];
        assert_eq!(links, wanted);
    }

    #[test]
    fn step_that_nothing_undoes_hands_on_what_it_came_behind() {
        let steps = [
            Step::waiting(0, &[], &[]),
            Step::waiting(1, &[0], &[]),
            Step::waiting(2, &[1], &[]),
            Step::waiting(3, &[], &[1]),
            Step::waiting(4, &[2], &[3]),
        ];
        // Nothing undoes 1; the others are undone in reverse.
        let ids = [(4, 0), (3, 1), (2, 2), (0, 3)].map(|(id, undone)| (StepId(id), StepId(undone)));
        let earlier = Earlier::of(&steps, &HashMap::from(ids));
        let needed = |id| earlier.needed(StepId(id)).collect::<Vec<_>>();
        let awaited = |id| earlier.awaited(StepId(id)).collect::<Vec<_>>();
        assert_eq!((needed(2), awaited(2)), (vec![StepId(3)], vec![]));
        assert_eq!((needed(3), awaited(3)), (vec![], vec![StepId(3)]));
        assert_eq!((needed(4), awaited(4)), (vec![StepId(2)], vec![StepId(1)]));
    }
}
