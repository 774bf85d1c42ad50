//! The files of volumes as copies have left them. A file that is otherwise was changed by somebody: size and time are both
//! what the storage tells, so that no clock is compared with another one.

use std::collections::{BTreeMap, HashMap};

use clxs_api::{FullName, Identifier};
use rusqlite::{Row, params};

use super::Journal;
use crate::Result;
use crate::inventory::FileState;

/// By path in the volume; nothing of those that are being written, or were when a run died.
pub(crate) type CopiedFiles = BTreeMap<String, Option<FileState>>;

/// The size of what is being written.
const BEING_WRITTEN: i64 = -1;

impl Journal {
    /// What is known of all volumes of a destination, by their dotted full names.
    pub(super) fn copied_files(
        &self,
        metastore: &str,
        destination: &Identifier,
    ) -> Result<HashMap<String, CopiedFiles>> {
        let prefix = format!("{}.", destination.to_lowercase().as_str());
        self.read("read what was copied of files", |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT path, size, modified, volume FROM copied_files
                 WHERE metastore = ?1 AND substr(volume, 1, length(?2)) = ?2",
            )?;
            let rows =
                statement.query_map(params![metastore, prefix], |row| Ok((row.get(3)?, file(row)?)))?;
            let mut volumes: HashMap<String, CopiedFiles> = HashMap::new();
            for row in rows {
                let (volume, (path, state)) = row?;
                volumes.entry(volume).or_default().insert(path, state);
            }
            Ok(volumes)
        })
    }

    /// What is known of one volume.
    pub(crate) fn copied_files_of(&self, metastore: &str, volume: &FullName) -> Result<CopiedFiles> {
        self.read("read what was copied of files", |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT path, size, modified FROM copied_files WHERE metastore = ?1 AND volume = ?2",
            )?;
            statement.query_map(params![metastore, volume.dotted()], file)?.collect()
        })
    }

    /// Files are about to be written: until they are noted again, nobody can say what they are.
    pub(crate) fn files_begin<'a>(
        &self,
        metastore: &str,
        volume: &FullName,
        paths: impl Iterator<Item = &'a String>,
    ) -> Result<()> {
        self.write("note that files are copied", |transaction| {
            let mut statement = transaction.prepare_cached(
                "INSERT OR REPLACE INTO copied_files (metastore, volume, path, size, modified)
                 VALUES (?1, ?2, ?3, ?4, 0)",
            )?;
            let volume = volume.dotted();
            for path in paths {
                statement.execute(params![metastore, volume, path, BEING_WRITTEN])?;
            }
            Ok(())
        })
    }

    /// Files were written and are like this now.
    pub(crate) fn files_copied<'a>(
        &self,
        metastore: &str,
        volume: &FullName,
        files: impl Iterator<Item = (&'a String, &'a FileState)>,
    ) -> Result<()> {
        self.write("note what was copied of files", |transaction| {
            let mut statement = transaction.prepare_cached(
                "INSERT OR REPLACE INTO copied_files (metastore, volume, path, size, modified)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?;
            let volume = volume.dotted();
            for (path, file) in files {
                let size = i64::try_from(file.size).unwrap_or(i64::MAX);
                statement.execute(params![metastore, volume, path, size, file.modified])?;
            }
            Ok(())
        })
    }
}

fn file(row: &Row<'_>) -> rusqlite::Result<(String, Option<FileState>)> {
    let (size, modified): (i64, i64) = (row.get(1)?, row.get(2)?);
    // No file has a negative size.
    let file = u64::try_from(size).ok().map(|size| FileState { is_directory: false, size, modified });
    Ok((row.get(0)?, file))
}
