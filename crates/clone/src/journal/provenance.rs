//! Which source table each destination was last cloned from: versions are comparable only while the id of
//! the source is the same (`facts/clone_on_disk.md` §3).

use std::collections::{HashMap, HashSet};

use clxs_api::table::CreateTableConstraint;
use clxs_api::{FullName, Identifier};
use rusqlite::{Transaction, params};

use super::{CopiedFiles, Journal, RunId};
use crate::inventory::Fill;
use crate::plan::CloneTable;
use crate::{Result, Settings};

/// Where a destination has come from.
#[derive(Debug, Clone, Default)]
pub(crate) struct Provenance {
    /// Ids of source tables by the destination's dotted full name.
    pub(crate) tables: HashMap<String, String>,
    /// What is known of the statements that filled tables, by their dotted full names.
    pub(crate) fills: HashMap<String, Fill>,
    /// What copies have left in volumes, by their dotted full names.
    pub(crate) files: HashMap<String, CopiedFiles>,
    /// Keys that tables of the destination lost and that nobody may have made again.
    pub(crate) owed_keys: HashMap<FullName, Vec<CreateTableConstraint>>,
    /// Volumes whose files a run was to copy and none has copied to the end, by their dotted full names.
    pub(crate) open_copies: HashSet<String>,
    /// The newest run to it, where it ended before its plan did.
    pub(crate) ended_early: Option<RunId>,
}

impl Journal {
    /// What this journal knows of a destination; of files, which may be many, only where they are copied.
    pub(crate) fn provenance(&self, metastore: &str, settings: &Settings) -> Result<Provenance> {
        let destination = &settings.destination;
        let tables = self.cloned_tables(metastore, destination)?;
        let copies_files = settings.kinds.volumes && !settings.schema_only;
        let files = if copies_files { self.copied_files(metastore, destination)? } else { HashMap::new() };
        let open_copies = self.open_copies(metastore, destination)?;
        let ended_early = self.ended_early(metastore, destination)?;
        let owed_keys = self.owed_keys(metastore, destination)?;
        Ok(Provenance {
            tables,
            fills: self.fills(metastore, destination)?,
            files,
            owed_keys,
            open_copies,
            ended_early,
        })
    }

    fn cloned_tables(&self, metastore: &str, destination: &Identifier) -> Result<HashMap<String, String>> {
        let prefix = format!("{}.", destination.to_lowercase().as_str());
        self.read("read provenance", |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT destination, source_table_id FROM clones
                 WHERE metastore = ?1 AND substr(destination, 1, length(?2)) = ?2",
            )?;
            let rows =
                statement.query_map(params![metastore, prefix], |row| Ok((row.get(0)?, row.get(1)?)))?;
            rows.collect()
        })
    }
}

/// A table was cloned.
pub(super) fn note(
    transaction: &Transaction<'_>,
    metastore: &str,
    clone: &CloneTable,
) -> rusqlite::Result<()> {
    let Some(source_table_id) = &clone.source_table_id else { return Ok(()) };
    transaction
        .prepare_cached(
            "INSERT OR REPLACE INTO clones (metastore, destination, source_table_id) VALUES (?1, ?2, ?3)",
        )?
        .execute(params![metastore, clone.destination.dotted(), source_table_id])
        .map(drop)
}
