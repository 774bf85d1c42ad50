//! Registered models.

use clxs_api::model::{
    CreateRegisteredModel, ListRegisteredModelsResponse, RegisteredModelInfo, UpdateRegisteredModel,
};
use clxs_api::{FullName, Identifier, endpoint};
use futures::Stream;
use http::Method;

use super::{WITH_BROWSED, change};
use crate::page::items;
use crate::request::{ApiRequest, path};
use crate::{Client, Result};

impl Client {
    /// All registered models of a schema that the caller may see, or only browse.
    pub fn list_models(
        &self,
        catalog: &Identifier,
        schema: &Identifier,
    ) -> impl Stream<Item = Result<RegisteredModelInfo>> + Send + use<> {
        let (browsed, yes) = WITH_BROWSED;
        let request = path(endpoint::MODELS, &[]).map(|path| {
            ApiRequest::get(path)
                .query("catalog_name", catalog.as_str())
                .query("schema_name", schema.as_str())
                .query(browsed, yes)
        });
        items::<ListRegisteredModelsResponse>(self.clone(), request)
    }

    /// One registered model.
    ///
    /// # Errors
    /// [`crate::ErrorKind::NotFound`] when there is none or the caller may not see it.
    pub async fn get_model(&self, name: &FullName) -> Result<RegisteredModelInfo> {
        self.fetch(ApiRequest::get(path(endpoint::MODELS, &[&name.dotted()])?)).await
    }

    /// Makes a registered model, without versions.
    ///
    /// # Errors
    /// [`crate::ErrorKind::AlreadyExists`] when there is one of that name.
    pub async fn create_model(&self, model: &CreateRegisteredModel) -> Result<RegisteredModelInfo> {
        self.fetch(ApiRequest::once(Method::POST, path(endpoint::MODELS, &[])?).json(model)?).await
    }

    /// Changes a registered model and returns what it is then.
    ///
    /// # Errors
    /// [`crate::ErrorKind::NotFound`] also when a new owner is not a principal.
    pub async fn update_model(
        &self,
        name: &FullName,
        update: &UpdateRegisteredModel,
    ) -> Result<RegisteredModelInfo> {
        let path = path(endpoint::MODELS, &[&name.dotted()])?;
        self.fetch(change(path, update.new_name.is_some()).json(update)?).await
    }

    /// Deletes a registered model with its versions.
    ///
    /// # Errors
    /// [`crate::ErrorKind::NotFound`] when there is none or the caller may not see it.
    pub async fn delete_model(&self, name: &FullName) -> Result<()> {
        let path = path(endpoint::MODELS, &[&name.dotted()])?;
        self.send(ApiRequest::once(Method::DELETE, path)).await.map(drop)
    }
}
