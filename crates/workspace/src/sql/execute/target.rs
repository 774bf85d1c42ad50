//! What `CREATE …` and `CREATE OR REPLACE …` find at the name they are given.

use clxs_api::{FullName, Privilege};

use crate::authorization::{Access, SecurableRef};
use crate::metastore::{CatalogRow, SchemaRow, TableRow, Transaction};
use crate::sql::SqlError;
use crate::sql::ast::OnExisting;

/// What is at a name.
pub(super) enum Target {
    /// Something that `IF NOT EXISTS` leaves as it is.
    Kept,
    /// Something that is to be replaced.
    Replaced(Box<TableRow>),
    /// Nothing; this is where it will be.
    Free(Box<Place>),
}

/// The schema of a new table, with its catalog.
pub(super) struct Place {
    pub(super) catalog: CatalogRow,
    pub(super) schema: SchemaRow,
}

/// Looks at a name with the rights of the caller: making needs CREATE TABLE on the schema, replacing needs to
/// manage what is there.
///
/// # Errors
/// Missing privileges; `TABLE_OR_VIEW_ALREADY_EXISTS`; `TABLE_OR_VIEW_NOT_FOUND` for `REPLACE` of nothing.
pub(super) fn target(
    tx: &Transaction<'_>,
    access: &Access,
    name: &FullName,
    on_existing: OnExisting,
) -> Result<Target, SqlError> {
    target_for(tx, access, name, on_existing, &Privilege::CreateTable)
}

/// [`target`] for what needs another privilege on the schema to be made.
///
/// # Errors
/// Those of [`target`].
pub(super) fn target_for(
    tx: &Transaction<'_>,
    access: &Access,
    name: &FullName,
    on_existing: OnExisting,
    making: &Privilege,
) -> Result<Target, SqlError> {
    let [catalog, schema, own_name] = name.parts() else {
        return Err(SqlError::internal(format!("{name} has not three parts")));
    };
    let in_schema = SecurableRef::schema(catalog.clone(), schema.clone());
    access.check(tx, &in_schema, &Privilege::UseSchema)?;
    let schema = tx.schema(catalog, schema)?;
    if let Some(row) = tx.table_in(&schema, own_name)? {
        return existing(tx, access, row, on_existing);
    }
    if on_existing == OnExisting::ReplaceOnly {
        return Err(SqlError::table_or_view_not_found(name));
    }
    access.check(tx, &in_schema, making)?;
    Ok(Target::Free(Box::new(Place { catalog: tx.catalog(catalog)?, schema })))
}

fn existing(
    tx: &Transaction<'_>,
    access: &Access,
    row: TableRow,
    on_existing: OnExisting,
) -> Result<Target, SqlError> {
    match on_existing {
        OnExisting::Fail => Err(SqlError::table_or_view_already_exists(row.full_name())),
        OnExisting::Keep => Ok(Target::Kept),
        OnExisting::Replace | OnExisting::ReplaceOnly => {
            access.check(tx, &SecurableRef::from(&row), &Privilege::Manage)?;
            Ok(Target::Replaced(Box::new(row)))
        }
    }
}
