//! The metastore and the workspace themselves.

use axum::Json;
use axum::extract::State;
use clxs_api::SecurableKind;
use clxs_api::endpoint::METASTORE_SUMMARY;
use clxs_api::metastore::MetastoreSummary;
use serde_json::{Value, json};

use super::routes::{Routes, get};
use super::signature::BaseUrl;
use super::{AppState, Caller, Path, RestError, oauth};
use crate::metastore::MetastoreError;

const METASTORES: &str = "/api/2.1/unity-catalog/metastores";
const CURRENT_ASSIGNMENT: &str = "/api/2.1/unity-catalog/current-metastore-assignment";
const CONFIGURATION: &str = "/.well-known/databricks-config";

pub(super) fn routes() -> Routes {
    Routes::new()
        .route(METASTORE_SUMMARY, get(summary))
        .route(METASTORES, get(list))
        .route(&format!("{METASTORES}/{{id}}"), get(find))
        .route(CURRENT_ASSIGNMENT, get(current_assignment))
}

/// What is answered without a token.
pub(super) fn open_routes() -> Routes {
    Routes::new().route(CONFIGURATION, get(configuration))
}

async fn summary(State(state): State<AppState>, _: Caller) -> Json<MetastoreSummary> {
    Json(info(&state))
}

/// The only one there is, for its admins.
async fn list(State(state): State<AppState>, caller: Caller) -> Result<Json<Value>, RestError> {
    state.read(caller, |tx, access| Ok(access.require_metastore_admin(tx)?)).await?;
    Ok(Json(json!({ "metastores": [info(&state)] })))
}

async fn find(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<MetastoreSummary>, RestError> {
    state.read(caller, |tx, access| Ok(access.require_metastore_admin(tx)?)).await?;
    if id != state.metastore.metastore().id {
        return Err(MetastoreError::not_found(SecurableKind::Metastore, id).into());
    }
    Ok(Json(info(&state)))
}

fn info(state: &AppState) -> MetastoreSummary {
    const CLOUD: &str = "local";
    let row = state.metastore.metastore();
    MetastoreSummary {
        metastore_id: Some(row.id.clone()),
        global_metastore_id: Some(format!("{CLOUD}:{CLOUD}:{}", row.id)),
        name: Some(row.name.clone()),
        cloud: Some(CLOUD.to_owned()),
        region: Some(CLOUD.to_owned()),
        owner: Some(row.owner.clone()),
        storage_root: Some(state.metastore.managed_root().to_owned()),
        privilege_model_version: Some("1.0".to_owned()),
        created_at: Some(row.created_at),
        ..MetastoreSummary::default()
    }
}

async fn current_assignment(State(state): State<AppState>, _: Caller) -> Json<Value> {
    let row = state.metastore.metastore();
    Json(json!({ "workspace_id": row.workspace_id, "metastore_id": row.id }))
}

/// The first request of the official clients (`facts/rest_api.md` §4.2).
async fn configuration(State(state): State<AppState>, base: BaseUrl) -> Json<Value> {
    Json(json!({
        "workspace_id": state.metastore.metastore().workspace_id.to_string(),
        "oidc_endpoint": oauth::endpoint(&base),
    }))
}
