//! `/catalogs`

use axum::extract::{Path, State};
use axum::routing::get;
use axum::{Json, Router};
use clxs_api::catalog::{CatalogInfo, CatalogType, CreateCatalog, ListCatalogsResponse, UpdateCatalog};
use clxs_api::endpoint::CATALOGS;
use serde::Deserialize;
use serde_json::{Value, json};

use super::extract::identifier;
use super::paging::{self, Paging};
use super::{AppState, Body, Caller, Params, RestError};
use crate::authorization::Sight;
use crate::metastore::{CatalogRow, Metastore};
use crate::securables;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route(CATALOGS, get(list).post(create))
        .route(&format!("{CATALOGS}/{{name}}"), get(find).patch(update).delete(remove))
}

/// The query of requests that read.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Reading {
    include_browse: bool,
}

/// The query of requests that drop.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Dropping {
    force: bool,
}

async fn list(
    State(state): State<AppState>,
    caller: Caller,
    Params(reading): Params<Reading>,
    Params(paging): Params<Paging>,
) -> Result<Json<ListCatalogsResponse>, RestError> {
    let request = paging.request()?;
    let browse = reading.include_browse;
    let page =
        state.read(caller, move |tx, access| securables::list_catalogs(tx, access, browse, &request)).await?;
    let catalogs = page.items.iter().map(|(row, sight)| info(&state.metastore, row, *sight)).collect();
    Ok(Json(ListCatalogsResponse { catalogs, next_page_token: paging::encode(page.next) }))
}

async fn find(
    State(state): State<AppState>,
    caller: Caller,
    Path(name): Path<String>,
    Params(reading): Params<Reading>,
) -> Result<Json<CatalogInfo>, RestError> {
    let name = identifier(&name)?;
    let browse = reading.include_browse;
    let (row, sight) =
        state.read(caller, move |tx, access| securables::get_catalog(tx, access, &name, browse)).await?;
    Ok(Json(info(&state.metastore, &row, sight)))
}

async fn create(
    State(state): State<AppState>,
    caller: Caller,
    Body(request): Body<CreateCatalog>,
) -> Result<Json<CatalogInfo>, RestError> {
    let row = state.write(caller, move |tx, access| securables::create_catalog(tx, access, &request)).await?;
    Ok(Json(info(&state.metastore, &row, Sight::Full)))
}

async fn update(
    State(state): State<AppState>,
    caller: Caller,
    Path(name): Path<String>,
    Body(change): Body<UpdateCatalog>,
) -> Result<Json<CatalogInfo>, RestError> {
    let name = identifier(&name)?;
    let row =
        state.write(caller, move |tx, access| securables::update_catalog(tx, access, &name, &change)).await?;
    Ok(Json(info(&state.metastore, &row, Sight::Full)))
}

async fn remove(
    State(state): State<AppState>,
    caller: Caller,
    Path(name): Path<String>,
    Params(dropping): Params<Dropping>,
) -> Result<Json<Value>, RestError> {
    let name = identifier(&name)?;
    let force = dropping.force;
    let intents =
        state.write(caller, move |tx, access| securables::drop_catalog(tx, access, &name, force)).await?;
    state.metastore.abandon_writes(intents).await?;
    Ok(Json(json!({})))
}

fn info(metastore: &Metastore, row: &CatalogRow, sight: Sight) -> CatalogInfo {
    let name = row.name.as_str();
    CatalogInfo {
        name: Some(name.to_owned()),
        full_name: Some(name.to_owned()),
        owner: Some(row.owner.clone()),
        comment: row.comment.clone(),
        properties: Some(row.properties.clone()),
        catalog_type: Some(if row.system { CatalogType::System } else { CatalogType::Managed }),
        isolation_mode: Some(row.isolation_mode.clone()),
        storage_root: row.storage_root.clone(),
        storage_location: row.storage_root.clone(),
        metastore_id: Some(metastore.metastore().id.clone()),
        created_at: Some(row.audit.created_at),
        created_by: Some(row.audit.created_by.clone()),
        updated_at: Some(row.audit.updated_at),
        updated_by: Some(row.audit.updated_by.clone()),
        securable_kind: Some(row.securable_kind().to_owned()),
        browse_only: Some(sight == Sight::Browse),
        ..CatalogInfo::default()
    }
}
