//! Texts that hold JSON.

use datafusion::arrow::datatypes::DataType;
use datafusion::common::ScalarValue;
use serde_json::Value;

use super::definition::Parameter::{Any, Text};
use super::definition::{Definition, Output};
use super::row::{NULL, array, array_of, count, text};
use crate::sql::SqlError;

mod read;
mod write;

pub(super) const FUNCTIONS: &[Definition] = &[
    Definition::rows(&["from_json"], &[Text, Text], Output::Of(|_, known| read::schema(known)), read::read),
    Definition::rows(
        &["to_json"],
        &[Any],
        Output::Of(|types, _| write::require_container(&types[0])),
        |row| text(write::written(row.value(0))?),
    ),
    Definition::rows(&["schema_of_json"], &[Text], Output::Type(DataType::Utf8), |row| {
        match serde_json::from_str::<Value>(row.text(0)) {
            Ok(value) => text(read::schema_of(&value).text()),
            Err(_) => text("STRING"),
        }
    }),
    Definition::rows(&["get_json_object"], &[Text, Text], Output::Type(DataType::Utf8), |row| {
        let Ok(value) = serde_json::from_str::<Value>(row.text(0)) else { return NULL };
        match found(&value, row.text(1))? {
            None | Some(Value::Null) => NULL,
            Some(Value::String(value)) => text(value.clone()),
            Some(value) => text(value.to_string()),
        }
    }),
    Definition::rows(&["json_array_length"], &[Text], Output::Type(DataType::Int32), |row| {
        match serde_json::from_str(row.text(0)) {
            Ok(Value::Array(items)) => count(items.len()),
            _ => NULL,
        }
    }),
    Definition::rows(
        &["json_object_keys"],
        &[Text],
        Output::Of(|_, _| Ok(array_of(DataType::Utf8))),
        |row| match serde_json::from_str(row.text(0)) {
            Ok(Value::Object(fields)) => {
                array(fields.keys().map(|key| ScalarValue::from(key.as_str())).collect(), row.result())
            }
            _ => NULL,
        },
    ),
];

/// What a path of names and positions leads to.
///
/// # Errors
/// `UNSUPPORTED_FEATURE` for `*` and `..`, which may lead to many.
fn found<'a>(value: &'a Value, path: &str) -> Result<Option<&'a Value>, SqlError> {
    if path.contains('*') || path.contains("..") {
        return Err(SqlError::unsupported(format!("the JSON path '{path}'")));
    }
    let Some(mut rest) = path.strip_prefix('$') else { return Ok(None) };
    let mut value = Some(value);
    while !rest.is_empty() {
        let step = if let Some(name) = rest.strip_prefix('.') {
            let end = name.find(['.', '[']).unwrap_or(name.len());
            let (name, after) = name.split_at(end);
            rest = after;
            value.and_then(|value| value.get(name))
        } else {
            let Some((index, after)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) else {
                return Ok(None);
            };
            rest = after;
            match index.strip_prefix('\'').and_then(|name| name.strip_suffix('\'')) {
                Some(name) => value.and_then(|value| value.get(name)),
                None => {
                    index.parse::<usize>().ok().and_then(|index| value.and_then(|value| value.get(index)))
                }
            }
        };
        value = step;
    }
    Ok(value)
}
