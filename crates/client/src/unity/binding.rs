//! Bindings of securables to workspaces.

use clxs_api::binding::{UpdateWorkspaceBindings, WorkspaceBinding, WorkspaceBindingsResponse};
use clxs_api::{Identifier, endpoint};
use futures::TryStreamExt;
use http::Method;

use crate::page::items;
use crate::request::{ApiRequest, path};
use crate::{Client, Result};

impl Client {
    /// The workspaces a catalog is bound to. They count when it is isolated.
    ///
    /// # Errors
    /// [`crate::ErrorKind::PermissionDenied`] when the caller does not manage the catalog.
    pub async fn get_catalog_bindings(&self, catalog: &Identifier) -> Result<Vec<WorkspaceBinding>> {
        let request = path(endpoint::BINDINGS, &["catalog", catalog.as_str()]).map(ApiRequest::get);
        items::<WorkspaceBindingsResponse>(self.clone(), request).try_collect().await
    }

    /// Changes the workspaces a catalog is bound to.
    ///
    /// # Errors
    /// [`crate::ErrorKind::PermissionDenied`] when the caller does not manage the catalog.
    pub async fn update_catalog_bindings(
        &self,
        catalog: &Identifier,
        change: &UpdateWorkspaceBindings,
    ) -> Result<()> {
        let path = path(endpoint::BINDINGS, &["catalog", catalog.as_str()])?;
        self.send(ApiRequest::repeatable(Method::PATCH, path).json(change)?).await.map(drop)
    }
}
