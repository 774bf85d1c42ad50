//! Intents: what makes writing a table crash-safe.
//!
//! Files and the metastore cannot change in one step. So an intent is recorded before the files of a table
//! are written, and deleted in the transaction that writes the table's row. When a process dies between, its
//! intent stays and says what to do: without a row nobody ever saw the table and its folder goes; with a row
//! the Delta log decides what the table is, and the row must be read from it again.
//! Dropping is the same the other way: the row goes with an intent for the folder.

use std::sync::Arc;

use rusqlite::{Row, params};

use super::location::folder_path;
use super::row::now_ms;
use super::{Metastore, MetastoreError, TableRow, Transaction};

/// Whose the folder of a table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Folder {
    /// The workspace's: it goes when there is no row for it.
    Owned,
    /// Somebody's: it is never removed.
    Foreign,
}

/// A write to a table's files that has begun.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "end it with the row it is for, or abandon it"]
pub(crate) struct WriteIntent {
    id: i64,
    pub(crate) table_id: String,
    /// A `file://` URL.
    pub(crate) location: String,
    folder: Folder,
}

/// A write of a process that died, to a table that is there.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct InterruptedWrite {
    /// To be ended in the transaction that updates the row.
    pub(crate) intent: WriteIntent,
    /// The row, which may be older than the table's Delta log.
    pub(crate) table: TableRow,
}

impl Transaction<'_> {
    /// Records that the files of a table are about to be written.
    pub(crate) fn begin_write(
        &self,
        table_id: &str,
        location: &str,
        folder: Folder,
    ) -> Result<WriteIntent, MetastoreError> {
        self.inner.execute(
            "INSERT INTO pending_writes (table_id, location, owns_folder, writer, started_at)
             VALUES (?1, ?2, ?3, ?4, ?5)",
            params![
                table_id,
                self.shared.managed.stored(location),
                folder == Folder::Owned,
                self.shared.writer.id(),
                now_ms(),
            ],
        )?;
        let id = self.inner.last_insert_rowid();
        Ok(WriteIntent { id, table_id: table_id.to_owned(), location: location.to_owned(), folder })
    }

    /// Records that the row of the table says what its files say.
    pub(crate) fn end_write(&self, intent: &WriteIntent) -> Result<(), MetastoreError> {
        self.inner.execute("DELETE FROM pending_writes WHERE id = ?1", [intent.id])?;
        Ok(())
    }

    fn writes(&self) -> Result<Vec<(WriteIntent, String)>, MetastoreError> {
        let query = "SELECT id, table_id, location, owns_folder, writer FROM pending_writes ORDER BY id";
        let mut statement = self.inner.prepare_cached(query)?;
        let rows = statement.query_map([], |row| Ok((self.read_intent(row)?, row.get(4)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn read_intent(&self, row: &Row<'_>) -> rusqlite::Result<WriteIntent> {
        Ok(WriteIntent {
            id: row.get(0)?,
            table_id: row.get(1)?,
            location: self.shared.managed.resolve(row.get(2)?),
            folder: if row.get(3)? { Folder::Owned } else { Folder::Foreign },
        })
    }
}

impl Metastore {
    /// [`Transaction::begin_write`] in a transaction of its own, which is what makes it safe.
    pub(crate) async fn begin_write(
        &self,
        table_id: &str,
        location: &str,
        folder: Folder,
    ) -> Result<WriteIntent, MetastoreError> {
        let (table_id, location) = (table_id.to_owned(), location.to_owned());
        self.write(move |tx| tx.begin_write(&table_id, &location, folder)).await
    }

    /// Ends writes that failed, and drops whose rows are gone: removes the folders that are the workspace's and
    /// no table's, then forgets the intents. Folders go when it is durable that their rows have gone, so that no power
    /// loss brings a table back without its files.
    ///
    /// # Errors
    /// [`MetastoreError::Storage`] when a folder cannot be removed; its intent stays, and the next opening of
    /// the workspace tries again.
    pub(crate) async fn abandon_writes(&self, intents: Vec<WriteIntent>) -> Result<(), MetastoreError> {
        if intents.is_empty() {
            return Ok(());
        }
        let orphaned = self.orphaned(intents.clone()).await?;
        if !orphaned.is_empty() {
            let shared = Arc::clone(&self.shared);
            let remove = move || shared.sync().and_then(|()| orphaned.iter().try_for_each(remove_folder));
            super::run(remove).await?;
        }
        self.write(move |tx| intents.iter().try_for_each(|intent| tx.end_write(intent))).await
    }

    /// Settles the writes of processes that died: removes what they left of tables that never came to be, and
    /// returns those to tables that are there.
    ///
    /// # Errors
    /// Those of [`Metastore::abandon_writes`].
    pub(crate) async fn settle_dead_writes(&self) -> Result<Vec<InterruptedWrite>, MetastoreError> {
        let (interrupted, abandoned) = self.read(dead_writes).await?;
        self.abandon_writes(abandoned).await?;
        Ok(interrupted)
    }

    /// Those whose folder is the workspace's and no table's, of dropped ones neither.
    async fn orphaned(&self, intents: Vec<WriteIntent>) -> Result<Vec<WriteIntent>, MetastoreError> {
        self.read(move |tx| {
            let mut orphaned = Vec::new();
            for intent in intents {
                if intent.folder == Folder::Owned && !tx.keeps_table(&intent.table_id)? {
                    orphaned.push(intent);
                }
            }
            Ok(orphaned)
        })
        .await
    }
}

/// The writes of processes that died: those to tables that are there, and the others.
fn dead_writes(tx: &Transaction<'_>) -> Result<(Vec<InterruptedWrite>, Vec<WriteIntent>), MetastoreError> {
    let (mut interrupted, mut abandoned) = (Vec::new(), Vec::new());
    for (intent, writer) in tx.writes()? {
        if tx.shared.writer.is_alive(&writer)? {
            continue;
        }
        match tx.table_by_id(&intent.table_id)? {
            Some(table) => interrupted.push(InterruptedWrite { intent, table }),
            None => abandoned.push(intent),
        }
    }
    Ok((interrupted, abandoned))
}

fn remove_folder(intent: &WriteIntent) -> Result<(), MetastoreError> {
    match fs_err::remove_dir_all(folder_path(&intent.location)?) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}
