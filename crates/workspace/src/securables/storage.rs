//! External locations and storage credentials, and who may use the folders they cover.

use clxs_api::storage::{
    CreateExternalLocation, CreateStorageCredential, UpdateExternalLocation, UpdateStorageCredential,
};
use clxs_api::{FullName, Identifier, Privilege, SecurableKind};

use super::shared::{Change, New, get, list_of_metastore, managed, new_row, update};
use crate::authorization::{Access, SecurableRef, Sight};
use crate::metastore::{
    Bound, ExternalLocation, ExternalLocationRow, MetastoreError, Page, PageRequest, StorageCredential,
    StorageCredentialRow, Transaction, normalise_location,
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
    include_browse: bool,
    page: &PageRequest,
) -> Result<Page<(ExternalLocationRow, Sight)>, MetastoreError> {
    list_of_metastore(tx, access, include_browse, page)
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
    let managed = tx.managed_root();
    let inside = |inner: &str, outer: &str| {
        inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    if inside(&url, managed) || inside(managed, &url) {
        return Err(MetastoreError::ManagedStorageOverlap { location: url, call: "CreateExternalLocation" });
    }
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

/// A storage credential that the caller sees, and how much of it.
pub(crate) fn get_credential(
    tx: &Transaction<'_>,
    access: &Access,
    name: &Identifier,
) -> Result<(StorageCredentialRow, Sight), MetastoreError> {
    get(tx, access, &FullName::of_catalog(name.clone()), false)
}

/// Those storage credentials of a page that the caller sees.
pub(crate) fn list_credentials(
    tx: &Transaction<'_>,
    access: &Access,
    page: &PageRequest,
) -> Result<Page<(StorageCredentialRow, Sight)>, MetastoreError> {
    list_of_metastore(tx, access, false, page)
}

/// Makes a storage credential, owned by the caller.
///
/// # Errors
/// [`MetastoreError::InvalidParameter`] for kinds that carry secrets: the workspace keeps none.
pub(crate) fn create_credential(
    tx: &Transaction<'_>,
    access: &Access,
    request: &CreateStorageCredential,
) -> Result<StorageCredentialRow, MetastoreError> {
    access.check(tx, &SecurableRef::metastore(), &Privilege::CreateStorageCredential)?;
    refuse_secrets(request.azure_service_principal.is_some() || request.cloudflare_api_token.is_some())?;
    let new = New { name: &request.name, comment: &request.comment, properties: &None };
    let mut row: StorageCredentialRow = new_row(access, None, &new)?;
    row.details.aws_iam_role.clone_from(&request.aws_iam_role);
    row.details.azure_managed_identity.clone_from(&request.azure_managed_identity);
    row.details.databricks_gcp_service_account.clone_from(&request.databricks_gcp_service_account);
    row.details.read_only = request.read_only.unwrap_or_default();
    tx.insert_securable(&row)?;
    Ok(row)
}

fn refuse_secrets(has_secret: bool) -> Result<(), MetastoreError> {
    if has_secret {
        let message = "The embedded workspace keeps no secrets of clouds: use aws_iam_role, \
                       azure_managed_identity or databricks_gcp_service_account.";
        return Err(MetastoreError::invalid(message));
    }
    Ok(())
}

/// Changes a storage credential: what is absent stays.
pub(crate) fn update_credential(
    tx: &Transaction<'_>,
    access: &Access,
    name: &Identifier,
    change: &UpdateStorageCredential,
) -> Result<StorageCredentialRow, MetastoreError> {
    refuse_secrets(change.azure_service_principal.is_some() || change.cloudflare_api_token.is_some())?;
    let shared = Change {
        new_name: change.new_name.as_deref(),
        owner: change.owner.as_deref(),
        comment: change.comment.as_deref(),
        properties: None,
    };
    let workspace_id = tx.metastore().workspace_id;
    let name = FullName::of_catalog(name.clone());
    update(tx, access, &name, &shared, |credential: &mut StorageCredential| {
        let identities =
            [&change.aws_iam_role, &change.azure_managed_identity, &change.databricks_gcp_service_account];
        if identities.iter().any(|identity| identity.is_some()) {
            credential.aws_iam_role.clone_from(&change.aws_iam_role);
            credential.azure_managed_identity.clone_from(&change.azure_managed_identity);
            credential.databricks_gcp_service_account.clone_from(&change.databricks_gcp_service_account);
        }
        credential.read_only = change.read_only.unwrap_or(credential.read_only);
        if let Some(mode) = &change.isolation_mode {
            credential.isolation_mode = mode.clone();
            credential.bind_when_isolated(workspace_id);
        }
    })
}

/// Drops a storage credential; with `force` also one that external locations use, which stay.
///
/// # Errors
/// [`MetastoreError::InvalidState`] without `force`.
pub(crate) fn drop_credential(
    tx: &Transaction<'_>,
    access: &Access,
    name: &Identifier,
    force: bool,
) -> Result<(), MetastoreError> {
    let row: StorageCredentialRow = managed(tx, access, &FullName::of_catalog(name.clone()))?;
    let locations = tx.external_locations()?;
    let used = locations.iter().filter(|location| location.details.credential_id == row.id).count();
    if used > 0 && !force {
        let name = row.name.as_str();
        let message = format!(
            "Storage Credential '{name}' is used by {used} external location(s): drop them first, or use force."
        );
        return Err(MetastoreError::InvalidState { message });
    }
    tx.delete_securable(&row)
}
