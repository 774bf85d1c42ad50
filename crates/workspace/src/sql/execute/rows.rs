//! Results made by hand: columns with their types, and rows of texts.

use chrono::{DateTime, SecondsFormat};
use serde_json::{Map, Value};

use super::types::result_column;
use crate::delta::schema::{DataType, MapType};
use crate::warehouse::{Row, StatementResult};

/// A result with these columns.
pub(super) fn result(columns: Vec<(&str, DataType)>, rows: Vec<Row>) -> StatementResult {
    let columns = columns.into_iter().enumerate();
    let columns = columns.map(|(position, (name, data_type))| result_column(position, name, &data_type));
    StatementResult { columns: columns.collect(), rows: rows.into() }
}

/// A result whose columns are all texts.
pub(super) fn text_result<const N: usize>(columns: [&str; N], rows: Vec<[String; N]>) -> StatementResult {
    let columns = columns.into_iter().map(|name| (name, DataType::STRING)).collect();
    result(columns, rows.into_iter().map(|row| row.into_iter().map(Some).collect()).collect())
}

/// The result of a statement that counts: BIGINT columns, one row (facts/settled.md §5, §6).
pub(super) fn counts<const N: usize>(counted: [(&str, i64); N]) -> StatementResult {
    let columns = counted.iter().map(|(name, _)| (*name, DataType::LONG)).collect();
    result(columns, vec![counted.iter().map(|(_, count)| Some(count.to_string())).collect()])
}

/// `MAP<STRING, STRING>`
pub(super) fn text_map_type() -> DataType {
    MapType::new(DataType::STRING, DataType::STRING, true).into()
}

/// A map of texts as results carry it: a JSON object.
pub(super) fn text_map<'a>(entries: impl IntoIterator<Item = (&'a String, &'a String)>) -> String {
    let entries = entries.into_iter().map(|(key, value)| (key.clone(), Value::String(value.clone())));
    Value::Object(entries.collect::<Map<_, _>>()).to_string()
}

/// An array of texts as results carry it: a JSON array.
pub(super) fn text_array<'a>(items: impl IntoIterator<Item = &'a String>) -> String {
    Value::Array(items.into_iter().map(|item| Value::String(item.clone())).collect()).to_string()
}

/// A timestamp in ms as results carry it (facts/settled.md §6).
pub(super) fn timestamp(millis: i64) -> Option<String> {
    DateTime::from_timestamp_millis(millis).map(|at| at.to_rfc3339_opts(SecondsFormat::Millis, true))
}

/// A timestamp in ms as `DESCRIBE TABLE EXTENDED` writes it: `Wed Sep 30 20:19:27 UTC 2026`.
pub(super) fn readable_timestamp(millis: i64) -> String {
    DateTime::from_timestamp_millis(millis)
        .map(|at| at.format("%a %b %d %H:%M:%S UTC %Y").to_string())
        .unwrap_or_default()
}
