//! Histories of many tables by few statements: `SELECT … FROM (DESCRIBE HISTORY t LIMIT n) UNION ALL …`. The
//! platform takes them as subqueries (dbt-databricks tests its tables that way on SQL warehouses); where a
//! statement of many fails, because one table has no history or the workspace knows no such subquery, its
//! tables are asked for one at a time.

use std::sync::atomic::{AtomicBool, Ordering};

use clxs_api::FullName;
use clxs_client::{ErrorKind, Rows};

use super::{NEWEST_COMMITS, Warehouse, needs_more};
use crate::at_once::at_once;
use crate::inventory::{Commit, History};
use crate::{Error, Result};

/// Histories of one statement, at most.
const BATCH: usize = 100;

/// Statements at once, at most: more of them would each ask for fewer tables.
const STATEMENTS_AT_ONCE: usize = 32;

/// Which commits of a table are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// The newest.
    Newest,
    /// Those since its last clone, the clone included.
    SinceClone,
}

impl Wanted {
    fn limit(self) -> u32 {
        match self {
            Self::Newest => 1,
            Self::SinceClone => NEWEST_COMMITS,
        }
    }
}

impl Warehouse {
    /// The histories of tables, in the order of the questions, by at most so many statements at once.
    ///
    /// # Errors
    /// When a table cannot be asked for; one without a history is [`History::Unreadable`].
    pub(crate) async fn histories(
        &self,
        questions: &[(FullName, Wanted)],
        most: usize,
    ) -> Result<Vec<History>> {
        let most = most.clamp(1, STATEMENTS_AT_ONCE);
        let size = questions.len().div_ceil(most).clamp(1, BATCH);
        let alone = AtomicBool::new(false);
        let batches: Vec<_> = questions.chunks(size).map(|batch| self.batch(batch, &alone)).collect();
        let answers = at_once(batches, most).await?;
        Ok(answers.into_iter().flatten().collect())
    }

    /// `alone` is set once a statement of many was refused whose tables all have a history.
    async fn batch(&self, questions: &[(FullName, Wanted)], alone: &AtomicBool) -> Result<Vec<History>> {
        let many = questions.len() > 1 && !alone.load(Ordering::Relaxed);
        if many && let Some(histories) = self.together(questions).await? {
            return self.complete(questions, histories).await;
        }
        let mut histories = Vec::with_capacity(questions.len());
        for (table, wanted) in questions {
            histories.push(self.one(table, *wanted).await?);
        }
        if many && histories.iter().all(|history| matches!(history, History::Read(_))) {
            alone.store(true, Ordering::Relaxed);
        }
        Ok(histories)
    }

    /// `None` when the statement failed.
    async fn together(&self, questions: &[(FullName, Wanted)]) -> Result<Option<Vec<History>>> {
        let attempt = || format!("read the histories of {} tables", questions.len());
        match self.query(text(questions)).await {
            Ok(rows) => Ok(sorted(&rows, questions.len())),
            Err(error) if error.kind() == ErrorKind::StatementFailed => Ok(None),
            Err(error) => Err(Error::client(attempt())(error)),
        }
    }

    /// Asks for all commits of tables whose newest ones do not reach back to a clone.
    async fn complete(
        &self,
        questions: &[(FullName, Wanted)],
        mut histories: Vec<History>,
    ) -> Result<Vec<History>> {
        for ((table, wanted), history) in questions.iter().zip(&mut histories) {
            if *wanted == Wanted::SinceClone && needs_more(history) {
                *history = self.one(table, *wanted).await?;
            }
        }
        Ok(histories)
    }

    async fn one(&self, table: &FullName, wanted: Wanted) -> Result<History> {
        let history = match wanted {
            Wanted::Newest => self.newest_commit(table).await,
            Wanted::SinceClone => self.commits_since_clone(table).await,
        };
        history.map_err(Error::client(format!("read the history of table `{}`", table.dotted())))
    }
}

fn text(questions: &[(FullName, Wanted)]) -> String {
    let part = |(place, (table, wanted)): (usize, &(FullName, Wanted))| {
        format!(
            "SELECT {place} AS place, version, operation, operationParameters, operationMetrics \
             FROM (DESCRIBE HISTORY {table} LIMIT {})",
            wanted.limit()
        )
    };
    questions.iter().enumerate().map(part).collect::<Vec<_>>().join(" UNION ALL ")
}

/// The commits by question, newest first: a union keeps no order. `None` when a row cannot be read.
fn sorted(rows: &Rows, count: usize) -> Option<Vec<History>> {
    let mut commits: Vec<Vec<Commit>> = vec![Vec::new(); count];
    for (row, commit) in rows.iter().zip(Commit::from_rows(rows)?) {
        let place: usize = row.get("place").ok()??.parse().ok()?;
        commits.get_mut(place)?.push(commit);
    }
    for own in &mut commits {
        own.sort_unstable_by_key(|commit| std::cmp::Reverse(commit.version));
    }
    Some(commits.into_iter().map(History::Read).collect())
}
