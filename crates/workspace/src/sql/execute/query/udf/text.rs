//! `CAST(… AS STRING)` in Spark's spelling.

use datafusion::arrow::datatypes::DataType;
use datafusion::common::ScalarValue;

use super::definition::{Definition, Output, Parameter};
use crate::sql::SqlError;
use crate::sql::execute::query::error::sql_error;

pub(in crate::sql::execute::query) static TO_TEXT: Definition =
    Definition::rows(&["to_text"], &[Parameter::Any], Output::Type(DataType::Utf8), |row| {
        Ok(ScalarValue::Utf8(spark_text(row.value(0))?))
    });

/// The text of a value; nothing for null.
pub(super) fn spark_text(value: &ScalarValue) -> Result<Option<String>, SqlError> {
    let column = value.to_array().map_err(sql_error)?;
    crate::sql::execute::query::spark_text::text(&column, 0)
}
