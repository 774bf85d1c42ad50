//! Error classes of expressions whose types do not fit (facts/sql.md §14).

use std::fmt::Display;

use datafusion::arrow::datatypes::DataType;

use super::SqlError;

const MISMATCH: &str = "42K09";

fn mismatch(class: &'static str, message: &str) -> SqlError {
    SqlError::new(class, MISMATCH, format!("Cannot resolve due to data type mismatch: {message}"))
}

impl SqlError {
    /// An operator between two types that are never unified.
    pub(crate) fn different_types(op: impl Display, left: &DataType, right: &DataType) -> Self {
        let message =
            format!("the left and right operands of \"{op}\" have incompatible types ({left} and {right}).");
        mismatch("DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES", &message)
    }

    /// An operator that does not take operands of this type.
    pub(crate) fn wrong_operand_type(op: impl Display, given: &str) -> Self {
        let message = format!("the binary operator \"{op}\" does not take the type \"{given}\".");
        mismatch("DATATYPE_MISMATCH.BINARY_OP_WRONG_TYPE", &message)
    }

    /// Arguments that must have one type.
    pub(crate) fn data_diff_types(what: &str, given: impl Iterator<Item = String>) -> Self {
        let types: Vec<_> = given.map(|data_type| format!("\"{data_type}\"")).collect();
        let message = format!(
            "input to `{}` should all be the same type, but it's ({}).",
            what.to_lowercase(),
            types.join(", ")
        );
        mismatch("DATATYPE_MISMATCH.DATA_DIFF_TYPES", &message)
    }

    /// An argument, counted from 1, of a type the function does not take.
    pub(crate) fn unexpected_input_type(position: usize, wanted: &str, given: &str) -> Self {
        let message =
            format!("parameter {position} requires the {wanted} type, however it has the type \"{given}\".");
        mismatch("DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE", &message)
    }

    /// A comparison of values that have no order.
    pub(crate) fn invalid_ordering(given: &str) -> Self {
        mismatch(
            "DATATYPE_MISMATCH.INVALID_ORDERING_TYPE",
            &format!("the comparison does not support ordering on type \"{given}\"."),
        )
    }

    /// A cast that does not exist; the function that does it instead, or nothing.
    pub(crate) fn cast_without_suggestion(given: &str, wanted: &str) -> Self {
        mismatch(
            "DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION",
            &format!("cannot cast \"{given}\" to \"{wanted}\"."),
        )
    }

    /// A cast that only the configuration of Spark without ANSI has.
    pub(crate) fn cast_with_conf_suggestion(given: &str, wanted: &str) -> Self {
        mismatch(
            "DATATYPE_MISMATCH.CAST_WITH_CONF_SUGGESTION",
            &format!("cannot cast \"{given}\" to \"{wanted}\" with ANSI mode on."),
        )
    }

    /// A cast that a function does instead.
    pub(crate) fn cast_with_func_suggestion(given: &str, wanted: &str) -> Self {
        mismatch(
            "DATATYPE_MISMATCH.CAST_WITH_FUNC_SUGGESTION",
            &format!("cannot cast \"{given}\" to \"{wanted}\". Use a function that converts it."),
        )
    }

    /// Rows of UNION whose columns are never unified; the position is counted from 1.
    pub(crate) fn incompatible_column_type(position: usize, left: &str, right: &str) -> Self {
        let message = format!(
            "UNION can only be performed on tables with compatible column types. The column {position} is \"{right}\" \
             type which is not compatible with \"{left}\" at the same column of the first table."
        );
        Self::new("INCOMPATIBLE_COLUMN_TYPE", "42825", message)
    }

    pub(crate) fn invalid_numeric_literal_range(written: &str, data_type: &str) -> Self {
        let message = format!("Numeric literal {written} is outside the valid range for {data_type}.");
        Self::new("INVALID_NUMERIC_LITERAL_RANGE", "22003", message)
    }

    pub(crate) fn decimal_precision_exceeds_max_precision(precision: u64) -> Self {
        let message = format!("Decimal precision {precision} exceeds max precision 38.");
        Self::new("DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION", "22003", message)
    }

    pub(crate) fn invalid_typed_literal(data_type: &str, written: &str) -> Self {
        let message = format!("The value of the typed literal \"{data_type}\" is invalid: '{written}'.");
        Self::new("INVALID_TYPED_LITERAL", "42604", message)
    }

    pub(crate) fn invalid_extract_field(field: &str) -> Self {
        let message = format!("Cannot extract `{field}` from the source.");
        Self::new("INVALID_EXTRACT_FIELD", "42601", message)
    }

    /// A function called with another number of arguments.
    pub(crate) fn wrong_num_args(function: &str, wanted: &str, given: usize) -> Self {
        let message =
            format!("The `{function}` requires {wanted} parameters but the actual number is {given}.");
        Self::new("WRONG_NUM_ARGS.WITHOUT_SUGGESTION", "42605", message)
    }
}

/// Arguments that functions do not take.
impl SqlError {
    pub(crate) fn hash_map_type(function: &str) -> Self {
        let message =
            format!("input to the function `{function}` cannot contain elements of the \"MAP\" type.");
        mismatch("DATATYPE_MISMATCH.HASH_MAP_TYPE", &message)
    }

    pub(crate) fn value_out_of_parameter_range(function: &str, value: i32) -> Self {
        let message = format!("the position of `{function}` must be at least 1 (current value = {value}).");
        mismatch("DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE", &message)
    }

    pub(crate) fn malformed_character_coding(function: &str, charset: &str) -> Self {
        let message = format!("Invalid value found when performing `{function}` with {charset}.");
        Self::new("MALFORMED_CHARACTER_CODING", "22000", message)
    }

    pub(crate) fn invalid_regexp_replace(source: &str, pattern: &str, replacement: &str) -> Self {
        let message = format!(
            "Could not perform regexp_replace for source = \"{source}\", pattern = \"{pattern}\", replacement = \
             \"{replacement}\" and position = 1."
        );
        Self::new("INVALID_REGEXP_REPLACE", "22023", message)
    }

    pub(crate) fn escape_misplaced(class: &'static str, pattern: &str) -> Self {
        let message =
            format!("The format is invalid: '{pattern}'. The escape character stands at a wrong place.");
        Self::new(class, "42601", message)
    }
}

/// Arrays and maps.
impl SqlError {
    pub(crate) fn null_type(function: &str) -> Self {
        let message = format!("Null typed values cannot be used as arguments of `{function}`.");
        mismatch("DATATYPE_MISMATCH.NULL_TYPE", &message)
    }

    pub(crate) fn array_function_diff_types(list: &str, element: &str) -> Self {
        let message = format!("the array of type \"{list}\" does not have elements of type \"{element}\".");
        mismatch("DATATYPE_MISMATCH.ARRAY_FUNCTION_DIFF_TYPES", &message)
    }

    pub(crate) fn binary_array_diff_types(left: &str, right: &str) -> Self {
        let message = format!(
            "the arguments must be arrays of the same type, but they are \"{left}\" and \"{right}\"."
        );
        mismatch("DATATYPE_MISMATCH.BINARY_ARRAY_DIFF_TYPES", &message)
    }

    pub(crate) fn map_function_diff_types(types: &str) -> Self {
        let message = format!("the arguments must be a map and one of its keys, but they are {types}.");
        mismatch("DATATYPE_MISMATCH.MAP_FUNCTION_DIFF_TYPES", &message)
    }

    pub(crate) fn null_map_key() -> Self {
        Self::new("NULL_MAP_KEY", "2200E", "Cannot use null as map key.")
    }

    pub(crate) fn duplicated_map_key(key: &str) -> Self {
        let message = format!("Duplicate map key {key} was found, please check the input data.");
        Self::new("DUPLICATED_MAP_KEY", "23505", message)
    }

    pub(crate) fn invalid_escape(escape: &str) -> Self {
        let message = format!(
            "Found an invalid escape string: '{escape}'. The escape string must contain only one character."
        );
        Self::new("INVALID_ESC", "42604", message)
    }
}
