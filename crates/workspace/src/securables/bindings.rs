//! Which workspaces an isolated securable is bound to.

use clxs_api::binding::{BindingType, UpdateWorkspaceBindings, WorkspaceBinding};
use clxs_api::{FullName, Identifier, SecurableKind};

use super::shared::require_known;
use crate::authorization::{Access, SecurableRef};
use crate::metastore::{
    Bound, Catalog, ExternalLocation, MetastoreError, Securable, StorageCredential, Transaction,
};

/// The workspaces that a securable is bound to. What is open is bound to none.
///
/// # Errors
/// [`MetastoreError::NotFound`], [`MetastoreError::PermissionDenied`] without `MANAGE`,
/// [`MetastoreError::InvalidParameter`] for kinds that cannot be bound.
pub(crate) fn bindings(
    tx: &Transaction<'_>,
    access: &Access,
    kind: &SecurableKind,
    name: &Identifier,
) -> Result<Vec<WorkspaceBinding>, MetastoreError> {
    let no_change = UpdateWorkspaceBindings::default();
    match kind {
        SecurableKind::Catalog => Ok(changed::<Catalog>(tx, access, name, &no_change)?.bound()),
        SecurableKind::ExternalLocation => {
            Ok(changed::<ExternalLocation>(tx, access, name, &no_change)?.bound())
        }
        SecurableKind::StorageCredential => {
            Ok(changed::<StorageCredential>(tx, access, name, &no_change)?.bound())
        }
        other => Err(not_bound(other)),
    }
}

/// Takes bindings of a securable away, then adds others; how it is bound then.
///
/// # Errors
/// Those of [`bindings`].
pub(crate) fn change_bindings(
    tx: &Transaction<'_>,
    access: &Access,
    kind: &SecurableKind,
    name: &Identifier,
    change: &UpdateWorkspaceBindings,
) -> Result<Vec<WorkspaceBinding>, MetastoreError> {
    match kind {
        SecurableKind::Catalog => changed::<Catalog>(tx, access, name, change)?.keep(tx, access),
        SecurableKind::ExternalLocation => {
            changed::<ExternalLocation>(tx, access, name, change)?.keep(tx, access)
        }
        SecurableKind::StorageCredential => {
            changed::<StorageCredential>(tx, access, name, change)?.keep(tx, access)
        }
        other => Err(not_bound(other)),
    }
}

fn not_bound(kind: &SecurableKind) -> MetastoreError {
    MetastoreError::invalid(format!("Securables of type {kind} are not bound to workspaces."))
}

/// A securable with changed bindings, not yet in the metastore.
fn changed<D: Bound>(
    tx: &Transaction<'_>,
    access: &Access,
    name: &Identifier,
    change: &UpdateWorkspaceBindings,
) -> Result<Securable<D>, MetastoreError> {
    let name = FullName::of_catalog(name.clone());
    access.find(tx, &SecurableRef::of::<D>(name.clone()))?.require_to_bind()?;
    for binding_type in change.add.iter().filter_map(|added| added.binding_type.as_ref()) {
        require_known("binding_type", binding_type.as_str(), binding_type.is_known())?;
    }
    let mut row: Securable<D> = tx.securable(&name)?;
    let bindings = row.details.bindings_mut();
    let touched = |binding: &WorkspaceBinding| {
        let mut all = change.add.iter().chain(&change.remove);
        all.any(|other| other.workspace_id == binding.workspace_id)
    };
    bindings.retain(|binding| !touched(binding));
    bindings.extend(change.add.iter().map(|added| WorkspaceBinding {
        workspace_id: added.workspace_id,
        binding_type: added.binding_type.clone().or(Some(BindingType::ReadWrite)),
    }));
    Ok(row)
}

impl<D: Bound> Securable<D> {
    fn bound(self) -> Vec<WorkspaceBinding> {
        self.details.bindings().to_vec()
    }

    fn keep(
        mut self,
        tx: &Transaction<'_>,
        access: &Access,
    ) -> Result<Vec<WorkspaceBinding>, MetastoreError> {
        self.audit.touch(access.principal());
        tx.update_securable(&self)?;
        Ok(self.bound())
    }
}
