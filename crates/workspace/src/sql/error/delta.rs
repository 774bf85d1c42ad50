//! Error classes of Delta tables and of CLONE (facts/sql.md §14, `facts/clone_on_disk.md` §2).

use std::fmt::Display;

use super::SqlError;

/// Reading and pinning tables.
impl SqlError {
    pub(crate) fn delta_describe_detail_view(view: impl Display) -> Self {
        let message = format!("{view} is a view. DESCRIBE DETAIL is only supported for tables.");
        Self::new("DELTA_UNSUPPORTED_DESCRIBE_DETAIL_VIEW", "42809", message)
    }

    pub(crate) fn delta_describe_view_history() -> Self {
        Self::new("DELTA_CANNOT_DESCRIBE_VIEW_HISTORY", "42809", "Cannot describe the history of a view.")
    }
}

/// Creating and writing tables.
impl SqlError {
    pub(crate) fn delta_create_with_non_empty_location(table: impl Display, location: impl Display) -> Self {
        let message = format!(
            "Cannot create table ('{table}'). The associated location ('{location}') is not empty and also not \
             a Delta table."
        );
        Self::new("DELTA_CREATE_TABLE_WITH_NON_EMPTY_LOCATION", "42601", message)
    }

    pub(crate) fn delta_create_schema_mismatch(location: impl Display) -> Self {
        let message = format!(
            "The specified schema does not match the existing schema at {location}. Leave the columns out, or \
             give those the table has."
        );
        Self::new("DELTA_CREATE_TABLE_SCHEME_MISMATCH", "42KD7", message)
    }

    pub(crate) fn delta_new_check_constraint_violation(
        rows: u64,
        table: impl Display,
        expression: &str,
    ) -> Self {
        let message = format!("{rows} rows in {table} violate the new CHECK constraint ({expression})");
        Self::new("DELTA_NEW_CHECK_CONSTRAINT_VIOLATION", "23512", message)
    }
}

/// CLONE.
impl SqlError {
    pub(crate) fn delta_clone_unsupported_source(mode: &str, source: impl Display, format: &str) -> Self {
        let message = format!(
            "Unsupported {mode} clone source '{source}', whose format is {format}.\nThe supported formats are \
             'delta', 'iceberg' and 'parquet'."
        );
        Self::new("DELTA_CLONE_UNSUPPORTED_SOURCE", "0AKDC", message)
    }

    pub(crate) fn delta_clone_ambiguous_target(location: &str, path: &str) -> Self {
        let message = format!(
            "Two paths were provided as the CLONE target so it is ambiguous which to use. An external location \
             for CLONE was provided at {location} at the same time as the path {path}."
        );
        Self::new("DELTA_CLONE_AMBIGUOUS_TARGET", "42613", message)
    }

    pub(crate) fn delta_invalid_clone_path(path: &str) -> Self {
        let message = format!(
            "The target location for CLONE needs to be an absolute path or table name. Use an absolute path \
             instead of {path}."
        );
        Self::new("DELTA_INVALID_CLONE_PATH", "22KD1", message)
    }

    /// The class is recorded (facts/settled.md §5); text and state are UNCONFIRMED.
    pub(crate) fn cannot_shallow_clone_nested(table: impl Display) -> Self {
        let message = format!(
            "Cannot shallow clone a table {table} that is already a shallow clone. Clone its source, or use \
             DEEP CLONE."
        );
        Self::new("CANNOT_SHALLOW_CLONE_NESTED", "0AKUC", message)
    }
}
