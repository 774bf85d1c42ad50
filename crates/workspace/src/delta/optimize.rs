//! OPTIMIZE and REORG … APPLY (PURGE): the same rows in other files.

use std::collections::{BTreeMap, HashSet};

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::compute::{SortColumn, concat_batches, lexsort_to_indices, take_record_batch};
use serde_json::{Value, json};

use super::action::AddFile;
use super::column;
use super::error::DeltaError;
use super::modify::remainder::{Reader, live_rows};
use super::snapshot::Snapshot;
use super::transaction::DataChange;
use super::write::{TARGET_SIZE, TableWriter};

/// A file of which more than this part is deleted is written anew (open Delta,
/// `spark.databricks.delta.optimize.maxDeletedRowsRatio`).
const DELETED_RATIO: f64 = 0.05;

/// Which files are written anew, and how.
#[derive(Debug, Clone)]
pub(crate) struct OptimizeRequest {
    /// The paths of the files that are looked at; all when absent.
    pub(crate) chosen: Option<HashSet<String>>,
    /// The predicate that chose them, for the history.
    pub(crate) predicate: Option<String>,
    /// The columns by which the rows of each new file are sorted.
    pub(crate) order: Vec<String>,
    /// Files with deletion vectors and nothing else.
    pub(crate) purge: bool,
    pub(crate) user: String,
}

/// What was done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct OptimizeMetrics {
    /// Sizes of the files added and removed, in bytes.
    pub(crate) added: Vec<i64>,
    pub(crate) removed: Vec<i64>,
    pub(crate) num_batches: u64,
    pub(crate) num_partitions: u64,
    pub(crate) num_considered: u64,
    pub(crate) num_deletion_vectors_removed: u64,
}

/// Writes files anew. Nothing is committed when there is nothing to gain.
///
/// # Errors
/// Features with which rows cannot move; [`DeltaError::ColumnNotFound`]; [`DeltaError::Conflict`].
pub(crate) fn optimize(table: Snapshot, request: &OptimizeRequest) -> Result<OptimizeMetrics, DeltaError> {
    let operation = if request.purge { "REORG" } else { "OPTIMIZE" };
    table.protocol().ensure_allows(
        table.location(),
        |feature| feature.append && feature.delete,
        operation,
    )?;
    ensure_rows_may_move(&table, operation)?;
    let order = order(&table, request)?;
    let mut metrics = OptimizeMetrics::default();
    let (mut removes, mut adds) = (Vec::new(), Vec::new());
    let mut reader = Reader::new(table.clone());
    for bin in bins(&table, request, &mut metrics)? {
        metrics.num_batches += 1;
        adds.extend(rewritten(&table, &mut reader, &bin, &order)?);
        removes.extend(bin);
    }
    if removes.is_empty() {
        return Ok(metrics);
    }
    metrics.added = adds.iter().map(|file: &AddFile| file.size).collect();
    metrics.removed = removes.iter().map(|file: &AddFile| file.size).collect();
    let vectors = removes.iter().filter(|file| file.deletion_vector.is_some()).count();
    metrics.num_deletion_vectors_removed = vectors as u64;
    let change = DataChange {
        parameters: parameters(request),
        metrics: metrics.recorded(),
        removes,
        adds,
        changes_rows: false,
        ..DataChange::new(operation, &request.user)
    };
    change.commit(table)?;
    Ok(metrics)
}

/// New files lose the ids of the rows in them.
fn ensure_rows_may_move(table: &Snapshot, operation: &'static str) -> Result<(), DeltaError> {
    if !table.is_enabled("delta.enableRowTracking") {
        return Ok(());
    }
    let (location, features) = (table.location().clone(), vec!["rowTracking".to_owned()]);
    Err(DeltaError::UnsupportedFeatures { location, features, operation })
}

/// The positions of the columns to sort by: those asked for, else the clustering columns.
fn order(table: &Snapshot, request: &OptimizeRequest) -> Result<Vec<usize>, DeltaError> {
    let clustering = if request.purge { Vec::new() } else { table.clustering_columns()? };
    let names = if request.order.is_empty() { clustering } else { request.order.clone() };
    let position = |name: &String| {
        let mut fields = table.schema().fields();
        fields.position(|field| column::is_same(&field.name, name)).ok_or_else(|| {
            DeltaError::ColumnNotFound { location: table.location().clone(), column: name.clone() }
        })
    };
    names.iter().map(position).collect()
}

/// The files that become one each, or a few of the target size.
fn bins(
    table: &Snapshot,
    request: &OptimizeRequest,
    metrics: &mut OptimizeMetrics,
) -> Result<Vec<Vec<AddFile>>, DeltaError> {
    let mut partitions: BTreeMap<BTreeMap<String, Option<String>>, Vec<AddFile>> = BTreeMap::new();
    for file in table.files()? {
        if request.chosen.as_ref().is_none_or(|chosen| chosen.contains(&file.path)) {
            metrics.num_considered += 1;
            partitions.entry(file.partition_values.clone()).or_default().push(file);
        }
    }
    let target = i64::try_from(TARGET_SIZE).unwrap_or(i64::MAX);
    let mut bins = Vec::new();
    for mut files in partitions.into_values() {
        files.sort_by(|a, b| a.size.cmp(&b.size).then_with(|| a.path.cmp(&b.path)));
        let before = bins.len();
        let mut bin = Bin::default();
        for file in files {
            if request.purge && file.deletion_vector.is_none() {
                continue;
            }
            if bin.size + file.size > target {
                bins.extend(std::mem::take(&mut bin).worthwhile(table, request)?);
            }
            bin.add(file);
        }
        bins.extend(bin.worthwhile(table, request)?);
        metrics.num_partitions += u64::from(bins.len() > before);
    }
    Ok(bins)
}

/// Files of one partition.
#[derive(Default)]
struct Bin {
    files: Vec<AddFile>,
    size: i64,
}

impl Bin {
    fn add(&mut self, file: AddFile) {
        self.size += file.size;
        self.files.push(file);
    }

    /// The files, if writing them anew gains something.
    fn worthwhile(
        self,
        table: &Snapshot,
        request: &OptimizeRequest,
    ) -> Result<Option<Vec<AddFile>>, DeltaError> {
        let sorted = !request.order.is_empty();
        let gains = match self.files.as_slice() {
            [] => false,
            [file] => request.purge || sorted || much_deleted(table, file)?,
            _ => true,
        };
        Ok(gains.then_some(self.files))
    }
}

fn much_deleted(table: &Snapshot, file: &AddFile) -> Result<bool, DeltaError> {
    let Some(vector) = &file.deletion_vector else { return Ok(false) };
    let live = live_rows(table.location(), file)?;
    let deleted = u64::try_from(vector.cardinality).unwrap_or_default();
    #[expect(clippy::cast_precision_loss, reason = "a ratio of rows")]
    let ratio = deleted as f64 / (live + deleted).max(1) as f64;
    Ok(ratio > DELETED_RATIO)
}

fn rewritten(
    table: &Snapshot,
    reader: &mut Reader,
    bin: &[AddFile],
    order: &[usize],
) -> Result<Vec<AddFile>, DeltaError> {
    let mut writer = TableWriter::rewriting(table.location(), table.metadata(), table.schema())?;
    if order.is_empty() {
        for file in bin {
            reader.each_rest(file, &[], |rows| writer.copy(&rows))?;
        }
    } else {
        let mut batches = Vec::new();
        for file in bin {
            reader.each_rest(file, &[], |rows| {
                batches.push(rows);
                Ok(())
            })?;
        }
        if let Some(rows) = sorted(&batches, order).map_err(DeltaError::query(table.location()))? {
            writer.copy(&rows)?;
        }
    }
    Ok(writer.finish()?.0)
}

fn sorted(
    batches: &[RecordBatch],
    order: &[usize],
) -> Result<Option<RecordBatch>, datafusion::arrow::error::ArrowError> {
    let Some(first) = batches.first() else { return Ok(None) };
    let rows = concat_batches(&first.schema(), batches)?;
    let columns: Vec<_> = order
        .iter()
        .map(|column| SortColumn { values: rows.column(*column).clone(), options: None })
        .collect();
    let indices = lexsort_to_indices(&columns, None)?;
    take_record_batch(&rows, &indices).map(Some)
}

fn parameters(request: &OptimizeRequest) -> BTreeMap<String, String> {
    let predicates: Vec<_> = request.predicate.iter().collect();
    let mut parameters = vec![("predicate", json!(predicates).to_string())];
    if request.purge {
        parameters.push(("applyPurge", "true".to_owned()));
    } else {
        parameters.push(("zOrderBy", json!(request.order).to_string()));
        parameters.push(("auto", "false".to_owned()));
    }
    parameters.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

impl OptimizeMetrics {
    fn recorded(&self) -> BTreeMap<String, String> {
        let sum = |sizes: &[i64]| sizes.iter().sum::<i64>().to_string();
        [
            ("numAddedFiles", self.added.len().to_string()),
            ("numRemovedFiles", self.removed.len().to_string()),
            ("numAddedBytes", sum(&self.added)),
            ("numRemovedBytes", sum(&self.removed)),
            ("minFileSize", self.added.iter().min().copied().unwrap_or_default().to_string()),
            ("maxFileSize", self.added.iter().max().copied().unwrap_or_default().to_string()),
            ("numDeletionVectorsRemoved", self.num_deletion_vectors_removed.to_string()),
        ]
        .map(|(key, value)| (key.to_owned(), value))
        .into()
    }

    /// As the result of the statement has them.
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "numFilesAdded": self.added.len(),
            "numFilesRemoved": self.removed.len(),
            "filesAdded": sizes(&self.added),
            "filesRemoved": sizes(&self.removed),
            "partitionsOptimized": self.num_partitions,
            "numBatches": self.num_batches,
            "totalConsideredFiles": self.num_considered,
            "totalFilesSkipped": self.num_considered.saturating_sub(self.removed.len() as u64),
        })
    }
}

fn sizes(sizes: &[i64]) -> Value {
    let total: i64 = sizes.iter().sum();
    #[expect(clippy::cast_precision_loss, reason = "an average of sizes")]
    let average = total as f64 / sizes.len().max(1) as f64;
    json!({
        "min": sizes.iter().min(),
        "max": sizes.iter().max(),
        "avg": average,
        "totalFiles": sizes.len(),
        "totalSize": total,
    })
}
