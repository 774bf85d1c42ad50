//! Tables and views, as far as no file is read or written.

use clxs_api::{FullName, Identifier, Privilege, SecurableKind};

use super::shared::schema_for_new;
use super::storage::require_location;
use crate::authorization::{Access, SecurableRef, Sight, Visibility};
use crate::metastore::{
    ColumnDetail, DroppedTable, GrantRow, MetastoreError, Page, PageRequest, TableFilter, TableHead,
    TableRow, Transaction, WriteIntent, normalise_location,
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

/// Drops a table or view. A table can be brought back for a while; those whose time is over go now. The intents are for the
/// folders of what went.
pub(crate) fn drop_table(
    tx: &Transaction<'_>,
    access: &Access,
    name: &FullName,
) -> Result<Vec<WriteIntent>, MetastoreError> {
    access.check(tx, &SecurableRef::table(name.clone()), &Privilege::Manage)?;
    let row = tx.table(name)?;
    let mut gone = tx.purge_dropped_tables()?;
    if row.is_query() {
        gone.extend(tx.delete_table(&row)?);
    } else {
        tx.set_aside_table(&row)?;
    }
    Ok(gone)
}

/// A table that was dropped.
#[derive(Debug, Clone)]
pub(crate) enum WhichDropped {
    Id(String),
    /// Of several of this name the caller's own, the last one first.
    Name(FullName),
}

/// Brings a dropped table back, with its owner, grants, tags and guards; its keys are gone.
///
/// # Errors
/// [`MetastoreError::NotFound`] when there is none, [`MetastoreError::AlreadyExists`] when the name is taken,
/// [`MetastoreError::PermissionDenied`] for who neither owns nor may manage it, or may make no table in its schema. Which
/// error the platform has for the first two is UNCONFIRMED.
pub(crate) fn undrop_table(
    tx: &Transaction<'_>,
    access: &Access,
    which: &WhichDropped,
) -> Result<(), MetastoreError> {
    let (dropped, called) = match which {
        WhichDropped::Id(id) => (tx.dropped_table(id)?, id.clone()),
        WhichDropped::Name(name) => (last_dropped(tx, access, name)?, name.to_lowercase().dotted()),
    };
    let table = dropped.ok_or_else(|| MetastoreError::not_found(SecurableKind::Table, called))?.table;
    schema_for_new(tx, access, (table.catalog.as_str(), table.schema.as_str()), &Privilege::CreateTable)?;
    if let Some(location) = table.location.as_deref().filter(|_| !table.is_managed()) {
        external_table_location(tx, access, location)?;
    }
    tx.bring_back_table(&table)?;
    access.check(tx, &SecurableRef::table(table.full_name()), &Privilege::Manage)
}

fn last_dropped(
    tx: &Transaction<'_>,
    access: &Access,
    name: &FullName,
) -> Result<Option<DroppedTable>, MetastoreError> {
    let Some(schema) = name.schema() else { return Ok(None) };
    let of_schema = tx.dropped_tables(&tx.schema(name.catalog(), schema)?)?;
    let mut of_name: Vec<_> =
        of_schema.into_iter().filter(|dropped| dropped.table.name.matches(name.name().as_str())).collect();
    let own = of_name.iter().position(|dropped| access.identities().contains(&dropped.table.owner));
    let place = own.unwrap_or(0);
    Ok((place < of_name.len()).then(|| of_name.swap_remove(place)))
}

/// The dropped tables of a schema that the caller may bring back, the one that was dropped last first.
///
/// # Errors
/// [`MetastoreError::PermissionDenied`] and [`MetastoreError::NotFound`] for the schema or its catalog.
pub(crate) fn list_dropped_tables(
    tx: &Transaction<'_>,
    access: &Access,
    catalog: &Identifier,
    schema: &Identifier,
) -> Result<Vec<DroppedTable>, MetastoreError> {
    let of = SecurableRef::schema(catalog.clone(), schema.clone());
    access.see(tx, &of, false)?;
    let manages_schema = access.check(tx, &of, &Privilege::Manage).is_ok();
    let mut visible = Vec::new();
    for dropped in tx.dropped_tables(&tx.schema(catalog, schema)?)? {
        let may_manage = |grant: &GrantRow| {
            grant.privilege == Privilege::Manage && access.identities().contains(&grant.principal)
        };
        if manages_schema
            || access.identities().contains(&dropped.table.owner)
            || tx.grants_on(&[&dropped.table.id])?.iter().any(may_manage)
        {
            visible.push(dropped);
        }
    }
    Ok(visible)
}
