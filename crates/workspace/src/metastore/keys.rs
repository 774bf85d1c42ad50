//! Primary and foreign keys of tables as they are stored: the platform informs of them and enforces none.

use clxs_api::{FullName, Identifier};
use rusqlite::{Row, ToSql, params};
use serde::{Deserialize, Serialize};

use super::row::{identifier, json, json_text};
use super::{CatalogRow, MetastoreError, TableRow, Transaction};

/// A key of a table.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Key {
    pub(crate) name: Identifier,
    pub(crate) table_id: String,
    pub(crate) definition: KeyDefinition,
    /// The table that a foreign key points to; absent for a primary key.
    pub(crate) parent: Option<KeyParent>,
}

/// The table that a foreign key points to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct KeyParent {
    pub(crate) id: String,
    pub(crate) full_name: FullName,
}

/// What a key says of its columns.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct KeyDefinition {
    pub(crate) columns: Vec<String>,
    /// The columns of a primary key marked `TIMESERIES`.
    pub(crate) timeseries: Vec<String>,
    /// The columns that a foreign key points to.
    pub(crate) parent_columns: Vec<String>,
    pub(crate) rely: bool,
}

impl Key {
    /// Whether it is a primary key.
    pub(crate) fn is_primary(&self) -> bool {
        self.parent.is_none()
    }

    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let parent: Option<String> = row.get(3)?;
        let parent = parent.map(|id| {
            let full_name = FullName::of_catalog(identifier(row, 4)?)
                .child(identifier(row, 5)?)
                .child(identifier(row, 6)?);
            Ok::<_, rusqlite::Error>(KeyParent { id, full_name })
        });
        Ok(Self {
            table_id: row.get(0)?,
            name: identifier(row, 1)?,
            definition: json(row, 2)?,
            parent: parent.transpose()?,
        })
    }
}

const SELECT: &str = "SELECT k.table_id, k.name, k.definition, k.parent_id, pc.name, ps.name, p.name
    FROM table_keys k LEFT JOIN tables p ON p.id = k.parent_id
    LEFT JOIN securables ps ON ps.id = p.schema_id LEFT JOIN securables pc ON pc.id = ps.parent_id";

impl Transaction<'_> {
    /// The keys of a table: the primary key first, then foreign keys by name.
    pub(crate) fn keys_of(&self, table: &TableRow) -> Result<Vec<Key>, MetastoreError> {
        self.keys("WHERE k.table_id = ?1 ORDER BY k.parent_id IS NOT NULL, k.name", &[&table.id])
    }

    /// The keys of all tables of a catalog.
    pub(crate) fn keys_in_catalog(&self, catalog: &CatalogRow) -> Result<Vec<Key>, MetastoreError> {
        let tables =
            "SELECT t.id FROM tables t JOIN securables s ON s.id = t.schema_id WHERE s.parent_id = ?1";
        let condition =
            format!("WHERE k.table_id IN ({tables}) ORDER BY k.table_id, k.parent_id IS NOT NULL, k.name");
        self.keys(&condition, &[&catalog.id])
    }

    /// The foreign keys that point to a table.
    pub(crate) fn keys_pointing_to(&self, table_id: &str) -> Result<Vec<Key>, MetastoreError> {
        self.keys("WHERE k.parent_id = ?1 ORDER BY k.name", &[&table_id])
    }

    /// The key of this name on any table of the schema, if there is one.
    pub(crate) fn key_in_schema(
        &self,
        schema_id: &str,
        name: &Identifier,
    ) -> Result<Option<Key>, MetastoreError> {
        let condition = "WHERE k.name = ?2 AND k.table_id IN (SELECT id FROM tables WHERE schema_id = ?1)";
        Ok(self.keys(condition, &[&schema_id, &name.as_str()])?.into_iter().next())
    }

    /// Adds a key.
    pub(crate) fn insert_key(&self, key: &Key) -> Result<(), MetastoreError> {
        self.inner.execute(
            "INSERT INTO table_keys (table_id, name, parent_id, definition) VALUES (?1, ?2, ?3, ?4)",
            params![
                key.table_id,
                key.name.as_str(),
                key.parent.as_ref().map(|parent| &parent.id),
                json_text(&key.definition)?
            ],
        )?;
        Ok(())
    }

    /// Removes a key.
    pub(crate) fn delete_key(&self, key: &Key) -> Result<(), MetastoreError> {
        let statement = "DELETE FROM table_keys WHERE table_id = ?1 AND name = ?2";
        self.inner.execute(statement, params![key.table_id, key.name.as_str()])?;
        Ok(())
    }

    fn keys(&self, condition: &str, values: &[&dyn ToSql]) -> Result<Vec<Key>, MetastoreError> {
        let mut statement = self.inner.prepare_cached(&format!("{SELECT} {condition}"))?;
        let rows = statement.query_map(values, Key::read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
