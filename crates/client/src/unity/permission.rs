//! Grants on securables.

use clxs_api::grant::{
    EffectivePermissionsList, EffectivePrivilegeAssignment, GetPermissionsResponse, PermissionsChange,
    PrivilegeAssignment, UpdatePermissions,
};
use clxs_api::{FullName, SecurableKind, endpoint};
use futures::TryStreamExt;
use http::Method;

use crate::page::items;
use crate::request::{ApiRequest, path};
use crate::{Client, Result};

impl Client {
    /// The grants on a securable itself, one entry a principal, in no particular order.
    ///
    /// # Errors
    /// [`crate::ErrorKind::NotFound`] when there is no such securable or the caller may not see it.
    pub async fn get_permissions(
        &self,
        kind: &SecurableKind,
        name: &FullName,
    ) -> Result<Vec<PrivilegeAssignment>> {
        let request =
            path(endpoint::PERMISSIONS, &[&kind.path_segment(), &name.dotted()]).map(ApiRequest::get);
        items::<GetPermissionsResponse>(self.clone(), request).try_collect().await
    }

    /// The grants on a securable and those it inherits.
    ///
    /// # Errors
    /// [`crate::ErrorKind::NotFound`] when there is no such securable or the caller may not see it.
    pub async fn get_effective_permissions(
        &self,
        kind: &SecurableKind,
        name: &FullName,
    ) -> Result<Vec<EffectivePrivilegeAssignment>> {
        let segments = [&*kind.path_segment(), &*name.dotted()];
        let request = path(endpoint::EFFECTIVE_PERMISSIONS, &segments).map(ApiRequest::get);
        items::<EffectivePermissionsList>(self.clone(), request).try_collect().await
    }

    /// Grants and revokes; returns the grants on the securable itself after that.
    ///
    /// Granting a held privilege and revoking an absent one change nothing.
    ///
    /// # Errors
    /// [`crate::ErrorKind::NotFound`] also when a principal is unknown: then the code is
    /// `PRINCIPAL_DOES_NOT_EXIST` and nothing was changed.
    pub async fn update_permissions(
        &self,
        kind: &SecurableKind,
        name: &FullName,
        changes: Vec<PermissionsChange>,
    ) -> Result<Vec<PrivilegeAssignment>> {
        let path = path(endpoint::PERMISSIONS, &[&kind.path_segment(), &name.dotted()])?;
        let request = ApiRequest::repeatable(Method::PATCH, path).json(&UpdatePermissions { changes })?;
        Ok(self.fetch::<GetPermissionsResponse>(request).await?.privilege_assignments)
    }
}
