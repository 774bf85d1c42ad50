//! One data file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::arrow::arrow_writer::ArrowWriterOptions;
use datafusion::parquet::basic::Compression;
use datafusion::parquet::file::properties::WriterProperties;
use delta_kernel_default_engine::stats::FileStatsAccumulator;
use uuid::Uuid;

use super::statistics;
use crate::delta::action::AddFile;
use crate::delta::durable::create_directories;
use crate::delta::error::DeltaError;
use crate::delta::location::TableLocation;
use crate::delta::log::modified_millis;

/// A file is not grown beyond this many bytes.
pub(in crate::delta) const TARGET_SIZE: usize = 128 << 20;

/// A file that is being written.
pub(super) struct DataFile {
    path: String,
    partition_values: BTreeMap<String, Option<String>>,
    writer: ArrowWriter<std::fs::File>,
    statistics: FileStatsAccumulator,
}

impl DataFile {
    /// A new file in a directory of the table, which is percent-encoded and empty or ends in a slash. What is to be
    /// synced when the file is complete goes to `unsynced`.
    pub(super) fn create(
        location: &TableLocation,
        directory: &str,
        partition_values: BTreeMap<String, Option<String>>,
        schema: &SchemaRef,
        statistics: FileStatsAccumulator,
        unsynced: &mut BTreeSet<PathBuf>,
    ) -> Result<Self, DeltaError> {
        let path = format!("{directory}part-00000-{}-c000.snappy.parquet", Uuid::new_v4());
        let file_path = location.resolve(&path)?;
        let parent = file_path.parent().unwrap_or(location.path());
        unsynced.extend(create_directories(parent).map_err(DeltaError::io(location))?);
        unsynced.insert(parent.to_owned());
        let file = fs_err::File::create(&file_path).map_err(DeltaError::io(location))?;
        unsynced.insert(file_path);
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let options = ArrowWriterOptions::new().with_properties(properties).with_skip_arrow_metadata(true);
        let writer =
            ArrowWriter::try_new_with_options(file.into_parts().0, SchemaRef::clone(schema), options)
                .map_err(DeltaError::query(location))?;
        Ok(Self { path, partition_values, writer, statistics })
    }

    pub(super) fn write(&mut self, location: &TableLocation, rows: &RecordBatch) -> Result<(), DeltaError> {
        self.statistics.merge(rows).map_err(DeltaError::kernel(location))?;
        self.writer.write(rows).map_err(DeltaError::query(location))
    }

    /// Whether the next rows go to another file.
    pub(super) fn is_full(&self) -> bool {
        self.writer.bytes_written() + self.writer.in_progress_size() >= TARGET_SIZE
    }

    /// Completes the file.
    pub(super) fn finish(self, location: &TableLocation) -> Result<AddFile, DeltaError> {
        let statistics = self.statistics.finish().map_err(DeltaError::kernel(location))?;
        let stats = statistics
            .map(|statistics| statistics::to_json(&statistics))
            .transpose()
            .map_err(DeltaError::query(location))?;
        let file = self.writer.into_inner().map_err(DeltaError::query(location))?;
        let metadata = file.metadata().map_err(DeltaError::io(location))?;
        Ok(AddFile {
            path: self.path,
            partition_values: self.partition_values,
            size: i64::try_from(metadata.len()).unwrap_or(i64::MAX),
            modification_time: modified_millis(&metadata).map_err(DeltaError::io(location))?,
            data_change: true,
            stats,
            tags: None,
            deletion_vector: None,
            base_row_id: None,
            default_row_commit_version: None,
            clustering_provider: None,
        })
    }
}
