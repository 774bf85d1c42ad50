//! `/models`: registered models. The files of their versions are in `http/files.rs`.

mod mlflow;
mod versions;

use clxs_api::ErrorCode;
use clxs_api::endpoint::MODELS;
use clxs_api::model::{
    CreateRegisteredModel, ListRegisteredModelsResponse, RegisteredModelInfo, UpdateRegisteredModel,
};
use clxs_api::model_version::{ModelVersionStatus, RegisteredModelAlias};
use serde::Deserialize;

use super::RestError;
use super::extract::{full_name, identifier};
use super::paging::Pages;
use super::routes::Routes;
use super::securables::{Reading, Resource};
use crate::authorization::{Access, Sight};
use crate::metastore::{ModelRow, ModelVersion, Page, PageRequest, Transaction, WriteIntent};
use crate::securables;

pub(super) fn routes() -> Routes {
    super::securables::routes::<Models>().merge(versions::routes()).merge(mlflow::routes())
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

    fn find_as_asked(
        tx: &Transaction<'_>,
        access: &Access,
        name: &str,
        reading: &Reading,
    ) -> Result<RegisteredModelInfo, RestError> {
        let (name, [_, _, _]) = full_name(name)?;
        let (row, sight) = securables::get_model(tx, access, &name, reading.include_browse)?;
        let aliases = row.details.aliases.iter().map(|(alias, number)| alias_info(&row, alias, *number));
        let aliases = reading.include_aliases.then(|| aliases.collect());
        Ok(RegisteredModelInfo { aliases, ..info(tx, row, sight) })
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
        Ok(vec![securables::drop_model(tx, access, &name)?])
    }

    fn page(
        registered_models: Vec<RegisteredModelInfo>,
        next_page_token: Option<String>,
    ) -> ListRegisteredModelsResponse {
        ListRegisteredModelsResponse { registered_models, next_page_token }
    }
}

fn info(tx: &Transaction<'_>, row: ModelRow, sight: Sight) -> RegisteredModelInfo {
    let full_name = row.full_name();
    RegisteredModelInfo {
        name: Some(row.name.as_str().to_owned()),
        catalog_name: Some(full_name.catalog().as_str().to_owned()),
        schema_name: full_name.schema().map(|schema| schema.as_str().to_owned()),
        full_name: Some(full_name.dotted()),
        storage_location: Some(tx.model_location(&row)),
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

/// An alias of a model.
fn alias_info(row: &ModelRow, alias: &str, number: i64) -> RegisteredModelAlias {
    let name = row.full_name();
    RegisteredModelAlias {
        alias_name: Some(alias.to_owned()),
        version_num: Some(number),
        catalog_name: Some(name.catalog().as_str().to_owned()),
        schema_name: name.schema().map(|schema| schema.as_str().to_owned()),
        model_name: Some(row.name.as_str().to_owned()),
        id: None,
    }
}

/// How far a version is.
fn status(version: &ModelVersion) -> ModelVersionStatus {
    if version.ready { ModelVersionStatus::Ready } else { ModelVersionStatus::Pending }
}
