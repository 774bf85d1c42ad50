//! Functions that users make.

use clxs_api::function::UpdateFunction;
use clxs_api::{FullName, Identifier, Privilege};

use super::shared::{Change, New, get, list_of_schema, managed, new_row, schema_for_new, update};
use crate::authorization::{Access, Sight};
use crate::metastore::{Function, FunctionRow, MetastoreError, Page, PageRequest, Transaction};

/// A function that the caller sees, and how much of it.
pub(crate) fn get_function(
    tx: &Transaction<'_>,
    access: &Access,
    name: &FullName,
    include_browse: bool,
) -> Result<(FunctionRow, Sight), MetastoreError> {
    get(tx, access, name, include_browse)
}

/// Those functions of a page of a schema that the caller sees.
///
/// # Errors
/// [`MetastoreError::PermissionDenied`] and [`MetastoreError::NotFound`] for the schema or its catalog.
pub(crate) fn list_functions(
    tx: &Transaction<'_>,
    access: &Access,
    schema: (&Identifier, &Identifier),
    include_browse: bool,
    page: &PageRequest,
) -> Result<Page<(FunctionRow, Sight)>, MetastoreError> {
    list_of_schema(tx, access, schema, include_browse, page)
}

/// Makes a function, owned by the caller, in the schema of this catalog and name.
pub(crate) fn create_function(
    tx: &Transaction<'_>,
    access: &Access,
    (catalog, schema, name): (&str, &str, &str),
    comment: Option<&str>,
    function: Function,
) -> Result<FunctionRow, MetastoreError> {
    let schema = schema_for_new(tx, access, (catalog, schema), &Privilege::CreateFunction)?;
    let new = New { name, comment: &comment.map(str::to_owned), properties: &None };
    let mut row: FunctionRow = new_row(access, Some(schema.as_parent()), &new)?;
    row.details = function;
    tx.insert_securable(&row)?;
    Ok(row)
}

/// Gives a function another definition. Its owner and its grants stay.
pub(crate) fn replace_function(
    tx: &Transaction<'_>,
    access: &Access,
    name: &FullName,
    comment: Option<&str>,
    function: Function,
) -> Result<FunctionRow, MetastoreError> {
    let shared = Change { comment: Some(comment.unwrap_or_default()), ..Change::default() };
    update(tx, access, name, &shared, |details: &mut Function| *details = function)
}

/// Changes a function: what is absent stays.
pub(crate) fn update_function(
    tx: &Transaction<'_>,
    access: &Access,
    name: &FullName,
    change: &UpdateFunction,
    comment: Option<&str>,
) -> Result<FunctionRow, MetastoreError> {
    let shared = Change { owner: change.owner.as_deref(), comment, ..Change::default() };
    update(tx, access, name, &shared, |_: &mut Function| {})
}

/// Drops a function.
pub(crate) fn drop_function(
    tx: &Transaction<'_>,
    access: &Access,
    name: &FullName,
) -> Result<(), MetastoreError> {
    tx.delete_securable::<Function>(&managed(tx, access, name)?)
}
