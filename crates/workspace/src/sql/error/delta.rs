//! Error classes of Delta tables and of CLONE (facts/sql.md §14, `facts/clone_on_disk.md` §2).

use std::fmt::Display;

use super::SqlError;
use crate::delta::schema::StructField;

/// Reading and pinning tables.
impl SqlError {
    pub(crate) fn delta_describe_detail_view(view: impl Display) -> Self {
        let message = format!("{view} is a view. DESCRIBE DETAIL is only supported for tables.");
        Self::new("DELTA_UNSUPPORTED_DESCRIBE_DETAIL_VIEW", "42809", message)
    }

    pub(crate) fn delta_read_table_without_columns(table: impl Display) -> Self {
        let message = format!(
            "You are trying to read a Delta table {table} that does not have any columns. Add some with ALTER TABLE … \
             ADD COLUMNS."
        );
        Self::new("DELTA_READ_TABLE_WITHOUT_COLUMNS", "428GU", message)
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

/// The layout of new tables.
impl SqlError {
    pub(crate) fn delta_cluster_by_with_partitioned_by() -> Self {
        let message = "Clustering and partitioning cannot both be specified. Please remove PARTITIONED BY if you want to \
                       create a Delta table with clustering.";
        Self::new("DELTA_CLUSTER_BY_WITH_PARTITIONED_BY", "42613", message)
    }

    pub(crate) fn delta_partition_column_not_found(column: impl Display, columns: &[StructField]) -> Self {
        let known: Vec<_> = columns.iter().map(|field| field.name.as_str()).collect();
        let message = format!("Partition column {column} not found in schema [{}].", known.join(", "));
        Self::new("DELTA_PARTITION_COLUMN_NOT_FOUND", "42703", message)
    }

    pub(crate) fn delta_invalid_partition_column_type(column: impl Display, data_type: impl Display) -> Self {
        let message =
            format!("Using column {column} of type {data_type} as a partition column is not supported.");
        Self::new("DELTA_INVALID_PARTITION_COLUMN_TYPE", "42996", message)
    }

    pub(crate) fn delta_cannot_use_all_columns_for_partition() -> Self {
        let message = "Cannot use all columns for partition columns.";
        Self::new("DELTA_CANNOT_USE_ALL_COLUMNS_FOR_PARTITION", "428FT", message)
    }

    pub(crate) fn delta_clustering_column_type(column: impl Display, data_type: impl Display) -> Self {
        let message = format!(
            "CLUSTER BY is not supported because the following column(s): {column} {data_type} don't support data \
             skipping."
        );
        Self::new("DELTA_CLUSTERING_COLUMNS_DATATYPE_NOT_SUPPORTED", "0A000", message)
    }

    /// `place` is `PARTITION_COLUMNS` or `CLUSTER_BY`.
    pub(crate) fn delta_duplicate_columns_found(column: impl Display, place: &str) -> Self {
        let (class, place) = match place {
            "CLUSTER_BY" => ("DELTA_DUPLICATE_COLUMNS_FOUND.CLUSTER_BY", "in CLUSTER BY"),
            _ => ("DELTA_DUPLICATE_COLUMNS_FOUND.PARTITION_COLUMNS", "in the partition columns"),
        };
        let message = format!("Found duplicate column(s): {column}. The duplicate was found {place}.");
        Self::new(class, "42711", message)
    }

    pub(crate) fn delta_non_boolean_check_constraint(name: &str, expression: &str) -> Self {
        let message = format!("CHECK constraint '{name}' ({expression}) should be a boolean expression.");
        Self::new("DELTA_NON_BOOLEAN_CHECK_CONSTRAINT", "42621", message)
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
