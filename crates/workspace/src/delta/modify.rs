//! UPDATE, DELETE, MERGE and REPLACE WHERE: rows that go, known by where they lie, and rows that come.
//!
//! A row that goes is marked in a deletion vector where the table has those; else its file is written anew without
//! it. An updated row goes and comes.

mod change_data;
mod metrics;
pub(super) mod remainder;

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::arrow::array::{AsArray, BooleanArray, RecordBatch};
use datafusion::arrow::compute::filter_record_batch;
use datafusion::arrow::datatypes::{Int32Type, Int64Type};
use datafusion::catalog::TableProvider;
use datafusion::execution::SendableRecordBatchStream;
use futures::StreamExt as _;

use super::action::AddFile;
use super::append::blocking;
use super::deletion_vector::DeletionVectorFile;
use super::error::DeltaError;
use super::identity::Identities;
use super::positions::{FILE, PositionedRows, ROW};
use super::snapshot::Snapshot;
use super::transaction::{DataChange, PartitionConditions};
use super::write::{Check, TableWriter};
use change_data::ChangeData;
pub(crate) use metrics::ModifyMetrics;

/// The column that says what becomes of a row, as a [`RowChange`].
pub(crate) const CHANGE: &str = "@change";

/// What becomes of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum RowChange {
    Delete,
    Update,
    Insert,
    /// MERGE: no row of the source matches.
    DeleteBySource,
    UpdateBySource,
}

impl RowChange {
    const ALL: [Self; 5] =
        [Self::Delete, Self::Update, Self::Insert, Self::DeleteBySource, Self::UpdateBySource];

    /// How the column has it.
    pub(crate) fn code(self) -> i32 {
        self as i32
    }

    /// Whether the row that was there goes.
    pub(crate) fn removes(self) -> bool {
        self != Self::Insert
    }

    /// Whether there is a new row.
    pub(crate) fn writes(self) -> bool {
        matches!(self, Self::Update | Self::Insert | Self::UpdateBySource)
    }
}

/// A statement that changes rows.
#[derive(Debug, Clone)]
pub(crate) struct ModifyRequest {
    /// As the history names it: `UPDATE`, `DELETE`, `MERGE`, `WRITE`.
    pub(crate) operation: &'static str,
    pub(crate) parameters: Vec<(&'static str, String)>,
    /// What new rows must meet.
    pub(crate) checks: Vec<Check>,
    /// Whether one row may be deleted twice, as by a MERGE that does nothing else.
    pub(crate) repeated_deletes: bool,
    /// The identity columns whose values are given to inserted rows.
    pub(crate) identities: Vec<String>,
    pub(crate) user: String,
}

/// A change of a table's rows that is being made.
pub(crate) struct Modification {
    table: Snapshot,
    files: Arc<Vec<AddFile>>,
    request: ModifyRequest,
    /// The rows that go, by the index of their file.
    gone: HashMap<usize, Vec<u64>>,
    writer: Option<TableWriter>,
    changes: Option<ChangeData>,
    identities: Identities,
    partitions: PartitionConditions,
    metrics: ModifyMetrics,
}

impl Modification {
    /// Begins to change rows of a table at a version.
    ///
    /// # Errors
    /// [`DeltaError::AppendOnly`]; features with which rows cannot be changed.
    pub(crate) fn new(table: Snapshot, request: ModifyRequest) -> Result<Self, DeltaError> {
        let allows: fn(&super::feature::Feature) -> bool = |feature| feature.delete && feature.append;
        table.protocol().ensure_allows(table.location(), allows, request.operation)?;
        table.ensure_not_append_only(request.operation)?;
        if let Some(field) = table.schema().fields().find(|field| field.name.starts_with('@')) {
            let reason = format!(
                "the name of the column `{}` begins like one that is used while rows change",
                field.name
            );
            return Err(DeltaError::InvalidRows { location: table.location().clone(), reason });
        }
        let files = Arc::new(table.files()?);
        let identities = Identities::new(&table, &request.identities)?;
        let changes = ChangeData::new(&table)?;
        let metrics = ModifyMetrics::default();
        Ok(Self {
            table,
            files,
            request,
            gone: HashMap::new(),
            writer: None,
            changes,
            identities,
            partitions: PartitionConditions::new(),
            metrics,
        })
    }

    /// One row may be deleted twice.
    pub(crate) fn with_repeated_deletes(mut self) -> Self {
        self.request.repeated_deletes = true;
        self
    }

    /// The rows as they are, with [`FILE`] and [`ROW`].
    ///
    /// # Errors
    /// When the schema has a type that the query engine has not.
    pub(crate) fn rows(&self) -> Result<Arc<dyn TableProvider>, DeltaError> {
        Ok(Arc::new(PositionedRows::new(self.table.clone(), Arc::clone(&self.files))?))
    }

    /// Takes changes as they come: [`FILE`], [`ROW`] and [`CHANGE`], and all columns of the table when rows come.
    ///
    /// # Errors
    /// Those of computing the changes; [`DeltaError::NotNullViolated`], [`DeltaError::CheckViolated`].
    pub(crate) async fn take(mut self, mut changes: SendableRecordBatchStream) -> Result<Self, DeltaError> {
        let location = self.table.location().clone();
        while let Some(batch) = changes.next().await {
            let batch = batch.map_err(DeltaError::query(&location))?;
            self = blocking(&location, move || self.take_batch(&batch).map(|()| self)).await?;
        }
        Ok(self)
    }

    /// Takes rows that come: all columns of the table.
    ///
    /// # Errors
    /// Those of [`Modification::take`].
    pub(crate) async fn insert(mut self, mut rows: SendableRecordBatchStream) -> Result<Self, DeltaError> {
        let location = self.table.location().clone();
        while let Some(batch) = rows.next().await {
            let batch = batch.map_err(DeltaError::query(&location))?;
            self.metrics.count(RowChange::Insert, batch.num_rows() as u64);
            self = blocking(&location, move || self.write(&batch, RowChange::Insert).map(|()| self)).await?;
        }
        Ok(self)
    }

    /// New rows must meet one more condition.
    pub(crate) fn with_check(mut self, check: Check) -> Self {
        self.request.checks.push(check);
        self
    }

    /// Only files of some partitions are looked at.
    pub(crate) fn with_partitions(mut self, partitions: PartitionConditions) -> Self {
        self.partitions = partitions;
        self
    }

    /// All rows go, without being read.
    pub(crate) fn take_all(&mut self) -> Result<(), DeltaError> {
        // That a whole file goes says that all its rows do.
        self.changes = None;
        for (index, file) in self.files.iter().enumerate() {
            let live = remainder::live_rows(self.table.location(), file)?;
            self.metrics.count(RowChange::Delete, live);
            self.gone.insert(index, (0..live).collect());
        }
        Ok(())
    }

    fn take_batch(&mut self, batch: &RecordBatch) -> Result<(), DeltaError> {
        let location = self.table.location().clone();
        let column = |name: &str| {
            batch.column_by_name(name).ok_or_else(|| DeltaError::InvalidRows {
                location: location.clone(),
                reason: format!("the column {name} is missing"),
            })
        };
        let changes = column(CHANGE)?.as_primitive::<Int32Type>();
        let (files, rows) =
            (column(FILE)?.as_primitive::<Int32Type>(), column(ROW)?.as_primitive::<Int64Type>());
        for change in RowChange::ALL {
            let chosen: BooleanArray = changes.iter().map(|code| Some(code == Some(change.code()))).collect();
            let count = chosen.true_count();
            if count == 0 {
                continue;
            }
            self.metrics.count(change, count as u64);
            if change.removes() {
                for index in (0..batch.num_rows()).filter(|index| chosen.value(*index)) {
                    let file = usize::try_from(files.value(index)).unwrap_or_default();
                    let row = u64::try_from(rows.value(index)).unwrap_or_default();
                    self.gone.entry(file).or_default().push(row);
                    if let Some(changes) = self.changes.as_mut().filter(|_| change.writes()) {
                        changes.update(file, row);
                    }
                }
            }
            if change.writes() {
                let written = filter_record_batch(batch, &chosen).map_err(DeltaError::query(&location))?;
                self.write(&written, change)?;
            }
        }
        Ok(())
    }

    fn write(&mut self, rows: &RecordBatch, change: RowChange) -> Result<(), DeltaError> {
        let location = self.table.location().clone();
        let columns = rows.schema();
        let columns = columns.fields().iter().enumerate();
        let own: Vec<usize> = columns
            .filter(|(_, field)| ![FILE, ROW, CHANGE].contains(&field.name().as_str()))
            .map(|(index, _)| index)
            .collect();
        let mut rows = rows.project(&own).map_err(DeltaError::query(&location))?;
        if change == RowChange::Insert {
            rows = self.identities.fill(&rows).map_err(DeltaError::query(&location))?;
        } else {
            self.ensure_rows_may_move()?;
        }
        self.writer()?.write(&rows)?;
        let kind = if change == RowChange::Insert { "insert" } else { "update_postimage" };
        self.changes.as_mut().map_or(Ok(()), |changes| changes.write(&rows, |_| kind))
    }

    fn writer(&mut self) -> Result<&mut TableWriter, DeltaError> {
        let writer = if let Some(writer) = self.writer.take() {
            writer
        } else {
            let table = &self.table;
            TableWriter::new(table.location(), table.metadata(), table.schema(), &self.request.checks)?
        };
        Ok(self.writer.insert(writer))
    }

    /// New files lose the identity of the rows that were in others.
    fn ensure_rows_may_move(&self) -> Result<(), DeltaError> {
        if !self.table.is_enabled("delta.enableRowTracking") {
            return Ok(());
        }
        Err(DeltaError::UnsupportedFeatures {
            location: self.table.location().clone(),
            features: vec!["rowTracking".to_owned()],
            operation: "moving rows to other files",
        })
    }

    /// Commits what was taken. Nothing is committed when nothing changed.
    ///
    /// # Errors
    /// [`DeltaError::MultipleSourceRows`]; features with which rows cannot be kept beside those that go;
    /// [`DeltaError::Conflict`] when somebody else changes the table meanwhile in a way that matters.
    pub(crate) async fn commit(self) -> Result<ModifyMetrics, DeltaError> {
        let location = self.table.location().clone();
        blocking(&location, move || self.commit_blocking()).await
    }

    fn commit_blocking(mut self) -> Result<ModifyMetrics, DeltaError> {
        self.unite()?;
        let (removes, mut adds) = self.remainders()?;
        let with_vectors = adds.len();
        if let Some(writer) = self.writer.take() {
            adds.extend(writer.finish()?.0);
        }
        if removes.is_empty() && adds.is_empty() {
            return Ok(self.metrics);
        }
        self.metrics.files(&removes, &adds, with_vectors);
        let parameters = self.request.parameters.iter();
        let change = DataChange {
            parameters: parameters.map(|(key, value)| ((*key).to_owned(), value.clone())).collect(),
            metrics: self.metrics.recorded(self.request.operation),
            removes,
            adds,
            changes: self.changes.map(ChangeData::finish).transpose()?.unwrap_or_default(),
            partitions: self.partitions,
            metadata: self.identities.metadata(&self.table)?,
            ..DataChange::new(self.request.operation, &self.request.user)
        };
        self.metrics.version = Some(change.commit(self.table)?);
        Ok(self.metrics)
    }

    /// Sorts the rows that go; none may go twice.
    fn unite(&mut self) -> Result<(), DeltaError> {
        for rows in self.gone.values_mut() {
            rows.sort_unstable();
            let marked = rows.len();
            rows.dedup();
            let repeated = marked - rows.len();
            if repeated > 0 && !self.request.repeated_deletes {
                return Err(DeltaError::MultipleSourceRows { location: self.table.location().clone() });
            }
            self.metrics.discount(RowChange::Delete, repeated as u64);
        }
        Ok(())
    }

    /// The files that go, and those that stand for them without the rows that go: with deletion vectors. Rows
    /// that are copied go to the writer.
    fn remainders(&mut self) -> Result<(Vec<AddFile>, Vec<AddFile>), DeltaError> {
        let mut touched: Vec<(usize, Vec<u64>)> = self.gone.drain().collect();
        touched.sort_unstable();
        let mut vectors =
            self.table.is_enabled("delta.enableDeletionVectors").then(DeletionVectorFile::default);
        let mut reader = remainder::Reader::new(self.table.clone());
        let (mut removes, mut adds) = (Vec::new(), Vec::new());
        for (index, gone) in touched {
            let file = self.files[index].clone();
            if let Some(changes) = &mut self.changes {
                reader.each_gone(&file, &gone, |rows, positions| changes.gone(index, &rows, positions))?;
            }
            let whole = gone.len() as u64 == remainder::live_rows(self.table.location(), &file)?;
            match &mut vectors {
                _ if whole => {}
                Some(vectors) => adds.push(reader.marked(&file, &gone, vectors)?),
                None => {
                    self.ensure_rows_may_move()?;
                    let writer = self.writer()?;
                    let copied = reader.copy_rest(&file, &gone, writer)?;
                    self.metrics.num_copied_rows += copied;
                }
            }
            removes.push(file);
        }
        if let Some(vectors) = vectors {
            vectors.write(self.table.location())?;
        }
        Ok((removes, adds))
    }
}
