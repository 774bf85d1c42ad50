//! Rows as texts: what `JSON_ARRAY` answers carry for each type (facts/settled.md §6).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Datelike, NaiveDate, SecondsFormat, Utc};
use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use datafusion::arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type,
    Int64Type, TimeUnit, TimestampMicrosecondType, UInt64Type,
};
use serde_json::Value;

use super::number_text::{double_text, float_text};
use super::udf::year_text;
use crate::sql::SqlError;
use crate::warehouse::Row;

/// The rows of a batch.
///
/// # Errors
/// `UNSUPPORTED_FEATURE` for a type that has no known text, such as an interval.
pub(crate) fn rows(batch: &RecordBatch) -> Result<Vec<Row>, SqlError> {
    let columns = batch.columns();
    (0..batch.num_rows()).map(|row| columns.iter().map(|column| text(column, row)).collect()).collect()
}

/// The text of a value; `None` for null.
pub(super) fn text(array: &ArrayRef, row: usize) -> Result<Option<String>, SqlError> {
    if array.is_null(row) {
        return Ok(None);
    }
    let text = match array.data_type() {
        DataType::Null => return Ok(None),
        DataType::List(_) | DataType::LargeList(_) | DataType::Struct(_) | DataType::Map(..) => {
            json(array, row)?.to_string()
        }
        _ => scalar(array, row)?,
    };
    Ok(Some(text))
}

fn scalar(array: &ArrayRef, row: usize) -> Result<String, SqlError> {
    Ok(match array.data_type() {
        DataType::Boolean => array.as_boolean().value(row).to_string(),
        DataType::Int8 => array.as_primitive::<Int8Type>().value(row).to_string(),
        DataType::Int16 => array.as_primitive::<Int16Type>().value(row).to_string(),
        DataType::Int32 => array.as_primitive::<Int32Type>().value(row).to_string(),
        DataType::Int64 => array.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::UInt64 => array.as_primitive::<UInt64Type>().value(row).to_string(),
        DataType::Float32 => float_text(array.as_primitive::<Float32Type>().value(row)),
        DataType::Float64 => double_text(array.as_primitive::<Float64Type>().value(row)),
        DataType::Decimal128(..) => array.as_primitive::<Decimal128Type>().value_as_string(row),
        DataType::Utf8 => array.as_string::<i32>().value(row).to_owned(),
        DataType::LargeUtf8 => array.as_string::<i64>().value(row).to_owned(),
        DataType::Utf8View => array.as_string_view().value(row).to_owned(),
        DataType::Binary => STANDARD.encode(array.as_binary::<i32>().value(row)),
        DataType::LargeBinary => STANDARD.encode(array.as_binary::<i64>().value(row)),
        DataType::BinaryView => STANDARD.encode(array.as_binary_view().value(row)),
        DataType::Date32 => date(array.as_primitive::<Date32Type>().value(row))?,
        DataType::Timestamp(TimeUnit::Microsecond, zone) => {
            timestamp(array.as_primitive::<TimestampMicrosecondType>().value(row), zone.as_deref())?
        }
        other => return Err(SqlError::unsupported(format!("a result column of type {other}"))),
    })
}

/// Containers are JSON texts whose scalars are texts too (facts/settled.md §6).
fn json(array: &ArrayRef, row: usize) -> Result<Value, SqlError> {
    if array.is_null(row) {
        return Ok(Value::Null);
    }
    match array.data_type() {
        DataType::List(_) => elements(&array.as_list::<i32>().value(row)),
        DataType::LargeList(_) => elements(&array.as_list::<i64>().value(row)),
        DataType::Struct(fields) => {
            let columns = array.as_struct().columns();
            let pair = |(field, column): (&std::sync::Arc<_>, &ArrayRef)| {
                let field: &datafusion::arrow::datatypes::Field = field;
                Ok((field.name().clone(), json(column, row)?))
            };
            Ok(Value::Object(fields.iter().zip(columns).map(pair).collect::<Result<_, SqlError>>()?))
        }
        DataType::Map(..) => map_entries(&array.as_map().value(row)),
        DataType::Null => Ok(Value::Null),
        _ => Ok(Value::String(scalar(array, row)?)),
    }
}

fn elements(values: &ArrayRef) -> Result<Value, SqlError> {
    (0..values.len()).map(|index| json(values, index)).collect::<Result<Vec<_>, _>>().map(Value::Array)
}

/// A map is a JSON object; keys that are no scalars are written as their own JSON text.
fn map_entries(entries: &datafusion::arrow::array::StructArray) -> Result<Value, SqlError> {
    let (keys, values) = (entries.column(0), entries.column(1));
    let pair = |index| Ok((text(keys, index)?.unwrap_or_default(), json(values, index)?));
    Ok(Value::Object((0..entries.len()).map(pair).collect::<Result<_, SqlError>>()?))
}

fn date(days: i32) -> Result<String, SqlError> {
    let date = NaiveDate::from_epoch_days(days).ok_or_else(SqlError::far_date)?;
    Ok(format!("{}-{:02}-{:02}", year_text(&date), date.month(), date.day()))
}

/// ISO 8601 with milliseconds and the offset of the zone, `Z` for UTC; without a zone when the type has none.
fn timestamp(microseconds: i64, zone: Option<&str>) -> Result<String, SqlError> {
    let instant: DateTime<Utc> =
        DateTime::from_timestamp_micros(microseconds).ok_or_else(SqlError::far_date)?;
    let Some(zone) = zone else {
        return Ok(instant.to_rfc3339_opts(SecondsFormat::Millis, true).trim_end_matches('Z').to_owned());
    };
    Ok(match super::zone::named(zone) {
        Some(zone) => instant.with_timezone(&zone).to_rfc3339_opts(SecondsFormat::Millis, true),
        None => instant.to_rfc3339_opts(SecondsFormat::Millis, true),
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::array::{
        BinaryArray, Date32Array, Decimal128Array, Int32Array, ListArray, StringArray, StructArray,
        TimestampMicrosecondArray,
    };
    use datafusion::arrow::datatypes::Field;

    use super::*;

    #[expect(clippy::needless_pass_by_value, reason = "tests read better without references")]
    fn first(array: ArrayRef) -> Option<String> {
        text(&array, 0).unwrap()
    }

    #[test]
    fn timestamps_have_milliseconds_and_a_zone_unless_their_type_has_none() {
        let array = TimestampMicrosecondArray::from(vec![1_623_760_496_789_123]);
        assert_eq!(first(Arc::new(array.clone())).as_deref(), Some("2021-06-15T12:34:56.789"));
        assert_eq!(first(Arc::new(array.with_timezone("UTC"))).as_deref(), Some("2021-06-15T12:34:56.789Z"));
    }

    #[test]
    fn decimals_are_plain_and_binaries_base64() {
        let decimal = Decimal128Array::from(vec![-5]).with_precision_and_scale(10, 2).unwrap();
        assert_eq!(first(Arc::new(decimal)).as_deref(), Some("-0.05"));
        assert_eq!(first(Arc::new(BinaryArray::from(vec![&b"ab"[..]]))).as_deref(), Some("YWI="));
        assert_eq!(first(Arc::new(Date32Array::from(vec![19_000]))).as_deref(), Some("2022-01-08"));
    }

    #[test]
    fn containers_are_json_whose_scalars_are_texts() {
        let list = ListArray::from_iter_primitive::<Int32Type, _, _>([Some(vec![Some(1), None])]);
        assert_eq!(first(Arc::new(list)).as_deref(), Some(r#"["1",null]"#));
        let fields: Vec<(Arc<Field>, ArrayRef)> = vec![
            (Arc::new(Field::new("a", DataType::Int32, true)), Arc::new(Int32Array::from(vec![7]))),
            (Arc::new(Field::new("b", DataType::Utf8, true)), Arc::new(StringArray::from(vec!["x"]))),
        ];
        assert_eq!(first(Arc::new(StructArray::from(fields))).as_deref(), Some(r#"{"a":"7","b":"x"}"#));
    }
}
