//! `/schemas`

use clxs_api::catalog::CatalogType;
use clxs_api::endpoint::SCHEMAS;
use clxs_api::schema::{CreateSchema, ListSchemasResponse, SchemaInfo, UpdateSchema};
use serde::Deserialize;

use super::RestError;
use super::extract::{full_name, identifier};
use super::securables::Resource;
use crate::authorization::{Access, Sight};
use crate::metastore::{Page, PageRequest, SYSTEM_CATALOG, SchemaRow, Transaction, WriteIntent};
use crate::securables;

pub(super) enum Schemas {}

/// Schemas are listed by catalog.
#[derive(Debug, Deserialize)]
pub(super) struct OfCatalog {
    catalog_name: String,
}

impl Resource for Schemas {
    const PATH: &'static str = SCHEMAS;
    type Filter = OfCatalog;
    type Create = CreateSchema;
    type Update = UpdateSchema;
    type Info = SchemaInfo;
    type List = ListSchemasResponse;

    fn list(
        tx: &Transaction<'_>,
        access: &Access,
        filter: &OfCatalog,
        include_browse: bool,
        page: &PageRequest,
    ) -> Result<Page<SchemaInfo>, RestError> {
        let catalog = identifier(&filter.catalog_name)?;
        let page = securables::list_schemas(tx, access, &catalog, include_browse, page)?;
        Ok(page.map(|(row, sight)| info(tx, row, sight)))
    }

    fn find(
        tx: &Transaction<'_>,
        access: &Access,
        name: &str,
        include_browse: bool,
    ) -> Result<SchemaInfo, RestError> {
        let (_, [catalog, schema]) = full_name(name)?;
        let (row, sight) = securables::get_schema(tx, access, (&catalog, &schema), include_browse)?;
        Ok(info(tx, row, sight))
    }

    fn create(
        tx: &Transaction<'_>,
        access: &Access,
        request: &CreateSchema,
    ) -> Result<SchemaInfo, RestError> {
        Ok(info(tx, securables::create_schema(tx, access, request)?, Sight::Full))
    }

    fn update(
        tx: &Transaction<'_>,
        access: &Access,
        name: &str,
        change: &UpdateSchema,
    ) -> Result<SchemaInfo, RestError> {
        let (_, [catalog, schema]) = full_name(name)?;
        let row = securables::update_schema(tx, access, (&catalog, &schema), change)?;
        Ok(info(tx, row, Sight::Full))
    }

    fn drop(
        tx: &Transaction<'_>,
        access: &Access,
        name: &str,
        force: bool,
    ) -> Result<Vec<WriteIntent>, RestError> {
        let (_, [catalog, schema]) = full_name(name)?;
        Ok(securables::drop_schema(tx, access, (&catalog, &schema), force)?)
    }

    fn page(schemas: Vec<SchemaInfo>, next_page_token: Option<String>) -> ListSchemasResponse {
        ListSchemasResponse { schemas, next_page_token }
    }
}

fn info(tx: &Transaction<'_>, row: SchemaRow, sight: Sight) -> SchemaInfo {
    let system_catalog = row.catalog().as_str() == SYSTEM_CATALOG;
    SchemaInfo {
        name: Some(row.name.as_str().to_owned()),
        catalog_name: Some(row.catalog().as_str().to_owned()),
        full_name: Some(row.full_name().dotted()),
        catalog_type: Some(if system_catalog { CatalogType::System } else { CatalogType::Managed }),
        securable_kind: Some(row.securable_kind().to_owned()),
        schema_id: Some(row.id),
        owner: Some(row.owner),
        comment: row.comment,
        properties: Some(row.properties),
        storage_root: row.details.storage_root.clone(),
        storage_location: row.details.storage_root,
        metastore_id: Some(tx.metastore().id.clone()),
        created_at: Some(row.audit.created_at),
        created_by: Some(row.audit.created_by),
        updated_at: Some(row.audit.updated_at),
        updated_by: Some(row.audit.updated_by),
        browse_only: Some(sight == Sight::Browse),
        ..SchemaInfo::default()
    }
}
