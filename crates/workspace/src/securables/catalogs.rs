//! Catalogs.

use clxs_api::catalog::{CreateCatalog, UpdateCatalog};
use clxs_api::{FullName, Identifier, Privilege, SecurableKind};

use super::new_name;
use super::shared::{
    Change, Including, New, get, list_of_metastore, managed, new_row, require_known, update,
};
use super::storage::managed_root;
use crate::authorization::{Access, SecurableRef, Sight};
use crate::metastore::{
    Bound, Catalog, CatalogRow, Container, MetastoreError, Page, PageRequest, SchemaRow, Transaction,
    WriteIntent,
};

/// The schema that every new catalog has.
const DEFAULT_SCHEMA: &str = "default";

/// A catalog that the caller sees, and how much of it.
pub(crate) fn get_catalog(
    tx: &Transaction<'_>,
    access: &Access,
    name: &Identifier,
    include_browse: bool,
) -> Result<(CatalogRow, Sight), MetastoreError> {
    get(tx, access, &FullName::of_catalog(name.clone()), include_browse)
}

/// Those catalogs of a page that the caller sees.
pub(crate) fn list_catalogs(
    tx: &Transaction<'_>,
    access: &Access,
    including: Including,
    page: &PageRequest,
) -> Result<Page<(CatalogRow, Sight)>, MetastoreError> {
    list_of_metastore(tx, access, including, page)
}

/// Makes a catalog with its schema `default`, both owned by the caller.
pub(crate) fn create_catalog(
    tx: &Transaction<'_>,
    access: &Access,
    request: &CreateCatalog,
) -> Result<CatalogRow, MetastoreError> {
    access.check(tx, &SecurableRef::metastore(), &Privilege::CreateCatalog)?;
    let new = New { name: &request.name, comment: &request.comment, properties: &request.properties };
    let mut row: CatalogRow = new_row(access, None, &new)?;
    row.details.storage_root = managed_root(tx, access, request.storage_root.as_deref())?;
    tx.insert_catalog(&row)?;
    let mut schema =
        SchemaRow::new(&row, &new_name(&SecurableKind::Schema, DEFAULT_SCHEMA)?, access.principal());
    schema.comment = Some("Default schema (auto-created)".to_owned());
    tx.insert_securable(&schema)?;
    Ok(row)
}

/// Changes a catalog: what is absent stays.
pub(crate) fn update_catalog(
    tx: &Transaction<'_>,
    access: &Access,
    name: &Identifier,
    change: &UpdateCatalog,
) -> Result<CatalogRow, MetastoreError> {
    let shared = Change {
        new_name: change.new_name.as_deref(),
        owner: change.owner.as_deref(),
        comment: change.comment.as_deref(),
        properties: change.properties.as_ref(),
    };
    if let Some(mode) = &change.isolation_mode {
        require_known("isolation_mode", mode.as_str(), mode.is_known())?;
    }
    let workspace_id = tx.metastore().workspace_id;
    update(tx, access, &FullName::of_catalog(name.clone()), &shared, |catalog: &mut Catalog| {
        if let Some(mode) = &change.isolation_mode {
            catalog.isolation_mode = mode.clone();
            catalog.bind_when_isolated(workspace_id);
        }
    })
}

/// Drops a catalog, with `cascade` with everything in it. The intents are for the folders of its tables.
///
/// # Errors
/// [`MetastoreError::NotEmpty`] without `cascade`.
pub(crate) fn drop_catalog(
    tx: &Transaction<'_>,
    access: &Access,
    name: &Identifier,
    cascade: bool,
) -> Result<Vec<WriteIntent>, MetastoreError> {
    let row: CatalogRow = managed(tx, access, &FullName::of_catalog(name.clone()))?;
    let schemas = tx.schemas(&row, &PageRequest::all())?.items.iter().filter(|schema| !schema.system).count();
    if schemas > 0 && !cascade {
        return Err(MetastoreError::NotEmpty {
            kind: SecurableKind::Catalog,
            name: row.full_name().dotted(),
            contents: format!("The catalog has {schemas} schema(s)"),
        });
    }
    let intents = tx.begin_drops_in(Container::Catalog(&row))?;
    tx.delete_securable(&row)?;
    Ok(intents)
}
