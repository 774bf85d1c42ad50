//! Statements: SQL sent to a warehouse (`facts/rest_api.md` §7, `facts/settled.md` §6).

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::Extra;
use crate::null_as_default;
use crate::wire_enum::wire_enum;

/// The id of a statement.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StatementId(pub String);

impl fmt::Display for StatementId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

wire_enum! {
    /// How far a statement is.
    pub enum StatementState {
        Pending = "PENDING",
        Running = "RUNNING",
        Succeeded = "SUCCEEDED",
        Failed = "FAILED",
        Canceled = "CANCELED",
        Closed = "CLOSED",
    }
}

wire_enum! {
    /// Where results go.
    pub enum Disposition {
        Inline = "INLINE",
        ExternalLinks = "EXTERNAL_LINKS",
    }
}

wire_enum! {
    /// What results look like.
    pub enum ResultFormat {
        JsonArray = "JSON_ARRAY",
        ArrowStream = "ARROW_STREAM",
        Csv = "CSV",
    }
}

wire_enum! {
    /// How the rows behind links are compressed; not in the SDK, but recorded (`facts/settled.md` §6).
    pub enum ResultCompression {
        None = "NONE",
        Lz4Frame = "LZ4_FRAME",
    }
}

wire_enum! {
    /// What becomes of a statement that is not done in time.
    pub enum OnWaitTimeout {
        Continue = "CONTINUE",
        Cancel = "CANCEL",
    }
}

wire_enum! {
    /// The `error_code` of a failed statement.
    pub enum ServiceErrorCode {
        Aborted = "ABORTED",
        AlreadyExists = "ALREADY_EXISTS",
        BadRequest = "BAD_REQUEST",
        Cancelled = "CANCELLED",
        DeadlineExceeded = "DEADLINE_EXCEEDED",
        InternalError = "INTERNAL_ERROR",
        IoError = "IO_ERROR",
        NotFound = "NOT_FOUND",
        ResourceExhausted = "RESOURCE_EXHAUSTED",
        ServiceUnderMaintenance = "SERVICE_UNDER_MAINTENANCE",
        TemporarilyUnavailable = "TEMPORARILY_UNAVAILABLE",
        Unauthenticated = "UNAUTHENTICATED",
        WorkspaceTemporarilyUnavailable = "WORKSPACE_TEMPORARILY_UNAVAILABLE",
        Unspecified = "UNKNOWN",
    }
}

/// A parameter: `:name`, or the `?` with this number.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StatementParameter {
    /// Its name without the colon; empty for a `?`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Which `?` it is, from 1; not in the SDK, but recorded (`facts/settled.md` §6).
    pub ordinal: Option<u32>,
    /// Its value as text; absent for NULL.
    pub value: Option<String>,
    /// Its SQL type; `STRING` when absent.
    #[serde(rename = "type")]
    pub type_text: Option<String>,
}

/// A label on a statement for the query history; at most 20 a statement.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct QueryTag {
    /// Its key.
    pub key: String,
    /// Its value.
    pub value: Option<String>,
}

/// Body of a request to run a statement.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ExecuteStatement {
    /// The SQL text.
    pub statement: String,
    /// The warehouse to run it on.
    pub warehouse_id: String,
    /// The catalog that unqualified names are in.
    pub catalog: Option<String>,
    /// The schema that unqualified names are in.
    pub schema: Option<String>,
    /// The session it belongs to; not in the SDK, but recorded (`facts/settled.md` §6).
    pub session_id: Option<String>,
    /// Parameters.
    #[serde(deserialize_with = "null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<StatementParameter>,
    /// Where results go; `INLINE` when absent.
    pub disposition: Option<Disposition>,
    /// What results look like; `JSON_ARRAY` when absent.
    pub format: Option<ResultFormat>,
    /// How the rows behind links are compressed; not at all when absent.
    pub result_compression: Option<ResultCompression>,
    /// `0s` answers at once, `5s` to `50s` wait; `10s` when absent.
    pub wait_timeout: Option<String>,
    /// What happens then; `CONTINUE` when absent.
    pub on_wait_timeout: Option<OnWaitTimeout>,
    /// Rows to return at most.
    pub row_limit: Option<i64>,
    /// Bytes to return at most.
    pub byte_limit: Option<i64>,
    /// Labels for the query history.
    #[serde(deserialize_with = "null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub query_tags: Vec<QueryTag>,
}

/// The answer about a statement.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct StatementResponse {
    /// Its id.
    pub statement_id: Option<StatementId>,
    /// How far it is.
    pub status: Option<StatementStatus>,
    /// What the result consists of, once it succeeded.
    pub manifest: Option<ResultManifest>,
    /// The first chunk of the result.
    pub result: Option<ResultData>,
}

/// How far a statement is.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StatementStatus {
    /// The state.
    pub state: StatementState,
    /// Why it failed.
    pub error: Option<ServiceError>,
    /// The SQLSTATE of the failure; older servers say it only in the message (`facts/settled.md` §6).
    pub sql_state: Option<String>,
}

/// Why a statement failed.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ServiceError {
    /// What kind of failure it is.
    pub error_code: Option<ServiceErrorCode>,
    /// `[ERROR_CLASS] text … SQLSTATE: xxxxx`; may begin with a newline.
    pub message: Option<String>,
}

/// What a result consists of.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ResultManifest {
    /// What the rows look like.
    pub format: Option<ResultFormat>,
    /// The columns.
    pub schema: Option<ResultSchema>,
    /// Chunks in all.
    pub total_chunk_count: Option<i32>,
    /// Where each chunk begins.
    #[serde(deserialize_with = "null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub chunks: Vec<ChunkInfo>,
    /// Rows in all.
    pub total_row_count: Option<i64>,
    /// Bytes in all; absent for inline results.
    pub total_byte_count: Option<i64>,
    /// Whether a limit cut the result.
    pub truncated: Option<bool>,
    /// How the rows are compressed, when the request said so; recorded (`facts/settled.md` §6).
    pub result_compression: Option<ResultCompression>,
    /// Everything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The columns of a result.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ResultSchema {
    /// How many there are.
    pub column_count: Option<i32>,
    /// The columns; absent when there is none (`facts/settled.md` §6).
    #[serde(deserialize_with = "null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<ResultColumn>,
}

/// A column of a result.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ResultColumn {
    /// Its name.
    pub name: String,
    /// Its place, from 0.
    pub position: Option<i32>,
    /// Its type in SQL.
    pub type_text: Option<String>,
    /// The kind of its type; the server also sends `TIMESTAMP_NTZ` and `VARIANT`.
    pub type_name: Option<crate::table::ColumnTypeName>,
    /// Digits of a decimal.
    pub type_precision: Option<i32>,
    /// Digits behind the point of a decimal.
    pub type_scale: Option<i32>,
    /// Unit of an interval.
    pub type_interval_type: Option<String>,
}

/// Where a chunk of a result begins.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ChunkInfo {
    /// Which chunk, from 0.
    pub chunk_index: i32,
    /// Its first row.
    pub row_offset: i64,
    /// Its rows.
    pub row_count: i64,
    /// Its bytes; absent for inline results.
    pub byte_count: Option<i64>,
}

/// One chunk of a result.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ResultData {
    /// Which chunk, from 0.
    pub chunk_index: Option<i32>,
    /// Its first row.
    pub row_offset: Option<i64>,
    /// Its rows.
    pub row_count: Option<i64>,
    /// Its bytes.
    pub byte_count: Option<i64>,
    /// The rows: every value is a text or null.
    pub data_array: Option<Vec<Vec<Option<String>>>>,
    /// Where the rows are, for `EXTERNAL_LINKS`.
    pub external_links: Option<Vec<ExternalLink>>,
    /// The whole result in base64, for `INLINE_OR_EXTERNAL_LINKS`; recorded (`facts/settled.md` §6).
    pub attachment: Option<String>,
    /// The next chunk.
    pub next_chunk_index: Option<i32>,
    /// The path of the next chunk.
    pub next_chunk_internal_link: Option<String>,
}

/// Where the rows of a chunk are. The link is a secret and is fetched without the token.
#[skip_serializing_none]
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ExternalLink {
    /// Which chunk, from 0.
    pub chunk_index: Option<i32>,
    /// Its first row.
    pub row_offset: Option<i64>,
    /// Its rows.
    pub row_count: Option<i64>,
    /// Its bytes.
    pub byte_count: Option<i64>,
    /// The URL; good for 15 minutes.
    pub external_link: String,
    /// When it ends, ISO 8601.
    pub expiration: Option<String>,
    /// Headers to send along.
    pub http_headers: Option<crate::Properties>,
    /// The next chunk.
    pub next_chunk_index: Option<i32>,
    /// The path of the next chunk.
    pub next_chunk_internal_link: Option<String>,
}

impl fmt::Debug for ExternalLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExternalLink").field("chunk_index", &self.chunk_index).finish_non_exhaustive()
    }
}
