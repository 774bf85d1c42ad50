//! SQL warehouses.

use clxs_api::endpoint;
use clxs_api::warehouse::{ListWarehousesResponse, WarehouseInfo};
use futures::Stream;
use http::Method;

use crate::page::items;
use crate::request::{ApiRequest, path};
use crate::{Client, Result};

impl Client {
    /// All warehouses the caller may see.
    pub fn list_warehouses(&self) -> impl Stream<Item = Result<WarehouseInfo>> + Send + use<> {
        items::<ListWarehousesResponse>(self.clone(), path(endpoint::WAREHOUSES, &[]).map(ApiRequest::get))
    }

    /// One warehouse.
    ///
    /// # Errors
    /// [`crate::ErrorKind::NotFound`] or [`crate::ErrorKind::InvalidInput`] when there is none of that id
    /// (`facts/settled.md` §6).
    pub async fn get_warehouse(&self, id: &str) -> Result<WarehouseInfo> {
        self.fetch(ApiRequest::get(path(endpoint::WAREHOUSES, &[id])?)).await
    }

    /// Starts a warehouse; returns at once, [`Client::get_warehouse`] tells when it runs. A statement sent to
    /// a stopped warehouse starts it, too.
    ///
    /// # Errors
    /// [`crate::ErrorKind::PermissionDenied`] when the caller may not use it.
    pub async fn start_warehouse(&self, id: &str) -> Result<()> {
        let path = path(endpoint::WAREHOUSES, &[id, "start"])?;
        self.send(ApiRequest::repeatable(Method::POST, path)).await.map(drop)
    }
}
