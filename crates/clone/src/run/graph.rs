//! Which step may be done next. No I/O and no time: a value that is told what ended.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::plan::{Action, Step, StepId};
use crate::settings::SizeOrder;

/// The graph of a plan while it runs.
#[derive(Debug)]
pub(super) struct Graph {
    /// For each step, how many steps it still waits for.
    waiting: Vec<usize>,
    /// For each step, the steps that wait for it, and whether they need it to succeed.
    followers: Vec<Vec<(StepId, bool)>>,
    /// For each step, the step whose failure keeps it from being done.
    blocked_by: Vec<Option<StepId>>,
    keys: Vec<Key>,
    statements: BinaryHeap<Ready>,
    rest: BinaryHeap<Ready>,
}

/// Where a step runs, and how early it should.
#[derive(Debug, Clone, Copy)]
struct Key {
    is_statement: bool,
    urgency: Urgency,
}

/// Everything comes before clones of tables: it is short, and would otherwise be left for the end, one step after
/// the other, when the warehouse has nothing more to do. Of the rest, what did not fail before comes first, so that a run
/// with limits comes further each time it goes on. Then sizes decide.
type Urgency = (bool, bool, u64);

/// A step that may be done: the most urgent first, and of these the earliest of the plan.
type Ready = (Urgency, Reverse<StepId>);

/// What became of a step in an earlier part of the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Earlier {
    NotEnded,
    Failed,
    Done,
}

/// How many steps may still be begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Room {
    pub(super) rest: usize,
    pub(super) statements: usize,
}

impl Graph {
    pub(super) fn new(steps: &[Step], order: SizeOrder, earlier: impl Fn(StepId) -> Earlier) -> Self {
        let done = |id: StepId| earlier(id) == Earlier::Done;
        let mut graph = Self {
            waiting: vec![0; steps.len()],
            followers: vec![Vec::new(); steps.len()],
            blocked_by: vec![None; steps.len()],
            keys: steps.iter().map(|step| key(step, order, earlier(step.id))).collect(),
            statements: BinaryHeap::new(),
            rest: BinaryHeap::new(),
        };
        for step in steps.iter().filter(|step| !done(step.id)) {
            let needed = step.depends_on.iter().map(|id| (*id, true));
            let edges = needed.chain(step.after.iter().map(|id| (*id, false)));
            for (earlier, needs_success) in edges.filter(|(earlier, _)| !done(*earlier)) {
                graph.waiting[step.id.index()] += 1;
                graph.followers[earlier.index()].push((step.id, needs_success));
            }
        }
        for step in steps.iter().filter(|step| !done(step.id)) {
            if graph.waiting[step.id.index()] == 0 {
                graph.make_ready(step.id);
            }
        }
        graph
    }

    /// The next step to begin. Statements and REST calls have room of their own and do not keep each other from
    /// being begun.
    pub(super) fn next(&mut self, room: Room) -> Option<StepId> {
        let statement = if room.statements > 0 { self.statements.pop() } else { None };
        let rest = || if room.rest > 0 { self.rest.pop() } else { None };
        statement.or_else(rest).map(|(_, Reverse(id))| id)
    }

    pub(super) fn is_statement(&self, id: StepId) -> bool {
        self.keys[id.index()].is_statement
    }

    /// A step has ended. Returns the steps that will never be done because of it, each with the step that
    /// failed in the first place.
    pub(super) fn end(&mut self, id: StepId, succeeded: bool) -> Vec<(StepId, StepId)> {
        let mut blocked = Vec::new();
        let mut ended = vec![(id, (!succeeded).then_some(id))];
        while let Some((id, culprit)) = ended.pop() {
            for (follower, needs_success) in std::mem::take(&mut self.followers[id.index()]) {
                if needs_success && let Some(culprit) = culprit {
                    self.blocked_by[follower.index()].get_or_insert(culprit);
                }
                self.waiting[follower.index()] -= 1;
                if self.waiting[follower.index()] > 0 {
                    continue;
                }
                match self.blocked_by[follower.index()] {
                    Some(culprit) => {
                        blocked.push((follower, culprit));
                        ended.push((follower, Some(culprit)));
                    }
                    None => self.make_ready(follower),
                }
            }
        }
        blocked
    }

    fn make_ready(&mut self, id: StepId) {
        let Key { is_statement, urgency } = self.keys[id.index()];
        let queue = if is_statement { &mut self.statements } else { &mut self.rest };
        queue.push((urgency, Reverse(id)));
    }
}

fn key(step: &Step, order: SizeOrder, earlier: Earlier) -> Key {
    let size = step.size.unwrap_or(0);
    let by_size = match order {
        SizeOrder::Desc => size,
        SizeOrder::Asc => u64::MAX - size,
    };
    let is_short = !step.action.copies_rows();
    let urgency = (is_short, earlier != Earlier::Failed, by_size);
    Key { is_statement: matches!(step.action, Action::Statement(_)), urgency }
}

#[cfg(test)]
mod tests {
    use clxs_api::{FullName, Properties};

    use super::*;
    use crate::plan::{CloneTable, Statement};
    use crate::settings::{AsOf, CloneType};

    const ROOM: Room = Room { rest: 1, statements: 1 };

    fn new(steps: &[Step], order: SizeOrder) -> Graph {
        Graph::new(steps, order, |_| Earlier::NotEnded)
    }

    #[test]
    fn steps_that_are_done_hold_nobody_up_and_are_not_begun() {
        let steps = [step(0, 0, &[], &[]), step(1, 0, &[0], &[]), step(2, 0, &[1], &[0])];
        let first = |id| if id == StepId(0) { Earlier::Done } else { Earlier::NotEnded };
        let mut graph = Graph::new(&steps, SizeOrder::Desc, first);
        assert_eq!(graph.next(ROOM), Some(StepId(1)));
        assert_eq!(graph.next(ROOM), None);
        assert!(graph.end(StepId(1), true).is_empty());
        assert_eq!(graph.next(ROOM), Some(StepId(2)));
    }

    fn step(id: u32, size: u64, depends_on: &[u32], after: &[u32]) -> Step {
        Step { size: Some(size), ..Step::waiting(id, depends_on, after) }
    }

    #[test]
    fn largest_comes_first_and_equal_ones_in_the_order_of_the_plan() {
        let steps = [step(0, 1, &[], &[]), step(1, 9, &[], &[]), step(2, 9, &[], &[])];
        let mut graph = new(&steps, SizeOrder::Desc);
        let order: Vec<_> = std::iter::from_fn(|| graph.next(ROOM)).map(|id| id.0).collect();
        assert_eq!(order, [1, 2, 0]);
    }

    #[test]
    fn what_failed_before_is_tried_last() {
        let steps = [step(0, 9, &[], &[]), step(1, 1, &[], &[])];
        let largest = |id| if id == StepId(0) { Earlier::Failed } else { Earlier::NotEnded };
        let mut graph = Graph::new(&steps, SizeOrder::Desc, largest);
        assert_eq!((graph.next(ROOM), graph.next(ROOM)), (Some(StepId(1)), Some(StepId(0))));
    }

    #[test]
    fn what_is_short_is_done_before_the_next_clone_begins() {
        let mut graph = new(&[clone(0, 9), clone(1, 5), step(2, 0, &[0], &[])], SizeOrder::Desc);
        assert_eq!(graph.next(ROOM), Some(StepId(0)));
        graph.end(StepId(0), true);
        assert_eq!((graph.next(ROOM), graph.next(ROOM)), (Some(StepId(2)), Some(StepId(1))));
    }

    fn clone(id: u32, size: u64) -> Step {
        let name = FullName::from_dotted("c.s.t").unwrap();
        let clone = CloneTable {
            source: name.clone(),
            destination: name,
            clone_type: CloneType::Deep,
            replace: false,
            as_of: AsOf::Latest,
            location: None,
            properties: Properties::new(),
            source_version: None,
            source_table_id: None,
        };
        Step { action: Statement::CloneTable(Box::new(clone)).into(), ..step(id, size, &[], &[]) }
    }

    #[test]
    fn smallest_comes_first_when_asked_for() {
        let steps = [step(0, 5, &[], &[]), step(1, 1, &[], &[])];
        assert_eq!(new(&steps, SizeOrder::Asc).next(ROOM), Some(StepId(1)));
    }

    #[test]
    fn failure_blocks_dependants_of_dependants_but_not_those_that_only_come_after() {
        let steps =
            [step(0, 0, &[], &[]), step(1, 0, &[0], &[]), step(2, 0, &[1], &[]), step(3, 0, &[], &[2])];
        let mut graph = new(&steps, SizeOrder::Desc);
        assert_eq!(graph.next(ROOM), Some(StepId(0)));
        assert_eq!(graph.next(ROOM), None);
        let blocked = graph.end(StepId(0), false);
        assert_eq!(blocked, [(StepId(1), StepId(0)), (StepId(2), StepId(0))]);
        assert_eq!(graph.next(ROOM), Some(StepId(3)));
    }

    #[test]
    fn statement_without_room_on_the_warehouse_waits() {
        let mut graph = new(&[step(0, 0, &[], &[])], SizeOrder::Desc);
        assert_eq!(graph.next(Room { rest: 1, statements: 0 }), None);
        assert_eq!(graph.next(Room { rest: 0, statements: 1 }), Some(StepId(0)));
    }
}
