//! The statements that a warehouse remembers.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use clxs_api::statement::StatementId;

use super::SubmittedStatement;

/// How long a finished statement and its rows can be read (`facts/rest_api.md` §7).
const RETENTION: Duration = Duration::from_hours(1);
/// How many statements are remembered at most, so that a plan of a large catalog does not fill the memory:
/// the platform has no such limit, but nobody reads a result again after so many others.
const MOST: usize = 20_000;

/// Statements by their ids, oldest first.
#[derive(Debug, Default)]
pub(super) struct Registry {
    by_id: HashMap<StatementId, Arc<SubmittedStatement>>,
    oldest_first: VecDeque<StatementId>,
}

impl Registry {
    /// Remembers a statement, and forgets those whose time is over.
    pub(super) fn insert(&mut self, statement: &Arc<SubmittedStatement>) {
        self.forget();
        self.by_id.insert(statement.id().clone(), Arc::clone(statement));
        self.oldest_first.push_back(statement.id().clone());
    }

    /// The statement of this id.
    pub(super) fn get(&self, id: &StatementId) -> Option<Arc<SubmittedStatement>> {
        self.by_id.get(id).cloned()
    }

    /// Forgets a statement.
    pub(super) fn remove(&mut self, id: &StatementId) {
        self.by_id.remove(id);
    }

    /// Forgets, from the oldest on, what was removed, is finished long ago or is one of too many. One that still
    /// runs goes to the end of the line: its time has not begun, and it must not hold up the others.
    fn forget(&mut self) {
        while let Some(oldest) = self.oldest_first.pop_front() {
            let age = if self.oldest_first.len() + 1 < MOST { RETENTION } else { Duration::ZERO };
            match self.by_id.get(&oldest) {
                None => {}
                Some(statement) if statement.is_finished_since(age) => {
                    self.by_id.remove(&oldest);
                }
                Some(statement) if statement.is_finished_since(Duration::ZERO) => {
                    self.oldest_first.push_front(oldest);
                    return;
                }
                Some(_) => {
                    self.oldest_first.push_back(oldest);
                    return;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::warehouse::{Delivery, ResultSet, StatementResult};

    fn statement() -> Arc<SubmittedStatement> {
        Arc::new(SubmittedStatement::new("ann", Delivery::default()))
    }

    fn finished() -> Arc<SubmittedStatement> {
        let statement = statement();
        statement.end(ResultSet::new(StatementResult::none(), Delivery::default()));
        statement
    }

    #[test]
    fn one_statement_too_many_forgets_the_oldest_finished_one() {
        let mut registry = Registry::default();
        let statements: Vec<_> = (0..=MOST).map(|_| finished()).collect();
        for statement in &statements {
            registry.insert(statement);
        }
        assert!(registry.get(statements[0].id()).is_none());
        assert!(registry.get(statements[1].id()).is_some());
        assert_eq!(registry.oldest_first.len(), MOST);
    }

    #[test]
    fn statement_that_runs_is_kept_without_keeping_others_and_a_closed_one_is_forgotten_at_once() {
        let mut registry = Registry::default();
        let (running, first) = (statement(), finished());
        registry.insert(&running);
        registry.insert(&first);
        for _ in 0..=MOST {
            registry.insert(&finished());
        }
        assert!(registry.get(running.id()).is_some());
        assert!(registry.get(first.id()).is_none());
        registry.remove(running.id());
        assert!(registry.get(running.id()).is_none());
    }
}
