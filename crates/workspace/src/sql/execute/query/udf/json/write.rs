//! `to_json`: a value as a text.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::datatypes::{DataType, Float32Type, Float64Type};
use datafusion::common::ScalarValue;

use crate::sql::SqlError;
use crate::sql::execute::query::casts::spark_name;
use crate::sql::execute::query::error::sql_error;
use crate::sql::execute::query::render;

/// Only containers are JSON.
///
/// # Errors
/// `DATATYPE_MISMATCH.INVALID_JSON_SCHEMA`
pub(super) fn require_container(given: &DataType) -> Result<DataType, SqlError> {
    match given {
        DataType::Struct(_) | DataType::List(_) | DataType::Map(..) | DataType::Null => Ok(DataType::Utf8),
        other => Err(SqlError::invalid_json_schema(&spark_name(other))),
    }
}

/// Fields that are null are left out of structs; numbers are written as Java writes them.
pub(super) fn written(value: &ScalarValue) -> Result<String, SqlError> {
    part(&value.to_array().map_err(sql_error)?, 0)
}

fn part(column: &ArrayRef, row: usize) -> Result<String, SqlError> {
    if column.is_null(row) {
        return Ok("null".to_owned());
    }
    Ok(match column.data_type() {
        DataType::Struct(fields) => {
            let columns = fields.iter().zip(column.as_struct().columns());
            let set =
                columns.filter(|(_, column)| column.is_valid(row) && *column.data_type() != DataType::Null);
            let pair = |(field, column): (&datafusion::arrow::datatypes::FieldRef, &ArrayRef)| {
                Ok(format!("{}:{}", quoted(field.name()), part(column, row)?))
            };
            format!("{{{}}}", set.map(pair).collect::<Result<Vec<_>, SqlError>>()?.join(","))
        }
        DataType::List(_) => {
            let items = column.as_list::<i32>().value(row);
            let items = (0..items.len()).map(|index| part(&items, index));
            format!("[{}]", items.collect::<Result<Vec<_>, _>>()?.join(","))
        }
        DataType::Map(..) => {
            let entries = column.as_map().value(row);
            let pair = |index| {
                let key = render::text(entries.column(0), index)?.unwrap_or_default();
                Ok(format!("{}:{}", quoted(&key), part(entries.column(1), index)?))
            };
            format!("{{{}}}", (0..entries.len()).map(pair).collect::<Result<Vec<_>, SqlError>>()?.join(","))
        }
        DataType::Binary => quoted(&STANDARD.encode(column.as_binary::<i32>().value(row))),
        DataType::Null => "null".to_owned(),
        DataType::Float32 if !column.as_primitive::<Float32Type>().value(row).is_finite() => {
            text(column, row, true)?
        }
        DataType::Float64 if !column.as_primitive::<Float64Type>().value(row).is_finite() => {
            text(column, row, true)?
        }
        DataType::Boolean => text(column, row, false)?,
        number if number.is_numeric() => text(column, row, false)?,
        _ => text(column, row, true)?,
    })
}

/// As results write it.
fn text(column: &ArrayRef, row: usize, in_quotes: bool) -> Result<String, SqlError> {
    let text = render::text(column, row)?.unwrap_or_default();
    Ok(if in_quotes { quoted(&text) } else { text })
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
