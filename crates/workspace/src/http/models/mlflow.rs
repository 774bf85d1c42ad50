//! How versions come to be: `MLflow`'s requests (`mlflow/protos/databricks_uc_registry_service.proto` of `MLflow`). Its
//! client uploads files between `create` and `finalize`: through the Files API where the workspace says that it may, as
//! this one does, and otherwise with credentials of clouds, which there are none of here (`neighbours.rs`).

use axum::Json;
use axum::extract::State;
use clxs_api::endpoint::MLFLOW_MODEL_VERSIONS;
use clxs_api::model_version::{
    CreateModelVersion, FinalizeModelVersion, MlflowModelVersion, MlflowModelVersionResponse, ModelVersionTag,
};

use serde_json::{Value, json};

use super::status;
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
        .route(FILES_API_ENABLED, get(files_api_is_enabled))
}

/// Whether `MLflow` is to reach files of versions through the Files API (`mlflow/utils/_unity_catalog_utils.py`).
const FILES_API_ENABLED: &str =
    "/api/2.0/mlflow/unity-catalog/registered-models:is-databricks-sdk-models-artifact-repository-enabled";

async fn files_api_is_enabled(_: Caller) -> Json<Value> {
    Json(json!({ "is_databricks_sdk_models_artifact_repository_enabled": true }))
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
        storage_location: Some(tx.version_location(&model, &version)),
        creation_timestamp: Some(version.audit.created_at),
        last_updated_timestamp: Some(version.audit.updated_at),
        user_id: Some(version.audit.created_by),
        description: version.comment,
        source: Some(version.source),
        run_id: version.run_id,
        run_tracking_server_id: version.run_workspace,
        tags: version.tags.into_iter().map(|(key, value)| ModelVersionTag { key, value }).collect(),
        ..MlflowModelVersion::default()
    };
    MlflowModelVersionResponse { model_version }
}
