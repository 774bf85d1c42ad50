//! Reading the rows of a table, file by file, through the kernel.

use std::sync::Arc;

use datafusion::arrow::array::{BooleanArray, RecordBatch};
use datafusion::arrow::compute::filter_record_batch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::error::DataFusionError;
use delta_kernel::engine::arrow_data::ArrowEngineData;
use delta_kernel::scan::Scan;
use delta_kernel::scan::state::{ScanFile, transform_to_logical};
use delta_kernel::{Engine, EngineData, FileMeta, KernelError, KernelResult};

use super::error::DeltaError;
use super::location::TableLocation;
use super::provider::external;
use super::rows::{conform, reading_schema};
use super::schema::{DataType, PrimitiveType, StructField, StructType};
use super::snapshot::Snapshot;

/// A scan of some columns of a table.
pub(super) struct TableScan {
    pub(super) engine: Arc<dyn Engine>,
    pub(super) scan: Scan,
    schema: SchemaRef,
    location: TableLocation,
}

/// Rows of a file as they lie in it.
pub(super) struct FileRows {
    /// All rows, deleted ones too.
    pub(super) rows: RecordBatch,
    /// Which of the rows are live; all when absent.
    pub(super) live: Option<BooleanArray>,
}

impl TableScan {
    /// A scan of the columns named, in their order.
    pub(super) fn new(snapshot: &Snapshot, columns: &StructType) -> Result<Self, DeltaError> {
        let schema = reading_schema(columns).map_err(DeltaError::query(snapshot.location()))?;
        let scan = snapshot.read(|| {
            let read = columns.add(row_carrier(snapshot, columns))?;
            Arc::clone(&snapshot.kernel).scan_builder().with_schema(Arc::new(read)).build()
        })?;
        let location = snapshot.location().clone();
        Ok(Self { engine: snapshot.engine.kernel(), scan, schema, location })
    }

    /// The schema of the rows.
    pub(super) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// An error of reading on its way through the query engine.
    pub(super) fn failed(&self, error: KernelError) -> DataFusionError {
        external(DeltaError::kernel(&self.location)(error))
    }

    /// The live files.
    pub(super) fn files(&self) -> KernelResult<Vec<ScanFile>> {
        self.scan.scan_metadata(self.engine.as_ref())?.try_fold(Vec::new(), |files, batch| {
            batch?.visit_scan_files(files, |files: &mut Vec<ScanFile>, file| files.push(file))
        })
    }

    /// The rows of a file in their order.
    pub(super) fn read<'a>(
        &'a self,
        file: &ScanFile,
    ) -> KernelResult<impl Iterator<Item = KernelResult<FileRows>> + 'a> {
        let root = self.scan.table_root();
        let at = root.join(&file.path)?;
        if at.to_file_path().is_ok_and(|path| !path.exists()) {
            return Err(KernelError::FileNotFound(at.to_string()));
        }
        let live = file.dv_info.get_selection_vector(self.engine.as_ref(), root)?;
        let meta = FileMeta {
            location: at,
            last_modified: file.modification_time,
            size: file.size.try_into().map_err(|_| KernelError::generic("the size of a file is negative"))?,
        };
        let batches = self.engine.parquet_handler().read_parquet_files(
            &[meta],
            Arc::clone(self.scan.physical_schema()),
            None,
        )?;
        let (mut offset, transform) = (0, file.transform.clone());
        Ok(batches.map(move |batch| {
            let rows = self.logical(batch?, transform.clone())?;
            let range = offset..offset + rows.num_rows();
            offset = range.end;
            // Rows beyond the end of the vector are live.
            let live = live
                .as_ref()
                .map(|live| range.map(|row| live.get(row).copied().unwrap_or(true)).collect::<Vec<_>>());
            Ok(FileRows { rows, live: live.map(BooleanArray::from) })
        }))
    }

    fn logical(
        &self,
        physical: Box<dyn EngineData>,
        transform: Option<delta_kernel::ExpressionRef>,
    ) -> KernelResult<RecordBatch> {
        let (physical_schema, logical_schema) = (self.scan.physical_schema(), self.scan.logical_schema());
        let engine = self.engine.as_ref();
        let logical = transform_to_logical(engine, physical, physical_schema, logical_schema, transform)?;
        let batch: RecordBatch = ArrowEngineData::try_from_engine_data(logical)?.into();
        Ok(conform(&batch, &self.schema)?)
    }
}

/// A column to be read beside the wanted ones when none of those is in the files: rows come from somewhere, and
/// the kernel cannot read files without reading a column. It is the last, and is cut off again.
fn row_carrier(snapshot: &Snapshot, columns: &StructType) -> Option<StructField> {
    let partitions = &snapshot.metadata().partition_columns;
    let is_in_files = |field: &&StructField| {
        !partitions.contains(&field.name) && field.data_type != DataType::Primitive(PrimitiveType::Void)
    };
    let carried = columns.fields().any(|field| is_in_files(&field));
    snapshot.schema().fields().find(is_in_files).filter(|_| !carried).cloned()
}

impl FileRows {
    /// The live rows.
    pub(super) fn into_live(self) -> KernelResult<RecordBatch> {
        match self.live {
            Some(live) => Ok(filter_record_batch(&self.rows, &live)?),
            None => Ok(self.rows),
        }
    }
}
