//! Policies by attribute.

use clxs_api::policy::{ListPoliciesResponse, PolicyInfo};
use clxs_api::{FullName, SecurableKind, endpoint};
use futures::TryStreamExt;
use http::Method;

use crate::page::items;
use crate::request::{ApiRequest, path};
use crate::{Client, Result};

/// The fields that a change names: all that a policy is made with, but its name and what it is on.
const FIELDS: &str = "comment,to_principals,except_principals,for_securable_type,when_condition,match_columns,\
                      policy_type,row_filter,column_mask";

impl Client {
    /// The policies on a catalog, schema or table itself.
    ///
    /// # Errors
    /// [`crate::ErrorKind::PermissionDenied`] when the caller does not manage it.
    pub async fn list_policies(&self, kind: &SecurableKind, on: &FullName) -> Result<Vec<PolicyInfo>> {
        let request = path(endpoint::POLICIES, &[&kind.path_segment(), &on.dotted()]).map(ApiRequest::get);
        items::<ListPoliciesResponse>(self.clone(), request).try_collect().await
    }

    /// One of the policies on a catalog, schema or table itself.
    ///
    /// # Errors
    /// [`crate::ErrorKind::NotFound`] when there is none of that name.
    pub async fn get_policy(&self, kind: &SecurableKind, on: &FullName, name: &str) -> Result<PolicyInfo> {
        let path = path(endpoint::POLICIES, &[&kind.path_segment(), &on.dotted(), name])?;
        self.fetch(ApiRequest::get(path)).await
    }

    /// Makes a policy.
    ///
    /// # Errors
    /// [`crate::ErrorKind::AlreadyExists`] when its securable has one of that name,
    /// [`crate::ErrorKind::NotFound`] also when a principal or its function does not exist.
    pub async fn create_policy(&self, policy: &PolicyInfo) -> Result<()> {
        let request = ApiRequest::once(Method::POST, path(endpoint::POLICIES, &[])?);
        self.send(request.json(policy)?).await.map(drop)
    }

    /// Makes a policy what this one is.
    ///
    /// # Errors
    /// Those of [`Client::create_policy`]; [`crate::ErrorKind::NotFound`] when there is none of that name.
    pub async fn update_policy(
        &self,
        kind: &SecurableKind,
        on: &FullName,
        name: &str,
        policy: &PolicyInfo,
    ) -> Result<()> {
        let path = path(endpoint::POLICIES, &[&kind.path_segment(), &on.dotted(), name])?;
        let request = ApiRequest::repeatable(Method::PATCH, path).query("update_mask", FIELDS);
        self.send(request.json(policy)?).await.map(drop)
    }

    /// Removes a policy.
    ///
    /// # Errors
    /// [`crate::ErrorKind::NotFound`] when there is none of that name.
    pub async fn delete_policy(&self, kind: &SecurableKind, on: &FullName, name: &str) -> Result<()> {
        let path = path(endpoint::POLICIES, &[&kind.path_segment(), &on.dotted(), name])?;
        self.send(ApiRequest::repeatable(Method::DELETE, path)).await.map(drop)
    }
}
