//! Writing a table: an intent, its files, then its row. The Delta log is the truth about a table, the row mirrors it.

use std::future::Future;

use clxs_api::table::{DataSourceFormat, TableType};

use super::context::{Context, Services};
use super::materialized_views::mirror_definition;
use super::types::column_infos;
use crate::delta::{DeltaEngine, DeltaError, Pin, Snapshot, TableLocation};
use crate::metastore::{Folder, InterruptedWrite, TableRow, Transaction, WriteIntent};
use crate::sql::SqlError;

/// Whether the row of a table is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Presence {
    New,
    Existing,
}

/// A table whose files are to be written.
#[derive(Debug, Clone)]
pub(super) struct Writing {
    /// The row as it will be, but for what the log says.
    pub(super) row: TableRow,
    pub(super) presence: Presence,
}

/// Writes files, then the row that says what they are. When writing the files fails, or somebody took the
/// name meanwhile, what was written of a new managed table is removed.
///
/// # Errors
/// Those of `write`; `TABLE_OR_VIEW_ALREADY_EXISTS`; `TABLE_OR_VIEW_NOT_FOUND` when somebody dropped the table
/// meanwhile; those of the metastore.
pub(super) async fn write_files<T, W>(context: &Context, writing: Writing, write: W) -> Result<T, SqlError>
where
    W: Future<Output = Result<T, SqlError>>,
{
    write_files_and(context, writing, write, |_, _| Ok(())).await
}

/// [`write_files`] that changes more of the metastore in the transaction that shows the table. What `also` refuses
/// is to be refused before, if it can be: the log of a table that was there is ahead then.
pub(super) async fn write_files_and<T, W, A>(
    context: &Context,
    writing: Writing,
    write: W,
    also: A,
) -> Result<T, SqlError>
where
    W: Future<Output = Result<T, SqlError>>,
    A: FnOnce(&Transaction<'_>, &TableRow) -> Result<(), SqlError> + Send + 'static,
{
    context.gate.enter()?;
    let location = context.location(&writing.row)?;
    let folder = if writing.row.is_managed() { Folder::Owned } else { Folder::Foreign };
    let metastore = &context.services.metastore;
    let intent = metastore.begin_write(&writing.row.id, &location.to_string(), folder).await?;
    let written = match write.await {
        Ok(written) => written,
        Err(error) => return Err(abandoned(context, intent, error).await),
    };
    let presence = writing.presence;
    match keep(context, writing, (location, intent.clone()), also).await {
        Ok(()) => Ok(written),
        Err(error) if presence == Presence::New => Err(abandoned(context, intent, error).await),
        // The log is ahead of the row now: the intent stays, and the next opening of the workspace reads the log.
        Err(error) => Err(error),
    }
}

/// Gives up what was begun, after an error, which is the one to be told.
async fn abandoned(context: &Context, intent: WriteIntent, error: SqlError) -> SqlError {
    if let Err(left) = context.services.metastore.abandon_writes(vec![intent]).await {
        tracing::warn!(error = %left, "what a failed statement wrote goes when the workspace is opened next");
    }
    error
}

/// Brings the row up to the log and ends the intent, in one transaction.
async fn keep(
    context: &Context,
    writing: Writing,
    (location, intent): (TableLocation, WriteIntent),
    also: impl FnOnce(&Transaction<'_>, &TableRow) -> Result<(), SqlError> + Send + 'static,
) -> Result<(), SqlError> {
    let snapshot = context.snapshot(location, Pin::Latest).await?;
    let user = context.user();
    let Writing { mut row, presence } = writing;
    let write = move |tx: &Transaction<'_>| {
        match presence {
            Presence::New => {
                mirror(&mut row, &snapshot);
                row.audit.touch(&user);
                tx.insert_table(&row)?;
                also(tx, &row)?;
            }
            Presence::Existing => {
                let mut current = current(tx, &row, &snapshot)?;
                current.audit.touch(&user);
                tx.update_table(&current)?;
                also(tx, &current)?;
            }
        }
        Ok::<_, SqlError>(tx.end_write(&intent)?)
    };
    context.services.metastore.write(write).await
}

/// The row as it is by now, up to the log: name, owner and the like may have changed while files were written,
/// and somebody else may have brought it up to a later version.
fn current(tx: &Transaction<'_>, row: &TableRow, snapshot: &Snapshot) -> Result<TableRow, SqlError> {
    let current = tx.table_by_id(&row.id)?;
    let mut current = current.ok_or_else(|| SqlError::table_or_view_not_found(row.full_name()))?;
    if current.delta_version.is_none_or(|version| version <= snapshot.version()) {
        current.table_type = row.table_type.clone();
        current.source.clone_from(&row.source);
        mirror(&mut current, snapshot);
    }
    Ok(current)
}

/// Makes a row say what the log says.
pub(super) fn mirror(row: &mut TableRow, snapshot: &Snapshot) {
    let metadata = snapshot.metadata();
    row.format = Some(DataSourceFormat::Delta);
    row.columns = column_infos(snapshot.schema(), &metadata.partition_columns);
    row.comment.clone_from(&metadata.description);
    row.properties = metadata.configuration.clone();
    row.properties.extend(protocol_properties(snapshot));
    row.delta_version = Some(snapshot.version());
    mirror_definition(row);
}

/// The protocol as it shows among the properties (facts/settled.md §4).
fn protocol_properties(snapshot: &Snapshot) -> impl Iterator<Item = (String, String)> {
    let protocol = snapshot.protocol();
    let versions = [
        ("delta.minReaderVersion".to_owned(), protocol.min_reader_version.to_string()),
        ("delta.minWriterVersion".to_owned(), protocol.min_writer_version.to_string()),
    ];
    let has_features = protocol.min_writer_version >= 7;
    let features = protocol.features().into_iter().filter(move |_| has_features);
    let features = features.map(|feature| (format!("delta.feature.{feature}"), "supported".to_owned()));
    versions.into_iter().chain(features.collect::<Vec<_>>())
}

/// Settles what processes left that died while they wrote: tables that never came to be go, and rows of the
/// others are brought up to their logs.
///
/// # Errors
/// Those of the metastore. A log that cannot be read leaves its row as it is, with a warning.
pub(crate) async fn settle_interrupted_writes(services: &Services) -> Result<(), SqlError> {
    for InterruptedWrite { intent, table } in services.metastore.settle_dead_writes().await? {
        let engine = services.engine.clone();
        let settled = tokio::task::spawn_blocking(move || settled(&engine, table)).await;
        let settled = settled.map_err(|error| SqlError::internal(error.to_string()).with_source(error))?;
        services
            .metastore
            .write(move |tx| {
                if let Some((row, snapshot)) = settled
                    && tx.table_by_id(&row.id)?.is_some()
                {
                    tx.update_table(&current(tx, &row, &snapshot)?)?;
                }
                Ok::<_, SqlError>(tx.end_write(&intent)?)
            })
            .await?;
    }
    Ok(())
}

/// The row as a table of the type that its log says, and the log; none when the log cannot be read.
fn settled(engine: &DeltaEngine, mut table: TableRow) -> Option<(TableRow, Snapshot)> {
    match read_log(engine, &table) {
        Ok((snapshot, shallow)) => {
            let shallow = shallow.map(|shallow| table_type(table.is_managed(), shallow));
            table.table_type = shallow.unwrap_or(table.table_type);
            Some((table, snapshot))
        }
        Err(error) => {
            tracing::warn!(table = %table.full_name(), %error, "a write was interrupted and its table cannot be read");
            None
        }
    }
}

/// The newest version and, when it was made by CLONE, whether by a shallow one.
fn read_log(engine: &DeltaEngine, table: &TableRow) -> Result<(Snapshot, Option<bool>), DeltaError> {
    let location = TableLocation::parse(table.location.as_deref().unwrap_or_default())?;
    let snapshot = Snapshot::open(engine, &location, Pin::Latest)?;
    let newest = crate::delta::history(&location, Some(1))?;
    let shallow = newest.first().and_then(|commit| {
        let is_clone = commit.operation.as_deref() == Some("CLONE");
        commit.operation_parameters.get("isShallow").filter(|_| is_clone).map(|shallow| shallow == "true")
    });
    Ok((snapshot, shallow))
}

/// The type of a table in a managed folder or in somebody's, with its own files or a shallow clone.
pub(super) fn table_type(managed: bool, shallow: bool) -> TableType {
    match (managed, shallow) {
        (true, false) => TableType::Managed,
        (true, true) => TableType::ManagedShallowClone,
        (false, false) => TableType::External,
        (false, true) => TableType::ExternalShallowClone,
    }
}

#[cfg(test)]
pub(super) mod tests;
