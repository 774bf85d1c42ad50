//! Statements: SQL sent to a warehouse (`facts/rest_api.md` §7, `facts/settled.md` §6).

use std::time::Duration;

use clxs_api::endpoint;
use clxs_api::statement::{ExecuteStatement, ResultData, StatementId, StatementResponse};
use http::Method;
use tokio::time::Instant;

use crate::request::{ApiRequest, path};
use crate::{Client, Error, Result};

mod outcome;
mod queued;
mod result;
mod rows;

use outcome::{Outcome, outcome};
pub(crate) use queued::Queued;
pub use rows::{Cells, Row, Rows};

/// How often a statement is asked for while it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PollPolicy {
    /// The time before the first question; every further one is twice as long.
    pub first_interval: Duration,
    /// Where that growth ends. Far below the 15 minutes after which an unasked statement may be dropped.
    pub max_interval: Duration,
}

impl Default for PollPolicy {
    /// From 100 ms, for what was not over within its `wait_timeout`, to 5 s.
    fn default() -> Self {
        Self { first_interval: Duration::from_millis(100), max_interval: Duration::from_secs(5) }
    }
}

impl PollPolicy {
    fn interval(self, doublings: u32) -> Duration {
        self.first_interval.saturating_mul(2_u32.saturating_pow(doublings)).min(self.max_interval)
    }
}

impl Client {
    /// Sends a statement; the answer may be its result already, or only its id. Sent again only after
    /// answers that say that it was not taken.
    ///
    /// # Errors
    /// Those of the request alone: a failed statement is a success here, told by its status.
    /// [`Error::outcome_unknown`] is true when the statement may be running although there is no answer.
    pub async fn submit_statement(&self, statement: &ExecuteStatement) -> Result<StatementResponse> {
        let path = path(endpoint::STATEMENTS, &[])?;
        self.fetch(ApiRequest::once(Method::POST, path).paced().json(statement)?).await
    }

    /// How far a statement is, with the first chunk of its result when it succeeded.
    ///
    /// # Errors
    /// [`crate::ErrorKind::NotFound`] when it is unknown, or over for more than 12 hours.
    pub async fn get_statement(&self, id: &StatementId) -> Result<StatementResponse> {
        self.fetch(ApiRequest::get(path(endpoint::STATEMENTS, &[&id.0])?)).await
    }

    /// One chunk of a result, from 0.
    ///
    /// # Errors
    /// [`crate::ErrorKind::NotFound`] when there is no such chunk.
    pub async fn get_statement_chunk(&self, id: &StatementId, index: i32) -> Result<ResultData> {
        let index = index.to_string();
        self.fetch(ApiRequest::get(path(endpoint::STATEMENTS, &[&id.0, "result", "chunks", &index])?)).await
    }

    /// Asks for a statement to be canceled; it is not yet when this returns.
    ///
    /// # Errors
    /// Those of the request: canceling what is over changes nothing.
    pub async fn cancel_statement(&self, id: &StatementId) -> Result<()> {
        let path = path(endpoint::STATEMENTS, &[&id.0, "cancel"])?;
        self.send(ApiRequest::repeatable(Method::POST, path)).await.map(drop)
    }

    /// Waits until a statement is over and reads its result to the last chunk. Dropping the future leaves
    /// the statement running.
    ///
    /// # Errors
    /// [`Error::StatementFailed`], [`Error::StatementCanceled`], [`Error::ResultGone`], or those of reading.
    pub async fn wait_for_statement(&self, id: &StatementId) -> Result<Rows> {
        let response = self.get_statement(id).await?;
        self.finish(id.clone(), response).await
    }

    /// The same for a statement that was sent just now: this is the answer to its submission.
    ///
    /// # Errors
    /// Those of [`Client::wait_for_statement`].
    pub async fn follow_statement(&self, id: &StatementId, answer: StatementResponse) -> Result<Rows> {
        self.finish(id.clone(), answer).await
    }

    /// Sends a statement, waits until it is over and reads its result to the last chunk.
    ///
    /// # Errors
    /// Those of [`Client::submit_statement`] and [`Client::wait_for_statement`].
    pub async fn query(&self, statement: &ExecuteStatement) -> Result<Rows> {
        let path = path(endpoint::STATEMENTS, &[])?;
        let answer = self.send(ApiRequest::once(Method::POST, path).paced().json(statement)?).await?;
        let call = answer.call.clone();
        let response: StatementResponse = answer.json()?;
        match response.statement_id.clone() {
            Some(id) => self.finish(id, response).await,
            None => Err(Error::Protocol { detail: "field `statement_id`: missing".to_owned(), call }),
        }
    }

    /// Polls a statement from its last known state to its end.
    async fn finish(&self, id: StatementId, mut response: StatementResponse) -> Result<Rows> {
        let begin = Instant::now();
        let mut questions = 0_u32;
        let mut waited_long = false;
        loop {
            if !waited_long && Queued::is_long(&response, begin.elapsed()) {
                waited_long = true;
                self.inner.queued.note();
            }
            match outcome(&id, response)? {
                Outcome::Running => {}
                Outcome::Succeeded { manifest, first } => {
                    return self.read_result(id, *manifest, *first).await;
                }
            }
            tokio::time::sleep(self.inner.poll.interval(questions)).await;
            questions = questions.saturating_add(1);
            response = self.get_statement(&id).await?;
        }
    }
}
