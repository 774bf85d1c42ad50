//! `/sql/statements` (`facts/rest_api.md` §7, facts/settled.md §6)

mod answer;
mod links;
mod submission;

use std::sync::Arc;

use axum::extract::State;
use axum::{Extension, Json};
use clxs_api::ErrorCode;
use clxs_api::endpoint::STATEMENTS;
use clxs_api::statement::{ExecuteStatement, ResultData, StatementId, StatementResponse};
use serde_json::{Value, json};

use super::faults::OfStatement;
use super::routes::{Routes, get, post};
use super::signature::BaseUrl;
use super::{AppState, Body, Caller, Path, RestError};
use crate::faults::StatementFault;
use crate::session::LastingSession;
use crate::sql::{Context, SqlError, execute, parse_with};
use crate::warehouse::{CommitGate, Progress, StatementResult, Submission, SubmittedStatement};
use answer::Answering;
pub(super) use links::open_routes;
use submission::{Patience, delivery};
pub(super) use submission::{default_session, require_warehouse};

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
    base: BaseUrl,
    fault: Option<Extension<OfStatement>>,
    Body(request): Body<ExecuteStatement>,
) -> Result<Json<StatementResponse>, RestError> {
    let patience = Patience::new(&request)?;
    require_warehouse(&request.warehouse_id)?;
    let delivery = delivery(&request)?;
    let session = match &request.session_id {
        Some(id) => state.sessions.get(id, &principal).ok_or_else(|| no_session(id))?,
        None => LastingSession::new(default_session(
            principal.clone(),
            request.catalog.as_deref(),
            request.schema.as_deref(),
        )?),
    };
    let services = state.services();
    let row_limit = delivery.limits.rows;
    let fault = fault.map(|Extension(OfStatement(fault))| fault);
    let submission = Submission {
        principal: principal.name().to_owned(),
        text: request.statement.clone(),
        session_id: request.session_id.clone(),
        query_tags: request.query_tags.clone(),
    };
    let work = move |gate: CommitGate| run(Context::new(services, session, gate, row_limit), request, fault);
    let statement = state.warehouse.submit(submission, delivery, work);
    if patience.is_none() {
        return Ok(Json(answer::pending(&statement)));
    }
    patience.wait_for(&statement).await;
    Ok(Json(Answering { state: &state, base: &base }.response(&statement)))
}

async fn run(
    context: Context,
    request: ExecuteStatement,
    fault: Option<StatementFault>,
) -> Result<StatementResult, SqlError> {
    match fault {
        Some(StatementFault::Fail) => return Err(SqlError::transient()),
        Some(StatementFault::Cancel) => {
            context.gate.cancel();
            return Err(SqlError::operation_canceled());
        }
        None => {}
    }
    let statement = parse_with(&request.statement, &request.parameters)?;
    execute(&context, statement).await
}

/// UNCONFIRMED: the error of a session that is closed.
fn no_session(id: &str) -> RestError {
    RestError::new(ErrorCode::NotFound, format!("The session {id} was not found."))
}

async fn find(
    State(state): State<AppState>,
    caller: Caller,
    base: BaseUrl,
    Path(id): Path<String>,
) -> Result<Json<StatementResponse>, RestError> {
    let statement = submitted(&state, caller, id).await?;
    Ok(Json(Answering { state: &state, base: &base }.response(&statement)))
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
    submitted(&state, caller, id).await?.close();
    Ok(Json(json!({})))
}

async fn chunk(
    State(state): State<AppState>,
    caller: Caller,
    base: BaseUrl,
    Path((id, index)): Path<(String, usize)>,
) -> Result<Json<ResultData>, RestError> {
    let statement = submitted(&state, caller, id).await?;
    let Progress::Succeeded(result) = statement.progress() else {
        let message = format!("Statement {} has no result.", statement.id());
        return Err(RestError::new(ErrorCode::NotFound, message));
    };
    let data = Answering { state: &state, base: &base }.data(statement.id(), &result, index);
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
