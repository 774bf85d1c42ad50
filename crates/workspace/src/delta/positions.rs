//! The rows of a table with where they lie: what statements that change rows compute on.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::array::{ArrayRef, Int32Array, Int64Array, RecordBatch, RecordBatchOptions};
use datafusion::arrow::compute::filter_record_batch;
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::arrow::error::ArrowError;
use datafusion::catalog::{Session, TableProvider};
use datafusion::error::Result as QueryResult;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::{Expr, TableType};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::stream::RecordBatchReceiverStreamBuilder;
use datafusion::physical_plan::streaming::{PartitionStream, StreamingTableExec};
use delta_kernel::scan::state::ScanFile;

use super::action::AddFile;
use super::error::DeltaError;
use super::provider::{BUFFERED, external};
use super::rows::reading_schema;
use super::scan::{FileRows, TableScan};
use super::schema::StructType;
use super::snapshot::Snapshot;

/// The column with the index of a row's file. Rows of a table that has a column of that name are not changed.
pub(crate) const FILE: &str = "@file";
/// The column with the position of a row in its file, deleted rows counted.
pub(crate) const ROW: &str = "@row";

/// The live rows of a table's files, which are known by their index.
#[derive(Debug)]
pub(super) struct PositionedRows {
    snapshot: Snapshot,
    files: Arc<Vec<AddFile>>,
    schema: SchemaRef,
}

impl Snapshot {
    /// The live rows with [`FILE`] and [`ROW`], and the paths of the files by their index.
    ///
    /// # Errors
    /// Those of reading the log; when the schema has a type that the query engine has not.
    pub(crate) fn positioned_rows(&self) -> Result<(Arc<dyn TableProvider>, Vec<String>), DeltaError> {
        let files = Arc::new(self.files()?);
        let paths = files.iter().map(|file| file.path.clone()).collect();
        Ok((Arc::new(PositionedRows::new(self.clone(), files)?), paths))
    }
}

impl PositionedRows {
    pub(super) fn new(snapshot: Snapshot, files: Arc<Vec<AddFile>>) -> Result<Self, DeltaError> {
        let logical = reading_schema(snapshot.schema()).map_err(DeltaError::query(snapshot.location()))?;
        let positions =
            [Field::new(FILE, DataType::Int32, false), Field::new(ROW, DataType::Int64, false)].map(Arc::new);
        let schema = Schema::new(logical.fields().iter().cloned().chain(positions).collect::<Vec<_>>());
        Ok(Self { snapshot, files, schema: Arc::new(schema) })
    }

    /// The files dealt out to at most so many partitions.
    fn partitions(
        snapshot: &Snapshot,
        files: &[AddFile],
        projected: Projected,
        parts: usize,
    ) -> Result<Vec<Arc<dyn PartitionStream>>, DeltaError> {
        let fields: Vec<_> = snapshot.schema().fields().collect();
        let columns = projected.columns.iter().map(|index| fields[*index].clone());
        let columns = snapshot.read(|| StructType::try_new(columns))?;
        let scan = Arc::new(TableScan::new(snapshot, &columns)?);
        let indices: HashMap<&str, i32> =
            (0..).zip(files).map(|(index, file)| (file.path.as_str(), index)).collect();
        let mut dealt: Vec<Vec<(i32, ScanFile)>> = vec![Vec::new(); parts.min(files.len()).max(1)];
        let parts = dealt.len();
        for file in snapshot.read(|| scan.files())? {
            if let Some(index) = indices.get(file.path.as_str()) {
                dealt[usize::try_from(*index).unwrap_or_default() % parts].push((*index, file));
            }
        }
        let projected = Arc::new(projected);
        let partition = |files| -> Arc<dyn PartitionStream> {
            Arc::new(Partition { scan: Arc::clone(&scan), files, projected: Arc::clone(&projected) })
        };
        Ok(dealt.into_iter().map(partition).collect())
    }
}

#[async_trait]
impl TableProvider for PositionedRows {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _filters: &[Expr],
        limit: Option<usize>,
    ) -> QueryResult<Arc<dyn ExecutionPlan>> {
        let projected = Projected::new(&self.schema, projection)?;
        let schema = Arc::clone(&projected.schema);
        let (snapshot, files) = (self.snapshot.clone(), Arc::clone(&self.files));
        let parts = state.config().target_partitions();
        let work = move || Self::partitions(&snapshot, &files, projected, parts);
        let partitions = tokio::task::spawn_blocking(work).await.map_err(external)?.map_err(external)?;
        Ok(Arc::new(StreamingTableExec::try_new(schema, partitions, None, [], false, limit)?))
    }
}

/// What a query reads of the rows.
#[derive(Debug)]
struct Projected {
    schema: SchemaRef,
    /// The columns of the table that are read, by index.
    columns: Vec<usize>,
    /// Where each column of the result comes from.
    sources: Vec<Source>,
}

#[derive(Debug)]
enum Source {
    File,
    Row,
    /// The position among the columns that are read.
    Column(usize),
}

impl Projected {
    fn new(schema: &SchemaRef, projection: Option<&Vec<usize>>) -> Result<Self, ArrowError> {
        let all: Vec<usize> = (0..schema.fields().len()).collect();
        let projection = projection.unwrap_or(&all);
        let (mut columns, mut sources) = (Vec::new(), Vec::new());
        for index in projection {
            sources.push(match schema.field(*index).name().as_str() {
                FILE => Source::File,
                ROW => Source::Row,
                _ => {
                    columns.push(*index);
                    Source::Column(columns.len() - 1)
                }
            });
        }
        Ok(Self { schema: Arc::new(schema.project(projection)?), columns, sources })
    }

    /// The live rows, with their positions.
    fn rows(&self, file: i32, first: i64, rows: FileRows) -> Result<RecordBatch, ArrowError> {
        let FileRows { rows, live } = rows;
        let count = rows.num_rows();
        let last = first + i64::try_from(count).unwrap_or(i64::MAX);
        let column = |source: &Source| -> ArrayRef {
            match source {
                Source::File => Arc::new(Int32Array::from_value(file, count)),
                Source::Row => Arc::new(Int64Array::from_iter_values(first..last)),
                Source::Column(index) => Arc::clone(rows.column(*index)),
            }
        };
        let columns = self.sources.iter().map(column).collect();
        let options = RecordBatchOptions::new().with_row_count(Some(count));
        let batch = RecordBatch::try_new_with_options(Arc::clone(&self.schema), columns, &options)?;
        live.map_or(Ok(batch.clone()), |live| filter_record_batch(&batch, &live))
    }
}

/// Some files of the table.
struct Partition {
    scan: Arc<TableScan>,
    files: Vec<(i32, ScanFile)>,
    projected: Arc<Projected>,
}

impl fmt::Debug for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Partition({} files)", self.files.len())
    }
}

impl PartitionStream for Partition {
    fn schema(&self) -> &SchemaRef {
        &self.projected.schema
    }

    fn execute(&self, _context: Arc<TaskContext>) -> SendableRecordBatchStream {
        let mut builder = RecordBatchReceiverStreamBuilder::new(Arc::clone(self.schema()), BUFFERED);
        let sender = builder.tx();
        let (scan, files, projected) =
            (Arc::clone(&self.scan), self.files.clone(), Arc::clone(&self.projected));
        builder.spawn_blocking(move || {
            for (index, file) in &files {
                let mut first = 0;
                for rows in scan.read(file).map_err(|error| scan.failed(error))? {
                    let rows = rows.map_err(|error| scan.failed(error))?;
                    let next = first + i64::try_from(rows.rows.num_rows()).unwrap_or(i64::MAX);
                    let batch = projected.rows(*index, first, rows).map_err(Into::into);
                    if sender.blocking_send(batch).is_err() {
                        return Ok(()); // Nobody wants more.
                    }
                    first = next;
                }
            }
            Ok(())
        });
        builder.build()
    }
}
