//! Schemas.

use clxs_api::schema::{CreateSchema, ListSchemasResponse, SchemaInfo, UpdateSchema};
use clxs_api::{FullName, Identifier, endpoint};
use futures::Stream;
use http::Method;

use super::{SERVER_PAGE_SIZE, WITH_BROWSED, change};
use crate::page::items;
use crate::request::{ApiRequest, path};
use crate::{Client, Result};

impl Client {
    /// All schemas of a catalog that the caller may see, or only browse, `information_schema` too.
    pub fn list_schemas(
        &self,
        catalog: &Identifier,
    ) -> impl Stream<Item = Result<SchemaInfo>> + Send + use<> {
        let ((name, size), (browsed, yes)) = (SERVER_PAGE_SIZE, WITH_BROWSED);
        let request = path(endpoint::SCHEMAS, &[]).map(|path| {
            ApiRequest::get(path)
                .query("catalog_name", catalog.as_str())
                .query(name, size)
                .query(browsed, yes)
        });
        items::<ListSchemasResponse>(self.clone(), request)
    }

    /// One schema.
    ///
    /// # Errors
    /// [`crate::ErrorKind::NotFound`] when there is none or the caller may not see it.
    pub async fn get_schema(&self, name: &FullName) -> Result<SchemaInfo> {
        self.fetch(ApiRequest::get(path(endpoint::SCHEMAS, &[&name.dotted()])?)).await
    }

    /// Makes a schema.
    ///
    /// # Errors
    /// [`crate::ErrorKind::AlreadyExists`] when there is one of that name.
    pub async fn create_schema(&self, schema: &CreateSchema) -> Result<SchemaInfo> {
        self.fetch(ApiRequest::once(Method::POST, path(endpoint::SCHEMAS, &[])?).json(schema)?).await
    }

    /// Changes a schema and returns what it is then.
    ///
    /// # Errors
    /// [`crate::ErrorKind::NotFound`] also when a new owner is not a principal.
    pub async fn update_schema(&self, name: &FullName, update: &UpdateSchema) -> Result<SchemaInfo> {
        let path = path(endpoint::SCHEMAS, &[&name.dotted()])?;
        self.fetch(change(path, update.new_name.is_some()).json(update)?).await
    }

    /// Deletes a schema, with all that is in it when forced.
    ///
    /// # Errors
    /// [`crate::ErrorKind::InvalidState`] when it is not empty and `force` is not set.
    pub async fn delete_schema(&self, name: &FullName, force: bool) -> Result<()> {
        let request = ApiRequest::once(Method::DELETE, path(endpoint::SCHEMAS, &[&name.dotted()])?);
        self.send(request.query("force", &force.to_string())).await.map(drop)
    }
}
