//! Volumes, as far as no file is read or written.

use clxs_api::volume::{CreateVolume, UpdateVolume, VolumeType};
use clxs_api::{FullName, Identifier, Privilege};

use super::shared::{Change, New, get, list_of_schema, managed, new_row, schema_for_new, update};
use super::storage::require_location;
use crate::authorization::{Access, SecurableRef, Sight};
use crate::metastore::{
    MetastoreError, Page, PageRequest, SchemaRow, Transaction, Volume, VolumeRow, WriteIntent,
    normalise_location,
};

const CREATE: &str = "CreateVolume";

/// A volume that the caller sees, and how much of it.
pub(crate) fn get_volume(
    tx: &Transaction<'_>,
    access: &Access,
    name: &FullName,
    include_browse: bool,
) -> Result<(VolumeRow, Sight), MetastoreError> {
    get(tx, access, name, include_browse)
}

/// A volume whose files the caller may read or write.
///
/// # Errors
/// [`MetastoreError::PermissionDenied`] without the privilege, [`MetastoreError::NotFound`].
pub(crate) fn usable_volume(
    tx: &Transaction<'_>,
    access: &Access,
    name: &FullName,
    privilege: &Privilege,
) -> Result<VolumeRow, MetastoreError> {
    access.check(tx, &SecurableRef::of::<Volume>(name.clone()), privilege)?;
    tx.securable(name)
}

/// Those volumes of a page of a schema that the caller sees.
///
/// # Errors
/// [`MetastoreError::PermissionDenied`] and [`MetastoreError::NotFound`] for the schema or its catalog.
pub(crate) fn list_volumes(
    tx: &Transaction<'_>,
    access: &Access,
    schema: (&Identifier, &Identifier),
    include_browse: bool,
    page: &PageRequest,
) -> Result<Page<(VolumeRow, Sight)>, MetastoreError> {
    list_of_schema(tx, access, schema, include_browse, page)
}

/// Makes a volume, owned by the caller. Its folder is made with its first file.
///
/// # Errors
/// Missing privileges on the schema or the location; [`MetastoreError::InvalidParameter`] for a location that does
/// not fit the type; [`MetastoreError::LocationOverlap`] and its kin.
pub(crate) fn create_volume(
    tx: &Transaction<'_>,
    access: &Access,
    request: &CreateVolume,
) -> Result<VolumeRow, MetastoreError> {
    let at = (request.catalog_name.as_str(), request.schema_name.as_str());
    let schema = schema_for_new(tx, access, at, &Privilege::CreateVolume)?;
    let new = New { name: &request.name, comment: &request.comment, properties: &None };
    let mut row: VolumeRow = new_row(access, Some(schema.as_parent()), &new)?;
    let location = match (&request.volume_type, &request.storage_location) {
        (VolumeType::Managed, None) => managed_location(tx, &schema, &row)?,
        (VolumeType::External, Some(location)) => external_location(tx, access, location)?,
        (VolumeType::Managed, Some(_)) => {
            return Err(MetastoreError::invalid("CreateVolume storage_location can not be provided."));
        }
        (VolumeType::External, None) => {
            return Err(MetastoreError::invalid("CreateVolume storage_location must be provided."));
        }
        (other, _) => {
            return Err(MetastoreError::invalid(format!("'{other}' is not a valid volume_type.")));
        }
    };
    row.details.volume_type = request.volume_type.clone();
    tx.place_volume(&mut row, &location);
    tx.insert_securable(&row)?;
    Ok(row)
}

fn managed_location(
    tx: &Transaction<'_>,
    schema: &SchemaRow,
    row: &VolumeRow,
) -> Result<String, MetastoreError> {
    Ok(tx.managed_location(&tx.catalog(schema.catalog())?, schema, &row.id))
}

fn external_location(tx: &Transaction<'_>, access: &Access, text: &str) -> Result<String, MetastoreError> {
    let location = normalise_location(text)?;
    require_location(tx, access, &location, &Privilege::CreateExternalVolume)?;
    tx.require_outside_managed_storage(&location, CREATE)?;
    tx.require_free_location(&location, CREATE)?;
    Ok(location)
}

/// Changes a volume: what is absent stays.
pub(crate) fn update_volume(
    tx: &Transaction<'_>,
    access: &Access,
    name: &FullName,
    change: &UpdateVolume,
) -> Result<VolumeRow, MetastoreError> {
    let shared = Change {
        new_name: change.new_name.as_deref(),
        owner: change.owner.as_deref(),
        comment: change.comment.as_deref(),
        properties: None,
    };
    update(tx, access, name, &shared, |_: &mut Volume| {})
}

/// Drops a volume. The intent is for the folder of a managed one.
pub(crate) fn drop_volume(
    tx: &Transaction<'_>,
    access: &Access,
    name: &FullName,
) -> Result<Option<WriteIntent>, MetastoreError> {
    tx.delete_volume(&managed(tx, access, name)?)
}
