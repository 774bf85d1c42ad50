//! What is the same for every kind of securable that keeps its own part as [`Details`].

use clxs_api::{FullName, Privilege, Properties};

use super::new_name;
use crate::authorization::{Access, SecurableRef, Sight};
use crate::metastore::{Details, MetastoreError, Parent, Securable, Transaction};

/// What a request to make a securable says of what all kinds have.
pub(super) struct New<'a> {
    pub(super) name: &'a str,
    pub(super) comment: &'a Option<String>,
    pub(super) properties: &'a Option<Properties>,
}

/// What a request to change a securable says of what all kinds have: what is absent stays.
#[derive(Default)]
pub(super) struct Change<'a> {
    pub(super) new_name: Option<&'a str>,
    pub(super) owner: Option<&'a str>,
    pub(super) comment: Option<&'a str>,
    pub(super) properties: Option<&'a Properties>,
}

/// A securable that the caller sees, and how much of it.
pub(super) fn get<D: Details>(
    tx: &Transaction<'_>,
    access: &Access,
    name: &FullName,
    include_browse: bool,
) -> Result<(Securable<D>, Sight), MetastoreError> {
    let sight = access.see(tx, &SecurableRef::of::<D>(name.clone()), include_browse)?;
    Ok((tx.securable(name)?, sight))
}

/// The row of a new securable, owned by the caller; not yet in the metastore.
pub(super) fn new_row<D: Details>(
    access: &Access,
    parent: Option<Parent>,
    new: &New<'_>,
) -> Result<Securable<D>, MetastoreError> {
    let mut row = Securable::in_parent(parent, &new_name(&D::KIND, new.name)?, access.principal());
    row.comment.clone_from(new.comment);
    row.properties = new.properties.clone().unwrap_or_default();
    Ok(row)
}

/// Changes a securable: first what all kinds have, then its details.
///
/// # Errors
/// [`MetastoreError::PermissionDenied`] without `MANAGE`, [`MetastoreError::AlreadyExists`] for a new name that
/// is taken, [`MetastoreError::PrincipalNotFound`] for an owner that nobody is.
pub(super) fn update<D: Details>(
    tx: &Transaction<'_>,
    access: &Access,
    name: &FullName,
    change: &Change<'_>,
    change_details: impl FnOnce(&mut D),
) -> Result<Securable<D>, MetastoreError> {
    let mut row: Securable<D> = managed(tx, access, name)?;
    if let Some(name) = change.new_name {
        row.name = new_name(&D::KIND, name)?;
    }
    if let Some(owner) = change.owner {
        owner.clone_into(&mut row.owner);
    }
    if let Some(comment) = change.comment {
        row.comment = Some(comment.to_owned()).filter(|comment| !comment.is_empty());
    }
    if let Some(properties) = change.properties {
        row.properties.clone_from(properties);
    }
    change_details(&mut row.details);
    row.audit.touch(access.principal());
    tx.update_securable(&row)?;
    Ok(row)
}

/// A securable that the caller may change and drop.
///
/// # Errors
/// [`MetastoreError::PermissionDenied`] without `MANAGE`.
pub(super) fn managed<D: Details>(
    tx: &Transaction<'_>,
    access: &Access,
    name: &FullName,
) -> Result<Securable<D>, MetastoreError> {
    access.check(tx, &SecurableRef::of::<D>(name.clone()), &Privilege::Manage)?;
    tx.securable(name)
}
