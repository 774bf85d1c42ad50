//! INSERT and CTAS: rows of a query as files of a table.

use std::collections::BTreeMap;

use datafusion::execution::SendableRecordBatchStream;
use futures::StreamExt as _;
use serde_json::json;

use super::action::{AddFile, Metadata};
use super::create::{CreatedTable, NewTable};
use super::engine::DeltaEngine;
use super::error::DeltaError;
use super::identity::Identities;
use super::location::TableLocation;
use super::snapshot::Snapshot;
use super::transaction::DataChange;
use super::write::{Check, TableWriter};

/// What becomes of the rows that are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WriteMode {
    Append,
    Overwrite,
}

/// How rows are written.
#[derive(Debug, Clone)]
pub(crate) struct WriteRequest {
    pub(crate) mode: WriteMode,
    /// The table's CHECK constraints, every one.
    pub(crate) checks: Vec<Check>,
    /// Whether rows of this table may have decided what is written. If not, the rows never conflict with what others
    /// do.
    pub(crate) reads: bool,
    /// The identity columns whose values the rows are given.
    pub(crate) identities: Vec<String>,
    pub(crate) user: String,
}

/// What was written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct WriteMetrics {
    pub(crate) version: u64,
    pub(crate) num_files: u64,
    pub(crate) num_output_rows: u64,
    pub(crate) num_output_bytes: u64,
}

/// Writes rows into a table, whose version is the one the rows were computed for. They have all its columns, by
/// name in any case and order: defaults and generated columns are computed by the caller.
///
/// # Errors
/// [`DeltaError::NotNullViolated`] and [`DeltaError::CheckViolated`]; rows that are not of the table's columns;
/// features that rows cannot be written with; [`DeltaError::Conflict`] when somebody else changes the table
/// meanwhile in a way that matters.
pub(crate) async fn append(
    table: Snapshot,
    rows: SendableRecordBatchStream,
    request: &WriteRequest,
) -> Result<WriteMetrics, DeltaError> {
    let location = table.location().clone();
    table.protocol().ensure_allows(&location, |feature| feature.append, "INSERT")?;
    if request.mode == WriteMode::Overwrite {
        table.ensure_not_append_only("INSERT OVERWRITE")?;
    }
    let writer = TableWriter::new(&location, table.metadata(), table.schema(), &request.checks)?;
    let mut identities = Identities::new(&table, &request.identities)?;
    let (files, num_rows) = write_rows(&location, writer, &mut identities, rows).await?;
    let (request, metadata) = (request.clone(), identities.metadata(&table)?);
    blocking(&location, move || commit(table, files, num_rows, metadata, &request)).await
}

/// Creates a table with the rows of a query, in one commit.
///
/// # Errors
/// Those of [`super::create_table`] and of [`append`].
pub(crate) async fn create_table_as(
    engine: &DeltaEngine,
    location: &TableLocation,
    table: &NewTable,
    rows: SendableRecordBatchStream,
    checks: &[Check],
) -> Result<WriteMetrics, DeltaError> {
    let created = {
        let (engine, at, table) = (engine.clone(), location.clone(), table.clone());
        blocking(location, move || CreatedTable::new(&engine, &at, &table)).await?
    };
    created.protocol.ensure_allows(location, |feature| feature.append, "CREATE TABLE AS SELECT")?;
    let writer = TableWriter::new(location, &created.metadata, &created.schema, checks)?;
    let (files, num_rows) = write_rows(location, writer, &mut Identities::default(), rows).await?;
    let mut metrics = metrics(&files, num_rows);
    let (engine, at, table) = (engine.clone(), location.clone(), table.clone());
    metrics.version =
        blocking(location, move || created.commit(&engine, &at, &table, files, &metrics.recorded())).await?;
    Ok(metrics)
}

/// Does blocking work off the runtime's threads.
pub(super) async fn blocking<T: Send + 'static>(
    location: &TableLocation,
    work: impl FnOnce() -> Result<T, DeltaError> + Send + 'static,
) -> Result<T, DeltaError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(DeltaError::io(location)(std::io::Error::other(error))),
    }
}

/// Writes rows as they come; encoding is done off the runtime's threads.
pub(super) async fn write_rows(
    location: &TableLocation,
    mut writer: TableWriter,
    identities: &mut Identities,
    mut rows: SendableRecordBatchStream,
) -> Result<(Vec<AddFile>, u64), DeltaError> {
    while let Some(batch) = rows.next().await {
        let batch = batch.map_err(DeltaError::query(location))?;
        let batch = identities.fill(&batch).map_err(DeltaError::query(location))?;
        writer = blocking(location, move || writer.write(&batch).map(|()| writer)).await?;
    }
    blocking(location, move || writer.finish()).await
}

fn metrics(files: &[AddFile], rows: u64) -> WriteMetrics {
    WriteMetrics {
        version: 0,
        num_files: files.len() as u64,
        num_output_rows: rows,
        num_output_bytes: files.iter().map(|file| u64::try_from(file.size).unwrap_or_default()).sum(),
    }
}

impl WriteMetrics {
    /// As the history records them.
    fn recorded(&self) -> BTreeMap<String, String> {
        [
            ("numFiles", self.num_files),
            ("numOutputRows", self.num_output_rows),
            ("numOutputBytes", self.num_output_bytes),
        ]
        .map(|(key, value)| (key.to_owned(), value.to_string()))
        .into()
    }
}

fn commit(
    table: Snapshot,
    files: Vec<AddFile>,
    rows: u64,
    metadata: Option<Metadata>,
    request: &WriteRequest,
) -> Result<WriteMetrics, DeltaError> {
    let mut metrics = metrics(&files, rows);
    let removes = match request.mode {
        WriteMode::Append => Vec::new(),
        WriteMode::Overwrite => table.files()?,
    };
    let change = DataChange {
        parameters: parameters(&table, request.mode),
        metrics: metrics.recorded(),
        removes,
        adds: files,
        metadata,
        reads: request.reads || request.mode == WriteMode::Overwrite,
        ..DataChange::new("WRITE", &request.user)
    };
    metrics.version = change.commit(table)?;
    Ok(metrics)
}

fn parameters(table: &Snapshot, mode: WriteMode) -> BTreeMap<String, String> {
    [("mode", format!("{mode:?}")), ("partitionBy", json!(table.metadata().partition_columns).to_string())]
        .map(|(key, value)| (key.to_owned(), value))
        .into()
}

#[cfg(test)]
mod tests;
