//! `/schemas`

use axum::extract::{Path, State};
use axum::routing::get;
use axum::{Json, Router};
use clxs_api::catalog::CatalogType;
use clxs_api::endpoint::SCHEMAS;
use clxs_api::schema::{CreateSchema, ListSchemasResponse, SchemaInfo, UpdateSchema};
use serde::Deserialize;
use serde_json::{Value, json};

use super::extract::{full_name, identifier};
use super::paging::{self, Paging};
use super::{AppState, Body, Caller, Params, RestError};
use crate::authorization::Sight;
use crate::metastore::{Metastore, SYSTEM_CATALOG, SchemaRow};
use crate::securables;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route(SCHEMAS, get(list).post(create))
        .route(&format!("{SCHEMAS}/{{full_name}}"), get(find).patch(update).delete(remove))
}

#[derive(Debug, Deserialize)]
struct Listing {
    catalog_name: String,
    #[serde(default)]
    include_browse: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Reading {
    include_browse: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Dropping {
    force: bool,
}

async fn list(
    State(state): State<AppState>,
    caller: Caller,
    Params(listing): Params<Listing>,
    Params(paging): Params<Paging>,
) -> Result<Json<ListSchemasResponse>, RestError> {
    let request = paging.request()?;
    let (catalog, browse) = (identifier(&listing.catalog_name)?, listing.include_browse);
    let page = state
        .read(caller, move |tx, access| securables::list_schemas(tx, access, &catalog, browse, &request))
        .await?;
    let schemas = page.items.iter().map(|(row, sight)| info(&state.metastore, row, *sight)).collect();
    Ok(Json(ListSchemasResponse { schemas, next_page_token: paging::encode(page.next) }))
}

async fn find(
    State(state): State<AppState>,
    caller: Caller,
    Path(name): Path<String>,
    Params(reading): Params<Reading>,
) -> Result<Json<SchemaInfo>, RestError> {
    let (_, [catalog, schema]) = full_name(&name)?;
    let browse = reading.include_browse;
    let (row, sight) = state
        .read(caller, move |tx, access| securables::get_schema(tx, access, (&catalog, &schema), browse))
        .await?;
    Ok(Json(info(&state.metastore, &row, sight)))
}

async fn create(
    State(state): State<AppState>,
    caller: Caller,
    Body(request): Body<CreateSchema>,
) -> Result<Json<SchemaInfo>, RestError> {
    let row = state.write(caller, move |tx, access| securables::create_schema(tx, access, &request)).await?;
    Ok(Json(info(&state.metastore, &row, Sight::Full)))
}

async fn update(
    State(state): State<AppState>,
    caller: Caller,
    Path(name): Path<String>,
    Body(change): Body<UpdateSchema>,
) -> Result<Json<SchemaInfo>, RestError> {
    let (_, [catalog, schema]) = full_name(&name)?;
    let row = state
        .write(caller, move |tx, access| securables::update_schema(tx, access, (&catalog, &schema), &change))
        .await?;
    Ok(Json(info(&state.metastore, &row, Sight::Full)))
}

async fn remove(
    State(state): State<AppState>,
    caller: Caller,
    Path(name): Path<String>,
    Params(dropping): Params<Dropping>,
) -> Result<Json<Value>, RestError> {
    let (_, [catalog, schema]) = full_name(&name)?;
    let force = dropping.force;
    let intents = state
        .write(caller, move |tx, access| securables::drop_schema(tx, access, (&catalog, &schema), force))
        .await?;
    state.metastore.abandon_writes(intents).await?;
    Ok(Json(json!({})))
}

fn info(metastore: &Metastore, row: &SchemaRow, sight: Sight) -> SchemaInfo {
    let system_catalog = row.catalog.as_str() == SYSTEM_CATALOG;
    SchemaInfo {
        name: Some(row.name.as_str().to_owned()),
        catalog_name: Some(row.catalog.as_str().to_owned()),
        full_name: Some(row.full_name().dotted()),
        owner: Some(row.owner.clone()),
        comment: row.comment.clone(),
        properties: Some(row.properties.clone()),
        catalog_type: Some(if system_catalog { CatalogType::System } else { CatalogType::Managed }),
        storage_root: row.storage_root.clone(),
        storage_location: row.storage_root.clone(),
        metastore_id: Some(metastore.metastore().id.clone()),
        schema_id: Some(row.id.clone()),
        created_at: Some(row.audit.created_at),
        created_by: Some(row.audit.created_by.clone()),
        updated_at: Some(row.audit.updated_at),
        updated_by: Some(row.audit.updated_by.clone()),
        securable_kind: Some(row.securable_kind().to_owned()),
        browse_only: Some(sight == Sight::Browse),
        ..SchemaInfo::default()
    }
}
