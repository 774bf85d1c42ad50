//! Unity Catalog and the caller's identity.

use clxs_api::current_user::User;
use clxs_api::endpoint;
use clxs_api::metastore::MetastoreSummary;

use crate::request::{ApiRequest, path};
use crate::{Client, Result};

mod binding;
mod catalog;
mod constraint;
mod function;
mod model;
mod model_version;
mod permission;
mod policy;
mod schema;
mod table;
mod volume;

/// Lists of Unity Catalog come in pages only when a size is asked for; 0 leaves it to the server
/// (`facts/rest_api.md` §5).
const SERVER_PAGE_SIZE: (&str, &str) = ("max_results", "0");

/// Lists what the caller may only browse too; it says so by `browse_only` (the SDK's documentation of `include_browse`).
const WITH_BROWSED: (&str, &str) = ("include_browse", "true");

impl Client {
    /// Who the caller is, with the groups it is in.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Unauthenticated`] when the token is not valid.
    pub async fn current_user(&self) -> Result<User> {
        self.fetch(ApiRequest::get(path(endpoint::CURRENT_USER, &[])?)).await
    }

    /// The metastore of the workspace.
    ///
    /// # Errors
    /// [`crate::ErrorKind::NotFound`] when the workspace has none.
    pub async fn metastore_summary(&self) -> Result<MetastoreSummary> {
        self.fetch(ApiRequest::get(path(endpoint::METASTORE_SUMMARY, &[])?)).await
    }
}

/// A change that names what it wants is the same twice; one that gives a new name is not.
fn change(path: String, renames: bool) -> ApiRequest {
    if renames {
        ApiRequest::once(http::Method::PATCH, path)
    } else {
        ApiRequest::repeatable(http::Method::PATCH, path)
    }
}
