//! How versions come to be: `MLflow`'s requests (`mlflow/protos/databricks_uc_registry_service.proto` of `MLflow`). Its
//! client uploads files between `create` and `finalize` with credentials that the workspace does not have
//! (`neighbours.rs`), so that versions are metadata here.

use axum::Json;
use axum::extract::State;
use clxs_api::endpoint::MLFLOW_MODEL_VERSIONS;
use clxs_api::model_version::{
    CreateModelVersion, FinalizeModelVersion, MlflowModelVersion, MlflowModelVersionResponse,
};

use super::{status, version_location};
use crate::authorization::Access;
use crate::http::extract::full_name;
use crate::http::routes::{Routes, get, post};
use crate::http::{AppState, Body, Caller, Params, RestError};
use crate::metastore::Transaction;
use crate::securables::{self, Versioned, WhichVersion};

pub(super) fn routes() -> Routes {
    Routes::new()
        .route(&format!("{MLFLOW_MODEL_VERSIONS}/create"), post(create))
        .route(&format!("{MLFLOW_MODEL_VERSIONS}/finalize"), post(finalize))
        .route(&format!("{MLFLOW_MODEL_VERSIONS}/get"), get(find))
}

async fn create(
    State(state): State<AppState>,
    caller: Caller,
    Body(request): Body<CreateModelVersion>,
) -> Result<Json<MlflowModelVersionResponse>, RestError> {
    let (name, [_, _, _]) = full_name(&request.name)?;
    let work = move |tx: &Transaction<'_>, access: &Access| {
        Ok(answer(tx, securables::begin_version(tx, access, &name, &request)?))
    };
    Ok(Json(state.write(caller, work).await?))
}

async fn finalize(
    State(state): State<AppState>,
    caller: Caller,
    Body(request): Body<FinalizeModelVersion>,
) -> Result<Json<MlflowModelVersionResponse>, RestError> {
    let (name, [_, _, _]) = full_name(&request.name)?;
    let number = number(&request.version)?;
    let work = move |tx: &Transaction<'_>, access: &Access| {
        Ok(answer(tx, securables::finish_version(tx, access, &name, number)?))
    };
    Ok(Json(state.write(caller, work).await?))
}

async fn find(
    State(state): State<AppState>,
    caller: Caller,
    Params(request): Params<FinalizeModelVersion>,
) -> Result<Json<MlflowModelVersionResponse>, RestError> {
    let (name, [_, _, _]) = full_name(&request.name)?;
    let which = WhichVersion::Number(number(&request.version)?);
    let work = move |tx: &Transaction<'_>, access: &Access| {
        Ok(answer(tx, securables::get_version(tx, access, &name, &which, false)?))
    };
    Ok(Json(state.read(caller, work).await?))
}

fn number(version: &str) -> Result<i64, RestError> {
    version.parse().map_err(|_| RestError::invalid(format!("'{version}' is not the number of a version.")))
}

fn answer(tx: &Transaction<'_>, versioned: Versioned) -> MlflowModelVersionResponse {
    let Versioned { model, number, version } = versioned;
    let model_version = MlflowModelVersion {
        name: Some(model.full_name().dotted()),
        version: Some(number.to_string()),
        status: Some(status(&version)),
        storage_location: Some(version_location(tx, &model, &version)),
        creation_timestamp: Some(version.audit.created_at),
        last_updated_timestamp: Some(version.audit.updated_at),
        user_id: Some(version.audit.created_by),
        description: version.comment,
        source: Some(version.source),
        run_id: version.run_id,
        run_tracking_server_id: version.run_workspace,
        ..MlflowModelVersion::default()
    };
    MlflowModelVersionResponse { model_version }
}
