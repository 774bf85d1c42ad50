//! Error classes of functions that users make: `ROUTINE_NOT_FOUND`, `ROUTINE_ALREADY_EXISTS` and `UNRESOLVED_ROUTINE` as
//! facts/sql.md §14 has them. The other classes, states and texts are UNCONFIRMED: nothing recorded has them.

use std::fmt::Display;

use clxs_api::Identifier;

use super::SqlError;

/// Functions that are missing or in the way, and calls of them.
impl SqlError {
    pub(crate) fn routine_not_found(name: impl Display) -> Self {
        let message = format!(
            "The routine {name} cannot be found. Verify the spelling and correctness of the schema and \
             catalog.\nIf you did not qualify the name with a schema and catalog, verify the current_schema() \
             output, or qualify the name with the correct schema and catalog.\nTo tolerate the error on drop use \
             DROP ... IF EXISTS."
        );
        Self::new("ROUTINE_NOT_FOUND", "42883", message)
    }

    pub(crate) fn routine_already_exists(name: impl Display) -> Self {
        let message = format!(
            "Cannot create the routine {name} because a routine of that name already exists.\nChoose a different \
             name, drop or replace the existing routine, or add the IF NOT EXISTS clause to tolerate a \
             pre-existing routine."
        );
        Self::new("ROUTINE_ALREADY_EXISTS", "42723", message)
    }

    /// The search path is the default one of a session (documentation of the parameter PATH, and a quoted answer
    /// of 2026).
    pub(crate) fn unresolved_routine(name: impl Display, catalog: &Identifier, schema: &Identifier) -> Self {
        let message = format!(
            "Cannot resolve routine {name} on search path [`system`.`session`, `system`.`builtin`, `system`.`ai`, \
             {catalog}.{schema}]."
        );
        Self::new("UNRESOLVED_ROUTINE", "42883", message)
    }

    pub(crate) fn required_parameter_not_found(
        routine: impl Display,
        parameter: impl Display,
        index: usize,
    ) -> Self {
        let message = format!(
            "Cannot invoke routine {routine} because the parameter named `{parameter}` is required, but the \
             routine call did not supply a value. Please update the routine call to supply an argument value \
             (either positionally at index {index} or by name) and retry the query again."
        );
        Self::new("REQUIRED_PARAMETER_NOT_FOUND", "4274K", message)
    }

    pub(crate) fn unrecognized_parameter_name(
        routine: impl Display,
        argument: impl Display,
        parameters: &[String],
    ) -> Self {
        let message = format!(
            "Cannot invoke routine {routine} because the routine call included a named argument reference for the \
             argument named `{argument}`, but this routine does not include any signature containing an argument \
             with this name. Did you mean one of the following? [{}].",
            parameters.join(" ")
        );
        Self::new("UNRECOGNIZED_PARAMETER_NAME", "4274K", message)
    }

    pub(crate) fn duplicate_argument(routine: impl Display, parameter: impl Display, both: bool) -> Self {
        let (class, how) = if both {
            (
                "DUPLICATE_ROUTINE_PARAMETER_ASSIGNMENT.BOTH_POSITIONAL_AND_NAMED",
                "A positional argument and named argument both referred to the same parameter. Please remove the \
                 named argument referring to this parameter.",
            )
        } else {
            (
                "DUPLICATE_ROUTINE_PARAMETER_ASSIGNMENT.DOUBLE_NAMED_ARGUMENT_REFERENCE",
                "More than one named argument referred to the same parameter. Please assign a value only once.",
            )
        };
        let message = format!(
            "Call to routine {routine} is invalid because it includes multiple argument assignments to the same \
             parameter name `{parameter}`. {how}"
        );
        Self::new(class, "4274K", message)
    }

    pub(crate) fn unexpected_positional_argument(routine: impl Display, parameter: impl Display) -> Self {
        let message = format!(
            "Cannot invoke routine {routine} because it contains positional argument(s) following the named \
             argument assigned to `{parameter}`; please rearrange them so the positional arguments come first and \
             then retry the query again."
        );
        Self::new("UNEXPECTED_POSITIONAL_ARGUMENT", "4274K", message)
    }

    /// `path` are the functions from one to itself.
    pub(crate) fn cyclic_function_reference(path: impl Display) -> Self {
        let message = format!("Cyclic function reference detected: {path}.");
        Self::new("CYCLIC_FUNCTION_REFERENCE", "42887", message)
    }

    /// A scalar function in FROM.
    pub(crate) fn not_a_table_function(name: impl Display) -> Self {
        let message = format!(
            "{name} appears as a table function here, but the function was defined as a scalar function. Please \
             update the query to move the function call outside the FROM clause, or redefine {name} as a table \
             function instead."
        );
        Self::new("NOT_A_TABLE_FUNCTION", "42887", message)
    }

    /// A table function outside FROM.
    pub(crate) fn not_a_scalar_function(name: impl Display) -> Self {
        let message = format!(
            "{name} appears as a scalar expression here, but the function was defined as a table function. Please \
             update the query to move the function call into the FROM clause, or redefine {name} as a scalar \
             function instead."
        );
        Self::new("NOT_A_SCALAR_FUNCTION", "42887", message)
    }

    /// `syntax` is what only functions of another kind have, such as `DISTINCT`.
    pub(crate) fn function_with_unsupported_syntax(name: impl Display, syntax: &str) -> Self {
        let message = format!("Invalid SQL syntax: The function {name} does not support {syntax}.");
        Self::new("INVALID_SQL_SYNTAX.FUNCTION_WITH_UNSUPPORTED_SYNTAX", "42000", message)
    }

    /// `node` is the clause the function stands in.
    pub(crate) fn unsupported_sql_udf_usage(name: impl Display, node: impl Display) -> Self {
        let message = format!("Using SQL function {name} in {node} is not supported.");
        Self::new("UNSUPPORTED_SQL_UDF_USAGE", "0A000", message)
    }

    /// A Python function that raised, with Python's own text. UNCONFIRMED: subclass, state and text.
    pub(crate) fn python_exception(name: impl Display, error: &str, stack: &str) -> Self {
        let message =
            format!("Execution of function {name} failed.\n== Error ==\n{error}\n== Stacktrace ==\n{stack}");
        Self::new("UDF_USER_CODE_ERROR.GENERIC", "39000", message)
    }
}

/// Definitions that are not valid.
impl SqlError {
    pub(crate) fn create_routine_if_not_exists_and_replace() -> Self {
        let message =
            "Invalid SQL syntax: Cannot create a routine with both IF NOT EXISTS and REPLACE specified.";
        Self::new("INVALID_SQL_SYNTAX.CREATE_ROUTINE_WITH_IF_NOT_EXISTS_AND_REPLACE", "42000", message)
    }

    fn invalid_routine(class: &'static str, reason: impl Display) -> Self {
        Self::new(class, "42601", format!("User defined function is invalid: {reason}"))
    }

    pub(crate) fn complex_functions_in_routine(body: &str) -> Self {
        let reason =
            format!("SQL scalar function cannot contain aggregate/window/generate functions: {body}");
        Self::invalid_routine("USER_DEFINED_FUNCTIONS.CANNOT_CONTAIN_COMPLEX_FUNCTIONS", reason)
    }

    pub(crate) fn routine_default_with_subquery(routine: impl Display, parameter: impl Display) -> Self {
        let reason = format!(
            "The DEFAULT expression of {routine}.`{parameter}` is not supported because it contains a subquery."
        );
        Self::invalid_routine("USER_DEFINED_FUNCTIONS.NOT_A_VALID_DEFAULT_EXPRESSION", reason)
    }

    pub(crate) fn routine_default_not_last(
        routine: impl Display,
        parameter: impl Display,
        next: impl Display,
    ) -> Self {
        let reason = format!(
            "In routine {routine} parameter `{parameter}` with DEFAULT must not be followed by parameter `{next}` \
             without DEFAULT."
        );
        Self::invalid_routine("USER_DEFINED_FUNCTIONS.NOT_A_VALID_DEFAULT_PARAMETER_POSITION", reason)
    }

    pub(crate) fn routine_parameter_not_null(input: impl Display) -> Self {
        let reason = format!("Cannot specify NOT NULL on function parameters: {input}");
        Self::invalid_routine("USER_DEFINED_FUNCTIONS.NOT_NULL_ON_FUNCTION_PARAMETERS", reason)
    }

    pub(crate) fn routine_returns_other_columns(routine: impl Display, given: usize, wanted: usize) -> Self {
        let reason = format!(
            "The number of columns produced by the RETURN clause (num: `{given}`) does not match the number of \
             column names specified by the RETURNS clause (num: `{wanted}`) of {routine}."
        );
        Self::invalid_routine("USER_DEFINED_FUNCTIONS.RETURN_COLUMN_COUNT_MISMATCH", reason)
    }

    pub(crate) fn table_routine_is_no_query(routine: impl Display) -> Self {
        let reason = format!("SQL table function {routine} body must be a query.");
        Self::invalid_routine("USER_DEFINED_FUNCTIONS.SQL_TABLE_UDF_BODY_MUST_BE_A_QUERY", reason)
    }

    /// `what` is `DUPLICATE_ROUTINE_PARAMETER_NAMES` or `DUPLICATE_ROUTINE_RETURNS_COLUMNS`.
    pub(crate) fn duplicate_routine_names(is_result: bool, routine: impl Display, name: &str) -> Self {
        let (class, list) = if is_result {
            ("DUPLICATE_ROUTINE_RETURNS_COLUMNS", "columns in the RETURNS clause column list")
        } else {
            ("DUPLICATE_ROUTINE_PARAMETER_NAMES", "names in the parameter list of the user-defined routine")
        };
        Self::new(class, "42711", format!("Found duplicate {list} of {routine}: `{name}`."))
    }
}
