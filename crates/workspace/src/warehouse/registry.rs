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
        while self.oldest_is_forgettable() {
            if let Some(oldest) = self.oldest_first.pop_front() {
                self.by_id.remove(&oldest);
            }
        }
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

    /// A statement that was removed, or is finished long ago or one of too many.
    fn oldest_is_forgettable(&self) -> bool {
        let Some(oldest) = self.oldest_first.front() else { return false };
        let age = if self.oldest_first.len() < MOST { RETENTION } else { Duration::ZERO };
        self.by_id.get(oldest).is_none_or(|statement| statement.is_finished_since(age))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::warehouse::{ResultLimits, StatementResult};

    fn statement() -> Arc<SubmittedStatement> {
        Arc::new(SubmittedStatement::new("ann", ResultLimits::default()))
    }

    fn finished() -> Arc<SubmittedStatement> {
        let statement = statement();
        statement.end(Ok(StatementResult::none()));
        statement
    }

    #[test]
    fn one_statement_too_many_forgets_the_oldest_finished_one() {
        let mut registry = Registry::default();
        let statements: Vec<_> = (0..=MOST).map(|_| finished()).collect();
        statements.iter().for_each(|statement| registry.insert(statement));
        assert!(registry.get(statements[0].id()).is_none());
        assert!(registry.get(statements[1].id()).is_some());
        assert_eq!(registry.oldest_first.len(), MOST);
    }

    #[test]
    fn statement_that_runs_is_never_forgotten_and_a_closed_one_at_once() {
        let mut registry = Registry::default();
        let running = statement();
        registry.insert(&running);
        (0..=MOST).for_each(|_| registry.insert(&finished()));
        assert!(registry.get(running.id()).is_some());
        registry.remove(running.id());
        assert!(registry.get(running.id()).is_none());
    }
}
