//! `/sql/warehouses`: the only one is `local`.

use axum::Json;
use axum::extract::State;
use clxs_api::ErrorCode;
use clxs_api::endpoint::WAREHOUSES;
use clxs_api::warehouse::{ListWarehousesResponse, WarehouseInfo, WarehouseState};
use serde_json::{Value, json};

use super::routes::{Routes, get, post};
use super::signature::BaseUrl;
use super::{AppState, Caller, Path, RestError};
use crate::warehouse::WAREHOUSE_ID;

pub(super) fn routes() -> Routes {
    Routes::new()
        .route(WAREHOUSES, get(list))
        .route(&format!("{WAREHOUSES}/{{id}}"), get(find))
        .route(&format!("{WAREHOUSES}/{{id}}/start"), post(start))
        .route(&format!("{WAREHOUSES}/{{id}}/stop"), post(stop))
}

async fn list(State(state): State<AppState>, _: Caller, base: BaseUrl) -> Json<ListWarehousesResponse> {
    Json(ListWarehousesResponse { warehouses: vec![info(&state, &base)], next_page_token: None })
}

async fn find(
    State(state): State<AppState>,
    _: Caller,
    base: BaseUrl,
    Path(id): Path<String>,
) -> Result<Json<WarehouseInfo>, RestError> {
    require_local(&id)?;
    Ok(Json(info(&state, &base)))
}

async fn start(
    State(state): State<AppState>,
    _: Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, RestError> {
    require_local(&id)?;
    state.warehouse.set_stopped(false);
    Ok(Json(json!({})))
}

/// The next statement starts it again, as on the platform (`facts/rest_api.md` §7).
async fn stop(
    State(state): State<AppState>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, RestError> {
    require_local(&id)?;
    state.read(caller, |tx, access| Ok(access.require_metastore_admin(tx)?)).await?;
    state.warehouse.set_stopped(true);
    Ok(Json(json!({})))
}

/// UNCONFIRMED: the error of an unknown id.
fn require_local(id: &str) -> Result<(), RestError> {
    if id == WAREHOUSE_ID {
        return Ok(());
    }
    Err(RestError::new(ErrorCode::ResourceDoesNotExist, format!("SQL warehouse {id} does not exist.")))
}

fn info(state: &AppState, base: &BaseUrl) -> WarehouseInfo {
    let stopped = state.warehouse.is_stopped();
    let mut info = WarehouseInfo {
        id: Some(WAREHOUSE_ID.to_owned()),
        name: Some(WAREHOUSE_ID.to_owned()),
        state: Some(if stopped { WarehouseState::Stopped } else { WarehouseState::Running }),
        cluster_size: Some("2X-Small".to_owned()),
        num_clusters: Some(i32::from(!stopped)),
        min_num_clusters: Some(1),
        max_num_clusters: Some(1),
        warehouse_type: Some("PRO".to_owned()),
        enable_serverless_compute: Some(false),
        creator_name: Some(state.metastore.metastore().owner.clone()),
        ..WarehouseInfo::default()
    };
    info.extra.insert("health".to_owned(), json!({ "status": "HEALTHY" }));
    info.extra.insert("odbc_params".to_owned(), odbc_params(base));
    info
}

/// Where drivers connect.
fn odbc_params(base: &BaseUrl) -> Value {
    let (protocol, authority) = base.0.split_once("://").unwrap_or(("http", &base.0));
    let port = if protocol == "https" { 443 } else { 80 };
    let (hostname, port) = authority
        .rsplit_once(':')
        .and_then(|(host, digits)| Some((host, digits.parse().ok()?)))
        .unwrap_or((authority, port));
    let path = format!("/sql/1.0/warehouses/{WAREHOUSE_ID}");
    json!({ "hostname": hostname, "port": port, "protocol": protocol, "path": path })
}
