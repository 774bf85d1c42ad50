//! Tables and views, as far as no file is read or written.

use clxs_api::{FullName, Identifier, Privilege, SecurableKind};

use super::shared::schema_for_new;
use super::storage::require_location;
use crate::authorization::{Access, SecurableRef, Sight, Visibility};
use crate::metastore::{
    ColumnDetail, MetastoreError, Page, PageRequest, TableFilter, TableHead, TableRow, Transaction,
    WriteIntent, normalise_location,
};

/// A table or view that the caller sees, and how much of it.
pub(crate) fn get_table(
    tx: &Transaction<'_>,
    access: &Access,
    name: &FullName,
    include_browse: bool,
) -> Result<(TableRow, Sight), MetastoreError> {
    let sight = access.see(tx, &SecurableRef::table(name.clone()), include_browse)?;
    Ok((tx.table(name)?, sight))
}

/// Which tables a list is to hold.
#[derive(Debug, Clone)]
pub(crate) struct TableListing {
    pub(crate) catalog: Identifier,
    pub(crate) schema: Identifier,
    pub(crate) columns: ColumnDetail,
    pub(crate) include_browse: bool,
    pub(crate) page: PageRequest,
}

/// Those tables and views of a page that the caller sees.
///
/// # Errors
/// [`MetastoreError::PermissionDenied`] and [`MetastoreError::NotFound`] for the schema or its catalog.
pub(crate) fn list_tables(
    tx: &Transaction<'_>,
    access: &Access,
    listing: &TableListing,
) -> Result<Page<(TableRow, Sight)>, MetastoreError> {
    let schema = SecurableRef::schema(listing.catalog.clone(), listing.schema.clone());
    access.see(tx, &schema, listing.include_browse)?;
    let schema = tx.schema(&listing.catalog, &listing.schema)?;
    let visibility = Visibility::load(tx, access, &tx.catalog(&listing.catalog)?)?;
    let visible = |row: TableRow| {
        let sight = visibility.in_schema(&SecurableKind::Table, &row.schema_id, &row.id, &row.owner);
        Ok(sight.is_seen(listing.include_browse).then_some((row, sight)))
    };
    let tables = |page: &PageRequest| tx.tables(&schema, listing.columns, page);
    listing.page.kept(tables, visible, |(row, _)| vec![row.name.as_str().to_owned()])
}

/// Names and types of those tables and views of a page that the caller sees.
///
/// # Errors
/// [`MetastoreError::PermissionDenied`] and [`MetastoreError::NotFound`] for the catalog.
pub(crate) fn list_table_summaries(
    tx: &Transaction<'_>,
    access: &Access,
    catalog: &Identifier,
    filter: &TableFilter,
    page: &PageRequest,
) -> Result<Page<TableHead>, MetastoreError> {
    access.see(tx, &SecurableRef::catalog(catalog.clone()), false)?;
    let catalog = tx.catalog(catalog)?;
    let visibility = Visibility::load(tx, access, &catalog)?;
    let visible = |head: TableHead| {
        let sight = visibility.in_schema(&SecurableKind::Table, &head.schema_id, &head.id, &head.owner);
        Ok(sight.is_seen(false).then_some(head))
    };
    page.kept(|page| tx.table_heads(&catalog, filter, page), visible, TableHead::key)
}

/// Whether the caller may make an external table of this name there.
///
/// # Errors
/// [`MetastoreError::NotFound`] for what it is to be in, [`MetastoreError::AlreadyExists`] for the name, and
/// [`MetastoreError::PermissionDenied`]; those of the location.
pub(crate) fn require_external_table_possible(
    tx: &Transaction<'_>,
    access: &Access,
    name: &FullName,
    location: &str,
) -> Result<(), MetastoreError> {
    let schema =
        name.schema().ok_or_else(|| MetastoreError::invalid("The name of the schema is missing."))?;
    let at = (name.catalog().as_str(), schema.as_str());
    let schema = schema_for_new(tx, access, at, &Privilege::CreateTable)?;
    if tx.table_in(&schema, name.name())?.is_some() {
        let name = name.to_lowercase().dotted();
        return Err(MetastoreError::AlreadyExists { kind: SecurableKind::Table, name });
    }
    external_table_location(tx, access, location).map(drop)
}

/// The folder of a new external table.
///
/// # Errors
/// [`MetastoreError::LocationOverlap`] and its like (facts/settled.md §7); a missing CREATE EXTERNAL TABLE on the
/// external location that covers it, which metastore admins do without.
pub(crate) fn external_table_location(
    tx: &Transaction<'_>,
    access: &Access,
    location: &str,
) -> Result<String, MetastoreError> {
    const CALL: &str = "CreateTable";
    let location = normalise_location(location)?;
    require_location(tx, access, &location, &Privilege::CreateExternalTable)?;
    tx.require_outside_managed_storage(&location, CALL)?;
    tx.require_free_location(&location, CALL)?;
    Ok(location)
}

/// Gives a table or view to somebody.
pub(crate) fn update_table_owner(
    tx: &Transaction<'_>,
    access: &Access,
    name: &FullName,
    owner: &str,
) -> Result<TableRow, MetastoreError> {
    access.check(tx, &SecurableRef::table(name.clone()), &Privilege::Manage)?;
    let mut row = tx.table(name)?;
    owner.clone_into(&mut row.owner);
    row.audit.touch(access.principal());
    tx.update_table(&row)?;
    Ok(row)
}

/// Drops a table or view. The intent is for the folder of a managed table.
pub(crate) fn drop_table(
    tx: &Transaction<'_>,
    access: &Access,
    name: &FullName,
) -> Result<Option<WriteIntent>, MetastoreError> {
    access.check(tx, &SecurableRef::table(name.clone()), &Privilege::Manage)?;
    tx.delete_table(&tx.table(name)?)
}
