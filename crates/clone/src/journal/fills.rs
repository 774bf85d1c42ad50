//! Statements that fill tables with rows: the history of a table does not tell its own writes from those of others.

use std::collections::HashMap;

use clxs_api::{FullName, Identifier};
use rusqlite::{OptionalExtension, Row, Transaction, params};

use super::{Journal, RunId};
use crate::Result;
use crate::inventory::{Fill, FillStage};
use crate::plan::StepId;

const SENT: &str = "sent";
const LANDED: &str = "landed";
const TRUSTED: &str = "trusted";

impl Journal {
    /// The newest of each table of a destination, by the dotted full names of the tables.
    pub(super) fn fills(&self, metastore: &str, destination: &Identifier) -> Result<HashMap<String, Fill>> {
        let prefix = format!("{}.", destination.to_lowercase().as_str());
        self.read("read what filled tables", |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT destination, after_version, stage FROM fills
                 WHERE metastore = ?1 AND substr(destination, 1, length(?2)) = ?2",
            )?;
            let rows =
                statement.query_map(params![metastore, prefix], |row| Ok((row.get(0)?, fill(row, 1)?)))?;
            rows.collect()
        })
    }

    /// The newest of a table.
    pub(crate) fn fill(&self, metastore: &str, table: &FullName) -> Result<Option<Fill>> {
        self.read("read what filled a table", |connection| {
            let mut statement = connection.prepare_cached(
                "SELECT after_version, stage FROM fills WHERE metastore = ?1 AND destination = ?2",
            )?;
            statement.query_row(params![metastore, key(table)], |row| fill(row, 0)).optional()
        })
    }

    /// One is about to be sent, upon this version of its table. Where nobody tells the version, what is written from now on
    /// cannot be told from what others write.
    pub(crate) fn fill_begins(
        &self,
        (metastore, table): (&str, &FullName),
        (run, step): (&RunId, StepId),
        version: Option<u64>,
    ) -> Result<()> {
        let version = version.and_then(|version| i64::try_from(version).ok());
        let Some(version) = version else { return self.forget_fill(metastore, table) };
        self.write("note what fills a table", |transaction| {
            transaction
                .prepare_cached(
                    "INSERT OR REPLACE INTO fills (metastore, destination, run, step, after_version, stage)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                )?
                .execute(params![metastore, key(table), run.as_str(), step.0, version, SENT])
                .map(drop)
        })
    }

    /// It brought its rows.
    pub(crate) fn fill_landed(&self, run: &RunId, step: StepId) -> Result<()> {
        self.write("note that a table was filled", |transaction| set_stage(transaction, (run, step), LANDED))
    }

    /// A new table of that name is about to be made: nothing that filled an earlier one filled it.
    pub(crate) fn forget_fill(&self, metastore: &str, table: &FullName) -> Result<()> {
        self.write("forget what filled a table", |transaction| {
            let mut forget =
                transaction.prepare_cached("DELETE FROM fills WHERE metastore = ?1 AND destination = ?2")?;
            forget.execute(params![metastore, key(table)]).map(drop)
        })
    }
}

/// A step ended well.
pub(super) fn end(transaction: &Transaction<'_>, run: &RunId, step: StepId) -> rusqlite::Result<()> {
    set_stage(transaction, (run, step), TRUSTED)
}

fn set_stage(
    transaction: &Transaction<'_>,
    (run, step): (&RunId, StepId),
    stage: &str,
) -> rusqlite::Result<()> {
    let mut set = transaction.prepare_cached("UPDATE fills SET stage = ?3 WHERE run = ?1 AND step = ?2")?;
    set.execute(params![run.as_str(), step.0, stage]).map(drop)
}

fn key(table: &FullName) -> String {
    table.to_lowercase().dotted()
}

/// A stage that this version does not know proves nothing.
fn fill(row: &Row<'_>, first: usize) -> rusqlite::Result<Fill> {
    let (after, stage): (i64, String) = (row.get(first)?, row.get(first + 1)?);
    let stage = match stage.as_str() {
        LANDED => FillStage::Landed,
        TRUSTED => FillStage::Trusted,
        _ => FillStage::Sent,
    };
    Ok(Fill { after: u64::try_from(after).unwrap_or(0), stage })
}
