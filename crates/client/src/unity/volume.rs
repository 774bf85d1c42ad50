//! Volumes.

use clxs_api::volume::{CreateVolume, ListVolumesResponse, UpdateVolume, VolumeInfo};
use clxs_api::{FullName, Identifier, endpoint};
use futures::Stream;
use http::Method;

use super::{WITH_BROWSED, change};
use crate::page::items;
use crate::request::{ApiRequest, path};
use crate::{Client, Result};

impl Client {
    /// All volumes of a schema that the caller may see, or only browse. Pages have the server's size (`facts/rest_api.md` §5).
    pub fn list_volumes(
        &self,
        catalog: &Identifier,
        schema: &Identifier,
    ) -> impl Stream<Item = Result<VolumeInfo>> + Send + use<> {
        let (browsed, yes) = WITH_BROWSED;
        let request = path(endpoint::VOLUMES, &[]).map(|path| {
            ApiRequest::get(path)
                .query("catalog_name", catalog.as_str())
                .query("schema_name", schema.as_str())
                .query(browsed, yes)
        });
        items::<ListVolumesResponse>(self.clone(), request)
    }

    /// One volume.
    ///
    /// # Errors
    /// [`crate::ErrorKind::NotFound`] when there is none or the caller may not see it.
    pub async fn get_volume(&self, name: &FullName) -> Result<VolumeInfo> {
        self.fetch(ApiRequest::get(path(endpoint::VOLUMES, &[&name.dotted()])?)).await
    }

    /// Makes a volume.
    ///
    /// # Errors
    /// [`crate::ErrorKind::AlreadyExists`] when there is one of that name, [`crate::ErrorKind::InvalidInput`] when
    /// its location overlaps with another securable's.
    pub async fn create_volume(&self, volume: &CreateVolume) -> Result<VolumeInfo> {
        self.fetch(ApiRequest::once(Method::POST, path(endpoint::VOLUMES, &[])?).json(volume)?).await
    }

    /// Changes a volume and returns what it is then.
    ///
    /// # Errors
    /// [`crate::ErrorKind::NotFound`] also when a new owner is not a principal.
    pub async fn update_volume(&self, name: &FullName, update: &UpdateVolume) -> Result<VolumeInfo> {
        let path = path(endpoint::VOLUMES, &[&name.dotted()])?;
        self.fetch(change(path, update.new_name.is_some()).json(update)?).await
    }
}
