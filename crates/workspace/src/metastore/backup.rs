//! Copying the metastore while it is used, and looking at a copy.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use super::location::MANAGED;
use super::{Metastore, MetastoreError, connect};

impl Metastore {
    /// Copies the database into a new file and does `meanwhile`, while no write of a table can begin or end.
    /// Returns the full names and locations of the tables that do not lie under the managed root.
    ///
    /// # Errors
    /// Those of `meanwhile`, and [`MetastoreError::Database`].
    pub(crate) async fn freeze<F>(
        &self,
        copy: PathBuf,
        meanwhile: F,
    ) -> Result<Vec<(String, String)>, MetastoreError>
    where
        F: FnOnce() -> std::io::Result<()> + Send + 'static,
    {
        let database = self.shared.database.clone();
        self.write(move |_| {
            // A connection of its own: the database is not copied from within a transaction.
            let source =
                connect(&database, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
            source.execute("VACUUM INTO ?1", [copy.to_string_lossy()])?;
            meanwhile()?;
            let copy = Connection::open(&copy)?;
            forget_foreign_writes(&copy)?;
            external_tables(&copy)
        })
        .await
    }
}

/// What is written elsewhere belongs to the workspace that the copy is of: the copy must not settle it.
fn forget_foreign_writes(copy: &Connection) -> Result<(), MetastoreError> {
    copy.execute("DELETE FROM pending_writes WHERE location NOT LIKE ?1 || '/%'", [MANAGED])?;
    Ok(())
}

fn external_tables(copy: &Connection) -> Result<Vec<(String, String)>, MetastoreError> {
    let query = "SELECT c.name || '.' || s.name || '.' || t.name, t.location FROM tables t
                 JOIN securables s ON s.id = t.schema_id JOIN securables c ON c.id = s.parent_id
                 WHERE t.location NOT LIKE ?1 || '/%' ORDER BY 1";
    let mut statement = copy.prepare(query)?;
    let rows = statement.query_map([MANAGED], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Checks that a database is whole, in form and in what refers to what.
///
/// # Errors
/// [`MetastoreError::Database`] when it cannot be read, [`MetastoreError::InvalidParameter`] saying what is wrong.
pub(crate) fn require_whole(database: &Path) -> Result<(), MetastoreError> {
    let connection = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let found: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
    if found != "ok" {
        return Err(MetastoreError::invalid(format!("The metastore is damaged: {found}")));
    }
    let dangling = connection.prepare("PRAGMA foreign_key_check")?.exists([])?;
    if dangling {
        return Err(MetastoreError::invalid(
            "The metastore refers to rows that it does not have.".to_owned(),
        ));
    }
    Ok(())
}
