//! Error classes of UPDATE, DELETE, MERGE and of columns whose values the table gives (open Delta,
//! `delta-error-classes.json`).

use std::fmt::Display;

use clxs_api::Identifier;

use super::SqlError;

impl SqlError {
    pub(crate) fn merge_without_when() -> Self {
        let message = "There must be at least one WHEN clause in a MERGE statement.";
        Self::new("MERGE_WITHOUT_WHEN", "42601", message)
    }

    /// `kind` is `MATCHED` and so on.
    pub(crate) fn merge_clause_without_condition(kind: &str) -> Self {
        let (class, clause) = match kind {
            "MATCHED" => ("NON_LAST_MATCHED_CLAUSE_OMIT_CONDITION", "MATCHED"),
            "NOT_MATCHED" => {
                ("NON_LAST_NOT_MATCHED_BY_TARGET_CLAUSE_OMIT_CONDITION", "NOT MATCHED [BY TARGET]")
            }
            _ => ("NON_LAST_NOT_MATCHED_BY_SOURCE_CLAUSE_OMIT_CONDITION", "NOT MATCHED BY SOURCE"),
        };
        let message = format!(
            "When there are more than one {clause} clauses in a MERGE statement, only the last {clause} clause \
             can omit the condition."
        );
        Self::new(class, "42613", message)
    }

    /// `operation` as in `UPDATE`.
    pub(crate) fn delta_unsupported_subquery(operation: &str, condition: impl Display) -> Self {
        let message = format!("Subqueries are not supported in the {operation} (condition = {condition}).");
        Self::new("DELTA_UNSUPPORTED_SUBQUERY", "0AKDC", message)
    }

    pub(crate) fn delta_missing_set_column(column: impl Display, known: &[String]) -> Self {
        let message = format!("SET column {column} not found given columns: [{}].", known.join(", "));
        Self::new("DELTA_MISSING_SET_COLUMN", "42703", message)
    }

    /// Two assignments to one column.
    pub(crate) fn delta_duplicate_columns_on_update(column: impl Display) -> Self {
        let message = format!(
            "There is a conflict from these SET columns: {column}. Please remove duplicate columns before you \
             update your table."
        );
        Self::new("DELTA_DUPLICATE_COLUMNS_ON_UPDATE_TABLE", "42701", message)
    }

    pub(crate) fn delta_identity_update(column: impl Display) -> Self {
        let message = format!("UPDATE on IDENTITY column {column} is not supported.");
        Self::new("DELTA_IDENTITY_COLUMNS_UPDATE_NOT_SUPPORTED", "42808", message)
    }

    pub(crate) fn delta_identity_explicit_insert(column: impl Display) -> Self {
        let message =
            format!("Providing values for GENERATED ALWAYS AS IDENTITY column {column} is not supported.");
        Self::new("DELTA_IDENTITY_COLUMNS_EXPLICIT_INSERT_NOT_SUPPORTED", "42808", message)
    }

    pub(crate) fn insert_values_arity(columns: usize, values: usize) -> Self {
        let message = format!("The number of columns ({columns}) is not the number of values ({values}).");
        Self::new("INSERT_COLUMN_ARITY_MISMATCH.TOO_MANY_DATA_COLUMNS", "21S01", message)
    }

    pub(crate) fn delta_replace_where_mismatch(predicate: &str, values: &str) -> Self {
        let message = format!(
            "Written data does not conform to partial table overwrite condition or constraint '{predicate}'. A row \
             has the values {values}."
        );
        Self::new("DELTA_REPLACE_WHERE_MISMATCH", "44000", message)
    }

    pub(crate) fn non_partition_column(column: &str) -> Self {
        let message = format!("PARTITION clause cannot contain the non-partition column: {column}.");
        Self::new("NON_PARTITION_COLUMN", "42000", message)
    }
}

/// Maintenance.
impl SqlError {
    pub(crate) fn delta_clustering_with_zorder(columns: &[Identifier]) -> Self {
        let columns: Vec<_> = columns.iter().map(ToString::to_string).collect();
        let message = format!(
            "OPTIMIZE command for Delta table with clustering cannot specify ZORDER BY. Please remove ZORDER BY ({}).",
            columns.join(", ")
        );
        Self::new("DELTA_CLUSTERING_WITH_ZORDER_BY", "42613", message)
    }

    pub(crate) fn delta_zorder_column_missing(column: impl Display) -> Self {
        let message = format!("Z-Ordering column {column} does not exist in data schema.");
        Self::new("DELTA_ZORDERING_COLUMN_DOES_NOT_EXIST", "42703", message)
    }

    pub(crate) fn delta_zorder_partition_column(column: impl Display) -> Self {
        let message =
            format!("{column} is a partition column. Z-Ordering can only be performed on data columns.");
        Self::new("DELTA_ZORDERING_ON_PARTITION_COLUMN", "42P10", message)
    }

    pub(crate) fn delta_non_partition_column_reference(column: &str, partitions: &[String]) -> Self {
        let message = format!(
            "Predicate references non-partition column '{column}'. Only the partition columns may be referenced: \
             [{}].",
            partitions.join(", ")
        );
        Self::new("DELTA_NON_PARTITION_COLUMN_REFERENCE", "42P10", message)
    }
}

/// Columns.
impl SqlError {
    pub(crate) fn delta_default_in_added_column() -> Self {
        let message = "Failed to execute the command because DEFAULT values are not supported when adding new columns \
                       to previously existing Delta tables; please add the column without a default value first, then \
                       run a second ALTER TABLE ALTER COLUMN SET DEFAULT command to apply for future inserted rows \
                       instead.";
        Self::new("WRONG_COLUMN_DEFAULTS_FOR_DELTA_ALTER_TABLE_ADD_COLUMN_NOT_SUPPORTED", "0AKDC", message)
    }

    pub(crate) fn delta_constraint_dependent_column(column: impl Display, constraints: &[String]) -> Self {
        let message = format!(
            "Cannot alter column {column} because this column is referenced by the following check constraint(s): {}",
            constraints.join("; ")
        );
        Self::new("DELTA_CONSTRAINT_DEPENDENT_COLUMN_CHANGE", "42K09", message)
    }

    pub(crate) fn delta_generated_dependent_column(column: impl Display, generated: &[String]) -> Self {
        let message = format!(
            "Cannot alter column {column} because this column is referenced by the following generated column(s): {}",
            generated.join(", ")
        );
        Self::new("DELTA_GENERATED_COLUMNS_DEPENDENT_COLUMN_CHANGE", "42K09", message)
    }

    pub(crate) fn delta_new_not_null_violation(rows: u64, table: impl Display, column: impl Display) -> Self {
        let message = format!("{rows} rows in {table} violate the new NOT NULL constraint on {column}");
        Self::new("DELTA_NEW_NOT_NULL_VIOLATION", "23512", message)
    }

    pub(crate) fn delta_invalid_generated_column_references() -> Self {
        let message = "A generated column cannot use a non-existent column or another generated column.";
        Self::new("DELTA_INVALID_GENERATED_COLUMN_REFERENCES", "42621", message)
    }

    pub(crate) fn delta_udf_in_generated_column(expression: &str) -> Self {
        let message = format!("Found {expression}. A generated column cannot use a user-defined function");
        Self::new("DELTA_UDF_IN_GENERATED_COLUMN", "42621", message)
    }

    pub(crate) fn delta_udf_in_check_constraint(expression: &str) -> Self {
        let message = format!("Found {expression}. A CHECK constraint cannot use a user-defined function.");
        Self::new("DELTA_UDF_IN_CHECK_CONSTRAINT", "42621", message)
    }

    /// That a function of a user is refused with this class is UNCONFIRMED.
    pub(crate) fn unresolved_default(expression: &str) -> Self {
        let message = format!(
            "Failed to execute the command because the destination column has a DEFAULT value {expression}, which \
             fails to resolve as a valid expression."
        );
        Self::new("INVALID_DEFAULT_VALUE.UNRESOLVED_EXPRESSION", "42623", message)
    }

    pub(crate) fn delta_identity_type(data_type: impl Display) -> Self {
        let message = format!("DataType {data_type} is not supported for IDENTITY columns.");
        Self::new("DELTA_IDENTITY_COLUMNS_UNSUPPORTED_DATA_TYPE", "428H2", message)
    }

    pub(crate) fn delta_identity_step() -> Self {
        Self::new("DELTA_IDENTITY_COLUMNS_ILLEGAL_STEP", "42611", "IDENTITY column step cannot be 0.")
    }

    pub(crate) fn delta_identity_partition(column: impl Display) -> Self {
        let message = format!("PARTITIONED BY IDENTITY column {column} is not supported.");
        Self::new("DELTA_IDENTITY_COLUMNS_PARTITION_NOT_SUPPORTED", "42601", message)
    }
}
