//! The files of volumes as copies have left them, and what copies were about to write. A file that is otherwise was changed by
//! somebody: size and time are both what the storage tells, so that no clock is compared with another one.

use std::collections::{BTreeMap, HashMap};

use clxs_api::{FullName, Identifier};
use rusqlite::{Row, params};

use super::Journal;
use crate::Result;
use crate::inventory::{CopiedFile, FileState};

/// By path in the volume.
pub(crate) type CopiedFiles = BTreeMap<String, CopiedFile>;

/// The size of what no copy is known to have left.
const UNKNOWN: i64 = -1;

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
                "SELECT path, size, modified, begun_size, begun_modified, volume FROM copied_files
                 WHERE metastore = ?1 AND substr(volume, 1, length(?2)) = ?2",
            )?;
            let rows =
                statement.query_map(params![metastore, prefix], |row| Ok((row.get(5)?, file(row)?)))?;
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
                "SELECT path, size, modified, begun_size, begun_modified FROM copied_files
                 WHERE metastore = ?1 AND volume = ?2",
            )?;
            statement.query_map(params![metastore, volume.dotted()], file)?.collect()
        })
    }

    /// Files are about to be written, of these of the source. How they were left before is still known: nobody can say yet
    /// whether they are replaced.
    pub(crate) fn files_begin<'a>(
        &self,
        metastore: &str,
        volume: &FullName,
        files: impl Iterator<Item = (&'a String, &'a FileState)>,
    ) -> Result<()> {
        self.write("note that files are copied", |transaction| {
            let mut statement = transaction.prepare_cached(
                "INSERT INTO copied_files (metastore, volume, path, size, modified, begun_size, begun_modified)
                 VALUES (?1, ?2, ?3, ?4, 0, ?5, ?6)
                 ON CONFLICT (metastore, volume, path) DO UPDATE SET begun_size = ?5, begun_modified = ?6",
            )?;
            let volume = volume.dotted();
            for (path, file) in files {
                statement.execute(params![metastore, volume, path, UNKNOWN, size_of(file), file.modified])?;
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
                statement.execute(params![metastore, volume, path, size_of(file), file.modified])?;
            }
            Ok(())
        })
    }
}

fn size_of(file: &FileState) -> i64 {
    i64::try_from(file.size).unwrap_or(i64::MAX)
}

fn file(row: &Row<'_>) -> rusqlite::Result<(String, CopiedFile)> {
    // No file has a negative size.
    let state = |size: Option<i64>, modified: Option<i64>| {
        let (size, modified) = (u64::try_from(size?).ok()?, modified?);
        Some(FileState { is_directory: false, size, modified })
    };
    let left = state(row.get(1)?, row.get(2)?);
    Ok((row.get(0)?, CopiedFile { left, begun: state(row.get(3)?, row.get(4)?) }))
}
