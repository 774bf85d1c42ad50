//! Grants: reading and changing them.

use std::collections::BTreeMap;

use clxs_api::grant::{
    EffectivePrivilege, EffectivePrivilegeAssignment, PermissionsChange, PrivilegeAssignment,
};
use clxs_api::{Privilege, SecurableKind};

use crate::authorization::{Access, Held, Level, SecurableRef, identities, is_applicable, is_covered_by_all};
use crate::metastore::{GrantRow, MetastoreError, Transaction};

/// The direct grants on a securable, all or one principal's. Who may not manage the securable sees the
/// grants to themselves and to their groups only.
pub(crate) fn direct_grants(
    tx: &Transaction<'_>,
    access: &Access,
    on: &SecurableRef,
    principal: Option<&str>,
) -> Result<Vec<PrivilegeAssignment>, MetastoreError> {
    let held = access.find(tx, on)?;
    held.require_sight(true)?;
    let mut assignments: BTreeMap<String, Vec<Privilege>> = BTreeMap::new();
    for grant in tx.grants_on(&[&held.securable().id])? {
        let asked_for = principal.is_none_or(|principal| principal == grant.principal);
        if asked_for && may_see(access, &held, &grant.principal) {
            assignments.entry(grant.principal).or_default().push(grant.privilege);
        }
    }
    let assignment = |(principal, privileges)| PrivilegeAssignment { principal, privileges };
    Ok(assignments.into_iter().map(assignment).collect())
}

/// The grants on a securable and on what it is in, as far as it can carry their privileges; all, or those of
/// one principal and its groups (facts/settled.md §2).
pub(crate) fn effective_grants(
    tx: &Transaction<'_>,
    access: &Access,
    on: &SecurableRef,
    principal: Option<&str>,
) -> Result<Vec<EffectivePrivilegeAssignment>, MetastoreError> {
    let held = access.find(tx, on)?;
    held.require_sight(true)?;
    let asked_for = principal.map(|principal| identities(tx, principal)).transpose()?;
    let is_asked_for = |name: &String| asked_for.as_ref().is_none_or(|names| names.contains(name));
    let mut assignments: BTreeMap<String, Vec<EffectivePrivilege>> = BTreeMap::new();
    for level in held.levels().rev() {
        for grant in tx.grants_on(&[&level.id])? {
            let carried = is_applicable(&grant.privilege, held.securable().securable_kind);
            if carried && is_asked_for(&grant.principal) && may_see(access, &held, &grant.principal) {
                let privilege = effective(&held, level, grant.privilege);
                assignments.entry(grant.principal).or_default().push(privilege);
            }
        }
    }
    let assignment = |(principal, privileges)| EffectivePrivilegeAssignment { principal, privileges };
    Ok(assignments.into_iter().map(assignment).collect())
}

/// Revokes and grants privileges on a securable: all changes or none.
///
/// # Errors
/// [`MetastoreError::NotApplicable`] for privileges the securable cannot carry,
/// [`MetastoreError::PrincipalNotFound`], and [`MetastoreError::PermissionDenied`] without `MANAGE`.
pub(crate) fn change_grants(
    tx: &Transaction<'_>,
    access: &Access,
    on: &SecurableRef,
    changes: &[PermissionsChange],
) -> Result<(), MetastoreError> {
    let held = access.find(tx, on)?;
    held.require(&Privilege::Manage)?;
    for change in changes {
        tx.require_principal(&change.principal)?;
        require_consistent(change)?;
        for privilege in change.add.iter().chain(&change.remove) {
            require_applicable(privilege, held.securable())?;
        }
        for privilege in &change.remove {
            revoke(tx, held.securable(), &change.principal, privilege)?;
        }
        for privilege in &change.add {
            tx.insert_grant(&grant(access, &held, &change.principal, privilege))?;
        }
    }
    Ok(())
}

fn effective(held: &Held, level: &Level, privilege: Privilege) -> EffectivePrivilege {
    let inherited = level != held.securable();
    EffectivePrivilege {
        privilege,
        inherited_from_type: inherited.then(|| level.kind.clone()),
        inherited_from_name: inherited.then(|| level.name.clone()),
    }
}

/// Who manages a securable sees all grants on it, others their own.
fn may_see(access: &Access, held: &Held, principal: &String) -> bool {
    access.identities().contains(principal) || held.has(&Privilege::Manage)
}

fn require_consistent(change: &PermissionsChange) -> Result<(), MetastoreError> {
    if change.add.iter().any(|privilege| change.remove.contains(privilege)) {
        let principal = &change.principal;
        let message = format!("Duplicate privileges to add and delete for principal {principal}.");
        return Err(MetastoreError::invalid(message));
    }
    Ok(())
}

fn require_applicable(privilege: &Privilege, securable: &Level) -> Result<(), MetastoreError> {
    if is_applicable(privilege, securable.securable_kind) {
        return Ok(());
    }
    Err(MetastoreError::NotApplicable {
        privilege: privilege.clone(),
        kind: securable.kind.clone(),
        securable_kind: securable.securable_kind,
    })
}

/// Revoking `ALL PRIVILEGES` takes all it covers (measured, facts/settled.md §2).
fn revoke(
    tx: &Transaction<'_>,
    securable: &Level,
    principal: &str,
    privilege: &Privilege,
) -> Result<(), MetastoreError> {
    if privilege != &Privilege::AllPrivileges {
        return tx.delete_grant(&securable.id, principal, privilege);
    }
    let held = tx.grants_on(&[&securable.id])?;
    let taken =
        held.iter().filter(|grant| grant.principal == principal && is_covered_by_all(&grant.privilege));
    taken.into_iter().try_for_each(|grant| tx.delete_grant(&securable.id, principal, &grant.privilege))
}

fn grant(access: &Access, held: &Held, principal: &str, privilege: &Privilege) -> GrantRow {
    let securable = held.securable();
    GrantRow {
        kind: securable.kind.clone(),
        securable_id: securable.id.clone(),
        catalog_id: held
            .levels()
            .find(|level| level.kind == SecurableKind::Catalog)
            .map(|level| level.id.clone()),
        principal: principal.to_owned(),
        privilege: privilege.clone(),
        grantor: access.principal().to_owned(),
    }
}
