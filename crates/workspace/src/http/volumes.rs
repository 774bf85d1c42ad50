//! `/volumes`

use clxs_api::endpoint::VOLUMES;
use clxs_api::volume::{CreateVolume, ListVolumesResponse, UpdateVolume, VolumeInfo};
use serde::Deserialize;

use super::RestError;
use super::extract::{full_name, identifier};
use super::paging::Pages;
use super::securables::Resource;
use crate::authorization::{Access, Sight};
use crate::metastore::{Page, PageRequest, Transaction, VolumeRow, WriteIntent};
use crate::securables;

pub(super) enum Volumes {}

/// Volumes are listed by schema.
#[derive(Debug, Deserialize)]
pub(super) struct OfSchema {
    pub(super) catalog_name: String,
    pub(super) schema_name: String,
}

impl Resource for Volumes {
    const PATH: &'static str = VOLUMES;
    const PAGES: Pages = Pages::ALWAYS;
    type Filter = OfSchema;
    type Create = CreateVolume;
    type Update = UpdateVolume;
    type Info = VolumeInfo;
    type List = ListVolumesResponse;

    fn list(
        tx: &Transaction<'_>,
        access: &Access,
        filter: &OfSchema,
        include_browse: bool,
        page: &PageRequest,
    ) -> Result<Page<VolumeInfo>, RestError> {
        let (catalog, schema) = (identifier(&filter.catalog_name)?, identifier(&filter.schema_name)?);
        let page = securables::list_volumes(tx, access, (&catalog, &schema), include_browse, page)?;
        Ok(page.map(|(row, sight)| info(tx, row, sight)))
    }

    fn find(
        tx: &Transaction<'_>,
        access: &Access,
        name: &str,
        include_browse: bool,
    ) -> Result<VolumeInfo, RestError> {
        let (name, [_, _, _]) = full_name(name)?;
        let (row, sight) = securables::get_volume(tx, access, &name, include_browse)?;
        Ok(info(tx, row, sight))
    }

    fn create(
        tx: &Transaction<'_>,
        access: &Access,
        request: &CreateVolume,
    ) -> Result<VolumeInfo, RestError> {
        Ok(info(tx, securables::create_volume(tx, access, request)?, Sight::Full))
    }

    fn update(
        tx: &Transaction<'_>,
        access: &Access,
        name: &str,
        change: &UpdateVolume,
    ) -> Result<VolumeInfo, RestError> {
        let (name, [_, _, _]) = full_name(name)?;
        Ok(info(tx, securables::update_volume(tx, access, &name, change)?, Sight::Full))
    }

    fn drop(
        tx: &Transaction<'_>,
        access: &Access,
        name: &str,
        _: bool,
    ) -> Result<Vec<WriteIntent>, RestError> {
        let (name, [_, _, _]) = full_name(name)?;
        Ok(securables::drop_volume(tx, access, &name)?.into_iter().collect())
    }

    fn page(volumes: Vec<VolumeInfo>, next_page_token: Option<String>) -> ListVolumesResponse {
        ListVolumesResponse { volumes, next_page_token }
    }
}

fn info(tx: &Transaction<'_>, row: VolumeRow, sight: Sight) -> VolumeInfo {
    let (location, full_name) = (tx.volume_location(&row), row.full_name());
    VolumeInfo {
        name: Some(row.name.as_str().to_owned()),
        catalog_name: Some(full_name.catalog().as_str().to_owned()),
        schema_name: full_name.schema().map(|schema| schema.as_str().to_owned()),
        full_name: Some(full_name.dotted()),
        volume_id: Some(row.id),
        volume_type: Some(row.details.volume_type),
        storage_location: Some(location),
        owner: Some(row.owner),
        comment: row.comment,
        metastore_id: Some(tx.metastore().id.clone()),
        created_at: Some(row.audit.created_at),
        created_by: Some(row.audit.created_by),
        updated_at: Some(row.audit.updated_at),
        updated_by: Some(row.audit.updated_by),
        browse_only: Some(sight == Sight::Browse),
        ..VolumeInfo::default()
    }
}
