//! The history of statements: which there were, whose, and how they ended.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::statement::QueryTag;
use crate::wire_enum::wire_enum;
use crate::{Extra, null_as_default};

wire_enum! {
    /// How far a statement is.
    pub enum QueryStatus {
        Queued = "QUEUED",
        Started = "STARTED",
        Compiling = "COMPILING",
        Compiled = "COMPILED",
        Running = "RUNNING",
        Canceled = "CANCELED",
        Failed = "FAILED",
        Finished = "FINISHED",
    }
}

/// A statement of the history.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct QueryInfo {
    /// The statement's id.
    pub query_id: Option<String>,
    /// Its text, or the beginning of it.
    pub query_text: Option<String>,
    /// The word it begins with, such as `SELECT`.
    pub statement_type: Option<String>,
    /// How far it is.
    pub status: Option<QueryStatus>,
    /// Whether nothing will change any more.
    pub is_final: Option<bool>,
    /// Why it failed.
    pub error_message: Option<String>,
    /// When it was submitted, ms.
    pub query_start_time_ms: Option<i64>,
    /// When it ended, ms.
    pub query_end_time_ms: Option<i64>,
    /// When it was executed, ms.
    pub execution_end_time_ms: Option<i64>,
    /// How long it took, ms.
    pub duration: Option<i64>,
    /// How many rows it gave.
    pub rows_produced: Option<i64>,
    /// Who submitted it.
    pub user_name: Option<String>,
    /// With whose rights it ran.
    pub executed_as_user_name: Option<String>,
    /// The session it ran in.
    pub session_id: Option<String>,
    /// The warehouse it ran on.
    pub warehouse_id: Option<String>,
    /// The same under its older name.
    pub endpoint_id: Option<String>,
    /// The labels that it was submitted with.
    #[serde(deserialize_with = "null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub query_tags: Vec<QueryTag>,
    /// Everything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A page of the history.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListQueriesResponse {
    /// The statements of this page, newest first.
    #[serde(deserialize_with = "null_as_default")]
    pub res: Vec<QueryInfo>,
    /// Whether there is another page.
    pub has_next_page: Option<bool>,
    /// Present unless this is the last page.
    pub next_page_token: Option<String>,
}
