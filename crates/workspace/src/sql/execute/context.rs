//! What a statement works with: the metastore and the Delta engine, behind the rights of its principal.

use clxs_api::{FullName, Identifier, Privilege};
use tokio::task::spawn_blocking;

use super::parquet_table::is_parquet;
use crate::authorization::{Access, SecurableRef};
use crate::delta::{DeltaEngine, DeltaError, Pin, Snapshot, TableLocation};
use crate::guards;
use crate::metastore::{Metastore, TableGuards, TableRow, Transaction, normalise_location};
use crate::principal::Principal;
use crate::securables;
use crate::session::{LastingSession, Session};
use crate::sql::SqlError;
use crate::sql::ast::{ObjectName, TableReference};
use crate::sql::execute::Compute;
use crate::warehouse::CommitGate;

/// What all statements of a workspace share. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Services {
    pub(crate) metastore: Metastore,
    pub(crate) engine: DeltaEngine,
    pub(crate) compute: Compute,
}

/// What one statement works with. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Context {
    pub(crate) services: Services,
    /// The session as the statement found it.
    pub(crate) session: Session,
    pub(crate) gate: CommitGate,
    lasting: LastingSession,
    row_limit: Option<u64>,
}

/// The files of a table that the principal may read.
#[derive(Debug, Clone)]
pub(super) struct Files {
    /// Absent for tables that are named by their folder.
    pub(super) name: Option<String>,
    pub(super) location: TableLocation,
    /// Absent for folders that are no table of the metastore.
    pub(super) row: Option<Box<TableRow>>,
}

impl Context {
    /// What a statement works with in a session; its sender reads `row_limit` rows at most.
    pub(crate) fn new(
        services: Services,
        lasting: LastingSession,
        gate: CommitGate,
        row_limit: Option<u64>,
    ) -> Self {
        Self { services, session: lasting.now(), gate, lasting, row_limit }
    }

    /// The session of later statements, which `USE` and `SET` change.
    pub(super) fn lasting_session(&self) -> &LastingSession {
        &self.lasting
    }

    /// How many rows its sender reads at most.
    pub(super) fn row_limit(&self) -> Option<u64> {
        self.row_limit
    }

    /// The session of the statement.
    pub(super) fn session(&self) -> &Session {
        &self.session
    }

    /// The name of the principal, for owners and histories.
    pub(super) fn user(&self) -> String {
        self.session.principal.name().to_owned()
    }

    /// Reads the metastore with the rights of the principal.
    ///
    /// # Errors
    /// Those of `work`, and of the metastore.
    pub(super) async fn read<T, F>(&self, work: F) -> Result<T, SqlError>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>, &Access) -> Result<T, SqlError> + Send + 'static,
    {
        let principal = self.session.principal.clone();
        self.services.metastore.read(move |tx| work(tx, &Access::load(tx, &principal)?)).await
    }

    /// Changes the metastore with the rights of the principal, in one transaction. From here on a cancel comes
    /// too late.
    ///
    /// # Errors
    /// Those of `work`, and of the metastore; `OPERATION_CANCELED` when a cancel came first.
    pub(super) async fn write<T, F>(&self, work: F) -> Result<T, SqlError>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>, &Access) -> Result<T, SqlError> + Send + 'static,
    {
        self.gate.enter()?;
        let principal = self.session.principal.clone();
        self.services.metastore.write(move |tx| work(tx, &Access::load(tx, &principal)?)).await
    }

    /// Runs work on Delta tables, which blocks.
    ///
    /// # Errors
    /// Those of `work` in the platform's classes.
    pub(super) async fn blocking<T, F>(&self, work: F) -> Result<T, SqlError>
    where
        T: Send + 'static,
        F: FnOnce(&DeltaEngine) -> Result<T, DeltaError> + Send + 'static,
    {
        let engine = self.services.engine.clone();
        let done = spawn_blocking(move || work(&engine)).await;
        Ok(done.map_err(|error| SqlError::internal(error.to_string()).with_source(error))??)
    }

    /// A table at a version.
    ///
    /// # Errors
    /// Those of [`Snapshot::travel`] in the platform's classes.
    pub(super) async fn snapshot(&self, location: TableLocation, pin: Pin) -> Result<Snapshot, SqlError> {
        self.blocking(move |engine| Snapshot::travel(engine, &location, pin)).await
    }

    /// The folder of a Delta table.
    ///
    /// # Errors
    /// `UNSUPPORTED_FEATURE` for a table of Parquet files; `INTERNAL_ERROR` for a view, which has no folder.
    #[expect(clippy::unused_self, reason = "reads like the other questions to the context")]
    pub(super) fn location(&self, table: &TableRow) -> Result<TableLocation, SqlError> {
        if is_parquet(table) {
            let feature = format!("this statement on {}, a table of Parquet files,", table.full_name());
            let way_out = "Make a Delta table of it: CREATE TABLE … AS SELECT.";
            return Err(SqlError::unsupported_but(feature, way_out));
        }
        match &table.location {
            Some(location) => Ok(TableLocation::parse(location)?),
            None => Err(SqlError::internal(format!("{} has no files", table.full_name()))),
        }
    }

    /// The full name of a table or view.
    ///
    /// # Errors
    /// `INVALID_IDENTIFIER`
    pub(super) fn table_name(&self, name: &ObjectName) -> Result<FullName, SqlError> {
        name.resolve(&self.session.catalog, &self.session.schema).map_err(SqlError::invalid_identifier)
    }

    /// Catalog and name of a schema.
    pub(super) fn schema_name(&self, name: &ObjectName) -> (Identifier, Identifier) {
        match name.0.as_slice() {
            [catalog, schema, ..] => (catalog.to_lowercase(), schema.to_lowercase()),
            [schema] => (self.session.catalog.to_lowercase(), schema.to_lowercase()),
            [] => (self.session.catalog.to_lowercase(), self.session.schema.to_lowercase()),
        }
    }

    /// A table or view that the principal may see.
    ///
    /// # Errors
    /// `TABLE_OR_VIEW_NOT_FOUND` and its kin.
    pub(super) async fn visible_table(&self, name: &ObjectName) -> Result<TableRow, SqlError> {
        let name = self.table_name(name)?;
        self.read(move |tx, access| visible_table(tx, access, &name)).await
    }

    /// The table that a statement writes rows to; `operation` is the statement, such as `INSERT`.
    ///
    /// # Errors
    /// `TABLE_OR_VIEW_NOT_FOUND` and its kin; a missing MODIFY; `EXPECT_TABLE_NOT_VIEW`; `UNSUPPORTED_FEATURE` for
    /// a table by its path.
    pub(super) async fn writable_table(
        &self,
        table: &TableReference,
        operation: &str,
    ) -> Result<TableRow, SqlError> {
        let TableReference::Name(name) = table else {
            let way_out = "Register it with CREATE TABLE … LOCATION.";
            return Err(SqlError::unsupported_but("writing to a table by its path", way_out));
        };
        let name = self.table_name(name)?;
        let row = self.read(move |tx, access| allowed_table(tx, access, &name, &Privilege::Modify)).await?;
        if row.is_view() {
            return Err(SqlError::expect_table_not_view(row.full_name(), operation));
        }
        if row.is_materialized() {
            return Err(SqlError::not_on_materialized_view(operation, row.full_name()));
        }
        self.location(&row)?;
        Ok(row)
    }

    /// The guards of a table for whoever the statement runs for.
    ///
    /// # Errors
    /// Those of [`guards::effective`].
    pub(super) async fn guards(&self, table: &TableRow) -> Result<TableGuards, SqlError> {
        let table = table.clone();
        self.read(move |tx, access| Ok(guards::effective(tx, access.identities(), &table)?)).await
    }

    /// The files of a table that the principal may read; `refusal` says what a view is refused with.
    ///
    /// # Errors
    /// `refusal` for a view; missing privileges; for a folder that is no table of the metastore, a missing READ FILES
    /// on the external location that covers it, which metastore admins do without.
    pub(super) async fn readable_files(
        &self,
        table: &TableReference,
        refusal: fn(&TableRow) -> SqlError,
    ) -> Result<Files, SqlError> {
        let row = match table {
            TableReference::Path { path, .. } => return self.readable_folder(path).await,
            TableReference::Name(name) => {
                let name = self.table_name(name)?;
                self.read(move |tx, access| readable_table(tx, access, &name)).await?
            }
        };
        if row.is_view() {
            return Err(refusal(&row));
        }
        let location = self.location(&row)?;
        Ok(Files { name: Some(row.full_name().dotted()), location, row: Some(Box::new(row)) })
    }

    /// A folder that is named by its path: when it is a table's, the rights on the table count.
    async fn readable_folder(&self, path: &str) -> Result<Files, SqlError> {
        let location = normalise_location(path)?;
        let parsed = TableLocation::parse(&location)?;
        let row = self.read(move |tx, access| {
            let Some(row) = tx.table_at(&location)? else {
                securables::require_location(tx, access, &location, &Privilege::ReadFiles)?;
                return Ok(None);
            };
            access.check(tx, &SecurableRef::from(&row), &Privilege::Select)?;
            Ok(Some(row))
        });
        let row = row.await?;
        row.as_ref().map(|row| self.location(row)).transpose()?;
        Ok(Files { name: None, location: parsed, row: row.map(Box::new) })
    }

    /// The same statement on behalf of somebody else with other defaults, as views are read.
    pub(super) fn on_behalf_of(&self, principal: &str, catalog: &Identifier, schema: &Identifier) -> Self {
        let session = Session {
            principal: Principal::new(principal),
            catalog: catalog.clone(),
            schema: schema.clone(),
            configuration: self.session.configuration.clone(),
        };
        Self { session, ..self.clone() }
    }
}

/// A table or view that the caller may see.
pub(super) fn visible_table(
    tx: &Transaction<'_>,
    access: &Access,
    name: &FullName,
) -> Result<TableRow, SqlError> {
    let found = securables::get_table(tx, access, name, true);
    Ok(found.map_err(|error| SqlError::of_table_lookup(error, name))?.0)
}

/// A table or view that the caller may read.
pub(super) fn readable_table(
    tx: &Transaction<'_>,
    access: &Access,
    name: &FullName,
) -> Result<TableRow, SqlError> {
    allowed_table(tx, access, name, &Privilege::Select)
}

/// A table or view on which the caller has a privilege.
pub(super) fn allowed_table(
    tx: &Transaction<'_>,
    access: &Access,
    name: &FullName,
    privilege: &Privilege,
) -> Result<TableRow, SqlError> {
    let found = access.check(tx, &SecurableRef::table(name.clone()), privilege).and_then(|()| tx.table(name));
    found.map_err(|error| SqlError::of_table_lookup(error, name))
}
