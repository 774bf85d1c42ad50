//! Tables and everything REST lists with them.

use clxs_api::table::{
    ListTableSummariesResponse, ListTablesResponse, TableExistsResponse, TableInfo, TableSummary, UpdateTable,
};
use clxs_api::{FullName, Identifier, endpoint};
use futures::Stream;
use http::Method;

use super::{SERVER_PAGE_SIZE, WITH_BROWSED, change};
use crate::page::items;
use crate::request::{ApiRequest, path};
use crate::{Client, Result};

impl Client {
    /// All tables and views of a schema that the caller may see, or only browse, with columns and properties, but without
    /// view dependencies and constraints (`facts/rest_api.md` §6).
    pub fn list_tables(
        &self,
        catalog: &Identifier,
        schema: &Identifier,
    ) -> impl Stream<Item = Result<TableInfo>> + Send + use<> {
        let ((name, size), (browsed, yes)) = (SERVER_PAGE_SIZE, WITH_BROWSED);
        let request = path(endpoint::TABLES, &[]).map(|path| {
            ApiRequest::get(path)
                .query("catalog_name", catalog.as_str())
                .query("schema_name", schema.as_str())
                .query(name, size)
                .query(browsed, yes)
        });
        items::<ListTablesResponse>(self.clone(), request)
    }

    /// Names and types of all tables and views of a catalog that the caller may see: the cheapest listing.
    pub fn list_table_summaries(
        &self,
        catalog: &Identifier,
    ) -> impl Stream<Item = Result<TableSummary>> + Send + use<> {
        let (name, size) = SERVER_PAGE_SIZE;
        let request = path(endpoint::TABLE_SUMMARIES, &[])
            .map(|path| ApiRequest::get(path).query("catalog_name", catalog.as_str()).query(name, size));
        items::<ListTableSummariesResponse>(self.clone(), request)
    }

    /// One table or view, with view dependencies and constraints.
    ///
    /// # Errors
    /// [`crate::ErrorKind::NotFound`] when there is none or the caller may not see it.
    pub async fn get_table(&self, name: &FullName) -> Result<TableInfo> {
        self.fetch(ApiRequest::get(path(endpoint::TABLES, &[&name.dotted()])?)).await
    }

    /// Whether there is a table or view of that name.
    ///
    /// # Errors
    /// [`crate::ErrorKind::NotFound`] when its catalog or schema is missing (`facts/rest_api.md` §6).
    pub async fn table_exists(&self, name: &FullName) -> Result<bool> {
        let request = ApiRequest::get(path(endpoint::TABLES, &[&name.dotted(), "exists"])?);
        Ok(self.fetch::<TableExistsResponse>(request).await?.table_exists)
    }

    /// Changes the owner of a table or view, which is all that REST can change.
    ///
    /// # Errors
    /// [`crate::ErrorKind::NotFound`] also when the new owner is not a principal.
    pub async fn update_table(&self, name: &FullName, update: &UpdateTable) -> Result<()> {
        let path = path(endpoint::TABLES, &[&name.dotted()])?;
        self.send(change(path, false).json(update)?).await.map(drop)
    }

    /// Deletes a table or view; the files of a managed table go with it.
    ///
    /// # Errors
    /// [`crate::ErrorKind::NotFound`] when there is none or the caller may not see it.
    pub async fn delete_table(&self, name: &FullName) -> Result<()> {
        self.send(ApiRequest::once(Method::DELETE, path(endpoint::TABLES, &[&name.dotted()])?))
            .await
            .map(drop)
    }
}
