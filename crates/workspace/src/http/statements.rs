//! `/sql/statements` (`facts/rest_api.md` §7, facts/settled.md §6)

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use clxs_api::endpoint::STATEMENTS;
use clxs_api::statement::{
    ChunkInfo, Disposition, ExecuteStatement, OnWaitTimeout, ResultData, ResultFormat, ResultManifest,
    ResultSchema, ServiceError, ServiceErrorCode, StatementId, StatementResponse, StatementStatus,
};
use clxs_api::{ErrorCode, Identifier};
use serde_json::{Value, json};

use super::extract::identifier;
use super::routes::{Routes, get, post};
use super::{AppState, Body, Caller, Path, RestError};
use crate::session::Session;
use crate::sql::{Context, SqlError, execute, parse_with};
use crate::warehouse::{
    CommitGate, Progress, ResultLimits, ResultSet, StatementResult, SubmittedStatement, WAREHOUSE_ID,
};

/// The catalog of statements that name none.
const DEFAULT_CATALOG: &str = "main";
/// The schema of statements that name none.
const DEFAULT_SCHEMA: &str = "default";

/// JDBC sends the path with a slash at its end.
pub(super) fn routes() -> Routes {
    Routes::new()
        .route(STATEMENTS, post(submit))
        .route(&format!("{STATEMENTS}/"), post(submit))
        .route(&format!("{STATEMENTS}/{{id}}"), get(find).delete(close))
        .route(&format!("{STATEMENTS}/{{id}}/cancel"), post(cancel))
        .route(&format!("{STATEMENTS}/{{id}}/result/chunks/{{index}}"), get(chunk))
}

async fn submit(
    State(state): State<AppState>,
    Caller(principal): Caller,
    Body(request): Body<ExecuteStatement>,
) -> Result<Json<StatementResponse>, RestError> {
    let patience = Patience::new(&request)?;
    let limits = limits(&request)?;
    require_known(&request)?;
    let session = Session {
        principal,
        catalog: name_or(request.catalog.as_deref(), DEFAULT_CATALOG)?,
        schema: name_or(request.schema.as_deref(), DEFAULT_SCHEMA)?,
    };
    let principal = session.principal.name().to_owned();
    let services = state.services();
    let work = move |gate: CommitGate| run(Context { services, session, gate }, request);
    let statement = state.warehouse.submit(&principal, limits, work);
    patience.wait_for(&statement).await;
    Ok(Json(response(&statement)))
}

async fn run(context: Context, request: ExecuteStatement) -> Result<StatementResult, SqlError> {
    let statement = parse_with(&request.statement, &request.parameters)?;
    execute(&context, statement).await
}

async fn find(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<StatementResponse>, RestError> {
    Ok(Json(response(&*submitted(&state, caller, id).await?)))
}

async fn cancel(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, RestError> {
    submitted(&state, caller, id).await?.cancel();
    Ok(Json(json!({})))
}

/// Not in the SDK, but sent by JDBC when it is done with a statement.
async fn close(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, RestError> {
    let statement = submitted(&state, caller, id).await?;
    statement.cancel();
    state.warehouse.close(statement.id());
    Ok(Json(json!({})))
}

async fn chunk(
    State(state): State<AppState>,
    caller: Caller,
    Path((id, index)): Path<(String, usize)>,
) -> Result<Json<ResultData>, RestError> {
    let statement = submitted(&state, caller, id).await?;
    let Progress::Succeeded(result) = statement.progress() else {
        return Err(RestError::new(
            ErrorCode::NotFound,
            format!("Statement {} has no result.", statement.id()),
        ));
    };
    let data = data(statement.id(), &result, index);
    let missing = || RestError::invalid(format!("Statement {} has no chunk {index}.", statement.id()));
    Ok(Json(data.ok_or_else(missing)?))
}

/// A statement of the caller's; metastore admins see all. UNCONFIRMED: the error of an unknown id.
async fn submitted(
    state: &AppState,
    caller: Caller,
    id: String,
) -> Result<Arc<SubmittedStatement>, RestError> {
    let id = StatementId(id);
    if let Some(statement) = state.warehouse.statement(&id) {
        let is_own = statement.principal() == caller.0.name();
        if is_own || state.read(caller, |tx, access| Ok(access.is_metastore_admin(tx))).await? {
            return Ok(statement);
        }
    }
    Err(RestError::new(ErrorCode::NotFound, format!("The statement {id} was not found.")))
}

/// How long a sender waits for the end of the statement, and what becomes of it then.
struct Patience {
    time: Duration,
    cancel: bool,
}

impl Patience {
    fn new(request: &ExecuteStatement) -> Result<Self, RestError> {
        let text = request.wait_timeout.as_deref().unwrap_or("10s");
        let seconds = text.strip_suffix('s').and_then(|digits| digits.parse().ok());
        match seconds {
            Some(seconds @ (0 | 5..=50)) => Ok(Self {
                time: Duration::from_secs(seconds),
                cancel: seconds > 0 && request.on_wait_timeout == Some(OnWaitTimeout::Cancel),
            }),
            _ => Err(RestError::invalid(format!(
                "wait_timeout must be 0s, or between 5s and 50s; it is '{text}'."
            ))),
        }
    }

    async fn wait_for(&self, statement: &SubmittedStatement) {
        if self.time.is_zero() {
            return;
        }
        let finished = tokio::time::timeout(self.time, statement.finished()).await;
        if finished.is_err() && self.cancel {
            statement.cancel();
            statement.finished().await;
        }
    }
}

fn limits(request: &ExecuteStatement) -> Result<ResultLimits, RestError> {
    let limit = |name: &str, limit: Option<i64>| match limit.map(u64::try_from) {
        None => Ok(None),
        Some(Ok(limit)) => Ok(Some(limit)),
        Some(Err(_)) => Err(RestError::invalid(format!("{name} must not be negative."))),
    };
    Ok(ResultLimits {
        rows: limit("row_limit", request.row_limit)?,
        bytes: limit("byte_limit", request.byte_limit)?,
    })
}

fn require_known(request: &ExecuteStatement) -> Result<(), RestError> {
    if request.warehouse_id != WAREHOUSE_ID {
        return Err(RestError::invalid(format!("{} is not a valid endpoint id.", request.warehouse_id)));
    }
    let inline = request.disposition.as_ref().is_none_or(|disposition| *disposition == Disposition::Inline);
    let json = request.format.as_ref().is_none_or(|format| *format == ResultFormat::JsonArray);
    if inline && json {
        return Ok(());
    }
    let named = |value: Option<&str>| value.unwrap_or("the default").to_owned();
    Err(RestError::invalid(format!(
        "The embedded workspace answers with disposition INLINE and format JSON_ARRAY only, not {} and {}.",
        named(request.disposition.as_ref().map(Disposition::as_str)),
        named(request.format.as_ref().map(ResultFormat::as_str)),
    )))
}

fn name_or(name: Option<&str>, default: &str) -> Result<Identifier, RestError> {
    Ok(identifier(name.filter(|name| !name.is_empty()).unwrap_or(default))?.to_lowercase())
}

fn response(statement: &SubmittedStatement) -> StatementResponse {
    let progress = statement.progress();
    let mut response = StatementResponse { statement_id: Some(statement.id().clone()), ..Default::default() };
    let mut status = StatementStatus { state: progress.state(), error: None, sql_state: None };
    match progress {
        Progress::Failed(error) => {
            status.error =
                Some(ServiceError { error_code: Some(error_code(&error)), message: Some(error.to_string()) });
            status.sql_state = Some(error.sql_state.to_owned());
        }
        Progress::Succeeded(result) => {
            response.manifest = Some(manifest(&result));
            response.result = Some(data(statement.id(), &result, 0).unwrap_or_default());
        }
        Progress::Pending | Progress::Running | Progress::Canceled => {}
    }
    response.status = Some(status);
    response
}

/// What a statement does wrong is `BAD_REQUEST`, whatever it is (facts/settled.md §6).
fn error_code(error: &SqlError) -> ServiceErrorCode {
    match error.class {
        "INTERNAL_ERROR" => ServiceErrorCode::InternalError,
        _ => ServiceErrorCode::BadRequest,
    }
}

fn manifest(result: &ResultSet) -> ResultManifest {
    let columns = result.columns().to_vec();
    let chunks = result.chunks().iter().enumerate().map(|(index, rows)| ChunkInfo {
        chunk_index: number(index),
        row_offset: count(rows.start),
        row_count: count(rows.len()),
        byte_count: None,
    });
    ResultManifest {
        format: Some(ResultFormat::JsonArray),
        schema: Some(ResultSchema { column_count: Some(number(columns.len())), columns }),
        total_chunk_count: Some(number(result.chunks().len())),
        chunks: chunks.collect(),
        total_row_count: Some(count(result.row_count())),
        // Inline results with rows say nothing of bytes, recorded results without rows do.
        total_byte_count: (result.row_count() == 0).then_some(0),
        truncated: Some(result.truncated()),
        ..ResultManifest::default()
    }
}

fn data(id: &StatementId, result: &ResultSet, index: usize) -> Option<ResultData> {
    let rows = result.chunks().get(index)?;
    let next = (index + 1 < result.chunks().len()).then_some(index + 1);
    Some(ResultData {
        chunk_index: Some(number(index)),
        row_offset: Some(count(rows.start)),
        row_count: Some(count(rows.len())),
        data_array: Some(result.chunk(index)?.to_vec()),
        next_chunk_index: next.map(number),
        next_chunk_internal_link: next
            .map(|next| format!("{STATEMENTS}/{id}/result/chunks/{next}?row_offset={}", rows.end)),
        ..ResultData::default()
    })
}

/// Results are far smaller than what the types of the protocol hold.
fn number(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

fn count(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
