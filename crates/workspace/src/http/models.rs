//! `/models`: registered models as metadata. Versions come from `MLflow`, which the embedded workspace does not have:
//! no model has any.

use axum::Json;
use axum::extract::State;
use clxs_api::endpoint::MODELS;
use clxs_api::model::{
    CreateRegisteredModel, ListRegisteredModelsResponse, RegisteredModelInfo, UpdateRegisteredModel,
};
use clxs_api::{ErrorCode, FullName};
use serde::Deserialize;
use serde_json::{Value, json};

use super::extract::{full_name, identifier};
use super::paging::Pages;
use super::routes::{Routes, get};
use super::securables::Resource;
use super::{AppState, Caller, Path, RestError};
use crate::authorization::{Access, Sight};
use crate::metastore::{ModelRow, Page, PageRequest, Transaction, WriteIntent};
use crate::securables;

pub(super) fn routes() -> Routes {
    let version = get(version).patch(version).delete(version);
    let alias = get(alias).put(alias).delete(alias);
    super::securables::routes::<Models>()
        .route(&format!("{MODELS}/{{full_name}}/versions"), get(versions))
        .route(&format!("{MODELS}/{{full_name}}/versions/{{version}}"), version)
        .route(&format!("{MODELS}/{{full_name}}/aliases/{{alias}}"), alias)
}

enum Models {}

/// Models are listed by schema. The platform also lists those of the whole metastore.
#[derive(Debug, Deserialize)]
struct OfSchema {
    catalog_name: Option<String>,
    schema_name: Option<String>,
}

impl Resource for Models {
    const PATH: &'static str = MODELS;
    const PAGES: Pages = Pages::ALWAYS;
    type Filter = OfSchema;
    type Create = CreateRegisteredModel;
    type Update = UpdateRegisteredModel;
    type Info = RegisteredModelInfo;
    type List = ListRegisteredModelsResponse;

    fn list(
        tx: &Transaction<'_>,
        access: &Access,
        filter: &OfSchema,
        include_browse: bool,
        page: &PageRequest,
    ) -> Result<Page<RegisteredModelInfo>, RestError> {
        let (Some(catalog), Some(schema)) = (&filter.catalog_name, &filter.schema_name) else {
            let message =
                "The embedded workspace lists the models of one schema: give catalog_name and schema_name.";
            return Err(RestError::new(ErrorCode::NotImplemented, message));
        };
        let (catalog, schema) = (identifier(catalog)?, identifier(schema)?);
        let page = securables::list_models(tx, access, (&catalog, &schema), include_browse, page)?;
        Ok(page.map(|(row, sight)| info(tx, row, sight)))
    }

    fn find(
        tx: &Transaction<'_>,
        access: &Access,
        name: &str,
        include_browse: bool,
    ) -> Result<RegisteredModelInfo, RestError> {
        let (name, [_, _, _]) = full_name(name)?;
        let (row, sight) = securables::get_model(tx, access, &name, include_browse)?;
        Ok(info(tx, row, sight))
    }

    fn create(
        tx: &Transaction<'_>,
        access: &Access,
        request: &CreateRegisteredModel,
    ) -> Result<RegisteredModelInfo, RestError> {
        Ok(info(tx, securables::create_model(tx, access, request)?, Sight::Full))
    }

    fn update(
        tx: &Transaction<'_>,
        access: &Access,
        name: &str,
        change: &UpdateRegisteredModel,
    ) -> Result<RegisteredModelInfo, RestError> {
        let (name, [_, _, _]) = full_name(name)?;
        Ok(info(tx, securables::update_model(tx, access, &name, change)?, Sight::Full))
    }

    fn drop(
        tx: &Transaction<'_>,
        access: &Access,
        name: &str,
        _: bool,
    ) -> Result<Vec<WriteIntent>, RestError> {
        let (name, [_, _, _]) = full_name(name)?;
        securables::drop_model(tx, access, &name)?;
        Ok(Vec::new())
    }

    fn page(
        registered_models: Vec<RegisteredModelInfo>,
        next_page_token: Option<String>,
    ) -> ListRegisteredModelsResponse {
        ListRegisteredModelsResponse { registered_models, next_page_token }
    }
}

async fn versions(
    State(state): State<AppState>,
    caller: Caller,
    Path(name): Path<String>,
) -> Result<Json<Value>, RestError> {
    visible(&state, caller, &name).await?;
    Ok(Json(json!({})))
}

async fn version(
    State(state): State<AppState>,
    caller: Caller,
    Path((name, version)): Path<(String, String)>,
) -> Result<Json<Value>, RestError> {
    let name = visible(&state, caller, &name).await?;
    Err(absent(format!("Model Version '{}/{version}' does not exist.", name.dotted())))
}

async fn alias(
    State(state): State<AppState>,
    caller: Caller,
    Path((name, alias)): Path<(String, String)>,
) -> Result<Json<Value>, RestError> {
    let name = visible(&state, caller, &name).await?;
    Err(absent(format!("Model Version with alias '{alias}' of '{}' does not exist.", name.dotted())))
}

/// The name of a model that the caller sees.
async fn visible(state: &AppState, caller: Caller, name: &str) -> Result<FullName, RestError> {
    let (name, [_, _, _]) = full_name(name)?;
    let work = move |tx: &Transaction<'_>, access: &Access| {
        securables::get_model(tx, access, &name, true)?;
        Ok(name)
    };
    state.read(caller, work).await
}

/// UNCONFIRMED: the text.
fn absent(message: String) -> RestError {
    RestError::new(ErrorCode::ResourceDoesNotExist, message)
}

fn info(tx: &Transaction<'_>, row: ModelRow, sight: Sight) -> RegisteredModelInfo {
    let full_name = row.full_name();
    RegisteredModelInfo {
        name: Some(row.name.as_str().to_owned()),
        catalog_name: Some(full_name.catalog().as_str().to_owned()),
        schema_name: full_name.schema().map(|schema| schema.as_str().to_owned()),
        full_name: Some(full_name.dotted()),
        storage_location: Some(format!("{}/models/{}", tx.managed_root(), row.id)),
        owner: Some(row.owner),
        comment: row.comment,
        metastore_id: Some(tx.metastore().id.clone()),
        created_at: Some(row.audit.created_at),
        created_by: Some(row.audit.created_by),
        updated_at: Some(row.audit.updated_at),
        updated_by: Some(row.audit.updated_by),
        browse_only: Some(sight == Sight::Browse),
        ..RegisteredModelInfo::default()
    }
}
