//! Schemas.

use clxs_api::schema::{CreateSchema, UpdateSchema};
use clxs_api::{FullName, Identifier, NameError, Privilege, SecurableKind};

use super::shared::{Change, New, get, managed, name_of, new_row, update};
use super::storage::managed_root;
use crate::authorization::{Access, SecurableRef, Sight, Visibility};
use crate::metastore::{
    Container, MetastoreError, Page, PageRequest, Schema, SchemaRow, Transaction, WriteIntent,
};

/// A schema that the caller sees, and how much of it.
pub(crate) fn get_schema(
    tx: &Transaction<'_>,
    access: &Access,
    name: (&Identifier, &Identifier),
    include_browse: bool,
) -> Result<(SchemaRow, Sight), MetastoreError> {
    get(tx, access, &full_name(name), include_browse)
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
    access.see(tx, &SecurableRef::catalog(catalog.clone()), include_browse)?;
    let catalog = tx.catalog(catalog)?;
    let visibility = Visibility::load(tx, access, &catalog)?;
    let visible = |row: SchemaRow| {
        let sight = visibility.schema(&row.id);
        Ok(sight.is_seen(include_browse).then_some((row, sight)))
    };
    page.kept(|page| tx.schemas(&catalog, page), visible, name_of)
}

/// Makes a schema, owned by the caller.
pub(crate) fn create_schema(
    tx: &Transaction<'_>,
    access: &Access,
    request: &CreateSchema,
) -> Result<SchemaRow, MetastoreError> {
    let catalog = Identifier::new(request.catalog_name.as_str())
        .map_err(|error: NameError| MetastoreError::invalid(format!("Invalid catalog_name: {error}.")))?;
    access.check(tx, &SecurableRef::catalog(catalog.clone()), &Privilege::CreateSchema)?;
    let new = New { name: &request.name, comment: &request.comment, properties: &request.properties };
    let mut row: SchemaRow = new_row(access, Some(tx.catalog(&catalog)?.as_parent()), &new)?;
    row.details.storage_root = managed_root(tx, access, request.storage_root.as_deref())?;
    tx.insert_securable(&row)?;
    Ok(row)
}

/// Changes a schema: what is absent stays.
pub(crate) fn update_schema(
    tx: &Transaction<'_>,
    access: &Access,
    name: (&Identifier, &Identifier),
    change: &UpdateSchema,
) -> Result<SchemaRow, MetastoreError> {
    let shared = Change {
        new_name: change.new_name.as_deref(),
        owner: change.owner.as_deref(),
        comment: change.comment.as_deref(),
        properties: change.properties.as_ref(),
    };
    update(tx, access, &full_name(name), &shared, |_: &mut Schema| {})
}

/// Drops a schema, with `cascade` with everything in it. The intents are for the folders of its tables.
///
/// # Errors
/// [`MetastoreError::NotEmpty`] without `cascade`.
pub(crate) fn drop_schema(
    tx: &Transaction<'_>,
    access: &Access,
    name: (&Identifier, &Identifier),
    cascade: bool,
) -> Result<Vec<WriteIntent>, MetastoreError> {
    let row: SchemaRow = managed(tx, access, &full_name(name))?;
    let tables = tx.count_tables(&row)?;
    let count = |kind| tx.count_securables(&row.id, &kind);
    // Registered models count as functions (facts/settled.md §1).
    let functions = count(SecurableKind::Function)? + count(SecurableKind::RegisteredModel)?;
    let volumes = count(SecurableKind::Volume)?;
    if tables + functions + volumes > 0 && !cascade {
        return Err(MetastoreError::NotEmpty {
            kind: SecurableKind::Schema,
            name: row.full_name().dotted(),
            contents: format!(
                "The schema has {tables} tables(s), {functions} functions(s), {volumes} volumes(s)"
            ),
        });
    }
    let intents = tx.begin_drops_in(Container::Schema(&row))?;
    tx.delete_securable(&row)?;
    Ok(intents)
}

fn full_name((catalog, name): (&Identifier, &Identifier)) -> FullName {
    FullName::of_catalog(catalog.clone()).child(name.clone())
}
