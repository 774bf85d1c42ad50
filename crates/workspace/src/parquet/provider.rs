//! Parquet files as a table of the query engine.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::array::{RecordBatch, RecordBatchOptions, new_null_array};
use datafusion::arrow::datatypes::{Field, SchemaRef};
use datafusion::catalog::{Session, TableProvider};
use datafusion::error::{DataFusionError, Result as QueryResult};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::{Expr, TableType};
use datafusion::parquet::arrow::ProjectionMask;
use datafusion::parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::stream::RecordBatchReceiverStreamBuilder;
use datafusion::physical_plan::streaming::{PartitionStream, StreamingTableExec};

use super::files::{self, DataFile};
use super::{ParquetError, partition, schema};
use crate::delta::schema::StructType;
use crate::delta::{TableLocation, conform_array, reading_schema};

/// Batches that may wait between reading and computing.
const BUFFERED: usize = 2;

/// A folder of Parquet files with the columns that the metastore knows. Files that are added to the folder are
/// seen by the next query.
#[derive(Debug)]
pub(crate) struct ParquetTable {
    location: TableLocation,
    schema: SchemaRef,
}

impl ParquetTable {
    /// The table at a location.
    ///
    /// # Errors
    /// [`ParquetError::Types`] when the schema has a type that the query engine has not.
    pub(crate) fn new(location: TableLocation, columns: &StructType) -> Result<Self, ParquetError> {
        let schema = reading_schema(columns)
            .map_err(|source| ParquetError::Types { file: location.path().to_owned(), source })?;
        Ok(Self { location, schema })
    }
}

#[async_trait]
impl TableProvider for ParquetTable {
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
        let all: Vec<usize> = (0..self.schema.fields().len()).collect();
        let schema = Arc::new(self.schema.project(projection.unwrap_or(&all))?);
        let location = self.location.clone();
        let files = tokio::task::spawn_blocking(move || files::list(&location)).await;
        let files = files.map_err(external)?.map_err(external)?;
        let parts = state.config().target_partitions().min(files.len()).max(1);
        let mut dealt = vec![Vec::new(); parts];
        for (index, file) in files.into_iter().enumerate() {
            dealt[index % parts].push(file);
        }
        let partition = |files| -> Arc<dyn PartitionStream> {
            Arc::new(FilesPartition { schema: Arc::clone(&schema), files })
        };
        let partitions = dealt.into_iter().map(partition).collect();
        Ok(Arc::new(StreamingTableExec::try_new(Arc::clone(&schema), partitions, None, [], false, limit)?))
    }
}

fn external(error: impl std::error::Error + Send + Sync + 'static) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}

/// Some files of a scan.
struct FilesPartition {
    /// The wanted columns.
    schema: SchemaRef,
    files: Vec<DataFile>,
}

impl fmt::Debug for FilesPartition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FilesPartition({} files)", self.files.len())
    }
}

impl PartitionStream for FilesPartition {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, _context: Arc<TaskContext>) -> SendableRecordBatchStream {
        let mut builder = RecordBatchReceiverStreamBuilder::new(Arc::clone(&self.schema), BUFFERED);
        let sender = builder.tx();
        let (schema, files) = (Arc::clone(&self.schema), self.files.clone());
        builder.spawn_blocking(move || {
            for file in &files {
                for batch in open(file, &schema).map_err(external)? {
                    let batch = wanted(file, &batch?, &schema);
                    if sender.blocking_send(batch).is_err() {
                        return Ok(()); // Nobody wants more.
                    }
                }
            }
            Ok(())
        });
        builder.build()
    }
}

/// A reader of the wanted columns that the file has.
fn open(file: &DataFile, wanted: &SchemaRef) -> Result<ParquetRecordBatchReader, ParquetError> {
    let of_file = |source| ParquetError::File { file: file.path.clone(), source };
    let opened = fs_err::File::open(&file.path).map_err(|error| of_file(error.into()))?;
    let builder =
        ParquetRecordBatchReaderBuilder::try_new_with_options(opened.into_file(), schema::reader_options())
            .map_err(of_file)?;
    let is_wanted = |field: &Field| {
        file.partition_column(field.name()).is_none()
            && wanted.fields().iter().any(|wanted| wanted.name().eq_ignore_ascii_case(field.name()))
    };
    let fields = builder.schema().fields().iter().enumerate();
    let roots: Vec<_> = fields.filter(|(_, field)| is_wanted(field)).map(|(index, _)| index).collect();
    let mask = ProjectionMask::roots(builder.parquet_schema(), roots);
    builder.with_projection(mask).build().map_err(of_file)
}

/// The rows as the table has them: columns of the partition have its value, columns that the file lacks are null.
fn wanted(file: &DataFile, read: &RecordBatch, schema: &SchemaRef) -> QueryResult<RecordBatch> {
    let rows = read.num_rows();
    let column = |field: &Arc<Field>| -> QueryResult<_> {
        if let Some((_, value)) = file.partition_column(field.name()) {
            return partition::column(&file.path, field, value.as_deref(), rows).map_err(external);
        }
        let names = read.schema_ref().fields().iter();
        match names.zip(read.columns()).find(|(known, _)| known.name().eq_ignore_ascii_case(field.name())) {
            Some((_, column)) => {
                schema::require_same_fields(&file.path, column.data_type(), field.data_type())
                    .map_err(external)?;
                Ok(conform_array(column, field.data_type())?)
            }
            None => Ok(new_null_array(field.data_type(), rows)),
        }
    };
    let columns = schema.fields().iter().map(column).collect::<QueryResult<Vec<_>>>()?;
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    Ok(RecordBatch::try_new_with_options(Arc::clone(schema), columns, &options)?)
}

impl DataFile {
    /// Name and value of a partition column; none for the others.
    fn partition_column(&self, column: &str) -> Option<&(String, Option<String>)> {
        self.partition.iter().find(|(name, _)| name.eq_ignore_ascii_case(column))
    }
}
