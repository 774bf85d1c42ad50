//! Versions of registered models and their aliases. `MLflow`'s requests make versions, Unity Catalog's do the rest.

use clxs_api::model::RegisteredModelInfo;
use clxs_api::model_version::{
    CreateModelVersion, FinalizeModelVersion, ListModelVersionsResponse, MlflowModelVersion,
    MlflowModelVersionResponse, ModelVersionInfo, RegisteredModelAlias, SetRegisteredModelAlias,
    UpdateModelVersion,
};
use clxs_api::{FullName, endpoint};
use futures::Stream;
use http::Method;

use super::change;
use crate::page::items;
use crate::request::{ApiRequest, path};
use crate::{Client, Error, Result};

impl Client {
    /// All versions of a registered model, without their aliases.
    pub fn list_model_versions(
        &self,
        model: &FullName,
    ) -> impl Stream<Item = Result<ModelVersionInfo>> + Send + use<> {
        let request = path(endpoint::MODELS, &[&model.dotted(), "versions"]).map(ApiRequest::get);
        items::<ListModelVersionsResponse>(self.clone(), request)
    }

    /// One version of a registered model, without its aliases.
    ///
    /// # Errors
    /// [`crate::ErrorKind::NotFound`] when there is none.
    pub async fn get_model_version(&self, model: &FullName, version: i64) -> Result<ModelVersionInfo> {
        self.fetch(ApiRequest::get(version_path(model, version)?)).await
    }

    /// Begins a version, which is pending until [`Client::finalize_model_version`]. Its number is the service's choice.
    ///
    /// # Errors
    /// [`crate::ErrorKind::PermissionDenied`] for who may not register versions of the model;
    /// [`crate::ErrorKind::Protocol`] when the service does not say which number it gave.
    pub async fn create_model_version(&self, version: &CreateModelVersion) -> Result<i64> {
        let request = ApiRequest::once(Method::POST, path(endpoint::MLFLOW_MODEL_VERSIONS, &["create"])?);
        let answer = self.send(request.json(version)?).await?;
        let call = answer.call.clone();
        let begun = answer.json::<MlflowModelVersionResponse>()?.model_version;
        let number = begun.version.and_then(|number| number.parse().ok());
        number.ok_or_else(|| Error::Protocol { detail: "there is no number of the version".to_owned(), call })
    }

    /// Says that all files of a version are there: it is ready, and they are never written again.
    ///
    /// # Errors
    /// [`crate::ErrorKind::NotFound`] when there is no such version.
    pub async fn finalize_model_version(&self, model: &FullName, version: i64) -> Result<MlflowModelVersion> {
        let request = ApiRequest::once(Method::POST, path(endpoint::MLFLOW_MODEL_VERSIONS, &["finalize"])?);
        let body = FinalizeModelVersion { name: model.dotted(), version: version.to_string() };
        self.mlflow_version(request.json(&body)?).await
    }

    /// A version as `MLflow` tells of it, with its tags.
    ///
    /// # Errors
    /// [`crate::ErrorKind::NotFound`] when there is no such version.
    pub async fn get_mlflow_model_version(
        &self,
        model: &FullName,
        version: i64,
    ) -> Result<MlflowModelVersion> {
        let request = ApiRequest::get(path(endpoint::MLFLOW_MODEL_VERSIONS, &["get"])?);
        self.mlflow_version(request.query("name", &model.dotted()).query("version", &version.to_string()))
            .await
    }

    async fn mlflow_version(&self, request: ApiRequest) -> Result<MlflowModelVersion> {
        Ok(self.fetch::<MlflowModelVersionResponse>(request).await?.model_version)
    }

    /// Changes a version and returns what it is then.
    ///
    /// # Errors
    /// [`crate::ErrorKind::NotFound`] when there is no such version.
    pub async fn update_model_version(
        &self,
        model: &FullName,
        version: i64,
        update: &UpdateModelVersion,
    ) -> Result<ModelVersionInfo> {
        self.fetch(change(version_path(model, version)?, false).json(update)?).await
    }

    /// Deletes a version with its files and aliases.
    ///
    /// # Errors
    /// [`crate::ErrorKind::NotFound`] when there is no such version.
    pub async fn delete_model_version(&self, model: &FullName, version: i64) -> Result<()> {
        self.send(ApiRequest::once(Method::DELETE, version_path(model, version)?)).await.map(drop)
    }

    /// The aliases of all versions of a registered model.
    ///
    /// # Errors
    /// [`crate::ErrorKind::NotFound`] when there is no such model.
    pub async fn model_aliases(&self, model: &FullName) -> Result<Vec<RegisteredModelAlias>> {
        let request = ApiRequest::get(path(endpoint::MODELS, &[&model.dotted()])?);
        let info: RegisteredModelInfo = self.fetch(request.query("include_aliases", "true")).await?;
        Ok(info.aliases.unwrap_or_default())
    }

    /// Leads an alias to a version, wherever it led before.
    ///
    /// # Errors
    /// [`crate::ErrorKind::NotFound`] when there is no such version.
    pub async fn set_model_alias(
        &self,
        model: &FullName,
        alias: &str,
        version_num: i64,
    ) -> Result<RegisteredModelAlias> {
        let request = ApiRequest::repeatable(Method::PUT, alias_path(model, alias)?);
        self.fetch(request.json(&SetRegisteredModelAlias { version_num })?).await
    }

    /// Deletes an alias; the version stays.
    ///
    /// # Errors
    /// [`crate::ErrorKind::NotFound`] when there is no such alias.
    pub async fn delete_model_alias(&self, model: &FullName, alias: &str) -> Result<()> {
        self.send(ApiRequest::once(Method::DELETE, alias_path(model, alias)?)).await.map(drop)
    }
}

fn version_path(model: &FullName, version: i64) -> Result<String> {
    path(endpoint::MODELS, &[&model.dotted(), "versions", &version.to_string()])
}

fn alias_path(model: &FullName, alias: &str) -> Result<String> {
    path(endpoint::MODELS, &[&model.dotted(), "aliases", alias])
}
