//! The types and values of partition columns, which folders have as texts.

use std::path::Path;
use std::sync::Arc;

use chrono::NaiveDate;
use datafusion::arrow::array::{ArrayRef, StringArray, UInt32Array, new_null_array};
use datafusion::arrow::compute::{CastOptions, cast_with_options, take};
use datafusion::arrow::datatypes::Field;

use super::ParquetError;
use crate::delta::schema::{DataType, PrimitiveType};

/// The narrowest of INT, BIGINT, DOUBLE and DATE that all values have, else STRING. Spark also infers decimals and
/// timestamps, which stay STRING here.
pub(super) fn inferred_type(values: &[&str]) -> DataType {
    let all = |fits: fn(&str) -> bool| !values.is_empty() && values.iter().all(|text| fits(text));
    let primitive = if all(|text| text.parse::<i32>().is_ok()) {
        PrimitiveType::Integer
    } else if all(|text| text.parse::<i64>().is_ok()) {
        PrimitiveType::Long
    } else if all(is_double) {
        PrimitiveType::Double
    } else if all(|text| NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok()) {
        PrimitiveType::Date
    } else {
        PrimitiveType::String
    };
    DataType::Primitive(primitive)
}

/// A number in digits: `nan` and `inf` are texts.
fn is_double(text: &str) -> bool {
    text.ends_with(|last: char| last.is_ascii_digit() || last == '.') && text.parse::<f64>().is_ok()
}

/// A column of one value.
///
/// # Errors
/// [`ParquetError::PartitionValue`] when the text is no value of the type.
pub(super) fn column(
    file: &Path,
    field: &Field,
    value: Option<&str>,
    rows: usize,
) -> Result<ArrayRef, ParquetError> {
    let Some(value) = value else { return Ok(new_null_array(field.data_type(), rows)) };
    let text: ArrayRef = Arc::new(StringArray::from(vec![value]));
    let options = CastOptions { safe: false, ..CastOptions::default() };
    let column = cast_with_options(&text, field.data_type(), &options)
        .and_then(|one| take(&one, &UInt32Array::from(vec![0; rows]), None));
    column.map_err(|source| ParquetError::PartitionValue {
        file: file.to_owned(),
        column: field.name().clone(),
        data_type: field.data_type().to_string(),
        source,
    })
}
