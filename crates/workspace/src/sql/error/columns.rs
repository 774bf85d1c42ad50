//! Error classes of columns and their types (facts/sql.md §14).

use std::fmt::Display;

use super::SqlError;

impl SqlError {
    /// `suggestions` are the names to choose from, best first; none is another class.
    pub(crate) fn unresolved_column(name: impl Display, suggestions: &[String]) -> Self {
        let message =
            format!("A column, variable, or function parameter with name {name} cannot be resolved.");
        if suggestions.is_empty() {
            return Self::new("UNRESOLVED_COLUMN.WITHOUT_SUGGESTION", "42703", message);
        }
        let proposal = suggestions.join(", ");
        let message = format!("{message} Did you mean one of the following? [{proposal}].");
        Self::new("UNRESOLVED_COLUMN.WITH_SUGGESTION", "42703", message)
    }

    pub(crate) fn column_already_exists(name: impl Display) -> Self {
        let message =
            format!("The column {name} already exists. Choose another name or rename the existing column.");
        Self::new("COLUMN_ALREADY_EXISTS", "42711", message)
    }

    pub(crate) fn ambiguous_column(name: impl Display, matches: usize) -> Self {
        let message = format!("Column or field {name} is ambiguous and has {matches} matches.");
        Self::new("AMBIGUOUS_COLUMN_OR_FIELD", "42702", message)
    }

    /// `INSERT` with another number of columns than the table, each list as names with commas between.
    pub(crate) fn insert_column_arity(
        table: impl Display,
        too_many: bool,
        table_columns: &str,
        data_columns: &str,
    ) -> Self {
        let (class, reason) = if too_many {
            ("INSERT_COLUMN_ARITY_MISMATCH.TOO_MANY_DATA_COLUMNS", "too many data columns")
        } else {
            ("INSERT_COLUMN_ARITY_MISMATCH.NOT_ENOUGH_DATA_COLUMNS", "not enough data columns")
        };
        let message = format!(
            "Cannot write to {table}, the reason is {reason}:\nTable columns: {table_columns}.\nData columns: \
             {data_columns}."
        );
        Self::new(class, "21S01", message)
    }

    /// A view whose query has another schema than when the view was made; `columns` are those it has.
    pub(crate) fn incompatible_view_schema_change(
        view: impl Display,
        column: &str,
        columns: &[String],
    ) -> Self {
        let message = format!(
            "The SQL query of view {view} has an incompatible schema change and column `{column}` cannot be resolved. \
             Its columns are now [{}]. Please try to re-create the view.",
            columns.join(", ")
        );
        Self::new("INCOMPATIBLE_VIEW_SCHEMA_CHANGE", "51024", message)
    }

    pub(crate) fn cannot_up_cast(column: &str, from: &str, to: &str) -> Self {
        let message = format!(
            "Cannot up cast `{column}` from \"{from}\" to \"{to}\": the view was made for the other type. Please try \
             to re-create the view."
        );
        Self::new("CANNOT_UP_CAST_DATATYPE", "42846", message)
    }

    pub(crate) fn datatype_mismatch(message: impl Display) -> Self {
        Self::new(
            "DATATYPE_MISMATCH",
            "42K09",
            format!("Cannot resolve due to data type mismatch: {message}"),
        )
    }
}
