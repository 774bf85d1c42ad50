//! Writing a table: an intent, its files, then its row. The Delta log is the truth about a table, the row mirrors it.

use std::future::Future;

use clxs_api::table::{DataSourceFormat, TableType};

use super::context::{Context, Services};
use super::types::column_infos;
use crate::delta::{DeltaEngine, DeltaError, Pin, Snapshot, TableLocation};
use crate::metastore::{Folder, InterruptedWrite, TableRow, WriteIntent};
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
/// Those of `write`; `TABLE_OR_VIEW_ALREADY_EXISTS`; those of the metastore.
pub(super) async fn write_files<T, W>(context: &Context, writing: Writing, write: W) -> Result<T, SqlError>
where
    W: Future<Output = Result<T, SqlError>>,
{
    context.gate.enter()?;
    let Writing { row, presence } = writing;
    let location = context.location(&row)?;
    let folder = if row.is_managed() { Folder::Owned } else { Folder::Foreign };
    let metastore = &context.services.metastore;
    let intent = metastore.begin_write(&row.id, &location.to_string(), folder).await?;
    let written = async {
        let written = write.await?;
        keep(context, row, presence, &location, intent.clone()).await?;
        Ok(written)
    };
    let written = written.await;
    if written.is_err() {
        metastore.abandon_writes(vec![intent]).await?;
    }
    written
}

/// Brings the row up to the log and ends the intent, in one transaction.
async fn keep(
    context: &Context,
    mut row: TableRow,
    presence: Presence,
    location: &TableLocation,
    intent: WriteIntent,
) -> Result<(), SqlError> {
    let location = location.clone();
    let snapshot = context.blocking(move |engine| Snapshot::open(engine, &location, Pin::Latest)).await?;
    mirror(&mut row, &snapshot);
    row.audit.touch(&context.user());
    context
        .services
        .metastore
        .write(move |tx| {
            match presence {
                Presence::New => tx.insert_table(&row)?,
                Presence::Existing => tx.update_table(&row)?,
            }
            Ok::<_, SqlError>(tx.end_write(&intent)?)
        })
        .await
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
    for interrupted in services.metastore.settle_dead_writes().await? {
        let engine = services.engine.clone();
        let settled = tokio::task::spawn_blocking(move || settled_row(&engine, interrupted)).await;
        let (row, intent) =
            settled.map_err(|error| SqlError::internal(error.to_string()).with_source(error))?;
        services
            .metastore
            .write(move |tx| {
                if let Some(row) = &row {
                    tx.update_table(row)?;
                }
                Ok::<_, SqlError>(tx.end_write(&intent)?)
            })
            .await?;
    }
    Ok(())
}

/// The row as the log has it; none when the log cannot be read.
fn settled_row(engine: &DeltaEngine, interrupted: InterruptedWrite) -> (Option<TableRow>, WriteIntent) {
    let InterruptedWrite { intent, mut table } = interrupted;
    match up_to_log(engine, &mut table) {
        Ok(()) => (Some(table), intent),
        Err(error) => {
            tracing::warn!(table = %table.full_name(), %error, "a write was interrupted and its table cannot be read");
            (None, intent)
        }
    }
}

fn up_to_log(engine: &DeltaEngine, table: &mut TableRow) -> Result<(), DeltaError> {
    let Some(location) = &table.location else { return Ok(()) };
    let location = TableLocation::parse(location)?;
    let snapshot = Snapshot::open(engine, &location, Pin::Latest)?;
    mirror(table, &snapshot);
    let newest = crate::delta::history(&location, Some(1))?;
    let shallow = newest.first().and_then(|commit| {
        let is_clone = commit.operation.as_deref() == Some("CLONE");
        commit.operation_parameters.get("isShallow").filter(|_| is_clone).map(|shallow| shallow == "true")
    });
    if let Some(shallow) = shallow {
        table.table_type = table_type(table.is_managed(), shallow);
    }
    Ok(())
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
mod tests;
