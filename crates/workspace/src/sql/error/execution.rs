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
