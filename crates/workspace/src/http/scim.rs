//! SCIM as far as principals need it: users, service principals, groups and who the caller is. Fields are in
//! camel case, unlike the rest of the protocol.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use clxs_api::ErrorCode;
use clxs_api::current_user::{GroupReference, User};
use clxs_api::endpoint::CURRENT_USER;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{AppState, Body, Caller, Params, RestError};
use crate::authorization::Access;
use crate::metastore::{MetastoreError, PrincipalKind, PrincipalRow, Transaction};

const USERS: &str = "/api/2.0/preview/scim/v2/Users";
const SERVICE_PRINCIPALS: &str = "/api/2.0/preview/scim/v2/ServicePrincipals";
const GROUPS: &str = "/api/2.0/preview/scim/v2/Groups";

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route(CURRENT_USER, get(me))
        .route(USERS, get(list_users).post(create_user))
        .route(&format!("{USERS}/{{id}}"), get(find_user))
        .route(SERVICE_PRINCIPALS, get(list_service_principals).post(create_service_principal))
        .route(&format!("{SERVICE_PRINCIPALS}/{{id}}"), get(find_service_principal))
        .route(GROUPS, get(list_groups).post(create_group))
        .route(&format!("{GROUPS}/{{id}}"), get(find_group))
}

/// Body of a request to make a user or service principal.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct NewPrincipal {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    schemas: Vec<String>,
    user_name: Option<String>,
    application_id: Option<String>,
    display_name: Option<String>,
    active: Option<bool>,
}

/// Body of a request to make a group.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct NewGroup {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    schemas: Vec<String>,
    display_name: String,
    members: Vec<Member>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Member {
    value: String,
    display: Option<String>,
}

/// SCIM's filter, of which only `attribute eq "value"` is understood.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Wanted {
    filter: Option<String>,
}

async fn me(State(state): State<AppState>, caller: Caller) -> Result<Json<User>, RestError> {
    let work = |tx: &Transaction<'_>, access: &Access| {
        let name = access.principal();
        let principal = tx.principal(name)?;
        let principal =
            principal.ok_or_else(|| MetastoreError::PrincipalNotFound { name: name.to_owned() })?;
        user(tx, &principal)
    };
    Ok(Json(state.read(caller, work).await?))
}

async fn list_users(
    state: State<AppState>,
    caller: Caller,
    wanted: Params<Wanted>,
) -> Result<Json<Value>, RestError> {
    list(state, caller, PrincipalKind::User, wanted).await
}

async fn list_service_principals(
    state: State<AppState>,
    caller: Caller,
    wanted: Params<Wanted>,
) -> Result<Json<Value>, RestError> {
    list(state, caller, PrincipalKind::ServicePrincipal, wanted).await
}

async fn list_groups(
    state: State<AppState>,
    caller: Caller,
    wanted: Params<Wanted>,
) -> Result<Json<Value>, RestError> {
    list(state, caller, PrincipalKind::Group, wanted).await
}

async fn find_user(
    state: State<AppState>,
    caller: Caller,
    id: Path<String>,
) -> Result<Json<Value>, RestError> {
    find(state, caller, PrincipalKind::User, id).await
}

async fn find_service_principal(
    state: State<AppState>,
    caller: Caller,
    id: Path<String>,
) -> Result<Json<Value>, RestError> {
    find(state, caller, PrincipalKind::ServicePrincipal, id).await
}

async fn find_group(
    state: State<AppState>,
    caller: Caller,
    id: Path<String>,
) -> Result<Json<Value>, RestError> {
    find(state, caller, PrincipalKind::Group, id).await
}

async fn create_user(
    state: State<AppState>,
    caller: Caller,
    Body(request): Body<NewPrincipal>,
) -> Result<(StatusCode, Json<Value>), RestError> {
    let name = request.user_name.clone();
    create(state, caller, PrincipalKind::User, name, request).await
}

async fn create_service_principal(
    state: State<AppState>,
    caller: Caller,
    Body(request): Body<NewPrincipal>,
) -> Result<(StatusCode, Json<Value>), RestError> {
    let name = request.application_id.clone().or_else(|| Some(uuid::Uuid::new_v4().to_string()));
    create(state, caller, PrincipalKind::ServicePrincipal, name, request).await
}

async fn create_group(
    State(state): State<AppState>,
    caller: Caller,
    Body(request): Body<NewGroup>,
) -> Result<(StatusCode, Json<Value>), RestError> {
    require_name(&request.display_name)?;
    let members = request.members.iter().map(|member| id(&member.value)).collect::<Result<Vec<_>, _>>()?;
    let work = move |tx: &Transaction<'_>, access: &Access| {
        access.require_metastore_admin(tx)?;
        let name = &request.display_name;
        let group = tx.insert_principal(PrincipalKind::Group, name, name)?;
        for member in members {
            let found = tx.principal_by_id(member)?;
            let found =
                found.ok_or_else(|| MetastoreError::PrincipalNotFound { name: member.to_string() })?;
            tx.insert_member(group.id, found.id)?;
        }
        resource(tx, &group)
    };
    Ok((StatusCode::CREATED, Json(state.write(caller, work).await?)))
}

async fn create(
    State(state): State<AppState>,
    caller: Caller,
    kind: PrincipalKind,
    name: Option<String>,
    request: NewPrincipal,
) -> Result<(StatusCode, Json<Value>), RestError> {
    let name = name.unwrap_or_default();
    require_name(&name)?;
    let work = move |tx: &Transaction<'_>, access: &Access| {
        access.require_metastore_admin(tx)?;
        let display_name = request.display_name.as_ref().unwrap_or(&name);
        let principal = tx.insert_principal(kind, &name, display_name)?;
        resource(tx, &principal)
    };
    Ok((StatusCode::CREATED, Json(state.write(caller, work).await?)))
}

async fn list(
    State(state): State<AppState>,
    caller: Caller,
    kind: PrincipalKind,
    Params(wanted): Params<Wanted>,
) -> Result<Json<Value>, RestError> {
    let name = wanted.filter.as_deref().map(filtered_name).transpose()?;
    let work = move |tx: &Transaction<'_>, _: &Access| {
        let wanted = |row: &PrincipalRow| {
            name.as_ref().is_none_or(|name| name == &row.name || name == &row.display_name)
        };
        let rows = tx.principals(kind)?.into_iter().filter(wanted);
        rows.map(|row| resource(tx, &row)).collect::<Result<Vec<_>, _>>()
    };
    let resources = state.read(caller, work).await?;
    Ok(Json(json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": resources.len(),
        "startIndex": 1,
        "itemsPerPage": resources.len(),
        "Resources": resources,
    })))
}

async fn find(
    State(state): State<AppState>,
    caller: Caller,
    kind: PrincipalKind,
    Path(wanted): Path<String>,
) -> Result<Json<Value>, RestError> {
    let wanted = id(&wanted)?;
    let work = move |tx: &Transaction<'_>, _: &Access| {
        let row = tx.principal_by_id(wanted)?.filter(|row| row.kind == kind);
        row.map(|row| resource(tx, &row)).transpose()
    };
    let not_found =
        || RestError::new(ErrorCode::ResourceDoesNotExist, format!("No principal has id {wanted}."));
    Ok(Json(state.read(caller, work).await?.ok_or_else(not_found)?))
}

/// A principal in SCIM's shape.
fn resource(tx: &Transaction<'_>, row: &PrincipalRow) -> Result<Value, MetastoreError> {
    let schema = |name: &str| format!("urn:ietf:params:scim:schemas:core:2.0:{name}");
    let groups = references(&tx.groups_of(&row.name)?);
    let id = row.id.to_string();
    Ok(match row.kind {
        PrincipalKind::User => json!({
            "schemas": [schema("User")], "id": id, "userName": row.name, "displayName": row.display_name,
            "active": true, "groups": groups,
        }),
        PrincipalKind::ServicePrincipal => json!({
            "schemas": [schema("ServicePrincipal")], "id": id, "applicationId": row.name,
            "displayName": row.display_name, "active": true, "groups": groups,
        }),
        PrincipalKind::Group => json!({
            "schemas": [schema("Group")], "id": id, "displayName": row.name,
            "members": references(&tx.members(row.id)?), "groups": groups,
        }),
    })
}

fn user(tx: &Transaction<'_>, row: &PrincipalRow) -> Result<User, MetastoreError> {
    Ok(User {
        id: Some(row.id.to_string()),
        user_name: Some(row.name.clone()),
        display_name: Some(row.display_name.clone()),
        active: Some(true),
        groups: references(&tx.groups_of(&row.name)?),
        ..User::default()
    })
}

fn references(rows: &[PrincipalRow]) -> Vec<GroupReference> {
    rows.iter().map(PrincipalRow::reference).collect()
}

fn require_name(name: &str) -> Result<(), RestError> {
    if name.is_empty() { Err(RestError::invalid("The principal's name is missing.")) } else { Ok(()) }
}

fn id(text: &str) -> Result<i64, RestError> {
    text.parse().map_err(|_| RestError::invalid(format!("'{text}' is not the id of a principal.")))
}

/// The value of `attribute eq "value"`.
fn filtered_name(filter: &str) -> Result<String, RestError> {
    let refused = || {
        RestError::invalid(format!("The filter '{filter}' is not understood: use attribute eq \"value\"."))
    };
    let (_, value) = filter.split_once(" eq ").ok_or_else(refused)?;
    Ok(value.trim().trim_matches('"').to_owned())
}
