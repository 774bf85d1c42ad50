//! The rows that a statement changes, for the readers of a table's change data feed (Delta protocol, "Change Data
//! Files"). A version that has such files has all its changes in them.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType as ArrowType, Field, Schema};

use crate::delta::action::ChangeFile;
use crate::delta::error::DeltaError;
use crate::delta::location::TableLocation;
use crate::delta::schema::{DataType, StructField};
use crate::delta::snapshot::Snapshot;
use crate::delta::write::TableWriter;

/// The column that says what became of a row.
const CHANGE_TYPE: &str = "_change_type";

/// The change data of a statement.
pub(super) struct ChangeData {
    location: TableLocation,
    writer: TableWriter,
    /// The rows that are updated rather than deleted, by the index of their file.
    updated: HashMap<usize, HashSet<u64>>,
}

impl ChangeData {
    /// None for a table without a feed.
    pub(super) fn new(table: &Snapshot) -> Result<Option<Self>, DeltaError> {
        if !table.is_enabled("delta.enableChangeDataFeed") {
            return Ok(None);
        }
        let change_type = StructField::nullable(CHANGE_TYPE, DataType::STRING);
        let location = table.location().clone();
        let writer = TableWriter::change_data(&location, table.metadata(), table.schema(), change_type)?;
        Ok(Some(Self { location, writer, updated: HashMap::new() }))
    }

    /// A row that goes comes again with other values.
    pub(super) fn update(&mut self, file: usize, row: u64) {
        self.updated.entry(file).or_default().insert(row);
    }

    /// Rows of a file as they were, by their positions.
    pub(super) fn gone(
        &mut self,
        file: usize,
        rows: &RecordBatch,
        positions: &[u64],
    ) -> Result<(), DeltaError> {
        let updated = self.updated.remove(&file).unwrap_or_default();
        let kind = |row: usize| if updated.contains(&positions[row]) { "update_preimage" } else { "delete" };
        let written = self.write(rows, kind);
        self.updated.insert(file, updated);
        written
    }

    /// Rows with what became of each.
    pub(super) fn write(
        &mut self,
        rows: &RecordBatch,
        kind: impl Fn(usize) -> &'static str,
    ) -> Result<(), DeltaError> {
        let kinds: ArrayRef = Arc::new(StringArray::from_iter_values((0..rows.num_rows()).map(kind)));
        let schema = rows.schema();
        let kind = Arc::new(Field::new(CHANGE_TYPE, ArrowType::Utf8, false));
        let fields: Vec<_> = schema.fields().iter().cloned().chain([kind]).collect();
        let columns = rows.columns().iter().cloned().chain([kinds]).collect();
        let rows = RecordBatch::try_new(Arc::new(Schema::new(fields)), columns);
        self.writer.copy(&rows.map_err(DeltaError::query(&self.location))?)
    }

    pub(super) fn finish(self) -> Result<Vec<ChangeFile>, DeltaError> {
        Ok(self.writer.finish()?.0.into_iter().map(ChangeFile::from).collect())
    }
}
