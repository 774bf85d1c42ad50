//! `/sql/sessions`, as the official drivers use them (`facts/rest_api.md` §7, recorded).

use axum::Json;
use axum::extract::State;
use clxs_api::Properties;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::routes::{Routes, delete, post};
use super::statements::{default_session, require_warehouse};
use super::{AppState, Body, Caller, Path, RestError};

const SESSIONS: &str = "/api/2.0/sql/sessions";

/// JDBC sends the path with a slash at its end.
pub(super) fn routes() -> Routes {
    Routes::new()
        .route(SESSIONS, post(open))
        .route(&format!("{SESSIONS}/"), post(open))
        .route(&format!("{SESSIONS}/{{id}}"), delete(close))
}

/// Body of a request to open a session.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct OpenSession {
    warehouse_id: String,
    session_confs: Option<Properties>,
    catalog: Option<String>,
    schema: Option<String>,
}

/// Whether there are such a catalog and schema is found out by the statements: JDBC opens its sessions in a catalog
/// `SPARK` (recorded).
async fn open(
    State(state): State<AppState>,
    Caller(principal): Caller,
    Body(request): Body<OpenSession>,
) -> Result<Json<Value>, RestError> {
    require_warehouse(&request.warehouse_id)?;
    let mut session = default_session(principal, request.catalog.as_deref(), request.schema.as_deref())?;
    for (name, value) in request.session_confs.unwrap_or_default() {
        let set = session.configuration.set(&name, &value);
        set.map_err(|error| RestError::invalid(error.to_string()))?;
    }
    Ok(Json(json!({ "session_id": state.sessions.open(session) })))
}

/// Closing twice is no error. The official connector sends both ids again in a body, which says nothing new.
async fn close(
    State(state): State<AppState>,
    Caller(principal): Caller,
    Path(id): Path<String>,
) -> Json<Value> {
    state.sessions.close(&id, &principal);
    Json(json!({}))
}
