//! Error classes of queries: windows, fields of structs, functions that make rows (facts/sql.md §14).

use super::SqlError;

/// Functions of windows.
impl SqlError {
    pub(crate) fn window_function_without_over(function: &str) -> Self {
        let message = format!("Window function \"{function}\" requires an OVER clause.");
        Self::new("WINDOW_FUNCTION_WITHOUT_OVER_CLAUSE", "42601", message)
    }

    pub(crate) fn window_function_frame_not_ordered(function: &str) -> Self {
        let message = format!("Window function \"{function}\" requires its window to be ordered.");
        Self::new("WINDOW_FUNCTION_FRAME_NOT_ORDERED", "42601", message)
    }

    pub(crate) fn distinct_window_function_unsupported(function: &str) -> Self {
        let message = format!("Distinct window functions are not supported: \"{function}\".");
        Self::new("DISTINCT_WINDOW_FUNCTION_UNSUPPORTED", "0A000", message)
    }

    pub(crate) fn window_function_not_allowed(clause: &str) -> Self {
        let message = format!("It is not allowed to use window functions inside the {clause} clause.");
        Self::new("WINDOW_FUNCTION_NOT_ALLOWED_IN_CLAUSE", "42601", message)
    }
}

/// Fields of structs.
impl SqlError {
    pub(crate) fn field_not_found<'a>(name: &str, fields: impl Iterator<Item = &'a str>) -> Self {
        let fields: Vec<_> = fields.map(|field| format!("`{field}`")).collect();
        let message = format!("No such struct field `{name}` in {}.", fields.join(", "));
        Self::new("FIELD_NOT_FOUND", "42704", message)
    }

    pub(crate) fn ambiguous_reference_to_fields(name: &str) -> Self {
        let message =
            format!("Ambiguous reference to the field `{name}`. It appears several times in the schema.");
        Self::new("AMBIGUOUS_REFERENCE_TO_FIELDS", "42000", message)
    }

    pub(crate) fn invalid_extract_base_field_type(given: &str) -> Self {
        let message = format!(
            "Can't extract a value from the value. Need a complex type [STRUCT, ARRAY, MAP] but got \"{given}\"."
        );
        Self::new("INVALID_EXTRACT_BASE_FIELD_TYPE", "42000", message)
    }
}

/// Intervals.
impl SqlError {
    pub(crate) fn interval_divided_by_zero() -> Self {
        let message =
            "Division by zero. Use `try_divide` to tolerate divisor being 0 and return NULL instead.";
        Self::new("INTERVAL_DIVIDED_BY_ZERO", "22012", message)
    }

    pub(crate) fn invalid_interval_format(text: &str, units: &str) -> Self {
        let message = format!(
            "Error parsing '{text}' to interval. Please ensure that the value provided is in a valid format of INTERVAL {units}."
        );
        Self::new("INVALID_INTERVAL_FORMAT.UNMATCHED_FORMAT_STRING_WITH_NOTICE", "22006", message)
    }
}

/// Aggregates.
impl SqlError {
    pub(crate) fn percentage_out_of_range(given: &str) -> Self {
        let message = format!(
            "Cannot resolve due to data type mismatch: the percentage must be between [0.0, 1.0] (current value = {given})."
        );
        Self::new("DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE", "42K09", message)
    }
}

/// JSON.
impl SqlError {
    pub(crate) fn invalid_json_schema(given: &str) -> Self {
        let message = format!(
            "Cannot resolve due to data type mismatch: input schema \"{given}\" must be a struct, an array, a map or a variant."
        );
        Self::new("DATATYPE_MISMATCH.INVALID_JSON_SCHEMA", "42K09", message)
    }
}

/// Functions that make rows.
impl SqlError {
    /// A function that makes rows where a value is wanted.
    pub(crate) fn unsupported_generator(function: &str) -> Self {
        let message = format!(
            "The generator is not supported: nested in expressions or outside the SELECT clause: \"{function}\"."
        );
        Self::new("UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS", "42K0E", message)
    }

    /// Names that are more or fewer than the columns that a function makes.
    pub(crate) fn alias_count_mismatch(columns: usize, names: usize) -> Self {
        let message = format!(
            "The number of aliases supplied in the AS clause does not match the number of columns output by the \
             UDTF. Expected {columns} aliases, but got {names}."
        );
        Self::new("NUM_TABLE_VALUE_ALIASES_MISMATCH", "42826", message)
    }
}
