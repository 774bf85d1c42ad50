//! Error classes of rows: arithmetic, casts and the size of results (facts/sql.md §14).

use super::SqlError;

impl SqlError {
    pub(crate) fn divide_by_zero() -> Self {
        let message =
            "Division by zero. Use `try_divide` to tolerate divisor being 0 and return NULL instead.";
        Self::new("DIVIDE_BY_ZERO", "22012", message)
    }

    pub(crate) fn arithmetic_overflow(detail: &str) -> Self {
        Self::new(
            "ARITHMETIC_OVERFLOW",
            "22003",
            format!("{detail}. Use a wider type to tolerate large values."),
        )
    }

    pub(crate) fn value_out_of_range(detail: &str) -> Self {
        Self::new("NUMERIC_VALUE_OUT_OF_RANGE", "22003", format!("{detail}."))
    }

    pub(crate) fn cast_invalid_input(detail: &str) -> Self {
        let message = format!(
            "{detail}. Correct the value as per the syntax, or change its target type. Use `try_cast` to tolerate \
             malformed input and return NULL instead."
        );
        Self::new("CAST_INVALID_INPUT", "22018", message)
    }

    /// A value that its column does not hold; the types are as results write them.
    pub(crate) fn cast_overflow_in_table_insert(given: &str, wanted: &str, column: &str) -> Self {
        let message = format!(
            "Fail to assign a value of \"{given}\" type to the \"{wanted}\" type column or variable `{column}` due \
             to an overflow. Use `try_cast` on the input value to tolerate overflow and return NULL instead."
        );
        Self::new("CAST_OVERFLOW_IN_TABLE_INSERT", "22003", message)
    }

    /// As of a warehouse that is not warm yet (facts/settled.md §6, "transient"); the class is UNCONFIRMED.
    pub(crate) fn transient() -> Self {
        Self::new("INTERNAL_ERROR_TRANSIENT", "XX000", "sparkSession is null while the warehouse starts.")
    }

    /// The class is UNCONFIRMED: that the statement fails is documented (`facts/rest_api.md` §7).
    pub(crate) fn result_too_large(bytes: u64, limit: u64) -> Self {
        let message = format!(
            "The result has {} MiB, an INLINE result at most {} MiB. Read fewer rows or columns, or set row_limit.",
            bytes >> 20,
            limit >> 20
        );
        Self::new("RESULT_TOO_LARGE", "54000", message)
    }

    /// A limit of ours: the platform keeps results in cloud storage.
    pub(crate) fn result_beyond_memory(limit: u64) -> Self {
        let message = format!(
            "The embedded workspace keeps results in memory, {} MiB at most. Read fewer rows or columns, set \
             row_limit, or write the rows into a table.",
            limit >> 20
        );
        Self::new("RESULT_TOO_LARGE", "54000", message)
    }

    /// A limit of ours, of what cannot go to disk.
    pub(crate) fn out_of_memory(detail: &str) -> Self {
        let message = format!(
            "The statement needs more memory than the embedded workspace gives to queries: {detail}. Join and \
             group fewer rows."
        );
        Self::new("OUT_OF_MEMORY", "53200", message)
    }
}

/// Values that the types of expressions do not hold.
impl SqlError {
    /// What `raise_error` and `assert_true` say.
    pub(crate) fn user_raised(message: &str) -> Self {
        Self::new("USER_RAISED_EXCEPTION", "P0001", message)
    }

    pub(crate) fn remainder_by_zero() -> Self {
        let message = "Remainder by zero. Use `try_mod` to tolerate divisor being 0 and return NULL instead.";
        Self::new("REMAINDER_BY_ZERO", "22012", message)
    }

    /// Arithmetic of TINYINT and SMALLINT.
    pub(crate) fn binary_arithmetic_overflow(detail: &str) -> Self {
        Self::new("BINARY_ARITHMETIC_OVERFLOW", "22003", format!("{detail} caused overflow."))
    }

    pub(crate) fn cast_overflow(value: &str, given: &str, wanted: &str) -> Self {
        let message = format!(
            "The value {value} of the type \"{given}\" cannot be cast to \"{wanted}\" due to an overflow. Use \
             `try_cast` to tolerate overflow and return NULL instead."
        );
        Self::new("CAST_OVERFLOW", "22003", message)
    }

    pub(crate) fn decimal_out_of_range(value: &str, precision: u8, scale: i8) -> Self {
        let message = format!(
            "The value {value} cannot be represented as Decimal({precision}, {scale}). Use a wider type."
        );
        Self::new("NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION", "22003", message)
    }

    /// A text that cannot be read as this type.
    pub(crate) fn malformed(value: &str, wanted: &str) -> Self {
        let message = format!(
            "The value '{value}' of the type \"STRING\" cannot be cast to \"{wanted}\" because it is malformed. Correct \
             the value as per the syntax, or change its target type. Use `try_cast` to tolerate malformed input and \
             return NULL instead."
        );
        Self::new("CAST_INVALID_INPUT", "22018", message)
    }

    /// A position that an array has not got; it has so many elements.
    pub(crate) fn invalid_array_index(index: i64, length: usize) -> Self {
        let message = format!(
            "The index {index} is out of bounds. The array has {length} elements. Use the SQL function `get()` to \
             tolerate accessing element at invalid index and return NULL instead."
        );
        Self::new("INVALID_ARRAY_INDEX", "22003", message)
    }

    /// Like [`SqlError::invalid_array_index`], for positions counted from 1.
    pub(crate) fn invalid_array_index_in_element_at(index: i64, length: usize) -> Self {
        let message = format!(
            "The index {index} is out of bounds. The array has {length} elements. Use `try_element_at` to tolerate \
             accessing element at invalid index and return NULL instead."
        );
        Self::new("INVALID_ARRAY_INDEX_IN_ELEMENT_AT", "22003", message)
    }

    pub(crate) fn invalid_index_of_zero() -> Self {
        let message =
            "The index 0 is invalid. An index shall be either < 0 or > 0 (the first element has index 1).";
        Self::new("INVALID_INDEX_OF_ZERO", "22003", message)
    }

    /// An argument that a function does not take: the parameter's subclass and what it should be.
    pub(crate) fn invalid_parameter(class: &'static str, function: &str, detail: &str) -> Self {
        let message = format!("The value of parameter(s) in `{function}` is invalid: {detail}.");
        Self::new(class, "22023", message)
    }

    /// A date or timestamp that Spark has and we do not.
    pub(crate) fn far_date() -> Self {
        Self::unsupported("a date that is further away than 262,000 years")
    }

    pub(crate) fn datetime_field_out_of_bounds() -> Self {
        let message = "The value of a field of the date or time is out of its range. If necessary set it to another one.";
        Self::new("DATETIME_FIELD_OUT_OF_BOUNDS.WITHOUT_SUGGESTION", "22023", message)
    }

    pub(crate) fn illegal_day_of_week(name: &str) -> Self {
        Self::new("ILLEGAL_DAY_OF_WEEK", "22009", format!("Illegal input for day of week: {name}."))
    }

    pub(crate) fn cannot_parse_timestamp(text: &str) -> Self {
        let message = format!(
            "Text '{text}' could not be parsed. Use `try_to_timestamp` to tolerate invalid input string and return \
             NULL instead."
        );
        Self::new("CANNOT_PARSE_TIMESTAMP", "22007", message)
    }

    pub(crate) fn invalid_timezone(zone: &str) -> Self {
        let message = format!(
            "The timezone: {zone} is invalid. The timezone must be either a region-based zone ID or a zone offset."
        );
        Self::new("INVALID_TIMEZONE", "22009", message)
    }

    pub(crate) fn old_datetime_pattern(pattern: &str) -> Self {
        let message = format!(
            "You may get a different result: Fail to recognize '{pattern}' pattern in the DateTimeFormatter."
        );
        Self::new("INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_PATTERN_RECOGNITION", "42K0B", message)
    }
}
