//! A snapshot as a table of the query engine.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::{Session, TableProvider};
use datafusion::error::{DataFusionError, Result as QueryResult};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::{Expr, TableType};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::stream::RecordBatchReceiverStreamBuilder;
use datafusion::physical_plan::streaming::{PartitionStream, StreamingTableExec};
use delta_kernel::scan::state::ScanFile;

use super::error::DeltaError;
use super::rows::reading_schema;
use super::scan::{FileRows, TableScan};
use super::schema::StructType;
use super::snapshot::Snapshot;

/// Batches that may wait between reading and computing.
pub(super) const BUFFERED: usize = 2;

impl Snapshot {
    /// The logical rows: column mapping, deletion vectors and partition values are applied; only the columns
    /// that a query needs are read.
    ///
    /// # Errors
    /// When the schema has a type that the query engine has not.
    pub(crate) fn into_table_provider(self) -> Result<Arc<dyn TableProvider>, DeltaError> {
        let schema = reading_schema(self.schema()).map_err(DeltaError::query(self.location()))?;
        Ok(Arc::new(DeltaTable { snapshot: self, schema }))
    }
}

#[derive(Debug)]
struct DeltaTable {
    snapshot: Snapshot,
    schema: SchemaRef,
}

#[async_trait]
impl TableProvider for DeltaTable {
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
        let projection = projection.unwrap_or(&all).clone();
        let schema = Arc::new(self.schema.project(&projection)?);
        let snapshot = self.snapshot.clone();
        let parts = state.config().target_partitions();
        let partitions = tokio::task::spawn_blocking(move || partitions(&snapshot, &projection, parts))
            .await
            .map_err(external)?
            .map_err(external)?;
        Ok(Arc::new(StreamingTableExec::try_new(schema, partitions, None, [], false, limit)?))
    }
}

pub(super) fn external(error: impl std::error::Error + Send + Sync + 'static) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}

/// The files of the scan dealt out to at most so many partitions.
fn partitions(
    snapshot: &Snapshot,
    projection: &[usize],
    parts: usize,
) -> Result<Vec<Arc<dyn PartitionStream>>, DeltaError> {
    let fields: Vec<_> = snapshot.schema().fields().collect();
    let columns = projection.iter().filter_map(|index| fields.get(*index).copied().cloned());
    let columns = snapshot.read(|| StructType::try_new(columns))?;
    let scan = Arc::new(TableScan::new(snapshot, &columns)?);
    let files = snapshot.read(|| scan.files())?;
    let parts = parts.min(files.len()).max(1);
    let mut dealt = vec![Vec::new(); parts];
    for (index, file) in files.into_iter().enumerate() {
        dealt[index % parts].push(file);
    }
    let partition =
        |files| -> Arc<dyn PartitionStream> { Arc::new(FilesPartition { scan: Arc::clone(&scan), files }) };
    Ok(dealt.into_iter().map(partition).collect())
}

/// Some files of a scan.
struct FilesPartition {
    scan: Arc<TableScan>,
    files: Vec<ScanFile>,
}

impl fmt::Debug for FilesPartition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FilesPartition({} files)", self.files.len())
    }
}

impl PartitionStream for FilesPartition {
    fn schema(&self) -> &SchemaRef {
        self.scan.schema()
    }

    fn execute(&self, _context: Arc<TaskContext>) -> SendableRecordBatchStream {
        let mut builder = RecordBatchReceiverStreamBuilder::new(Arc::clone(self.scan.schema()), BUFFERED);
        let sender = builder.tx();
        let (scan, files) = (Arc::clone(&self.scan), self.files.clone());
        builder.spawn_blocking(move || {
            for file in &files {
                for rows in scan.read(file).map_err(|error| scan.failed(error))? {
                    let batch = rows.and_then(FileRows::into_live).map_err(|error| scan.failed(error));
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

#[cfg(test)]
mod tests {
    use datafusion::arrow::array::RecordBatch;
    use datafusion::prelude::SessionContext;

    use super::super::test_tables::{delta_tables, engine};
    use super::super::{Pin, Snapshot};

    #[test]
    fn every_table_has_the_rows_that_are_expected() {
        let (runtime, engine) = engine();
        for table in delta_tables() {
            let Some(expected) = table.rows else { continue };
            let snapshot = Snapshot::open(&engine, &table.location(), Pin::Latest).unwrap();
            let provider = snapshot.into_table_provider().unwrap();
            let rows = runtime.block_on(async {
                let context = SessionContext::new();
                let frame = context.read_table(provider).unwrap();
                let counted = frame.clone().count().await.unwrap();
                let read: usize = frame.collect().await.unwrap().iter().map(RecordBatch::num_rows).sum();
                assert_eq!(counted, read, "{}", table.name);
                read
            });
            assert_eq!(i64::try_from(rows).unwrap(), expected, "{}", table.name);
        }
    }
}
