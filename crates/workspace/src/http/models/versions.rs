//! `/models/{full_name}/versions` and `/models/{full_name}/aliases`.

use axum::Json;
use axum::extract::State;
use clxs_api::endpoint::MODELS;
use clxs_api::model_version::{
    ListModelVersionsResponse, ModelVersionInfo, RegisteredModelAlias, SetRegisteredModelAlias,
    UpdateModelVersion,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{alias_info, status};
use crate::authorization::Access;
use crate::http::extract::full_name;
use crate::http::paging::{self, Paging};
use crate::http::routes::{Routes, get};
use crate::http::securables::Reading;
use crate::http::{AppState, Body, Caller, Params, Path, RestError};
use crate::metastore::{ModelRow, ModelVersion, Transaction};
use crate::securables::{self, Versioned, WhichVersion};

pub(super) fn routes() -> Routes {
    Routes::new()
        .route(&format!("{MODELS}/{{full_name}}/versions"), get(list))
        .route(
            &format!("{MODELS}/{{full_name}}/versions/{{version}}"),
            get(find).patch(update).delete(delete),
        )
        .route(
            &format!("{MODELS}/{{full_name}}/aliases/{{alias}}"),
            get(find_by_alias).put(set_alias).delete(delete_alias),
        )
}

/// A version as paths name it.
#[derive(Debug, Deserialize)]
struct Numbered {
    full_name: String,
    version: i64,
}

/// An alias as paths name it.
#[derive(Debug, Deserialize)]
struct Aliased {
    full_name: String,
    alias: String,
}

async fn list(
    State(state): State<AppState>,
    caller: Caller,
    Path(name): Path<String>,
    Params(reading): Params<Reading>,
    Params(paging): Params<Paging>,
) -> Result<Json<ListModelVersionsResponse>, RestError> {
    let (name, [_, _, _]) = full_name(&name)?;
    let page = paging.request()?;
    let work = move |tx: &Transaction<'_>, access: &Access| {
        let (model, _) = securables::get_model(tx, access, &name, reading.include_browse)?;
        let after: i64 = page.after.first().and_then(|number| number.parse().ok()).unwrap_or(0);
        let limit = page.limit.map_or(usize::MAX, |limit| limit as usize);
        let versions = &model.details.versions;
        let model_versions: Vec<_> = versions
            .range(after.saturating_add(1)..)
            .take(limit)
            .map(|(number, version)| info(tx, &model, *number, version))
            .collect();
        let last = model_versions.last().and_then(|version| version.version);
        let next = last.filter(|last| versions.range(last + 1..).next().is_some());
        let next_page_token = paging::encode(next.map(|last| vec![last.to_string()]));
        Ok(ListModelVersionsResponse { model_versions, next_page_token })
    };
    Ok(Json(state.read(caller, work).await?))
}

async fn find(
    State(state): State<AppState>,
    caller: Caller,
    Path(Numbered { full_name: name, version }): Path<Numbered>,
    Params(reading): Params<Reading>,
) -> Result<Json<ModelVersionInfo>, RestError> {
    read(&state, caller, name, WhichVersion::Number(version), reading).await
}

async fn find_by_alias(
    State(state): State<AppState>,
    caller: Caller,
    Path(Aliased { full_name: name, alias }): Path<Aliased>,
    Params(reading): Params<Reading>,
) -> Result<Json<ModelVersionInfo>, RestError> {
    read(&state, caller, name, WhichVersion::Alias(alias), reading).await
}

async fn read(
    state: &AppState,
    caller: Caller,
    name: String,
    which: WhichVersion,
    reading: Reading,
) -> Result<Json<ModelVersionInfo>, RestError> {
    let (name, [_, _, _]) = full_name(&name)?;
    let work = move |tx: &Transaction<'_>, access: &Access| {
        let found = securables::get_version(tx, access, &name, &which, reading.include_browse)?;
        let Versioned { model, number, version } = &found;
        let aliases = model.details.aliases_of(*number).map(|alias| alias_info(model, alias, *number));
        let aliases = reading.include_aliases.then(|| aliases.collect());
        Ok(ModelVersionInfo { aliases, ..info(tx, model, *number, version) })
    };
    Ok(Json(state.read(caller, work).await?))
}

async fn update(
    State(state): State<AppState>,
    caller: Caller,
    Path(Numbered { full_name: name, version }): Path<Numbered>,
    Body(request): Body<UpdateModelVersion>,
) -> Result<Json<ModelVersionInfo>, RestError> {
    let (name, [_, _, _]) = full_name(&name)?;
    let work = move |tx: &Transaction<'_>, access: &Access| {
        let changed = securables::update_version(tx, access, &name, version, &request)?;
        Ok(info(tx, &changed.model, changed.number, &changed.version))
    };
    Ok(Json(state.write(caller, work).await?))
}

async fn delete(
    State(state): State<AppState>,
    caller: Caller,
    Path(Numbered { full_name: name, version }): Path<Numbered>,
) -> Result<Json<Value>, RestError> {
    let (name, [_, _, _]) = full_name(&name)?;
    let work = move |tx: &Transaction<'_>, access: &Access| {
        Ok(securables::delete_version(tx, access, &name, version)?)
    };
    let intent = state.write(caller, work).await?;
    state.metastore.abandon_writes(vec![intent]).await?;
    Ok(Json(json!({})))
}

async fn set_alias(
    State(state): State<AppState>,
    caller: Caller,
    Path(Aliased { full_name: name, alias }): Path<Aliased>,
    Body(request): Body<SetRegisteredModelAlias>,
) -> Result<Json<RegisteredModelAlias>, RestError> {
    let (name, [_, _, _]) = full_name(&name)?;
    let work = move |tx: &Transaction<'_>, access: &Access| {
        let model = securables::set_alias(tx, access, &name, &alias, request.version_num)?;
        Ok(alias_info(&model, &alias.to_lowercase(), request.version_num))
    };
    Ok(Json(state.write(caller, work).await?))
}

async fn delete_alias(
    State(state): State<AppState>,
    caller: Caller,
    Path(Aliased { full_name: name, alias }): Path<Aliased>,
) -> Result<Json<Value>, RestError> {
    let (name, [_, _, _]) = full_name(&name)?;
    let work =
        move |tx: &Transaction<'_>, access: &Access| Ok(securables::delete_alias(tx, access, &name, &alias)?);
    state.write(caller, work).await?;
    Ok(Json(json!({})))
}

fn info(tx: &Transaction<'_>, model: &ModelRow, number: i64, version: &ModelVersion) -> ModelVersionInfo {
    let name = model.full_name();
    ModelVersionInfo {
        version: Some(number),
        id: Some(version.id.clone()),
        catalog_name: Some(name.catalog().as_str().to_owned()),
        schema_name: name.schema().map(|schema| schema.as_str().to_owned()),
        model_name: Some(model.name.as_str().to_owned()),
        status: Some(status(version)),
        source: Some(version.source.clone()),
        run_id: version.run_id.clone(),
        run_workspace_id: version.run_workspace.as_ref().and_then(|id| id.parse().ok()),
        storage_location: Some(tx.version_location(model, version)),
        comment: version.comment.clone(),
        metastore_id: Some(tx.metastore().id.clone()),
        created_at: Some(version.audit.created_at),
        created_by: Some(version.audit.created_by.clone()),
        updated_at: Some(version.audit.updated_at),
        updated_by: Some(version.audit.updated_by.clone()),
        ..ModelVersionInfo::default()
    }
}
