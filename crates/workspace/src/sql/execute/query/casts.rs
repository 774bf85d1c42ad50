//! What types are, as far as conversions between them go.

use crate::delta::schema::{DataType as SparkType, TryFromArrow};
use crate::sql::execute::types::result_type_text;
use datafusion::arrow::datatypes::DataType;

/// The name of a type as Spark writes it.
pub(super) fn spark_name(data_type: &DataType) -> String {
    let known = SparkType::try_from_arrow(data_type).map(|data_type| result_type_text(&data_type));
    known.unwrap_or_else(|_| data_type.to_string())
}

/// What a type is, as far as conversions go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Null,
    Truth,
    Number,
    Text,
    Date,
    Timestamp,
    Other,
}

/// What an Arrow type is.
pub(super) fn kind(data_type: &DataType) -> Kind {
    match data_type {
        DataType::Null => Kind::Null,
        DataType::Boolean => Kind::Truth,
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Kind::Text,
        DataType::Date32 => Kind::Date,
        DataType::Timestamp(..) => Kind::Timestamp,
        other if other.is_numeric() => Kind::Number,
        _ => Kind::Other,
    }
}
