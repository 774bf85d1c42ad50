//! The layer that lets faults happen, and the endpoint that sets them: outside the platform's paths, for admins.

mod pages;

use std::time::Duration;

use axum::Json;
use axum::body::{Body as HttpBody, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use clxs_api::ErrorCode;
use clxs_api::endpoint::STATEMENTS;
use serde_json::{Value, json};

use super::routes::{Routes, get};
use super::{AppState, BODY_LIMIT, Body, Caller, RestError};
use crate::faults::{FaultEffect, FaultPlan, StatementFault, Subject};

/// Where faults are set; they never happen to itself.
const FAULTS: &str = "/clxs/faults";

/// The endpoint.
pub(super) fn routes() -> Routes {
    Routes::new().route(FAULTS, get(shown).put(set).delete(clear))
}

async fn shown(State(state): State<AppState>, caller: Caller) -> Result<Json<Value>, RestError> {
    require_admin(&state, caller).await?;
    let (plan, struck) = state.faults.get();
    Ok(Json(json!({ "seed": plan.seed, "rules": plan.rules, "struck": struck })))
}

async fn set(
    State(state): State<AppState>,
    caller: Caller,
    Body(plan): Body<FaultPlan>,
) -> Result<Json<Value>, RestError> {
    require_admin(&state, caller).await?;
    plan.check().map_err(|error| RestError::invalid(error.to_string()))?;
    state.faults.set(plan);
    Ok(Json(json!({})))
}

async fn clear(State(state): State<AppState>, caller: Caller) -> Result<Json<Value>, RestError> {
    require_admin(&state, caller).await?;
    state.faults.set(FaultPlan::default());
    Ok(Json(json!({})))
}

async fn require_admin(state: &AppState, caller: Caller) -> Result<(), RestError> {
    state.read(caller, |tx, access| Ok(access.require_metastore_admin(tx)?)).await
}

/// What is to happen to the statement of a request, for its handler.
#[derive(Debug, Clone, Copy)]
pub(super) struct OfStatement(pub(super) StatementFault);

/// Lets the fault of the first rule that applies happen.
pub(super) async fn happen(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if state.faults.is_off() || request.uri().path() == FAULTS {
        return next.run(request).await;
    }
    let (mut request, statement) = match statement_of(request).await {
        Ok(read) => read,
        Err(error) => return error.into_response(),
    };
    pages::restore_token(&mut request);
    let (method, path) = (request.method().as_str(), request.uri().path());
    let effect = state.faults.strike(Subject { method, path, statement: statement.as_deref() });
    match effect {
        None => next.run(request).await,
        Some(effect) => struck(effect, request, next).await,
    }
}

async fn struck(effect: FaultEffect, mut request: Request, next: Next) -> Response {
    tracing::debug!(?effect, path = request.uri().path(), "a fault happens");
    match effect {
        FaultEffect::Status { code, retry_after } => refusal(code, retry_after),
        FaultEffect::Error { status, error_code, message } => error(status, &error_code, &message),
        FaultEffect::Latency { milliseconds } => {
            tokio::time::sleep(Duration::from_millis(milliseconds)).await;
            next.run(request).await
        }
        FaultEffect::DropBefore => broken(),
        FaultEffect::LostAfter => {
            next.run(request).await;
            broken()
        }
        FaultEffect::EmptyPage => pages::empty(&request),
        FaultEffect::PageSize { items } => {
            pages::limit(&mut request, items);
            next.run(request).await
        }
        FaultEffect::FailStatement => of_statement(StatementFault::Fail, request, next).await,
        FaultEffect::CancelStatement => of_statement(StatementFault::Cancel, request, next).await,
    }
}

/// What is to happen to a statement travels with its request.
async fn of_statement(fault: StatementFault, mut request: Request, next: Next) -> Response {
    request.extensions_mut().insert(OfStatement(fault));
    next.run(request).await
}

/// The text of the statement that a request submits, and the request with its body again.
async fn statement_of(request: Request) -> Result<(Request, Option<String>), RestError> {
    let submits =
        request.method() == Method::POST && request.uri().path().trim_end_matches('/') == STATEMENTS;
    if !submits {
        return Ok((request, None));
    }
    let (parts, body) = request.into_parts();
    let bytes = to_bytes(body, BODY_LIMIT).await;
    let bytes = bytes.map_err(|error| RestError::new(ErrorCode::BadRequest, error.to_string()))?;
    // What is no JSON is for the handler to refuse.
    let json = serde_json::from_slice::<Value>(&bytes).unwrap_or_default();
    let statement = json["statement"].as_str().map(str::to_owned);
    Ok((Request::from_parts(parts, HttpBody::from(bytes)), statement))
}

fn refusal(code: u16, retry_after: Option<u64>) -> Response {
    let (error_code, message) = match code {
        429 => (ErrorCode::RequestLimitExceeded, "Too many requests."),
        503 => (ErrorCode::TemporarilyUnavailable, "The service is temporarily unavailable."),
        _ => (ErrorCode::InternalError, "An internal error happened."),
    };
    let mut response = RestError::new(error_code, message).into_response();
    if let Some(seconds) = retry_after {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// An error with a status of its own, whatever its code has elsewhere.
fn error(status: u16, error_code: &str, message: &str) -> Response {
    let mut response = RestError::new(ErrorCode::from(error_code), message).into_response();
    if let Ok(status) = StatusCode::from_u16(status) {
        *response.status_mut() = status;
    }
    response
}

/// An answer that breaks off before its first byte is sent: the connection is closed.
fn broken() -> Response {
    let closed = std::io::Error::from(std::io::ErrorKind::ConnectionAborted);
    let body = futures::stream::once(async { Err::<bytes::Bytes, _>(closed) });
    Response::new(HttpBody::from_stream(body))
}
