//! `/permissions` and `/effective-permissions`

use axum::Json;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use clxs_api::endpoint::{EFFECTIVE_PERMISSIONS, PERMISSIONS};
use clxs_api::grant::{EffectivePermissionsList, GetPermissionsResponse, UpdatePermissions};
use clxs_api::{FullName, SecurableKind};
use serde::Deserialize;

use super::routes::{Routes, get};
use super::{AppState, Body, Caller, Params, Path, RestError};
use crate::authorization::{Access, SecurableRef};
use crate::metastore::Transaction;
use crate::securables;

pub(super) fn routes() -> Routes {
    Routes::new()
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
    on: OnSecurable,
    Params(wanted): Params<Wanted>,
) -> Result<Json<GetPermissionsResponse>, RestError> {
    let work = move |tx: &Transaction<'_>, access: &Access| {
        Ok(securables::direct_grants(tx, access, &on.0, wanted.principal.as_deref())?)
    };
    let privilege_assignments = state.read(caller, work).await?;
    Ok(Json(GetPermissionsResponse { privilege_assignments, next_page_token: None }))
}

async fn effective(
    State(state): State<AppState>,
    caller: Caller,
    on: OnSecurable,
    Params(wanted): Params<Wanted>,
) -> Result<Json<EffectivePermissionsList>, RestError> {
    let work = move |tx: &Transaction<'_>, access: &Access| {
        Ok(securables::effective_grants(tx, access, &on.0, wanted.principal.as_deref())?)
    };
    let privilege_assignments = state.read(caller, work).await?;
    Ok(Json(EffectivePermissionsList { privilege_assignments, next_page_token: None }))
}

async fn update(
    State(state): State<AppState>,
    caller: Caller,
    on: OnSecurable,
    Body(request): Body<UpdatePermissions>,
) -> Result<Json<GetPermissionsResponse>, RestError> {
    let work = move |tx: &Transaction<'_>, access: &Access| {
        securables::change_grants(tx, access, &on.0, &request.changes)?;
        Ok(securables::direct_grants(tx, access, &on.0, None)?)
    };
    let privilege_assignments = state.write(caller, work).await?;
    Ok(Json(GetPermissionsResponse { privilege_assignments, next_page_token: None }))
}

/// The securable that the path names.
struct OnSecurable(SecurableRef);

impl<S: Send + Sync> FromRequestParts<S> for OnSecurable {
    type Rejection = RestError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, RestError> {
        let Path((kind, name)) = Path::<(String, String)>::from_request_parts(parts, state).await?;
        let kind = SecurableKind::from(kind.to_uppercase().as_str());
        let name = FullName::from_dotted(&name)
            .map_err(|error| RestError::invalid(format!("'{name}' is not a valid full name: {error}.")))?;
        Ok(Self(SecurableRef::new(&kind, Some(&name))?))
    }
}
