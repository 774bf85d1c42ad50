//! `/permissions` and `/effective-permissions`

use axum::extract::{Path, State};
use axum::routing::get;
use axum::{Json, Router};
use clxs_api::endpoint::{EFFECTIVE_PERMISSIONS, PERMISSIONS};
use clxs_api::grant::{EffectivePermissionsList, GetPermissionsResponse, UpdatePermissions};
use clxs_api::{FullName, SecurableKind};
use serde::Deserialize;

use super::{AppState, Body, Caller, Params, RestError};
use crate::authorization::SecurableRef;
use crate::securables;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route(&format!("{PERMISSIONS}/{{kind}}/{{full_name}}"), get(direct).patch(update))
        .route(&format!("{EFFECTIVE_PERMISSIONS}/{{kind}}/{{full_name}}"), get(effective))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Wanted {
    principal: Option<String>,
}

/// One page holds all: a securable has few grants.
async fn direct(
    State(state): State<AppState>,
    caller: Caller,
    Path((kind, name)): Path<(String, String)>,
    Params(wanted): Params<Wanted>,
) -> Result<Json<GetPermissionsResponse>, RestError> {
    let on = securable(&kind, &name)?;
    let privilege_assignments = state
        .read(caller, move |tx, access| {
            securables::direct_grants(tx, access, &on, wanted.principal.as_deref())
        })
        .await?;
    Ok(Json(GetPermissionsResponse { privilege_assignments, next_page_token: None }))
}

async fn effective(
    State(state): State<AppState>,
    caller: Caller,
    Path((kind, name)): Path<(String, String)>,
    Params(wanted): Params<Wanted>,
) -> Result<Json<EffectivePermissionsList>, RestError> {
    let on = securable(&kind, &name)?;
    let privilege_assignments = state
        .read(caller, move |tx, access| {
            securables::effective_grants(tx, access, &on, wanted.principal.as_deref())
        })
        .await?;
    Ok(Json(EffectivePermissionsList { privilege_assignments, next_page_token: None }))
}

async fn update(
    State(state): State<AppState>,
    caller: Caller,
    Path((kind, name)): Path<(String, String)>,
    Body(request): Body<UpdatePermissions>,
) -> Result<Json<GetPermissionsResponse>, RestError> {
    let on = securable(&kind, &name)?;
    let privilege_assignments = state
        .write(caller, move |tx, access| {
            securables::change_grants(tx, access, &on, &request.changes)?;
            securables::direct_grants(tx, access, &on, None)
        })
        .await?;
    Ok(Json(GetPermissionsResponse { privilege_assignments, next_page_token: None }))
}

fn securable(kind: &str, name: &str) -> Result<SecurableRef, RestError> {
    let kind = SecurableKind::from(kind.to_uppercase().as_str());
    let name = FullName::from_dotted(name)
        .map_err(|error| RestError::invalid(format!("'{name}' is not a valid full name: {error}.")))?;
    Ok(SecurableRef::new(&kind, Some(&name))?)
}
