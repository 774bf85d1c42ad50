//! The warehouse of an engine: where its statements run, and how they are labelled.

mod histories;
mod origin;
mod pace;
mod rate;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use clxs_api::FullName;
use clxs_api::metastore::MetastoreSummary;
use clxs_api::statement::{ExecuteStatement, OnWaitTimeout, QueryTag, StatementResponse};
use clxs_client::{Client, ErrorKind, Pacer, Rows};
use tokio::sync::OnceCell;

pub(crate) use histories::Wanted;
pub(crate) use origin::{Origin, sent_by};
use pace::Pace;

use crate::backoff::backoff;
use crate::clock::Clock;
use crate::inventory::{Commit, History};
use crate::plan::{Statement, StatementText};
use crate::settings::Limits;
use crate::{Error, Result, Settings};

/// Clocks of the workspace and of this machine differ by less.
pub(crate) const SKEW_MS: i64 = 60_000;
/// How long a short statement may keep its request open, at most: the platform's limit is 50 s.
const SHORT_WAIT: &str = "30s";
/// The shortest wait that the platform takes besides none (facts/settled.md §6).
const SHORTEST_WAIT: &str = "5s";
/// Commits read of a table's history: enough to see past the metadata commits that follow a clone.
const NEWEST_COMMITS: u32 = 10;
/// How often a statement that only reads is sent again at most: a cold warehouse fails the first ones (facts/settled.md §6).
const READ_RETRIES: u32 = 3;

/// A client and the warehouse its statements run on. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Warehouse {
    client: Client,
    id: String,
    metastore: Arc<OnceCell<String>>,
    clock: Clock,
    pace: Arc<Pace>,
}

impl Warehouse {
    pub(crate) fn new(client: Client, id: String) -> Self {
        let clock = Clock::default();
        let pace = Arc::new(Pace::within(Limits::none(), clock.clone()));
        Self { client, id, metastore: Arc::default(), clock, pace }
    }

    /// The same warehouse, whose limits go by this clock.
    #[must_use]
    pub(crate) fn with_clock(&self, clock: Clock) -> Self {
        Self { clock, ..self.clone() }
    }

    /// The same warehouse, sent no more statements at once and a second than the limits of these settings allow.
    #[must_use]
    pub(crate) fn within(&self, settings: &Settings) -> Self {
        let pace = Arc::new(Pace::of(settings, self.clock.clone()));
        Self { client: self.client.with_pacer(Arc::clone(&pace) as Arc<dyn Pacer>), pace, ..self.clone() }
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// What holds back its statements.
    pub(crate) fn pace(&self) -> &Pace {
        &self.pace
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// The id of the metastore, asked for once. Destinations of equal name in two metastores are two
    /// destinations.
    pub(crate) async fn metastore(&self) -> Result<String> {
        if let Some(id) = self.metastore.get() {
            return Ok(id.clone());
        }
        self.metastore_summary().await.map(|summary| self.id_of(&summary))
    }

    /// What the metastore is now: who owns it may change.
    pub(crate) async fn metastore_summary(&self) -> Result<MetastoreSummary> {
        let summary =
            self.client.metastore_summary().await.map_err(Error::client("read the metastore summary"))?;
        // Another task may have been told before; the id is the same.
        self.metastore.set(self.id_of(&summary)).ok();
        Ok(summary)
    }

    fn id_of(&self, summary: &MetastoreSummary) -> String {
        summary.metastore_id.clone().unwrap_or_else(|| self.client.host().to_string())
    }

    /// Sends a short statement that only reads, again after transient failures, and reads its rows.
    pub(crate) async fn query(&self, text: String) -> clxs_client::Result<Rows> {
        self.query_in(StatementText { text, catalog: None, schema: None }).await
    }

    /// The same, with the names that unqualified names in it resolve to.
    pub(crate) async fn query_in(&self, text: StatementText) -> clxs_client::Result<Rows> {
        let statement = ExecuteStatement {
            wait_timeout: Some(SHORT_WAIT.to_owned()),
            on_wait_timeout: Some(OnWaitTimeout::Continue),
            ..self.statement(text)
        };
        let mut retries = 0;
        let most = self.pace.limits().max_retries.min(READ_RETRIES);
        let _place = self.pace.place().await;
        loop {
            match self.client.query(&statement).await {
                Err(error) if retries < most && (error.is_retryable() || error.outcome_unknown()) => {
                    tokio::time::sleep(backoff(retries)).await;
                    retries += 1;
                }
                answer => return answer,
            }
        }
    }

    /// Sends a statement of a run. The answer is its end, or, after the shortest wait, the id to wait for it by: most are over
    /// before anybody would ask, and what runs for hours is known by its id all but its first seconds.
    pub(crate) async fn submit(
        &self,
        statement: &Statement,
        origin: Origin<'_>,
    ) -> clxs_client::Result<StatementResponse> {
        let mut statement = self.statement(statement.text());
        statement.wait_timeout = Some(SHORTEST_WAIT.to_owned());
        statement.query_tags.extend(origin.tags());
        self.client.submit_statement(&statement).await
    }

    fn statement(&self, statement: StatementText) -> ExecuteStatement {
        ExecuteStatement {
            statement: statement.text,
            warehouse_id: self.id.clone(),
            catalog: statement.catalog.map(|name| name.as_str().to_owned()),
            schema: statement.schema.map(|name| name.as_str().to_owned()),
            query_tags: vec![QueryTag { key: "product".to_owned(), value: Some("clxs".to_owned()) }],
            ..ExecuteStatement::default()
        }
    }

    /// The newest commit of a table.
    pub(crate) async fn newest_commit(&self, table: &FullName) -> clxs_client::Result<History> {
        self.history(format!("DESCRIBE HISTORY {table} LIMIT 1")).await
    }

    /// The commits of a table back to its last clone.
    pub(crate) async fn commits_since_clone(&self, table: &FullName) -> clxs_client::Result<History> {
        let newest = self.history(format!("DESCRIBE HISTORY {table} LIMIT {NEWEST_COMMITS}")).await?;
        if needs_more(&newest) { self.all_commits(table).await } else { Ok(newest) }
    }

    /// All commits of a table that there still are.
    pub(crate) async fn all_commits(&self, table: &FullName) -> clxs_client::Result<History> {
        self.history(format!("DESCRIBE HISTORY {table}")).await
    }

    /// A history, or why the platform does not tell it. Only failures of the statement itself say that the
    /// table has none; anything else is a failure to ask.
    async fn history(&self, text: String) -> clxs_client::Result<History> {
        match self.query(text).await {
            Ok(rows) => Ok(Commit::from_rows(&rows).map_or_else(
                || History::Unreadable {
                    reason: "DESCRIBE HISTORY shows a commit without version".to_owned(),
                },
                History::Read,
            )),
            Err(error) => match error.statement_failure() {
                Some(failure) if error.kind() == ErrorKind::StatementFailed && !failure.is_retryable() => {
                    Ok(History::Unreadable { reason: failure.to_string() })
                }
                _ => Err(error),
            },
        }
    }
}

/// Whether older commits may hold the last clone that counts: nothing that was read tells what happened since.
fn needs_more(history: &History) -> bool {
    let limit = usize::try_from(NEWEST_COMMITS).unwrap_or(usize::MAX);
    let is_cut = matches!(history, History::Read(commits) if commits.len() >= limit);
    is_cut && history.made().is_none_or(|made| made.by.is_none())
}
