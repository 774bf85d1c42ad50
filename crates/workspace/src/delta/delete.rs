//! DELETE: by deletion vectors where the table has them, else by files without the rows.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use datafusion::arrow::array::{Array, AsArray, BooleanArray, RecordBatch};
use datafusion::arrow::compute::filter_record_batch;
use datafusion::physical_expr::PhysicalExpr;
use delta_kernel::KernelResult;
use delta_kernel::scan::state::ScanFile;
use serde_json::{Value, json};

use super::action::AddFile;
use super::append::blocking;
use super::deletion_vector::DeletionVectorFile;
use super::error::DeltaError;
use super::scan::{FileRows, TableScan};
use super::snapshot::Snapshot;
use super::transaction::DataChange;
use super::write::TableWriter;

/// Which rows are deleted.
#[derive(Debug, Clone)]
pub(crate) struct DeleteRequest {
    /// Compiled for the schema of the table's provider; all rows when absent.
    pub(crate) predicate: Option<Arc<dyn PhysicalExpr>>,
    /// The predicate as written, for the history.
    pub(crate) predicate_text: Option<String>,
    pub(crate) user: String,
}

/// What was deleted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct DeleteMetrics {
    /// The new version; none when no row was found.
    pub(crate) version: Option<u64>,
    pub(crate) num_deleted_rows: u64,
    pub(crate) num_copied_rows: u64,
    pub(crate) num_removed_files: u64,
    pub(crate) num_added_files: u64,
    pub(crate) num_deletion_vectors_added: u64,
}

/// Deletes rows of a table, whose version is the one the predicate was compiled for.
///
/// # Errors
/// [`DeltaError::AppendOnly`]; features that rows cannot be deleted with; [`DeltaError::Conflict`] when somebody
/// else changes the table meanwhile in a way that matters.
pub(crate) async fn delete(table: Snapshot, request: &DeleteRequest) -> Result<DeleteMetrics, DeltaError> {
    let (location, request) = (table.location().clone(), request.clone());
    blocking(&location, move || Deletion::new(table)?.run(&request)).await
}

struct Deletion {
    table: Snapshot,
    vectors: Option<DeletionVectorFile>,
    writer: Option<TableWriter>,
    removes: Vec<AddFile>,
    adds: Vec<AddFile>,
    metrics: DeleteMetrics,
}

/// The rows of a file that are to be deleted.
#[derive(Default)]
struct Found {
    /// All rows in the file, deleted ones too.
    total: u64,
    live: u64,
    /// Their positions in the file.
    rows: Vec<u64>,
}

impl Deletion {
    fn new(table: Snapshot) -> Result<Self, DeltaError> {
        table.protocol().ensure_allows(table.location(), |feature| feature.delete, "DELETE")?;
        table.ensure_not_append_only("DELETE")?;
        let vectors = table.is_enabled("delta.enableDeletionVectors").then(DeletionVectorFile::default);
        let (writer, removes, adds) = (None, Vec::new(), Vec::new());
        Ok(Self { table, vectors, writer, removes, adds, metrics: DeleteMetrics::default() })
    }

    fn run(mut self, request: &DeleteRequest) -> Result<DeleteMetrics, DeltaError> {
        let table = self.table.clone();
        let scan = TableScan::new(&table, table.schema())?;
        let mut live: HashMap<String, AddFile> =
            table.files()?.into_iter().map(|file| (file.path.clone(), file)).collect();
        for file in table.read(|| scan.files())? {
            let found = find(&table, &scan, &file, request)?;
            let Some(add) = live.remove(&file.path).filter(|_| !found.rows.is_empty()) else { continue };
            self.metrics.num_deleted_rows += found.rows.len() as u64;
            if (found.rows.len() as u64) < found.live {
                self.keep_rest(&scan, &file, &found, &add)?;
            }
            self.removes.push(add);
        }
        if self.removes.is_empty() {
            return Ok(self.metrics);
        }
        self.commit(request)
    }

    /// Brings the rows that stay under the table's next version.
    fn keep_rest(
        &mut self,
        scan: &TableScan,
        file: &ScanFile,
        found: &Found,
        add: &AddFile,
    ) -> Result<(), DeltaError> {
        if let Some(vectors) = &mut self.vectors {
            let deleted = self.table.read(|| scan.deleted_rows(file))?;
            let vector = self.table.read(|| vectors.add(deleted.iter().chain(&found.rows)))?;
            let (deletion_vector, stats) = (Some(vector), Some(loose_statistics(add, found.total)));
            self.adds.push(AddFile { stats, deletion_vector, ..add.clone() });
            self.metrics.num_deletion_vectors_added += 1;
            return Ok(());
        }
        self.ensure_rewritable()?;
        let table = &self.table;
        if self.writer.is_none() {
            let writer = TableWriter::rewriting(table.location(), table.metadata(), table.schema())?;
            self.writer = Some(writer);
        }
        let mut offset = 0;
        for rows in table.read(|| scan.read(file))? {
            let rows = table.read(|| rows)?;
            let end = offset + rows.rows.num_rows() as u64;
            let kept = kept(&rows, found, offset);
            let kept = filter_record_batch(&rows.rows, &kept).map_err(DeltaError::query(table.location()))?;
            self.metrics.num_copied_rows += kept.num_rows() as u64;
            if let Some(writer) = &mut self.writer {
                writer.write(&kept)?;
            }
            offset = end;
        }
        Ok(())
    }

    /// New files lose the identity of their rows, and do not say which rows changed.
    fn ensure_rewritable(&self) -> Result<(), DeltaError> {
        let lost =
            [("rowTracking", "delta.enableRowTracking"), ("changeDataFeed", "delta.enableChangeDataFeed")];
        match lost.iter().find(|(_, property)| self.table.is_enabled(property)) {
            None => Ok(()),
            Some((feature, _)) => Err(DeltaError::UnsupportedFeatures {
                location: self.table.location().clone(),
                features: vec![(*feature).to_owned()],
                operation: "DELETE without deletion vectors",
            }),
        }
    }

    fn commit(mut self, request: &DeleteRequest) -> Result<DeleteMetrics, DeltaError> {
        let location = self.table.location().clone();
        if let Some(vectors) = self.vectors.take() {
            vectors.write(&location)?;
        }
        if let Some(writer) = self.writer.take() {
            self.adds.extend(writer.finish()?.0);
        }
        let with_vectors = self.metrics.num_deletion_vectors_added;
        self.metrics.num_removed_files = self.removes.len() as u64 - with_vectors;
        self.metrics.num_added_files = self.adds.len() as u64 - with_vectors;
        let predicate: Vec<_> = request.predicate_text.iter().collect();
        let change = DataChange {
            operation: "DELETE",
            parameters: BTreeMap::from([("predicate".to_owned(), json!(predicate).to_string())]),
            metrics: self.metrics.recorded(),
            user: request.user.clone(),
            removes: self.removes,
            adds: self.adds,
            blind: false,
        };
        self.metrics.version = Some(change.commit(self.table)?);
        Ok(self.metrics)
    }
}

fn find(
    table: &Snapshot,
    scan: &TableScan,
    file: &ScanFile,
    request: &DeleteRequest,
) -> Result<Found, DeltaError> {
    let mut found = Found::default();
    for rows in table.read(|| scan.read(file))? {
        let FileRows { rows, live } = table.read(|| rows)?;
        let matches = matches(&rows, request).map_err(DeltaError::query(table.location()))?;
        for row in 0..rows.num_rows() {
            if live.as_ref().is_none_or(|live| live.value(row)) {
                found.live += 1;
                if matches.as_ref().is_none_or(|matches| matches.is_valid(row) && matches.value(row)) {
                    found.rows.push(found.total + row as u64);
                }
            }
        }
        found.total += rows.num_rows() as u64;
    }
    Ok(found)
}

fn matches(rows: &RecordBatch, request: &DeleteRequest) -> datafusion::error::Result<Option<BooleanArray>> {
    let Some(predicate) = &request.predicate else { return Ok(None) };
    let values = predicate.evaluate(rows)?.into_array(rows.num_rows())?;
    let values = values.as_boolean_opt().cloned();
    values.map(Some).ok_or_else(|| datafusion::common::plan_datafusion_err!("the predicate is no condition"))
}

/// Which rows of a part of a file stay.
fn kept(rows: &FileRows, found: &Found, offset: u64) -> BooleanArray {
    let live = |row: usize| rows.live.as_ref().is_none_or(|live| live.value(row));
    let deleted = |row: usize| found.rows.binary_search(&(offset + row as u64)).is_ok();
    (0..rows.rows.num_rows()).map(|row| Some(live(row) && !deleted(row))).collect()
}

/// The statistics of a file some rows of which are deleted: bounds, but no longer tight ones.
fn loose_statistics(add: &AddFile, total: u64) -> String {
    let stats = add.stats.as_deref().and_then(|stats| serde_json::from_str(stats).ok());
    let mut stats: Value = stats.unwrap_or_else(|| json!({}));
    stats["numRecords"] = json!(total);
    stats["tightBounds"] = json!(false);
    stats.to_string()
}

impl DeleteMetrics {
    /// As the history records them.
    fn recorded(&self) -> BTreeMap<String, String> {
        [
            ("numDeletedRows", self.num_deleted_rows),
            ("numCopiedRows", self.num_copied_rows),
            ("numRemovedFiles", self.num_removed_files),
            ("numAddedFiles", self.num_added_files),
            ("numDeletionVectorsAdded", self.num_deletion_vectors_added),
        ]
        .map(|(key, value)| (key.to_owned(), value.to_string()))
        .into()
    }
}

impl TableScan {
    /// The positions of the rows of a file that are deleted already.
    fn deleted_rows(&self, file: &ScanFile) -> KernelResult<Vec<u64>> {
        Ok(file.dv_info.get_row_indexes(self.engine.as_ref(), self.scan.table_root())?.unwrap_or_default())
    }
}
