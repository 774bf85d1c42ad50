//! Primary and foreign keys.

use clxs_api::table::CreateTableConstraint;
use clxs_api::{FullName, Identifier, endpoint};
use http::Method;

use crate::request::{ApiRequest, path};
use crate::{Client, Result};

impl Client {
    /// Adds a primary or foreign key to a table.
    ///
    /// # Errors
    /// [`crate::ErrorKind::InvalidInput`] when the columns cannot be a key, or the name is taken.
    pub async fn create_constraint(&self, constraint: &CreateTableConstraint) -> Result<()> {
        let request = ApiRequest::once(Method::POST, path(endpoint::CONSTRAINTS, &[])?);
        self.send(request.json(constraint)?).await.map(drop)
    }

    /// Removes a key from a table, but not foreign keys that point to it.
    ///
    /// # Errors
    /// [`crate::ErrorKind::NotFound`] when there is none.
    pub async fn delete_constraint(&self, table: &FullName, name: &Identifier) -> Result<()> {
        let path = path(endpoint::CONSTRAINTS, &[&table.dotted()])?;
        let request = ApiRequest::once(Method::DELETE, path);
        let request = request.query("constraint_name", name.as_str()).query("cascade", "false");
        self.send(request).await.map(drop)
    }
}
