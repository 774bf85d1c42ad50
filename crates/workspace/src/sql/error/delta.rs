//! Error classes of Delta tables and of CLONE (facts/sql.md §14, `facts/clone_on_disk.md` §2).

use std::fmt::Display;

use super::SqlError;

/// Reading and pinning tables.
impl SqlError {
    pub(crate) fn delta_table_not_found(table: impl Display) -> Self {
        Self::new("DELTA_TABLE_NOT_FOUND", "42P01", format!("Delta table {table} doesn't exist."))
    }

    /// `operation` is the statement, such as `DESCRIBE HISTORY`.
    pub(crate) fn delta_not_a_delta_table(table: impl Display, operation: &str) -> Self {
        let message =
            format!("{table} is not a Delta table. {operation} is only supported for Delta tables.");
        Self::new("DELTA_NOT_A_DELTA_TABLE", "0AKDD", message)
    }

    /// `available` is the first and the last version.
    pub(crate) fn delta_version_not_found(version: u64, available: (u64, u64)) -> Self {
        let (first, last) = available;
        let message = format!(
            "Cannot time travel Delta table to version {version}. Available versions: [{first}, {last}]."
        );
        Self::new("DELTA_VERSION_NOT_FOUND", "22003", message)
    }

    pub(crate) fn delta_timestamp_greater_than_commit(
        provided: impl Display,
        table: impl Display,
        last: impl Display,
    ) -> Self {
        let message = format!(
            "The provided timestamp ({provided}) is after the latest version available to this table \
             ({table}). Please use a timestamp before or at {last}."
        );
        Self::new("DELTA_TIMESTAMP_GREATER_THAN_COMMIT", "42816", message)
    }

    pub(crate) fn delta_timestamp_earlier_than_commit_retention(
        provided: impl Display,
        first: impl Display,
    ) -> Self {
        let message = format!(
            "The provided timestamp ({provided}) is before the earliest version available to this table. \
             Please use a timestamp after {first}."
        );
        Self::new("DELTA_TIMESTAMP_EARLIER_THAN_COMMIT_RETENTION", "42816", message)
    }

    pub(crate) fn delta_file_not_found(path: impl Display) -> Self {
        let message = format!(
            "File {path} referenced in the transaction log cannot be found. This occurs when data has been \
             manually deleted from the file system rather than using the table `DELETE` statement."
        );
        Self::new("DELTA_FILE_NOT_FOUND", "42K03", message)
    }

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

    pub(crate) fn delta_constraint_already_exists(name: impl Display, old: impl Display) -> Self {
        let message = format!(
            "Constraint '{name}' already exists. Please delete the old constraint first.\nOld constraint:\n{old}"
        );
        Self::new("DELTA_CONSTRAINT_ALREADY_EXISTS", "42710", message)
    }

    pub(crate) fn delta_constraint_does_not_exist(name: impl Display, table: impl Display) -> Self {
        let message = format!(
            "Cannot drop nonexistent constraint {name} from table {table}. To avoid throwing an error, provide \
             the parameter IF EXISTS."
        );
        Self::new("DELTA_CONSTRAINT_DOES_NOT_EXIST", "42704", message)
    }

    pub(crate) fn delta_new_check_constraint_violation(
        rows: u64,
        table: impl Display,
        expression: &str,
    ) -> Self {
        let message = format!("{rows} rows in {table} violate the new CHECK constraint ({expression})");
        Self::new("DELTA_NEW_CHECK_CONSTRAINT_VIOLATION", "23512", message)
    }

    /// `values` are lines of the form ` - column : value`.
    pub(crate) fn delta_violate_constraint(name: impl Display, expression: &str, values: &str) -> Self {
        let message =
            format!("CHECK constraint {name} ({expression}) violated by row with values:\n{values}");
        Self::new("DELTA_VIOLATE_CONSTRAINT_WITH_VALUES", "23001", message)
    }

    pub(crate) fn delta_not_null_violated(column: impl Display) -> Self {
        let message = format!("NOT NULL constraint violated for column: {column}.");
        Self::new("DELTA_NOT_NULL_CONSTRAINT_VIOLATED", "23502", message)
    }

    /// Somebody else committed first; the statement may be tried again.
    pub(crate) fn delta_concurrent_write(table: impl Display) -> Self {
        let message = format!(
            "Transaction conflict detected. A concurrent transaction has written new data to {table} since the \
             current transaction read it. Please try the operation again."
        );
        Self::new("DELTA_CONCURRENT_WRITE", "2D521", message)
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

    pub(crate) fn delta_clone_replace_same_table(table: impl Display) -> Self {
        let message = format!(
            "You tried to REPLACE an existing table ({table}) with CLONE. This operation is unsupported. Try a \
             different target for CLONE or delete the table at the current target."
        );
        Self::new("DELTA_UNSUPPORTED_CLONE_REPLACE_SAME_TABLE", "0AKDC", message)
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

    pub(crate) fn delta_column_mapping_mode_change(old: &str, new: &str) -> Self {
        let message = format!("Changing column mapping mode from '{old}' to '{new}' is not supported.");
        Self::new("DELTA_UNSUPPORTED_COLUMN_MAPPING_MODE_CHANGE", "0AKDC", message)
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
