//! Where the files of a new table go.

use clxs_api::FullName;

use super::context::Context;
use super::table_rows::{Presence, Writing, table_type};
use super::target::{Place, Target, target};
use crate::authorization::Access;
use crate::metastore::{MetastoreError, TableRow, Transaction, normalise_location};
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
/// `LOCATION_OVERLAP` (facts/settled.md §7); for `LOCATION`, everybody but a metastore admin is refused, because
/// the embedded workspace has no external locations to hold grants on.
fn new_table(
    tx: &Transaction<'_>,
    access: &Access,
    place: &Place,
    name: &FullName,
    location: Option<&str>,
    shallow: bool,
) -> Result<TableRow, SqlError> {
    let table_type = table_type(location.is_none(), shallow);
    let mut row = TableRow::new(&place.schema, name.name(), table_type, access.principal());
    row.location = Some(match location {
        None => tx.managed_location(&place.catalog, &place.schema, &row.id),
        Some(location) => external_location(tx, access, place, location)?,
    });
    Ok(row)
}

fn external_location(
    tx: &Transaction<'_>,
    access: &Access,
    place: &Place,
    location: &str,
) -> Result<String, SqlError> {
    access.require_metastore_admin(tx)?;
    let location = normalise_location(location)?;
    let roots = [place.schema.details.storage_root.as_deref(), place.catalog.details.storage_root.as_deref()];
    let managed_root = tx.managed_root();
    let mut roots = roots.into_iter().flatten().chain([managed_root]);
    if roots.any(|root| is_inside(&location, root) || is_inside(root, &location)) {
        return Err(overlaps_managed_storage(&location));
    }
    tx.require_free_location(&location)?;
    Ok(location)
}

fn is_inside(inner: &str, outer: &str) -> bool {
    inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn overlaps_managed_storage(location: &str) -> SqlError {
    let message =
        format!("Input path url '{location}' overlaps with managed storage within 'CreateTable' call");
    SqlError::new("INVALID_PARAMETER_VALUE.LOCATION_OVERLAP", "22023", message)
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
