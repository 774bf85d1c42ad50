//! `/tables` and `/table-summaries`

use axum::extract::{Path, State};
use axum::routing::{get, post};
use axum::{Json, Router};
use clxs_api::endpoint::{TABLE_SUMMARIES, TABLES};
use clxs_api::table::{
    CreateTable, ListTableSummariesResponse, ListTablesResponse, TableExistsResponse, TableInfo,
    TableSummary, UpdateTable,
};
use clxs_api::{ErrorCode, FullName};
use serde::Deserialize;
use serde_json::{Value, json};

use super::extract::{full_name, identifier};
use super::paging::{self, Paging};
use super::{AppState, Body, Caller, Params, RestError};
use crate::authorization::{SecurableRef, Sight};
use crate::metastore::{ColumnDetail, Metastore, TableFilter, TableHead, TableRow, Transaction};
use crate::securables::{self, TableListing};

/// A page of summaries when the caller does not say, and at most (`facts/rest_api.md` §6).
const SUMMARIES: u32 = 10_000;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route(TABLES, get(list).merge(post(create)))
        .route(&format!("{TABLES}/{{full_name}}"), get(find).patch(update).delete(remove))
        .route(&format!("{TABLES}/{{full_name}}/exists"), get(exists))
        .route(TABLE_SUMMARIES, get(list_summaries))
}

#[derive(Debug, Deserialize)]
struct Listing {
    catalog_name: String,
    schema_name: String,
    #[serde(default)]
    include_browse: bool,
}

/// What a list is to leave out.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Omitted {
    omit_columns: bool,
    omit_properties: bool,
    omit_username: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Reading {
    include_browse: bool,
}

#[derive(Debug, Deserialize)]
struct Summaries {
    catalog_name: String,
    schema_name_pattern: Option<String>,
    table_name_pattern: Option<String>,
}

async fn list(
    State(state): State<AppState>,
    caller: Caller,
    Params(listing): Params<Listing>,
    Params(omitted): Params<Omitted>,
    Params(paging): Params<Paging>,
) -> Result<Json<ListTablesResponse>, RestError> {
    let wanted = TableListing {
        catalog: identifier(&listing.catalog_name)?,
        schema: identifier(&listing.schema_name)?,
        columns: if omitted.omit_columns { ColumnDetail::Omitted } else { ColumnDetail::Loaded },
        include_browse: listing.include_browse,
        page: paging.request()?,
    };
    let page = state.read(caller, move |tx, access| securables::list_tables(tx, access, &wanted)).await?;
    let tables = page.items.into_iter().map(|(row, sight)| listed(&state.metastore, row, sight, &omitted));
    Ok(Json(ListTablesResponse { tables: tables.collect(), next_page_token: paging::encode(page.next) }))
}

async fn list_summaries(
    State(state): State<AppState>,
    caller: Caller,
    Params(wanted): Params<Summaries>,
    Params(paging): Params<Paging>,
) -> Result<Json<ListTableSummariesResponse>, RestError> {
    let request = paging.request_with(Some(SUMMARIES), SUMMARIES)?;
    let catalog = identifier(&wanted.catalog_name)?;
    let filter =
        TableFilter { schema_pattern: wanted.schema_name_pattern, table_pattern: wanted.table_name_pattern };
    let (page, catalog) = state
        .read(caller, move |tx, access| {
            let page = securables::list_table_summaries(tx, access, &catalog, &filter, &request)?;
            Ok((page, tx.catalog(&catalog)?))
        })
        .await?;
    let summary = |head: TableHead| {
        let name = catalog.full_name().child(head.schema).child(head.name);
        TableSummary { full_name: Some(name.dotted()), table_type: Some(head.table_type) }
    };
    let tables = page.items.into_iter().map(summary).collect();
    Ok(Json(ListTableSummariesResponse { tables, next_page_token: paging::encode(page.next) }))
}

async fn find(
    State(state): State<AppState>,
    caller: Caller,
    Path(name): Path<String>,
    Params(reading): Params<Reading>,
) -> Result<Json<TableInfo>, RestError> {
    let (name, [_, _, _]) = full_name(&name)?;
    let browse = reading.include_browse;
    let (row, sight) =
        state.read(caller, move |tx, access| securables::get_table(tx, access, &name, browse)).await?;
    let dependencies = row.view.as_ref().map(|view| view.dependencies.clone());
    let mut table = info(&state.metastore, row, sight);
    table.view_dependencies = dependencies;
    Ok(Json(table))
}

/// Whether a table exists that the caller may see. A missing catalog or schema is an error
/// (`facts/rest_api.md` §6).
async fn exists(
    State(state): State<AppState>,
    caller: Caller,
    Path(name): Path<String>,
) -> Result<Json<TableExistsResponse>, RestError> {
    let (name, [catalog, schema, _]) = full_name(&name)?;
    let work = move |tx: &Transaction<'_>, access: &crate::authorization::Access| {
        access.see(tx, &SecurableRef::Schema(catalog.clone(), schema.clone()), true)?;
        Ok(tx.table_in(&tx.schema(&catalog, &schema)?, name.name())?.is_some())
    };
    Ok(Json(TableExistsResponse { table_exists: state.read(caller, work).await? }))
}

async fn create(_: Caller, Body(request): Body<CreateTable>) -> Result<Json<TableInfo>, RestError> {
    let name = [request.catalog_name, request.schema_name, request.name].join(".");
    Err(RestError::new(
        ErrorCode::NotImplemented,
        format!(
            "The embedded workspace registers no table over REST: run CREATE TABLE {name} USING DELTA LOCATION '…' \
             as a statement."
        ),
    ))
}

/// REST changes the owner only (`facts/rest_api.md` §6).
async fn update(
    State(state): State<AppState>,
    caller: Caller,
    Path(name): Path<String>,
    Body(change): Body<UpdateTable>,
) -> Result<Json<TableInfo>, RestError> {
    let (name, [_, _, _]): (FullName, _) = full_name(&name)?;
    let owner =
        change.owner.ok_or_else(|| RestError::invalid("The request changes nothing: owner is missing."))?;
    let row = state
        .write(caller, move |tx, access| securables::update_table_owner(tx, access, &name, &owner))
        .await?;
    Ok(Json(info(&state.metastore, row, Sight::Full)))
}

async fn remove(
    State(state): State<AppState>,
    caller: Caller,
    Path(name): Path<String>,
) -> Result<Json<Value>, RestError> {
    let (name, [_, _, _]) = full_name(&name)?;
    let intent = state.write(caller, move |tx, access| securables::drop_table(tx, access, &name)).await?;
    state.metastore.abandon_writes(intent.into_iter().collect()).await?;
    Ok(Json(json!({})))
}

fn listed(metastore: &Metastore, row: TableRow, sight: Sight, omitted: &Omitted) -> TableInfo {
    let mut table = info(metastore, row, sight);
    if omitted.omit_properties {
        table.properties = None;
    }
    if omitted.omit_username {
        (table.owner, table.created_by, table.updated_by) = (None, None, None);
    }
    table
}

/// Everything but what only answers about one table hold.
fn info(metastore: &Metastore, row: TableRow, sight: Sight) -> TableInfo {
    let full_name = row.full_name().dotted();
    let mut table = TableInfo {
        name: Some(row.name.as_str().to_owned()),
        catalog_name: Some(row.catalog.as_str().to_owned()),
        schema_name: Some(row.schema.as_str().to_owned()),
        full_name: Some(full_name),
        table_id: Some(row.id),
        table_type: Some(row.table_type),
        data_source_format: row.format,
        columns: row.columns,
        storage_location: row.location,
        view_definition: row.view.map(|view| view.definition),
        owner: Some(row.owner),
        comment: row.comment,
        properties: Some(row.properties),
        metastore_id: Some(metastore.metastore().id.clone()),
        created_at: Some(row.audit.created_at),
        created_by: Some(row.audit.created_by),
        updated_at: Some(row.audit.updated_at),
        updated_by: Some(row.audit.updated_by),
        ..TableInfo::default()
    };
    table.extra.insert("browse_only".to_owned(), json!(sight == Sight::Browse));
    table
}
