//! Values on their way to a process and back: numbers that JSON holds exactly as numbers, else texts; times as days
//! and microseconds since 1970.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use datafusion::arrow::array::{Array, ArrayRef, ListArray, MapArray, StructArray, new_null_array};
use datafusion::arrow::buffer::{NullBuffer, OffsetBuffer};
use datafusion::arrow::datatypes::{DataType, Decimal128Type, DecimalType as _, Field, TimeUnit};
use datafusion::common::{Result, ScalarValue};
use serde_json::Value;

use crate::sql::SqlError;
use crate::sql::execute::query::udf::external;

/// Rows, each with its values.
pub(super) fn rows(columns: &[ArrayRef], height: usize) -> Result<Value> {
    let row = |row: usize| {
        let values = columns.iter().map(|column| value(&ScalarValue::try_from_array(column, row)?));
        Ok(Value::Array(values.collect::<Result<_>>()?))
    };
    Ok(Value::Array((0..height).map(row).collect::<Result<_>>()?))
}

fn value(scalar: &ScalarValue) -> Result<Value> {
    if scalar.is_null() {
        return Ok(Value::Null);
    }
    Ok(match scalar {
        ScalarValue::Boolean(Some(value)) => Value::from(*value),
        ScalarValue::Int8(Some(value)) => Value::from(*value),
        ScalarValue::Int16(Some(value)) => Value::from(*value),
        ScalarValue::Int32(Some(value)) | ScalarValue::Date32(Some(value)) => Value::from(*value),
        ScalarValue::Int64(Some(value)) | ScalarValue::TimestampMicrosecond(Some(value), _) => {
            Value::from(*value)
        }
        ScalarValue::Float32(Some(value)) => number(f64::from(*value)),
        ScalarValue::Float64(Some(value)) => number(*value),
        ScalarValue::Decimal128(Some(value), precision, scale) => {
            Value::from(Decimal128Type::format_decimal(*value, *precision, *scale))
        }
        ScalarValue::Utf8(Some(text)) | ScalarValue::Utf8View(Some(text)) => Value::from(text.as_str()),
        ScalarValue::Binary(Some(bytes)) => Value::from(STANDARD.encode(bytes)),
        ScalarValue::List(list) => items(&list.value(0))?,
        ScalarValue::Struct(fields) => fields_of(fields, 0)?,
        ScalarValue::Map(map) => {
            let entries = map.value(0);
            let pairs = (0..entries.len()).map(|index| fields_of(&entries, index));
            Value::Array(pairs.collect::<Result<_>>()?)
        }
        other => return Err(unsupported(&other.data_type())),
    })
}

/// What is no number in JSON is a text that Python reads as one.
fn number(value: f64) -> Value {
    if value.is_finite() { Value::from(value) } else { Value::from(value.to_string()) }
}

fn items(values: &ArrayRef) -> Result<Value> {
    let items = (0..values.len()).map(|index| value(&ScalarValue::try_from_array(values, index)?));
    Ok(Value::Array(items.collect::<Result<_>>()?))
}

fn fields_of(fields: &StructArray, row: usize) -> Result<Value> {
    let values = fields.columns().iter().map(|column| value(&ScalarValue::try_from_array(column, row)?));
    Ok(Value::Array(values.collect::<Result<_>>()?))
}

/// A column of a type.
pub(super) fn column(values: &[Value], data_type: &DataType) -> Result<ArrayRef> {
    if values.is_empty() {
        return Ok(new_null_array(data_type, 0));
    }
    match data_type {
        DataType::List(item) => list(values, item),
        DataType::Struct(fields) => Ok(Arc::new(structs(values, fields)?)),
        DataType::Map(entries, sorted) => map(values, entries, *sorted),
        _ => ScalarValue::iter_to_array(
            values.iter().map(|value| scalar(value, data_type)).collect::<Result<Vec<_>>>()?,
        ),
    }
}

fn scalar(value: &Value, data_type: &DataType) -> Result<ScalarValue> {
    if value.is_null() {
        return ScalarValue::try_from(data_type);
    }
    let whole = value.as_i64();
    let text = value.as_str();
    let made = match data_type {
        DataType::Boolean => value.as_bool().map(|value| ScalarValue::Boolean(Some(value))),
        DataType::Int8 => whole.and_then(|value| i8::try_from(value).ok()).map(ScalarValue::from),
        DataType::Int16 => whole.and_then(|value| i16::try_from(value).ok()).map(ScalarValue::from),
        DataType::Int32 => whole.and_then(|value| i32::try_from(value).ok()).map(ScalarValue::from),
        DataType::Int64 => whole.map(ScalarValue::from),
        #[expect(clippy::cast_possible_truncation, reason = "a FLOAT is as exact as it is")]
        DataType::Float32 => float(value).map(|value| ScalarValue::from(value as f32)),
        DataType::Float64 => float(value).map(ScalarValue::from),
        DataType::Decimal128(precision, scale) => text
            .and_then(|digits| digits.parse().ok())
            .map(|value| ScalarValue::Decimal128(Some(value), *precision, *scale)),
        DataType::Utf8 => text.map(|text| ScalarValue::Utf8(Some(text.to_owned()))),
        DataType::Binary => {
            text.and_then(|text| STANDARD.decode(text).ok()).map(|bytes| ScalarValue::Binary(Some(bytes)))
        }
        DataType::Date32 => {
            whole.and_then(|days| i32::try_from(days).ok()).map(|days| ScalarValue::Date32(Some(days)))
        }
        DataType::Timestamp(TimeUnit::Microsecond, zone) => {
            whole.map(|micros| ScalarValue::TimestampMicrosecond(Some(micros), zone.clone()))
        }
        other => return Err(unsupported(other)),
    };
    made.ok_or_else(|| external(SqlError::internal(format!("a Python function answered {value}"))))
}

fn float(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.parse().ok())
}

fn list(values: &[Value], item: &Arc<Field>) -> Result<ArrayRef> {
    let (flat, offsets, nulls) = flattened(values);
    let items = column(&flat, item.data_type())?;
    Ok(Arc::new(ListArray::try_new(Arc::clone(item), offsets, items, Some(nulls))?))
}

fn map(values: &[Value], entries: &Arc<Field>, sorted: bool) -> Result<ArrayRef> {
    let (flat, offsets, nulls) = flattened(values);
    let DataType::Struct(fields) = entries.data_type() else { return Err(unsupported(entries.data_type())) };
    let pairs = structs(&flat, fields)?;
    Ok(Arc::new(MapArray::try_new(Arc::clone(entries), offsets, pairs, Some(nulls), sorted)?))
}

fn structs(values: &[Value], fields: &datafusion::arrow::datatypes::Fields) -> Result<StructArray> {
    let columns = fields.iter().enumerate().map(|(position, field)| {
        let of_field = |value: &Value| value.get(position).cloned().unwrap_or(Value::Null);
        column(&values.iter().map(of_field).collect::<Vec<_>>(), field.data_type())
    });
    let columns = columns.collect::<Result<Vec<_>>>()?;
    let nulls: NullBuffer = values.iter().map(|value| !value.is_null()).collect();
    Ok(StructArray::try_new_with_length(fields.clone(), columns, Some(nulls), values.len())?)
}

/// The items of all lists, where each list ends, and which are null.
fn flattened(values: &[Value]) -> (Vec<Value>, OffsetBuffer<i32>, NullBuffer) {
    let lists: Vec<&[Value]> =
        values.iter().map(|value| value.as_array().map_or(&[][..], Vec::as_slice)).collect();
    let offsets = OffsetBuffer::from_lengths(lists.iter().map(|list| list.len()));
    let nulls: NullBuffer = values.iter().map(|value| !value.is_null()).collect();
    (lists.concat(), offsets, nulls)
}

fn unsupported(data_type: &DataType) -> datafusion::common::DataFusionError {
    external(SqlError::unsupported(format!("a value of type {data_type} in a Python function")))
}
