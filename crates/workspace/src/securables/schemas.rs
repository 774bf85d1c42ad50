//! Schemas.

use clxs_api::schema::{CreateSchema, UpdateSchema};
use clxs_api::{Identifier, NameError, Privilege, SecurableKind};

use super::new_name;
use crate::authorization::{Access, SecurableRef, Sight, Visibility};
use crate::metastore::{
    MetastoreError, Page, PageRequest, SchemaRow, Transaction, WriteIntent, normalise_location,
};

/// A schema that the caller sees, and how much of it.
pub(crate) fn get_schema(
    tx: &Transaction<'_>,
    access: &Access,
    (catalog, name): (&Identifier, &Identifier),
    include_browse: bool,
) -> Result<(SchemaRow, Sight), MetastoreError> {
    let sight = access.see(tx, &SecurableRef::Schema(catalog.clone(), name.clone()), include_browse)?;
    Ok((tx.schema(catalog, name)?, sight))
}

/// Those schemas of a page that the caller sees.
///
/// # Errors
/// [`MetastoreError::PermissionDenied`] and [`MetastoreError::NotFound`] for the catalog.
pub(crate) fn list_schemas(
    tx: &Transaction<'_>,
    access: &Access,
    catalog: &Identifier,
    include_browse: bool,
    page: &PageRequest,
) -> Result<Page<(SchemaRow, Sight)>, MetastoreError> {
    access.see(tx, &SecurableRef::Catalog(catalog.clone()), include_browse)?;
    let catalog = tx.catalog(catalog)?;
    let visibility = Visibility::load(tx, access, &catalog)?;
    Ok(tx.schemas(&catalog, page)?.filter_map(|row| {
        let sight = visibility.schema(&row.id);
        sight.is_seen(include_browse).then_some((row, sight))
    }))
}

/// Makes a schema, owned by the caller.
pub(crate) fn create_schema(
    tx: &Transaction<'_>,
    access: &Access,
    request: &CreateSchema,
) -> Result<SchemaRow, MetastoreError> {
    let catalog = Identifier::new(request.catalog_name.as_str())
        .map_err(|error: NameError| MetastoreError::invalid(format!("Invalid catalog_name: {error}.")))?;
    access.check(tx, &SecurableRef::Catalog(catalog.clone()), &Privilege::CreateSchema)?;
    let name = new_name(&SecurableKind::Schema, &request.name)?;
    let mut row = SchemaRow::new(&tx.catalog(&catalog)?, &name, access.principal());
    row.comment.clone_from(&request.comment);
    row.properties = request.properties.clone().unwrap_or_default();
    row.storage_root = request.storage_root.as_deref().map(normalise_location).transpose()?;
    tx.insert_schema(&row)?;
    Ok(row)
}

/// Changes a schema: what is absent stays.
pub(crate) fn update_schema(
    tx: &Transaction<'_>,
    access: &Access,
    (catalog, name): (&Identifier, &Identifier),
    change: &UpdateSchema,
) -> Result<SchemaRow, MetastoreError> {
    access.check(tx, &SecurableRef::Schema(catalog.clone(), name.clone()), &Privilege::Manage)?;
    let mut row = tx.schema(catalog, name)?;
    if let Some(new_name_text) = &change.new_name {
        row.name = new_name(&SecurableKind::Schema, new_name_text)?;
    }
    if let Some(owner) = &change.owner {
        row.owner.clone_from(owner);
    }
    if let Some(comment) = &change.comment {
        row.comment = Some(comment.clone());
    }
    if let Some(properties) = &change.properties {
        row.properties.clone_from(properties);
    }
    row.audit.touch(access.principal());
    tx.update_schema(&row)?;
    Ok(row)
}

/// Drops a schema, with `cascade` with everything in it. The intents are for the folders of its tables.
///
/// # Errors
/// [`MetastoreError::NotEmpty`] without `cascade`.
pub(crate) fn drop_schema(
    tx: &Transaction<'_>,
    access: &Access,
    (catalog, name): (&Identifier, &Identifier),
    cascade: bool,
) -> Result<Vec<WriteIntent>, MetastoreError> {
    access.check(tx, &SecurableRef::Schema(catalog.clone(), name.clone()), &Privilege::Manage)?;
    let row = tx.schema(catalog, name)?;
    let tables = tx.count_tables(&row)?;
    if tables > 0 && !cascade {
        return Err(MetastoreError::NotEmpty {
            kind: SecurableKind::Schema,
            name: row.full_name().dotted(),
            contents: format!("The schema has {tables} tables(s), 0 functions(s), 0 volumes(s)"),
        });
    }
    let intents = tx.delete_tables_of_schema(&row)?;
    tx.delete_schema(&row)?;
    Ok(intents)
}
