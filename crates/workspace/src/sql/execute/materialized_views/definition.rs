//! The definition of a materialized view as a property of its log: a replacement changes the result and the query in one
//! commit, and the row mirrors both.

use crate::metastore::{TableRow, ViewDetails};
use crate::sql::SqlError;

/// Hidden like all of this prefix, and never among the properties of the row.
const DEFINITION: &str = "view.materialized";

/// The property that holds a definition.
pub(super) fn property(details: &ViewDetails) -> Result<(String, String), SqlError> {
    let text = serde_json::to_string(details);
    let text = text.map_err(|error| SqlError::internal(error.to_string()).with_source(error))?;
    Ok((DEFINITION.to_owned(), text))
}

/// Makes the row of a materialized view, whose properties are those of the log, say what its log computes. Without a
/// definition that can be read the row keeps its own.
pub(in crate::sql::execute) fn mirror(row: &mut TableRow) {
    if !row.is_materialized() {
        return;
    }
    let Some(text) = row.properties.remove(DEFINITION) else { return };
    match serde_json::from_str(&text) {
        Ok(details) => row.view = Some(details),
        Err(error) => {
            tracing::warn!(view = %row.full_name(), %error, "the log of a materialized view has a definition that cannot be read");
        }
    }
}
