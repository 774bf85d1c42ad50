//! The functions of row filters and column masks: who may use which, and whether they take what they are given.

use clxs_api::table::ColumnTypeName;
use clxs_api::{FullName, Privilege};

use crate::authorization::{Access, SecurableRef};
use crate::metastore::{Function, FunctionRow, Language, MetastoreError, Returns, Transaction};

/// What a function is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GuardKind {
    RowFilter,
    ColumnMask,
}

/// Refuses a function that the caller may not use as a guard, or that does not take so many arguments, which are those
/// after the column of a mask. Texts are UNCONFIRMED but for that of the arguments, which a public source quotes.
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
    access.check(tx, &SecurableRef::of::<Function>(name.clone()), &Privilege::Execute)?;
    let function: FunctionRow = tx.securable(name)?;
    let name = name.dotted();
    if function.details.language != Language::Sql {
        return refused(format!(
            "The function '{name}' is not written in SQL. Call it in a function that is."
        ));
    }
    let Returns::Value { type_name, type_text, .. } = &function.details.returns else {
        return refused(format!("The function '{name}' gives rows and not one value."));
    };
    if kind == GuardKind::RowFilter && *type_name != ColumnTypeName::Boolean {
        return refused(format!("A row filter gives a BOOLEAN, and '{name}' gives {type_text}."));
    }
    let given = given + usize::from(kind == GuardKind::ColumnMask);
    let taken = function.details.parameters.len();
    if given != taken {
        return refused(format!(
            "The policy definition requires {given} argument(s), but the referred function '{name}' takes {taken} argument(s)."
        ));
    }
    Ok(())
}

fn refused(message: String) -> Result<(), MetastoreError> {
    Err(MetastoreError::invalid(message))
}
