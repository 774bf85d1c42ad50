//! `/sql/history/queries`: the statements that the warehouse knows, which are those of the last twelve hours in this
//! process; the platform keeps them for a month.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use clxs_api::endpoint::QUERY_HISTORY;
use clxs_api::query_history::{ListQueriesResponse, QueryInfo, QueryStatus};
use url::form_urlencoded;

use super::paging::{self, decode_optional};
use super::routes::{Routes, get};
use super::{AppState, Caller, RestError};
use crate::authorization::Access;
use crate::metastore::Transaction;
use crate::warehouse::{Progress, SubmittedStatement, WAREHOUSE_ID};

/// Statements of a page when the caller does not say, and at most (the official SDK's documentation).
const PAGE: usize = 100;
const MOST: usize = 1_000;

pub(super) fn routes() -> Routes {
    Routes::new().route(QUERY_HISTORY, get(list))
}

/// What a list is to hold: all of `filter_by`, whose parts are `filter_by.a.b` in the query, once for each value.
#[derive(Debug, Default)]
struct Wanted {
    statement_ids: Vec<String>,
    statuses: Vec<String>,
    warehouse_ids: Vec<String>,
    user_ids: Vec<String>,
    /// ms since 1970-01-01 UTC.
    start: Option<i64>,
    /// ms since 1970-01-01 UTC.
    end: Option<i64>,
    max_results: Option<usize>,
    page_token: Option<String>,
}

impl Wanted {
    /// # Errors
    /// `INVALID_PARAMETER_VALUE` for a filter that there is not, and for a number that is none.
    fn parse(query: &str) -> Result<Self, RestError> {
        let mut wanted = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let number = || {
                let invalid = |_| RestError::invalid(format!("{name} is no number: '{value}'."));
                value.parse::<i64>().map_err(invalid)
            };
            match &*name {
                "filter_by.statement_ids" => wanted.statement_ids.push(value.into_owned()),
                "filter_by.statuses" => wanted.statuses.push(value.into_owned()),
                "filter_by.warehouse_ids" => wanted.warehouse_ids.push(value.into_owned()),
                "filter_by.user_ids" => wanted.user_ids.push(value.into_owned()),
                "filter_by.query_start_time_range.start_time_ms" => wanted.start = Some(number()?),
                "filter_by.query_start_time_range.end_time_ms" => wanted.end = Some(number()?),
                "max_results" => wanted.max_results = usize::try_from(number()?).ok(),
                "page_token" => wanted.page_token = Some(value.into_owned()),
                other if other.starts_with("filter_by") => {
                    return Err(RestError::invalid(format!("There is no filter '{other}'.")));
                }
                // Metrics are not kept.
                _ => {}
            }
        }
        Ok(wanted)
    }

    /// The names of the users that are asked for.
    ///
    /// # Errors
    /// `INVALID_PARAMETER_VALUE` for what is no id.
    fn users(&self, tx: &Transaction<'_>) -> Result<Vec<String>, RestError> {
        let mut names = Vec::new();
        for id in &self.user_ids {
            let number = id.parse().map_err(|_| RestError::invalid(format!("'{id}' is no id of a user.")))?;
            names.extend(tx.principal_by_id(number)?.map(|user| user.name));
        }
        Ok(names)
    }

    /// Whether this statement is wanted; `users` are the names of those that are asked for.
    fn has(&self, statement: &SubmittedStatement, users: &[String]) -> bool {
        let among =
            |wanted: &[String], value: &str| wanted.is_empty() || wanted.iter().any(|one| one == value);
        let started = statement.submitted_at();
        among(&self.statement_ids, &statement.id().0)
            && among(&self.statuses, status(&statement.progress()).as_str())
            && among(&self.warehouse_ids, WAREHOUSE_ID)
            && (self.user_ids.is_empty() || users.iter().any(|name| name == statement.principal()))
            && self.start.is_none_or(|start| started >= start)
            && self.end.is_none_or(|end| started <= end)
    }
}

/// The caller's statements, or everybody's for metastore admins.
async fn list(
    State(state): State<AppState>,
    caller: Caller,
    uri: Uri,
) -> Result<Json<ListQueriesResponse>, RestError> {
    let wanted = Wanted::parse(uri.query().unwrap_or_default())?;
    let after = decode_optional(wanted.page_token.as_deref())?.pop();
    let size = wanted.max_results.filter(|size| *size > 0).unwrap_or(PAGE).min(MOST);
    let caller_name = caller.0.name().to_owned();
    let history = state.warehouse.history();
    let work = move |tx: &Transaction<'_>, access: &Access| {
        let (users, sees_all) = (wanted.users(tx)?, access.is_metastore_admin(tx));
        let is_on_page = |statement: &&Arc<SubmittedStatement>| {
            after.as_ref().is_none_or(|after| statement.id().0 < *after)
                && (sees_all || statement.principal() == caller_name)
                && wanted.has(statement, &users)
        };
        Ok(history
            .iter()
            .filter(is_on_page)
            .take(size + 1)
            .map(|statement| info(statement))
            .collect::<Vec<_>>())
    };
    let mut res = state.read(caller, work).await?;
    let more = res.len() > size;
    res.truncate(size);
    let last = res.last().filter(|_| more).and_then(|last| last.query_id.clone());
    let next_page_token = paging::encode(last.map(|id| vec![id]));
    Ok(Json(ListQueriesResponse { res, has_next_page: Some(more), next_page_token }))
}

fn info(statement: &SubmittedStatement) -> QueryInfo {
    let submission = statement.submission();
    let (progress, ended) = (statement.progress(), statement.finished_at());
    let rows = match &progress {
        Progress::Succeeded(rows) => i64::try_from(rows.row_count()).ok(),
        _ => None,
    };
    let error = match &progress {
        Progress::Failed(error) => Some(error.to_string()),
        _ => None,
    };
    QueryInfo {
        query_id: Some(statement.id().0.clone()),
        query_text: Some(submission.text.clone()),
        statement_type: Some(statement_type(&submission.text)),
        status: Some(status(&progress)),
        is_final: Some(progress.is_final()),
        error_message: error,
        query_start_time_ms: Some(statement.submitted_at()),
        query_end_time_ms: ended,
        execution_end_time_ms: ended,
        duration: ended.map(|ended| ended - statement.submitted_at()),
        rows_produced: rows,
        user_name: Some(submission.principal.clone()),
        executed_as_user_name: Some(submission.principal.clone()),
        session_id: submission.session_id.clone(),
        warehouse_id: Some(WAREHOUSE_ID.to_owned()),
        endpoint_id: Some(WAREHOUSE_ID.to_owned()),
        query_tags: submission.query_tags.clone(),
        ..QueryInfo::default()
    }
}

fn status(progress: &Progress) -> QueryStatus {
    match progress {
        Progress::Pending => QueryStatus::Queued,
        Progress::Running => QueryStatus::Running,
        Progress::Succeeded(_) | Progress::Closed => QueryStatus::Finished,
        Progress::Failed(_) => QueryStatus::Failed,
        Progress::Canceled => QueryStatus::Canceled,
    }
}

/// The kind of a statement as the platform names it (the official SDK's `QueryStatementType`).
fn statement_type(text: &str) -> String {
    const TYPES: [&str; 21] = [
        "ALTER", "ANALYZE", "COPY", "CREATE", "DELETE", "DESCRIBE", "DROP", "EXPLAIN", "GRANT", "INSERT",
        "MERGE", "OPTIMIZE", "REFRESH", "REPLACE", "REVOKE", "SELECT", "SET", "SHOW", "TRUNCATE", "UPDATE",
        "USE",
    ];
    let word = without_comments(text).split(|letter: char| !letter.is_ascii_alphabetic()).next();
    let word = word.unwrap_or_default().to_ascii_uppercase();
    match word.as_str() {
        "WITH" | "VALUES" | "TABLE" | "FROM" => "SELECT".to_owned(),
        "DESC" => "DESCRIBE".to_owned(),
        known if TYPES.contains(&known) => word,
        _ => "OTHER".to_owned(),
    }
}

/// The text from its first word on.
fn without_comments(text: &str) -> &str {
    let text = text.trim_start_matches(|letter: char| letter.is_whitespace() || letter == '(');
    let rest = match text.get(..2) {
        Some("--") => text.split_once('\n').map(|(_, rest)| rest),
        Some("/*") => text.split_once("*/").map(|(_, rest)| rest),
        _ => return text,
    };
    rest.map_or("", without_comments)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_are_of_the_type_of_their_first_word() {
        for (text, expected) in [
            ("SELECT 1", "SELECT"),
            (" -- run 7\n/* x */ (with t as (select 1) select * from t)", "SELECT"),
            ("create or replace table t (a int)", "CREATE"),
            ("desc history t", "DESCRIBE"),
            ("LIST '/Volumes'", "OTHER"),
            ("-- nothing", "OTHER"),
        ] {
            assert_eq!(statement_type(text), expected, "{text}");
        }
    }

    #[test]
    fn filters_are_read_from_repeated_parts_and_unknown_ones_are_refused() {
        let query = "filter_by.statuses=FAILED&filter_by.statuses=FINISHED&filter_by.query_start_time_range.start_time_ms=7";
        let wanted = Wanted::parse(query).unwrap();
        assert_eq!((wanted.statuses.len(), wanted.start), (2, Some(7)));
        assert!(Wanted::parse("filter_by.metric=1").is_err());
        assert!(Wanted::parse("max_results=many").is_err());
    }
}
