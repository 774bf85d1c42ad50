//! Tables that were dropped: for seven days they can be brought back with their files, grants, tags and guards
//! (<https://docs.databricks.com/sql/language-manual/sql-ref-syntax-ddl-undrop-table.html>).
//!
//! A dropped table is in no catalog, so that nothing that looks by name, place or container finds it.

use rusqlite::{Row, ToSql, params};

use super::{COLUMNS, TableRow};
use crate::metastore::row::now_ms;
use crate::metastore::{Metastore, MetastoreError, SchemaRow, Transaction, WriteIntent};

/// How long a dropped table is kept, ms.
const KEPT_MS: i64 = 7 * 24 * 60 * 60 * 1000;
/// What dropped tables are in instead of a schema.
const PLACE: &str = "dropped";

/// A table that was dropped, as it was.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct DroppedTable {
    pub(crate) table: TableRow,
    /// Milliseconds since 1970-01-01 UTC.
    pub(crate) deleted_at: i64,
}

impl Metastore {
    /// Removes tables that were dropped too long ago, with their folders.
    ///
    /// # Errors
    /// Those of [`Metastore::abandon_writes`].
    #[expect(
        clippy::redundant_closure_for_method_calls,
        reason = "the methods hold for one lifetime, closures for all"
    )]
    pub(crate) async fn purge_dropped_tables(&self) -> Result<(), MetastoreError> {
        if self.read(|tx| tx.has_expired_tables()).await? {
            let intents = self.write(|tx| tx.purge_dropped_tables()).await?;
            self.abandon_writes(intents).await?;
        }
        Ok(())
    }
}

impl Transaction<'_> {
    /// Drops a table that can be brought back. Its keys go at once, and those that point to it.
    pub(crate) fn set_aside_table(&self, row: &TableRow) -> Result<(), MetastoreError> {
        self.inner.execute("DELETE FROM table_keys WHERE table_id = ?1 OR parent_id = ?1", [&row.id])?;
        self.inner.execute(
            "INSERT OR IGNORE INTO securables
             SELECT ?1, NULL, 'DROPPED', ?1, 1, owner, NULL, '{}', created_at, owner, created_at, owner, '{}' FROM metastore",
            [PLACE],
        )?;
        self.inner.execute(
            "INSERT INTO dropped_tables (table_id, schema_id, name, deleted_at) VALUES (?1, ?2, ?3, ?4)",
            params![row.id, row.schema_id, row.name.as_str(), now_ms()],
        )?;
        self.inner.execute("UPDATE tables SET schema_id = ?2, name = id WHERE id = ?1", [&row.id, PLACE])?;
        Ok(())
    }

    /// Those of a schema, the one that was dropped last first.
    pub(crate) fn dropped_tables(&self, schema: &SchemaRow) -> Result<Vec<DroppedTable>, MetastoreError> {
        let condition =
            "WHERE d.schema_id = ?1 AND d.deleted_at > ?2 ORDER BY d.deleted_at DESC, d.rowid DESC";
        self.dropped(condition, params![schema.id, now_ms() - KEPT_MS])
    }

    /// The one of this id.
    pub(crate) fn dropped_table(&self, id: &str) -> Result<Option<DroppedTable>, MetastoreError> {
        let found =
            self.dropped("WHERE d.table_id = ?1 AND d.deleted_at > ?2", params![id, now_ms() - KEPT_MS])?;
        Ok(found.into_iter().next())
    }

    /// Puts a table back to where it was.
    ///
    /// # Errors
    /// [`MetastoreError::AlreadyExists`] when the name is taken.
    pub(crate) fn bring_back_table(&self, table: &TableRow) -> Result<(), MetastoreError> {
        self.update_table(table)?;
        self.inner.execute("DELETE FROM dropped_tables WHERE table_id = ?1", [&table.id])?;
        Ok(())
    }

    /// Whether there is a table of this id, though it be dropped.
    pub(in crate::metastore) fn keeps_table(&self, id: &str) -> Result<bool, MetastoreError> {
        Ok(self.inner.prepare_cached("SELECT 1 FROM tables WHERE id = ?1")?.exists([id])?)
    }

    /// Whether there are some that were dropped too long ago.
    fn has_expired_tables(&self) -> Result<bool, MetastoreError> {
        let mut statement =
            self.inner.prepare_cached("SELECT 1 FROM dropped_tables WHERE deleted_at <= ?1 LIMIT 1")?;
        Ok(statement.exists([now_ms() - KEPT_MS])?)
    }

    /// Removes those that were dropped too long ago; the intents are for their folders, as by
    /// [`Transaction::delete_table`].
    pub(crate) fn purge_dropped_tables(&self) -> Result<Vec<WriteIntent>, MetastoreError> {
        let expired = self.dropped("WHERE d.deleted_at <= ?1", params![now_ms() - KEPT_MS])?;
        let intents = expired.iter().map(|dropped| self.delete_table(&dropped.table));
        Ok(intents.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
    }

    fn dropped(&self, condition: &str, values: &[&dyn ToSql]) -> Result<Vec<DroppedTable>, MetastoreError> {
        let columns = COLUMNS.map(|column| match column {
            "schema_id" | "name" => format!("d.{column}"),
            other => format!("t.{other}"),
        });
        let query = format!(
            "SELECT c.name, s.name, {}, d.deleted_at FROM dropped_tables d JOIN tables t ON t.id = d.table_id
             JOIN securables s ON s.id = d.schema_id JOIN securables c ON c.id = s.parent_id {condition}",
            columns.join(", ")
        );
        let mut statement = self.inner.prepare_cached(&query)?;
        let read = |row: &Row<'_>| {
            Ok(DroppedTable { table: self.read_table(row)?, deleted_at: row.get(COLUMNS.len() + 2)? })
        };
        Ok(statement.query_map(values, read)?.collect::<Result<_, _>>()?)
    }
}
