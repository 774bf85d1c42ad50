//! Catalogs.

use clxs_api::catalog::{CatalogInfo, CreateCatalog, ListCatalogsResponse, UpdateCatalog};
use clxs_api::{Identifier, endpoint};
use futures::Stream;
use http::Method;

use super::{SERVER_PAGE_SIZE, change};
use crate::page::items;
use crate::request::{ApiRequest, path};
use crate::{Client, Result};

impl Client {
    /// All catalogs the caller may see.
    pub fn list_catalogs(&self) -> impl Stream<Item = Result<CatalogInfo>> + Send + use<> {
        let (name, size) = SERVER_PAGE_SIZE;
        let request = path(endpoint::CATALOGS, &[]).map(|path| ApiRequest::get(path).query(name, size));
        items::<ListCatalogsResponse>(self.clone(), request)
    }

    /// One catalog.
    ///
    /// # Errors
    /// [`crate::ErrorKind::NotFound`] when there is none or the caller may not see it.
    pub async fn get_catalog(&self, name: &Identifier) -> Result<CatalogInfo> {
        self.fetch(ApiRequest::get(path(endpoint::CATALOGS, &[name.as_str()])?)).await
    }

    /// Makes a catalog.
    ///
    /// # Errors
    /// [`crate::ErrorKind::AlreadyExists`] when there is one of that name, [`crate::ErrorKind::InvalidState`]
    /// when the metastore has no storage root and none is given (`facts/settled.md` §1).
    pub async fn create_catalog(&self, catalog: &CreateCatalog) -> Result<CatalogInfo> {
        self.fetch(ApiRequest::once(Method::POST, path(endpoint::CATALOGS, &[])?).json(catalog)?).await
    }

    /// Changes a catalog and returns what it is then.
    ///
    /// # Errors
    /// [`crate::ErrorKind::NotFound`] also when a new owner is not a principal.
    pub async fn update_catalog(&self, name: &Identifier, update: &UpdateCatalog) -> Result<CatalogInfo> {
        let path = path(endpoint::CATALOGS, &[name.as_str()])?;
        self.fetch(change(path, update.new_name.is_some()).json(update)?).await
    }

    /// Deletes a catalog, with all that is in it when forced.
    ///
    /// # Errors
    /// [`crate::ErrorKind::InvalidState`] when it is not empty and `force` is not set.
    pub async fn delete_catalog(&self, name: &Identifier, force: bool) -> Result<()> {
        let request = ApiRequest::once(Method::DELETE, path(endpoint::CATALOGS, &[name.as_str()])?);
        self.send(request.query("force", &force.to_string())).await.map(drop)
    }
}
