//! `/bindings` and, for catalogs, the deprecated `/workspace-bindings`.

use axum::Json;
use axum::extract::State;
use clxs_api::SecurableKind;
use clxs_api::binding::{
    CatalogWorkspaceBindings, UpdateCatalogWorkspaceBindings, UpdateWorkspaceBindings, WorkspaceBinding,
    WorkspaceBindingsResponse,
};
use clxs_api::endpoint::{BINDINGS, CATALOG_BINDINGS};

use super::extract::identifier;
use super::routes::{Routes, get};
use super::{AppState, Body, Caller, Path, RestError};
use crate::authorization::Access;
use crate::metastore::Transaction;
use crate::securables;

pub(super) fn routes() -> Routes {
    Routes::new()
        .route(&format!("{BINDINGS}/{{kind}}/{{name}}"), get(bindings).patch(change))
        .route(&format!("{CATALOG_BINDINGS}/{{name}}"), get(of_catalog).patch(change_catalog))
}

/// One page holds all: a securable is bound to few workspaces.
async fn bindings(
    State(state): State<AppState>,
    caller: Caller,
    Path((kind, name)): Path<(String, String)>,
) -> Result<Json<WorkspaceBindingsResponse>, RestError> {
    let bindings = read(&state, caller, kind_of(&kind), &name).await?;
    Ok(Json(WorkspaceBindingsResponse { bindings, next_page_token: None }))
}

async fn change(
    State(state): State<AppState>,
    caller: Caller,
    Path((kind, name)): Path<(String, String)>,
    Body(request): Body<UpdateWorkspaceBindings>,
) -> Result<Json<WorkspaceBindingsResponse>, RestError> {
    let bindings = write(&state, caller, kind_of(&kind), &name, request).await?;
    Ok(Json(WorkspaceBindingsResponse { bindings, next_page_token: None }))
}

async fn of_catalog(
    State(state): State<AppState>,
    caller: Caller,
    Path(name): Path<String>,
) -> Result<Json<CatalogWorkspaceBindings>, RestError> {
    Ok(Json(workspaces(read(&state, caller, SecurableKind::Catalog, &name).await?)))
}

async fn change_catalog(
    State(state): State<AppState>,
    caller: Caller,
    Path(name): Path<String>,
    Body(request): Body<UpdateCatalogWorkspaceBindings>,
) -> Result<Json<CatalogWorkspaceBindings>, RestError> {
    let binding = |workspace_id| WorkspaceBinding { workspace_id, binding_type: None };
    let request = UpdateWorkspaceBindings {
        add: request.assign_workspaces.into_iter().map(binding).collect(),
        remove: request.unassign_workspaces.into_iter().map(binding).collect(),
    };
    Ok(Json(workspaces(write(&state, caller, SecurableKind::Catalog, &name, request).await?)))
}

async fn read(
    state: &AppState,
    caller: Caller,
    kind: SecurableKind,
    name: &str,
) -> Result<Vec<WorkspaceBinding>, RestError> {
    let name = identifier(name)?;
    state.read(caller, move |tx, access| Ok(securables::bindings(tx, access, &kind, &name)?)).await
}

async fn write(
    state: &AppState,
    caller: Caller,
    kind: SecurableKind,
    name: &str,
    request: UpdateWorkspaceBindings,
) -> Result<Vec<WorkspaceBinding>, RestError> {
    let name = identifier(name)?;
    let work = move |tx: &Transaction<'_>, access: &Access| {
        Ok(securables::change_bindings(tx, access, &kind, &name, &request)?)
    };
    state.write(caller, work).await
}

fn kind_of(text: &str) -> SecurableKind {
    SecurableKind::from(text.to_uppercase().as_str())
}

fn workspaces(bindings: Vec<WorkspaceBinding>) -> CatalogWorkspaceBindings {
    CatalogWorkspaceBindings { workspaces: bindings.into_iter().map(|one| one.workspace_id).collect() }
}
