//! Where the files of a new table go.

use clxs_api::{FullName, SecurableKind};

use super::context::Context;
use super::table_rows::{Presence, Writing, table_type};
use super::target::{Place, Target, target};
use crate::authorization::Access;
use crate::metastore::{MetastoreError, TableRow, Transaction, normalise_location};
use crate::securables;
use crate::sql::SqlError;
use crate::sql::ast::OnExisting;

/// The table that `CREATE TABLE` and `CLONE` are to write: a new one, or the one that is replaced if it may be.
/// `None` when `IF NOT EXISTS` finds something.
///
/// # Errors
/// Those of [`target`], of `require_replaceable`, and of a `LOCATION` that cannot be.
pub(super) async fn table_to_write(
    context: &Context,
    name: &FullName,
    on_existing: OnExisting,
    location: Option<String>,
    shallow: bool,
    require_replaceable: fn(&TableRow, bool) -> Result<(), SqlError>,
) -> Result<Option<Writing>, SqlError> {
    let name = name.clone();
    context
        .read(move |tx, access| {
            Ok(match target(tx, access, &name, on_existing)? {
                Target::Kept => None,
                Target::Free(place) => {
                    let row = new_table(tx, access, &place, &name, location.as_deref(), shallow)?;
                    Some(Writing { row, presence: Presence::New })
                }
                Target::Replaced(row) => {
                    require_replaceable(&row, shallow)?;
                    require_same_location(&row, location.as_deref())?;
                    Some(Writing { row: *row, presence: Presence::Existing })
                }
            })
        })
        .await
}

/// The row of a new table with its folder: the one of `LOCATION`, else a new one under the managed root.
///
/// # Errors
/// `INVALID_PARAMETER_VALUE` for names that tables may not have; `LOCATION_OVERLAP` (facts/settled.md §7); a missing CREATE EXTERNAL TABLE on the external location that covers
/// `LOCATION`, which metastore admins do without.
pub(super) fn new_table(
    tx: &Transaction<'_>,
    access: &Access,
    place: &Place,
    name: &FullName,
    location: Option<&str>,
    shallow: bool,
) -> Result<TableRow, SqlError> {
    let table_type = table_type(location.is_none(), shallow);
    let own_name = securables::new_name(&SecurableKind::Table, name.name().as_str())?;
    let mut row = TableRow::new(&place.schema, &own_name, table_type, access.principal());
    row.location = Some(match location {
        None => tx.managed_location(&place.catalog, &place.schema, &row.id),
        Some(location) => securables::external_table_location(tx, access, location)?,
    });
    Ok(row)
}

/// Refuses a `LOCATION` for a table that is elsewhere.
///
/// # Errors
/// `INVALID_PARAMETER_VALUE`
fn require_same_location(row: &TableRow, location: Option<&str>) -> Result<(), SqlError> {
    let Some(location) = location else { return Ok(()) };
    let location = normalise_location(location)?;
    if row.location.as_deref() == Some(location.as_str()) {
        return Ok(());
    }
    let at = row.location.as_deref().unwrap_or("no folder");
    let message = format!(
        "The location of the existing table {} is {at}; it cannot be replaced at '{location}'. Drop it first, or leave LOCATION out.",
        row.full_name()
    );
    Err(MetastoreError::invalid(message).into())
}
