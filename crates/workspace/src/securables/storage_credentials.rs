//! Storage credentials: names without secrets, and who may try a folder with one.

use clxs_api::storage::{CreateStorageCredential, UpdateStorageCredential, ValidateStorageCredential};
use clxs_api::{FullName, Identifier, Privilege};

use super::shared::{
    Change, Including, New, get, list_of_metastore, managed, new_row, require_known, update,
};
use super::storage::get_location;
use crate::authorization::{Access, SecurableRef, Sight};
use crate::metastore::{
    Bound, MetastoreError, Page, PageRequest, StorageCredential, StorageCredentialRow, Transaction,
    normalise_location,
};

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
    including: Including,
    page: &PageRequest,
) -> Result<Page<(StorageCredentialRow, Sight)>, MetastoreError> {
    list_of_metastore(tx, access, including, page)
}

/// The folder that a request wants to have tried, if the caller may learn what is there: that of an external location
/// which the caller sees, or any, for those who could make an external location of it (the official SDK's
/// documentation).
///
/// # Errors
/// [`MetastoreError::PermissionDenied`], [`MetastoreError::NotMetastoreAdmin`], [`MetastoreError::NotFound`].
pub(crate) fn folder_to_try(
    tx: &Transaction<'_>,
    access: &Access,
    request: &ValidateStorageCredential,
) -> Result<String, MetastoreError> {
    let name = |text: &str| {
        Identifier::new(text)
            .map_err(|error| MetastoreError::invalid(format!("'{text}' is not a name: {error}.")))
    };
    if let Some(credential) = &request.storage_credential_name {
        get_credential(tx, access, &name(credential)?)?;
    }
    let location = request
        .external_location_name
        .as_deref()
        .map(|text| Ok::<_, MetastoreError>(get_location(tx, access, &name(text)?, false)?.0.details.url));
    match (&request.url, location.transpose()?) {
        (None, Some(url)) => Ok(url),
        (None, None) => Err(MetastoreError::invalid("Either url or external_location_name must be given.")),
        (Some(url), _) => {
            match &request.storage_credential_name {
                Some(credential) => require_may_use(tx, access, &name(credential)?)?,
                None => access.require_metastore_admin(tx)?,
            }
            normalise_location(url)
        }
    }
}

/// The owner of a credential may use it for a new external location, and those who may make one with it.
fn require_may_use(tx: &Transaction<'_>, access: &Access, name: &Identifier) -> Result<(), MetastoreError> {
    let held = access.find(tx, &SecurableRef::of::<StorageCredential>(FullName::of_catalog(name.clone())))?;
    held.require(&Privilege::CreateExternalLocation)?;
    if held.has(&Privilege::Manage) {
        return Ok(());
    }
    access.check(tx, &SecurableRef::metastore(), &Privilege::CreateExternalLocation)
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
    if let Some(mode) = &change.isolation_mode {
        require_known("isolation_mode", mode.as_str(), mode.is_known())?;
    }
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
