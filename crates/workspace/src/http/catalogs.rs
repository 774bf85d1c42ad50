//! `/catalogs`

use clxs_api::catalog::{CatalogInfo, CatalogType, CreateCatalog, ListCatalogsResponse, UpdateCatalog};
use clxs_api::endpoint::CATALOGS;
use serde::Deserialize;

use super::RestError;
use super::extract::identifier;
use super::securables::Resource;
use crate::authorization::{Access, Sight};
use crate::metastore::{CatalogRow, Page, PageRequest, Transaction, WriteIntent};
use crate::securables::{self, Including};

pub(super) enum Catalogs {}

/// Catalogs are listed all; those that are isolated from this workspace when they are asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct OfMetastore {
    include_unbound: bool,
}

impl OfMetastore {
    /// What the list is to hold besides.
    pub(super) fn including(&self, browsable: bool) -> Including {
        Including { browsable, unbound: self.include_unbound }
    }
}

impl Resource for Catalogs {
    const PATH: &'static str = CATALOGS;
    type Filter = OfMetastore;
    type Create = CreateCatalog;
    type Update = UpdateCatalog;
    type Info = CatalogInfo;
    type List = ListCatalogsResponse;

    fn list(
        tx: &Transaction<'_>,
        access: &Access,
        filter: &OfMetastore,
        include_browse: bool,
        page: &PageRequest,
    ) -> Result<Page<CatalogInfo>, RestError> {
        let page = securables::list_catalogs(tx, access, filter.including(include_browse), page)?;
        Ok(page.map(|(row, sight)| info(tx, row, sight)))
    }

    fn find(
        tx: &Transaction<'_>,
        access: &Access,
        name: &str,
        include_browse: bool,
    ) -> Result<CatalogInfo, RestError> {
        let (row, sight) = securables::get_catalog(tx, access, &identifier(name)?, include_browse)?;
        Ok(info(tx, row, sight))
    }

    fn create(
        tx: &Transaction<'_>,
        access: &Access,
        request: &CreateCatalog,
    ) -> Result<CatalogInfo, RestError> {
        Ok(info(tx, securables::create_catalog(tx, access, request)?, Sight::Full))
    }

    fn update(
        tx: &Transaction<'_>,
        access: &Access,
        name: &str,
        change: &UpdateCatalog,
    ) -> Result<CatalogInfo, RestError> {
        let row = securables::update_catalog(tx, access, &identifier(name)?, change)?;
        Ok(info(tx, row, Sight::Full))
    }

    fn drop(
        tx: &Transaction<'_>,
        access: &Access,
        name: &str,
        force: bool,
    ) -> Result<Vec<WriteIntent>, RestError> {
        Ok(securables::drop_catalog(tx, access, &identifier(name)?, force)?)
    }

    fn page(catalogs: Vec<CatalogInfo>, next_page_token: Option<String>) -> ListCatalogsResponse {
        ListCatalogsResponse { catalogs, next_page_token }
    }
}

fn info(tx: &Transaction<'_>, row: CatalogRow, sight: Sight) -> CatalogInfo {
    let name = row.name.as_str();
    CatalogInfo {
        name: Some(name.to_owned()),
        full_name: Some(name.to_owned()),
        catalog_type: Some(if row.system { CatalogType::System } else { CatalogType::Managed }),
        securable_kind: Some(row.securable_kind().to_owned()),
        owner: Some(row.owner),
        comment: row.comment,
        properties: Some(row.properties),
        isolation_mode: Some(row.details.isolation_mode),
        storage_root: row.details.storage_root.clone(),
        storage_location: row.details.storage_root,
        metastore_id: Some(tx.metastore().id.clone()),
        created_at: Some(row.audit.created_at),
        created_by: Some(row.audit.created_by),
        updated_at: Some(row.audit.updated_at),
        updated_by: Some(row.audit.updated_by),
        browse_only: Some(sight == Sight::Browse),
        ..CatalogInfo::default()
    }
}
