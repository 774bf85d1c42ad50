//! What rows of all kinds share: ids, times, and reading typed columns.

use chrono::Utc;
use clxs_api::Identifier;
use rusqlite::Row;
use rusqlite::types::Type;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::MetastoreError;

/// When and by whom a securable was made and last changed. Times are ms since 1970-01-01 UTC.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Audit {
    pub(crate) created_at: i64,
    pub(crate) created_by: String,
    pub(crate) updated_at: i64,
    pub(crate) updated_by: String,
}

impl Audit {
    /// Made now by this principal.
    pub(crate) fn now(by: &str) -> Self {
        let now = now_ms();
        Self { created_at: now, created_by: by.to_owned(), updated_at: now, updated_by: by.to_owned() }
    }

    /// Changed now by this principal.
    pub(crate) fn touch(&mut self, by: &str) {
        self.updated_at = now_ms();
        by.clone_into(&mut self.updated_by);
    }

    /// Reads the four columns that start at `first`.
    pub(super) fn read(row: &Row<'_>, first: usize) -> rusqlite::Result<Self> {
        Ok(Self {
            created_at: row.get(first)?,
            created_by: row.get(first + 1)?,
            updated_at: row.get(first + 2)?,
            updated_by: row.get(first + 3)?,
        })
    }
}

/// A new id of a securable.
pub(crate) fn new_id() -> String {
    Uuid::new_v4().to_string()
}

/// The time in ms since 1970-01-01 UTC.
pub(crate) fn now_ms() -> i64 {
    Utc::now().timestamp_millis()
}

/// Reads a name.
pub(super) fn identifier(row: &Row<'_>, column: usize) -> rusqlite::Result<Identifier> {
    Identifier::new(row.get::<_, String>(column)?)
        .map_err(|source| rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(source)))
}

/// Reads a JSON column.
pub(super) fn json<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let text = row.get_ref(column)?.as_str()?;
    serde_json::from_str(text)
        .map_err(|source| rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(source)))
}

/// Writes a JSON column.
pub(super) fn json_text<T: Serialize>(value: &T) -> Result<String, MetastoreError> {
    serde_json::to_string(value)
        .map_err(|source| MetastoreError::Database(rusqlite::Error::ToSqlConversionFailure(Box::new(source))))
}

/// The values of an `INSERT` into these columns: `?1, ?2 …`
pub(super) fn placeholders(columns: &[&str]) -> String {
    let numbers = (1..=columns.len()).map(|number| format!("?{number}"));
    numbers.collect::<Vec<_>>().join(", ")
}

/// The `SET` of an `UPDATE` with the values of [`placeholders`]; the first column is the id and stays.
pub(super) fn assignments(columns: &[&str]) -> String {
    let columns = columns.iter().zip(1..).skip(1).map(|(column, number)| format!("{column} = ?{number}"));
    columns.collect::<Vec<_>>().join(", ")
}
