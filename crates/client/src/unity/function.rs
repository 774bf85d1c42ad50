//! Functions.

use clxs_api::function::{FunctionInfo, ListFunctionsResponse, UpdateFunction};
use clxs_api::{FullName, Identifier, endpoint};
use futures::Stream;

use super::{SERVER_PAGE_SIZE, WITH_BROWSED, change};
use crate::page::items;
use crate::request::{ApiRequest, path};
use crate::{Client, Result};

impl Client {
    /// All functions of a schema that the caller may see, or only browse, with their bodies where the caller may see these.
    pub fn list_functions(
        &self,
        catalog: &Identifier,
        schema: &Identifier,
    ) -> impl Stream<Item = Result<FunctionInfo>> + Send + use<> {
        let ((name, size), (browsed, yes)) = (SERVER_PAGE_SIZE, WITH_BROWSED);
        let request = path(endpoint::FUNCTIONS, &[]).map(|path| {
            ApiRequest::get(path)
                .query("catalog_name", catalog.as_str())
                .query("schema_name", schema.as_str())
                .query(name, size)
                .query(browsed, yes)
        });
        items::<ListFunctionsResponse>(self.clone(), request)
    }

    /// One function.
    ///
    /// # Errors
    /// [`crate::ErrorKind::NotFound`] when there is none or the caller may not see it.
    pub async fn get_function(&self, name: &FullName) -> Result<FunctionInfo> {
        self.fetch(ApiRequest::get(path(endpoint::FUNCTIONS, &[&name.dotted()])?)).await
    }

    /// Changes the owner of a function, which is all that REST can change.
    ///
    /// # Errors
    /// [`crate::ErrorKind::NotFound`] also when the new owner is not a principal.
    pub async fn update_function(&self, name: &FullName, update: &UpdateFunction) -> Result<()> {
        let path = path(endpoint::FUNCTIONS, &[&name.dotted()])?;
        self.send(change(path, false).json(update)?).await.map(drop)
    }
}
