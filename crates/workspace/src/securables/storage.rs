//! External locations, and who may use the folders they cover.

use clxs_api::storage::{CreateExternalLocation, UpdateExternalLocation};
use clxs_api::{FullName, Identifier, Privilege, SecurableKind};

use super::shared::{
    Change, Including, New, get, list_of_metastore, managed, new_row, require_known, update,
};
use crate::authorization::{Access, SecurableRef, Sight};
use crate::metastore::{
    Bound, ExternalLocation, ExternalLocationRow, MetastoreError, Page, PageRequest, StorageCredential,
    Transaction, normalise_location,
};

/// Refuses a folder outside the workspace that the caller may not use like this. Metastore admins need no external
/// location that covers it: on this machine they own all folders.
///
/// # Errors
/// [`MetastoreError::NoExternalLocation`] when none covers it, [`MetastoreError::PermissionDenied`] without the
/// privilege on the one that does.
pub(crate) fn require_location(
    tx: &Transaction<'_>,
    access: &Access,
    location: &str,
    privilege: &Privilege,
) -> Result<(), MetastoreError> {
    match tx.covering_location(location)? {
        Some(row) => {
            access.check(tx, &SecurableRef::from(&row), privilege)?;
            require_writable(&row, privilege)
        }
        None if access.is_metastore_admin(tx) => Ok(()),
        None => Err(MetastoreError::NoExternalLocation { location: location.to_owned() }),
    }
}

fn require_writable(row: &ExternalLocationRow, privilege: &Privilege) -> Result<(), MetastoreError> {
    let writes = matches!(privilege, Privilege::WriteFiles | Privilege::CreateManagedStorage);
    if writes && row.details.read_only {
        let message = format!("External Location '{}' is read only.", row.name.as_str());
        return Err(MetastoreError::InvalidState { message });
    }
    Ok(())
}

/// The folder of `MANAGED LOCATION`, if the caller may keep managed tables there.
///
/// # Errors
/// Those of [`require_location`]; [`MetastoreError::InvalidParameter`] for what is no local folder.
pub(super) fn managed_root(
    tx: &Transaction<'_>,
    access: &Access,
    root: Option<&str>,
) -> Result<Option<String>, MetastoreError> {
    let Some(root) = root else { return Ok(None) };
    let root = normalise_location(root)?;
    require_location(tx, access, &root, &Privilege::CreateManagedStorage)?;
    Ok(Some(root))
}

/// An external location that the caller sees, and how much of it.
pub(crate) fn get_location(
    tx: &Transaction<'_>,
    access: &Access,
    name: &Identifier,
    include_browse: bool,
) -> Result<(ExternalLocationRow, Sight), MetastoreError> {
    get(tx, access, &FullName::of_catalog(name.clone()), include_browse)
}

/// Those external locations of a page that the caller sees.
pub(crate) fn list_locations(
    tx: &Transaction<'_>,
    access: &Access,
    including: Including,
    page: &PageRequest,
) -> Result<Page<(ExternalLocationRow, Sight)>, MetastoreError> {
    list_of_metastore(tx, access, including, page)
}

/// Makes an external location, owned by the caller: needs `CREATE EXTERNAL LOCATION` on the metastore and on the
/// storage credential.
///
/// # Errors
/// [`MetastoreError::ExternalLocationOverlap`]; [`MetastoreError::ManagedStorageOverlap`] for the workspace's folder.
pub(crate) fn create_location(
    tx: &Transaction<'_>,
    access: &Access,
    request: &CreateExternalLocation,
) -> Result<ExternalLocationRow, MetastoreError> {
    access.check(tx, &SecurableRef::metastore(), &Privilege::CreateExternalLocation)?;
    let new = New { name: &request.name, comment: &request.comment, properties: &None };
    let mut row: ExternalLocationRow = new_row(access, None, &new)?;
    row.details.url = location_url(tx, &request.url)?;
    row.details.credential_id = credential_for_location(tx, access, &request.credential_name)?;
    row.details.read_only = request.read_only.unwrap_or_default();
    row.details.fallback = request.fallback.unwrap_or_default();
    // The name first: who repeats a request is told that the location is there.
    tx.insert_securable(&row)?;
    tx.require_own_url(&row)?;
    Ok(row)
}

fn location_url(tx: &Transaction<'_>, text: &str) -> Result<String, MetastoreError> {
    let url = normalise_location(text)?;
    tx.require_outside_managed_root(&url, "CreateExternalLocation")?;
    Ok(url)
}

fn credential_for_location(
    tx: &Transaction<'_>,
    access: &Access,
    name: &str,
) -> Result<String, MetastoreError> {
    let not_found = |_| MetastoreError::not_found(SecurableKind::StorageCredential, name);
    let name = FullName::of_catalog(Identifier::new(name).map_err(not_found)?);
    let credential = SecurableRef::of::<StorageCredential>(name.clone());
    access.check(tx, &credential, &Privilege::CreateExternalLocation)?;
    Ok(tx.securable::<StorageCredential>(&name)?.id)
}

/// Changes an external location: what is absent stays.
///
/// # Errors
/// Those of [`create_location`]; [`MetastoreError::InvalidState`] for another URL while tables or volumes are below
/// the old one and `force` is off.
pub(crate) fn update_location(
    tx: &Transaction<'_>,
    access: &Access,
    name: &Identifier,
    change: &UpdateExternalLocation,
) -> Result<ExternalLocationRow, MetastoreError> {
    let name = FullName::of_catalog(name.clone());
    let old: ExternalLocationRow = managed(tx, access, &name)?;
    let url = change.url.as_deref().map(|url| location_url(tx, url)).transpose()?;
    if url.as_ref().is_some_and(|url| *url != old.details.url) && change.force != Some(true) {
        require_unused(tx, &old)?;
    }
    let credential = change.credential_name.as_deref();
    let credential = credential.map(|name| credential_for_location(tx, access, name)).transpose()?;
    if let Some(mode) = &change.isolation_mode {
        require_known("isolation_mode", mode.as_str(), mode.is_known())?;
    }
    let workspace_id = tx.metastore().workspace_id;
    let shared = Change {
        new_name: change.new_name.as_deref(),
        owner: change.owner.as_deref(),
        comment: change.comment.as_deref(),
        properties: None,
    };
    let row = update(tx, access, &name, &shared, |location: &mut ExternalLocation| {
        location.url = url.unwrap_or_else(|| std::mem::take(&mut location.url));
        location.credential_id = credential.unwrap_or_else(|| std::mem::take(&mut location.credential_id));
        location.read_only = change.read_only.unwrap_or(location.read_only);
        location.fallback = change.fallback.unwrap_or(location.fallback);
        if let Some(mode) = &change.isolation_mode {
            location.isolation_mode = mode.clone();
            location.bind_when_isolated(workspace_id);
        }
    })?;
    tx.require_own_url(&row)?;
    Ok(row)
}

fn require_unused(tx: &Transaction<'_>, row: &ExternalLocationRow) -> Result<(), MetastoreError> {
    let Some(user) = tx.user_of(&row.details.url)? else { return Ok(()) };
    let name = row.name.as_str();
    let message = format!("External Location '{name}' is used by '{user}': drop it first, or use force.");
    Err(MetastoreError::InvalidState { message })
}

/// Drops an external location; with `force` also one that tables and volumes are in, which stay.
pub(crate) fn drop_location(
    tx: &Transaction<'_>,
    access: &Access,
    name: &Identifier,
    force: bool,
) -> Result<(), MetastoreError> {
    let row: ExternalLocationRow = managed(tx, access, &FullName::of_catalog(name.clone()))?;
    if !force {
        require_unused(tx, &row)?;
    }
    tx.delete_securable(&row)
}
