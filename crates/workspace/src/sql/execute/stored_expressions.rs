//! Expressions that are kept with a table. None of them may call a function that users make.

use super::query;
use crate::sql::{SqlError, parse_expression};

/// What an expression of a table is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Check,
    Generation,
    Default,
}

/// Refuses an expression that calls a function which is not the platform's.
///
/// # Errors
/// `DELTA_UDF_IN_CHECK_CONSTRAINT`, `DELTA_UDF_IN_GENERATED_COLUMN` (open Delta), `INVALID_DEFAULT_VALUE`.
pub(super) fn require_no_function(purpose: Purpose, text: &str) -> Result<(), SqlError> {
    if query::routines_named(&parse_expression(text)?)?.is_empty() {
        return Ok(());
    }
    Err(match purpose {
        Purpose::Check => SqlError::delta_udf_in_check_constraint(text),
        Purpose::Generation => SqlError::delta_udf_in_generated_column(text),
        Purpose::Default => SqlError::unresolved_default(text),
    })
}
