//! `/external-locations`

use clxs_api::endpoint::EXTERNAL_LOCATIONS;
use clxs_api::storage::{
    CreateExternalLocation, ExternalLocationInfo, ListExternalLocationsResponse, UpdateExternalLocation,
};

use super::RestError;
use super::catalogs::OfMetastore;
use super::extract::identifier;
use super::routes::Routes;
use super::securables::Resource;
use crate::authorization::{Access, Sight};
use crate::metastore::{ExternalLocationRow, MetastoreError, Page, PageRequest, Transaction, WriteIntent};
use crate::securables;

pub(super) fn routes() -> Routes {
    super::securables::routes::<ExternalLocations>()
}

enum ExternalLocations {}

impl Resource for ExternalLocations {
    const PATH: &'static str = EXTERNAL_LOCATIONS;
    type Filter = OfMetastore;
    type Create = CreateExternalLocation;
    type Update = UpdateExternalLocation;
    type Info = ExternalLocationInfo;
    type List = ListExternalLocationsResponse;

    fn list(
        tx: &Transaction<'_>,
        access: &Access,
        filter: &OfMetastore,
        include_browse: bool,
        page: &PageRequest,
    ) -> Result<Page<ExternalLocationInfo>, RestError> {
        let Page { items, next } =
            securables::list_locations(tx, access, filter.including(include_browse), page)?;
        let items = items.into_iter().map(|(row, sight)| info(tx, row, sight));
        Ok(Page { items: items.collect::<Result<_, _>>()?, next })
    }

    fn find(
        tx: &Transaction<'_>,
        access: &Access,
        name: &str,
        include_browse: bool,
    ) -> Result<ExternalLocationInfo, RestError> {
        let (row, sight) = securables::get_location(tx, access, &identifier(name)?, include_browse)?;
        Ok(info(tx, row, sight)?)
    }

    fn create(
        tx: &Transaction<'_>,
        access: &Access,
        request: &CreateExternalLocation,
    ) -> Result<ExternalLocationInfo, RestError> {
        Ok(info(tx, securables::create_location(tx, access, request)?, Sight::Full)?)
    }

    fn update(
        tx: &Transaction<'_>,
        access: &Access,
        name: &str,
        change: &UpdateExternalLocation,
    ) -> Result<ExternalLocationInfo, RestError> {
        let row = securables::update_location(tx, access, &identifier(name)?, change)?;
        Ok(info(tx, row, Sight::Full)?)
    }

    fn drop(
        tx: &Transaction<'_>,
        access: &Access,
        name: &str,
        force: bool,
    ) -> Result<Vec<WriteIntent>, RestError> {
        securables::drop_location(tx, access, &identifier(name)?, force)?;
        Ok(Vec::new())
    }

    fn page(
        external_locations: Vec<ExternalLocationInfo>,
        next_page_token: Option<String>,
    ) -> ListExternalLocationsResponse {
        ListExternalLocationsResponse { external_locations, next_page_token }
    }
}

fn info(
    tx: &Transaction<'_>,
    row: ExternalLocationRow,
    sight: Sight,
) -> Result<ExternalLocationInfo, MetastoreError> {
    let credential = tx.credential_of(&row)?;
    Ok(ExternalLocationInfo {
        name: Some(row.name.as_str().to_owned()),
        url: Some(row.details.url),
        credential_name: credential.map(|credential| credential.name.as_str().to_owned()),
        credential_id: Some(row.details.credential_id),
        read_only: Some(row.details.read_only),
        fallback: Some(row.details.fallback),
        isolation_mode: Some(row.details.isolation_mode),
        owner: Some(row.owner),
        comment: row.comment,
        metastore_id: Some(tx.metastore().id.clone()),
        created_at: Some(row.audit.created_at),
        created_by: Some(row.audit.created_by),
        updated_at: Some(row.audit.updated_at),
        updated_by: Some(row.audit.updated_by),
        browse_only: Some(sight == Sight::Browse),
        ..ExternalLocationInfo::default()
    })
}
