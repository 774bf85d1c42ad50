//! The tables of the journal, and how older journals get them.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use super::failed;
use crate::{Error, Result};

/// Each entry brings a journal from the version of its place to the next one. Entries are never changed,
/// only added.
const MIGRATIONS: &[&str] = &[
    "
    CREATE TABLE runs (
        id TEXT PRIMARY KEY,
        metastore TEXT NOT NULL,
        source TEXT NOT NULL,
        destination TEXT NOT NULL,
        state TEXT NOT NULL,
        settings TEXT NOT NULL,
        process INTEGER NOT NULL,
        host TEXT NOT NULL,
        started_at INTEGER NOT NULL,
        finished_at INTEGER,
        counts TEXT
    ) STRICT;
    CREATE INDEX runs_by_destination ON runs (metastore, destination, state);

    CREATE TABLE plans (
        run TEXT PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
        plan TEXT NOT NULL
    ) STRICT;

    -- A step is here from the moment it is about to be done. Without an outcome it is in flight.
    CREATE TABLE steps (
        run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        step INTEGER NOT NULL,
        started_at INTEGER NOT NULL,
        finished_at INTEGER,
        retries INTEGER NOT NULL DEFAULT 0,
        version_before INTEGER,
        outcome TEXT,
        PRIMARY KEY (run, step)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE statements (
        run TEXT NOT NULL,
        step INTEGER NOT NULL,
        id TEXT NOT NULL,
        PRIMARY KEY (run, step, id),
        FOREIGN KEY (run, step) REFERENCES steps (run, step) ON DELETE CASCADE
    ) STRICT, WITHOUT ROWID;

    -- The rows say who holds a lease; whether it is held says the lock of the operating system.
    CREATE TABLE leases (
        id INTEGER PRIMARY KEY,
        metastore TEXT NOT NULL,
        destination TEXT NOT NULL,
        run TEXT NOT NULL DEFAULT '',
        process INTEGER NOT NULL DEFAULT 0,
        host TEXT NOT NULL DEFAULT '',
        UNIQUE (metastore, destination)
    ) STRICT;

    -- The source table that each destination was last cloned from.
    CREATE TABLE clones (
        metastore TEXT NOT NULL,
        destination TEXT NOT NULL,
        source TEXT NOT NULL,
        source_table_id TEXT NOT NULL,
        run TEXT NOT NULL,
        PRIMARY KEY (metastore, destination)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE snapshots (
        metastore TEXT NOT NULL,
        catalog TEXT NOT NULL,
        name TEXT NOT NULL,
        captured_at INTEGER NOT NULL,
        versions TEXT NOT NULL,
        PRIMARY KEY (metastore, catalog, name)
    ) STRICT, WITHOUT ROWID;
",
    "
    -- Ids say nothing about the order in which the statements of a step were sent.
    ALTER TABLE statements ADD COLUMN place INTEGER NOT NULL DEFAULT 0;

    -- A step is in flight until it has finished; an outcome before that says why nobody could be asked.
    CREATE INDEX steps_in_flight ON steps (run) WHERE finished_at IS NULL;
",
    "
    -- The run that a rollback undoes.
    ALTER TABLE runs ADD COLUMN undoes TEXT;
    CREATE INDEX statements_by_id ON statements (id);
    -- The limit that stopped a run.
    ALTER TABLE runs ADD COLUMN abort_reason TEXT;
    -- A try of the step may have done its work although nobody heard of it.
    ALTER TABLE steps ADD COLUMN in_doubt INTEGER NOT NULL DEFAULT 0;
",
    "
    -- The files of volumes as copies have left them.
    CREATE TABLE copied_files (
        metastore TEXT NOT NULL,
        volume TEXT NOT NULL,
        path TEXT NOT NULL,
        size INTEGER NOT NULL,
        modified INTEGER NOT NULL,
        PRIMARY KEY (metastore, volume, path)
    ) STRICT, WITHOUT ROWID;
",
    "
    -- The warehouses that a run has sent its statements to.
    CREATE TABLE run_warehouses (
        run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        warehouse TEXT NOT NULL,
        PRIMARY KEY (run, warehouse)
    ) STRICT, WITHOUT ROWID;

    -- What nothing read.
    ALTER TABLE steps DROP COLUMN version_before;
    ALTER TABLE clones DROP COLUMN source;
    ALTER TABLE clones DROP COLUMN run;
    DROP TABLE snapshots;
",
    "
    -- The steps that were to copy the files of volumes, until one has.
    CREATE TABLE open_copies (
        metastore TEXT NOT NULL,
        volume TEXT NOT NULL,
        run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        step INTEGER NOT NULL,
        PRIMARY KEY (metastore, volume)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX open_copies_by_step ON open_copies (run, step);

    -- The source's file that a copy was about to write; nothing once it has.
    ALTER TABLE copied_files ADD COLUMN begun_size INTEGER;
    ALTER TABLE copied_files ADD COLUMN begun_modified INTEGER;
",
    "
    -- Of each table that is filled with rows the newest statement for that: upon which version it was sent, and how far it came.
    CREATE TABLE fills (
        metastore TEXT NOT NULL,
        destination TEXT NOT NULL,
        run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        step INTEGER NOT NULL,
        after_version INTEGER NOT NULL,
        stage TEXT NOT NULL,
        PRIMARY KEY (metastore, destination)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX fills_by_step ON fills (run, step);
",
];

/// Brings the journal to the newest version.
pub(super) fn apply(connection: &mut Connection, path: &Path) -> Result<()> {
    let known = u32::try_from(MIGRATIONS.len()).unwrap_or(u32::MAX);
    let found = migrate(connection, known).map_err(|source| failed(path, "prepare the tables", source))?;
    if found > known { Err(Error::JournalTooNew { path: path.to_owned(), found, known }) } else { Ok(()) }
}

/// The version that was found. Two processes that open a new journal at once do this one after the other.
fn migrate(connection: &mut Connection, known: u32) -> rusqlite::Result<u32> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found: u32 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    for migration in MIGRATIONS.iter().skip(found as usize) {
        transaction.execute_batch(migration)?;
    }
    if found < known {
        transaction.pragma_update(None, "user_version", known)?;
    }
    transaction.commit()?;
    Ok(found)
}
