//! The metastore: what securables, principals, grants and tokens there are. The only module that touches `SQLite`.
//!
//! Everything happens in a [`Transaction`] handed to [`Metastore::read`] or [`Metastore::write`]: one `SQLite`
//! transaction each, on a thread that may block. There is one writing connection and a small pool of reading
//! ones; several processes may open the same folder, `SQLite`'s WAL and `BEGIN IMMEDIATE` keep them apart.
//!
//! The rules about who may do what are not here but in [`crate::authorization`].

mod backup;
mod binding;
mod catalogs;
mod container;
mod error;
mod functions;
mod grants;
mod guards;
mod keys;
mod liveness;
mod location;
mod migration;
mod models;
mod page;
mod policies;
mod principals;
mod row;
mod schemas;
mod secrets;
mod securable;
mod storage;
mod tables;
mod tags;
mod tokens;
mod volumes;
mod writes;

pub(crate) use backup::require_whole;
pub(crate) use binding::{Bound, Reach};
pub(crate) use catalogs::{Catalog, CatalogRow, SYSTEM_CATALOG};
pub(crate) use container::Container;
pub(crate) use error::{MetastoreError, type_word};
pub(crate) use functions::{Environment, Function, FunctionRow, Language, Namespace, Returns};
pub(crate) use grants::GrantRow;
pub(crate) use guards::{Guard, GuardArgument, TableGuards};
pub(crate) use keys::{Key, KeyDefinition, KeyParent};
pub(crate) use liveness::is_locked;
pub(crate) use location::{folder_path, normalise_location};
pub(crate) use migration::MetastoreRow;
pub(crate) use models::{Model, ModelRow, ModelVersion};
pub(crate) use page::{Page, PageRequest};
pub(crate) use policies::{PolicyDefinition, PolicyEffect, PolicyRow};
pub(crate) use principals::{ALL_USERS, PrincipalKind, PrincipalRow, SYSTEM_USER};
pub(crate) use row::{Audit, new_id, now_ms};
pub(crate) use schemas::{INFORMATION_SCHEMA, Schema, SchemaRow};
pub(crate) use secrets::SecretRow;
pub(crate) use securable::{Details, Parent, Securable};
pub(crate) use storage::{ExternalLocation, ExternalLocationRow, StorageCredential, StorageCredentialRow};
pub(crate) use tables::{ColumnDetail, DroppedTable, TableFilter, TableHead, TableRow, ViewDetails};
pub(crate) use tags::{TableTags, Tag, TagRow, Tagged};
pub(crate) use tokens::TokenHolder;
pub(crate) use volumes::{Volume, VolumeRow};
pub(crate) use writes::{Folder, InterruptedWrite, WriteIntent};

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use liveness::Writer;
use location::ManagedRoot;

/// How long a statement waits for another process's transaction.
const BUSY_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(30);
/// Reading connections at once: `SQLite` reads are CPU work, more would only wait for each other.
const READERS: usize = 4;

/// The metastore of one workspace folder. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Metastore {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    database: PathBuf,
    managed: ManagedRoot,
    metastore: MetastoreRow,
    writing: Arc<tokio::sync::Mutex<Connection>>,
    reading: Mutex<Vec<Connection>>,
    readers: Semaphore,
    writer: Writer,
}

/// One `SQLite` transaction. What can be read and written is in `impl Transaction` of this module's files.
pub(crate) struct Transaction<'a> {
    inner: rusqlite::Transaction<'a>,
    shared: &'a Shared,
}

impl Metastore {
    /// Opens the metastore of a workspace folder, makes it when it is new, and brings its tables up to date.
    /// Blocks.
    ///
    /// # Errors
    /// [`MetastoreError::Storage`] and [`MetastoreError::Database`] when the folder cannot be used,
    /// [`MetastoreError::NewerFormat`] when a newer version of this program wrote it.
    pub(crate) fn open(root: &Path, admin: &str) -> Result<Self, MetastoreError> {
        let managed = ManagedRoot::create(root)?;
        let opening = liveness::lock_opening(root)?;
        let writer = Writer::register(root)?;
        let database = root.join("metastore.db");
        let mut writing = connect(&database, OpenFlags::default())?;
        writing.pragma_update(None, "journal_mode", "WAL")?;
        writing.pragma_update(None, "synchronous", "NORMAL")?;
        let metastore = migration::migrate(&mut writing, admin)?;
        drop(opening);
        Ok(Self {
            shared: Arc::new(Shared {
                database,
                managed,
                metastore,
                writing: Arc::new(tokio::sync::Mutex::new(writing)),
                reading: Mutex::default(),
                readers: Semaphore::new(READERS),
                writer,
            }),
        })
    }

    /// The metastore's own row. It never changes while the folder is open.
    pub(crate) fn metastore(&self) -> &MetastoreRow {
        &self.shared.metastore
    }

    /// The `file://` URL under which managed tables are kept unless their catalog or schema says otherwise.
    pub(crate) fn managed_root(&self) -> &str {
        self.shared.managed.url()
    }

    /// Runs `work` on one consistent view of the metastore. Writing in it is an error of `SQLite`.
    ///
    /// # Errors
    /// Those of `work`, and [`MetastoreError`] when the database fails.
    pub(crate) async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<MetastoreError> + Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
    {
        let _permit = self.shared.readers.acquire().await.map_err(|_| MetastoreError::Closed)?;
        let shared = Arc::clone(&self.shared);
        run(move || shared.read(work)).await
    }

    /// Runs `work` in the one writing transaction of this process; what it did is kept when it returns `Ok`
    /// and undone otherwise. Once begun it runs to its end, even when the caller goes away.
    ///
    /// # Errors
    /// Those of `work`, and [`MetastoreError`] when the database fails.
    pub(crate) async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<MetastoreError> + Send + 'static,
        F: FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
    {
        let mut connection = Arc::clone(&self.shared.writing).lock_owned().await;
        let shared = Arc::clone(&self.shared);
        run(move || shared.run(&mut connection, TransactionBehavior::Immediate, work)).await
    }
}

impl Shared {
    /// Makes durable what was committed, which `synchronous = NORMAL` leaves to the system. Whatever is not in this log
    /// any more, `SQLite` has synced with the database. Blocks.
    fn sync(&self) -> Result<(), MetastoreError> {
        let mut log = self.database.clone().into_os_string();
        log.push("-wal");
        match fs_err::File::open(PathBuf::from(log)) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            opened => Ok(opened?.sync_data()?),
        }
    }

    fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        E: From<MetastoreError>,
        F: FnOnce(&Transaction<'_>) -> Result<T, E>,
    {
        let pooled = self.reading.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut connection = match pooled {
            Some(connection) => connection,
            None => {
                connect(&self.database, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?
            }
        };
        let outcome = self.run(&mut connection, TransactionBehavior::Deferred, work);
        self.reading.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        outcome
    }

    fn run<T, E, F>(
        &self,
        connection: &mut Connection,
        behavior: TransactionBehavior,
        work: F,
    ) -> Result<T, E>
    where
        E: From<MetastoreError>,
        F: FnOnce(&Transaction<'_>) -> Result<T, E>,
    {
        let inner = connection.transaction_with_behavior(behavior).map_err(MetastoreError::from)?;
        let transaction = Transaction { inner, shared: self };
        let value = work(&transaction)?;
        transaction.inner.commit().map_err(MetastoreError::from)?;
        Ok(value)
    }
}

impl Transaction<'_> {
    /// The metastore's own row.
    pub(crate) fn metastore(&self) -> &MetastoreRow {
        &self.shared.metastore
    }

    /// [`Metastore::managed_root`]
    pub(crate) fn managed_root(&self) -> &str {
        self.shared.managed.url()
    }
}

/// Opens one connection with the settings every connection needs.
fn connect(database: &Path, flags: OpenFlags) -> Result<Connection, MetastoreError> {
    let connection = Connection::open_with_flags(database, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// Runs blocking work on a thread made for it.
async fn run<T, E, F>(work: F) -> Result<T, E>
where
    T: Send + 'static,
    E: From<MetastoreError> + Send + 'static,
    F: FnOnce() -> Result<T, E> + Send + 'static,
{
    spawn_blocking(work).await.map_err(|source| MetastoreError::Interrupted { source })?
}

#[cfg(test)]
mod tests;
