//! The statements that a warehouse remembers, and for how long.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use clxs_api::statement::StatementId;

use super::SubmittedStatement;
use super::submitted::KeptBytes;

/// How long the rows of a finished statement can be read (`facts/rest_api.md` §7).
const READABLE: Duration = Duration::from_hours(1);
/// How long a finished statement is known (`facts/rest_api.md` §7).
const KNOWN: Duration = Duration::from_hours(12);
/// How many statements are known at most, and how many bytes of rows are kept that ended a while ago, so that a plan
/// of a large catalog does not fill the memory: the platform has no such limits, but nobody reads a result again after
/// so many others.
const MOST_STATEMENTS: usize = 20_000;
const MOST_BYTES: u64 = 1 << 30;
const A_WHILE: Duration = Duration::from_mins(5);

/// Statements by their ids.
#[derive(Debug, Default)]
pub(super) struct Registry {
    by_id: HashMap<StatementId, Arc<SubmittedStatement>>,
    oldest_first: VecDeque<Arc<SubmittedStatement>>,
    /// Those that may still have rows, oldest first.
    readable: VecDeque<Arc<SubmittedStatement>>,
    kept: KeptBytes,
}

impl Registry {
    /// The count of what the rows of all its statements take.
    pub(super) fn kept(&self) -> KeptBytes {
        self.kept.clone()
    }

    /// Remembers a statement.
    pub(super) fn insert(&mut self, statement: &Arc<SubmittedStatement>, now: Instant) {
        self.by_id.insert(statement.id().clone(), Arc::clone(statement));
        self.oldest_first.push_back(Arc::clone(statement));
        self.readable.push_back(Arc::clone(statement));
        self.forget(now);
    }

    /// The statement of this id.
    pub(super) fn get(&self, id: &StatementId) -> Option<Arc<SubmittedStatement>> {
        self.by_id.get(id).cloned()
    }

    /// All statements. Their ids begin with the time.
    pub(super) fn newest_first(&self) -> Vec<Arc<SubmittedStatement>> {
        let mut all: Vec<_> = self.by_id.values().cloned().collect();
        all.sort_unstable_by(|one, other| other.id().0.cmp(&one.id().0));
        all
    }

    /// Closes statements whose rows nobody may read any more, or that are in the way of newer ones, and forgets those
    /// that ended long ago.
    pub(super) fn forget(&mut self, now: Instant) {
        let kept = &self.kept;
        let is_closed = |statement: &SubmittedStatement, _: usize| {
            let age = if kept.now() > MOST_BYTES { A_WHILE } else { READABLE };
            let closed = statement.is_finished_since(age, now);
            if closed {
                statement.close();
            }
            closed
        };
        drop_oldest(&mut self.readable, is_closed);
        let by_id = &mut self.by_id;
        let is_over = |statement: &SubmittedStatement, known: usize| {
            let age = if known > MOST_STATEMENTS { Duration::ZERO } else { KNOWN };
            let over = statement.is_finished_since(age, now);
            if over {
                statement.close();
                by_id.remove(statement.id());
            }
            over
        };
        drop_oldest(&mut self.oldest_first, is_over);
    }
}

/// Drops statements from the oldest on, as long as `is_over` says so of one; it is told how many there are. One that
/// still runs goes to the end of the line: its time has not begun, and it must not hold up the others.
fn drop_oldest(
    line: &mut VecDeque<Arc<SubmittedStatement>>,
    mut is_over: impl FnMut(&SubmittedStatement, usize) -> bool,
) {
    for _ in 0..line.len() {
        let length = line.len();
        let Some(oldest) = line.pop_front() else { return };
        if is_over(&oldest, length) {
            continue;
        }
        if oldest.is_finished() {
            return line.push_front(oldest);
        }
        line.push_back(oldest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::warehouse::{Delivery, ResultSet, StatementResult, Submission};
    use clxs_api::statement::StatementState;

    fn running(registry: &Registry) -> Arc<SubmittedStatement> {
        Arc::new(SubmittedStatement::new(Submission::default(), Delivery::default(), registry.kept()))
    }

    fn finished(registry: &Registry, text: &str) -> Arc<SubmittedStatement> {
        let statement = running(registry);
        let rows = vec![vec![Some(text.to_owned())]].into();
        let result = StatementResult { columns: Vec::new(), rows };
        statement.end(ResultSet::new(result, Delivery::default()));
        statement
    }

    fn keep(registry: &mut Registry, statement: &Arc<SubmittedStatement>) {
        registry.insert(statement, Instant::now());
    }

    #[test]
    fn one_statement_too_many_forgets_the_oldest_finished_one() {
        let mut registry = Registry::default();
        let statements: Vec<_> = (0..=MOST_STATEMENTS).map(|_| finished(&registry, "")).collect();
        for statement in &statements {
            keep(&mut registry, statement);
        }
        assert!(registry.get(statements[0].id()).is_none());
        assert!(registry.get(statements[1].id()).is_some());
        assert_eq!(registry.oldest_first.len(), MOST_STATEMENTS);
    }

    #[test]
    fn statement_that_runs_is_kept_without_keeping_others() {
        let mut registry = Registry::default();
        let (running, first) = (running(&registry), finished(&registry, ""));
        keep(&mut registry, &running);
        keep(&mut registry, &first);
        for _ in 0..=MOST_STATEMENTS {
            let statement = finished(&registry, "");
            keep(&mut registry, &statement);
        }
        assert!(registry.get(running.id()).is_some());
        assert!(registry.get(first.id()).is_none());
    }

    #[test]
    fn statement_is_closed_an_hour_after_its_end_and_forgotten_after_twelve() {
        let mut registry = Registry::default();
        let statement = finished(&registry, "row");
        let end = Instant::now();
        keep(&mut registry, &statement);
        registry.forget(end + READABLE / 2);
        assert_eq!(statement.state(), StatementState::Succeeded);
        registry.forget(end + READABLE * 2);
        assert_eq!(registry.get(statement.id()).unwrap().state(), StatementState::Closed);
        assert_eq!(registry.kept.now(), 0);
        registry.forget(end + KNOWN * 2);
        assert!(registry.get(statement.id()).is_none());
    }

    #[test]
    fn rows_that_take_too_much_memory_are_closed_from_the_oldest_on() {
        let mut registry = Registry::default();
        let (oldest, newest) = (finished(&registry, "old"), finished(&registry, "new"));
        keep(&mut registry, &oldest);
        registry.kept.add(MOST_BYTES - oldest.row_bytes());
        keep(&mut registry, &newest);
        assert_eq!(oldest.state(), StatementState::Succeeded, "its sender may still be reading");
        registry.forget(Instant::now() + A_WHILE);
        assert_eq!([oldest.state(), newest.state()], [StatementState::Closed, StatementState::Succeeded]);
    }
}
