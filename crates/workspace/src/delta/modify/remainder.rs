//! What stays of a file some of whose rows go.

use std::collections::HashMap;

use datafusion::arrow::array::{BooleanArray, RecordBatch};
use datafusion::arrow::compute::filter_record_batch;
use datafusion::parquet::file::reader::{FileReader as _, SerializedFileReader};
use delta_kernel::KernelResult;
use delta_kernel::scan::state::ScanFile;
use serde_json::{Value, json};

use crate::delta::action::AddFile;
use crate::delta::deletion_vector::DeletionVectorFile;
use crate::delta::error::DeltaError;
use crate::delta::location::TableLocation;
use crate::delta::scan::{FileRows, TableScan};
use crate::delta::snapshot::Snapshot;
use crate::delta::write::TableWriter;

/// All rows in a file, deleted ones too: by its statistics, else by its footer.
fn physical_rows(location: &TableLocation, file: &AddFile) -> Result<u64, DeltaError> {
    if let Some(records) = file.num_records() {
        return Ok(u64::try_from(records).unwrap_or_default());
    }
    let opened = fs_err::File::open(location.resolve(&file.path)?).map_err(DeltaError::io(location))?;
    let reader = SerializedFileReader::new(opened.into_parts().0).map_err(DeltaError::query(location))?;
    Ok(u64::try_from(reader.metadata().file_metadata().num_rows()).unwrap_or_default())
}

/// The rows of a file that are not deleted.
pub(crate) fn live_rows(location: &TableLocation, file: &AddFile) -> Result<u64, DeltaError> {
    let deleted = file.deletion_vector.as_ref().map_or(0, |vector| vector.cardinality);
    Ok(physical_rows(location, file)?.saturating_sub(u64::try_from(deleted).unwrap_or_default()))
}

/// Reads files again; opened when the first is wanted.
pub(crate) struct Reader {
    table: Snapshot,
    scan: Option<(TableScan, HashMap<String, ScanFile>)>,
}

impl Reader {
    pub(crate) fn new(table: Snapshot) -> Self {
        Self { table, scan: None }
    }

    fn scanned(&mut self, file: &AddFile) -> Result<(&TableScan, &ScanFile), DeltaError> {
        if self.scan.is_none() {
            let scan = TableScan::new(&self.table, self.table.schema())?;
            let files = self.table.read(|| scan.files())?;
            let files = files.into_iter().map(|file| (file.path.clone(), file)).collect();
            self.scan = Some((scan, files));
        }
        let missing =
            || DeltaError::FileNotFound { location: self.table.location().clone(), path: file.path.clone() };
        let (scan, files) = self.scan.as_ref().ok_or_else(missing)?;
        Ok((scan, files.get(&file.path).ok_or_else(missing)?))
    }

    /// The file with a deletion vector that has more rows.
    pub(super) fn marked(
        &mut self,
        file: &AddFile,
        gone: &[u64],
        vectors: &mut DeletionVectorFile,
    ) -> Result<AddFile, DeltaError> {
        let table = self.table.clone();
        let (scan, scanned) = self.scanned(file)?;
        let deleted = table.read(|| scan.deleted_rows(scanned))?;
        let vector = table.read(|| vectors.add(deleted.iter().chain(gone)))?;
        let total = physical_rows(table.location(), file)?;
        let (deletion_vector, stats) = (Some(vector), Some(loose_statistics(file, total)));
        Ok(AddFile { stats, deletion_vector, ..file.clone() })
    }

    /// Copies the live rows that do not go. Returns how many they are.
    pub(super) fn copy_rest(
        &mut self,
        file: &AddFile,
        gone: &[u64],
        writer: &mut TableWriter,
    ) -> Result<u64, DeltaError> {
        let mut copied = 0;
        self.each_rest(file, gone, |rows| {
            copied += rows.num_rows() as u64;
            writer.copy(&rows)
        })?;
        Ok(copied)
    }

    /// Takes the live rows that do not go, as they come.
    pub(crate) fn each_rest(
        &mut self,
        file: &AddFile,
        gone: &[u64],
        mut take: impl FnMut(RecordBatch) -> Result<(), DeltaError>,
    ) -> Result<(), DeltaError> {
        self.each(file, |position| gone.binary_search(&position).is_err(), |rows, _| take(rows))
    }

    /// Takes the live rows that go, with their positions.
    pub(super) fn each_gone(
        &mut self,
        file: &AddFile,
        gone: &[u64],
        take: impl FnMut(RecordBatch, &[u64]) -> Result<(), DeltaError>,
    ) -> Result<(), DeltaError> {
        self.each(file, |position| gone.binary_search(&position).is_ok(), take)
    }

    fn each(
        &mut self,
        file: &AddFile,
        is_wanted: impl Fn(u64) -> bool,
        mut take: impl FnMut(RecordBatch, &[u64]) -> Result<(), DeltaError>,
    ) -> Result<(), DeltaError> {
        let table = self.table.clone();
        let (scan, scanned) = self.scanned(file)?;
        let mut offset = 0;
        for rows in table.read(|| scan.read(scanned))? {
            let FileRows { rows, live } = table.read(|| rows)?;
            let is_live = |row: usize| live.as_ref().is_none_or(|live| live.value(row));
            let wanted: Vec<bool> =
                (0..rows.num_rows()).map(|row| is_live(row) && is_wanted(offset + row as u64)).collect();
            let positions: Vec<u64> =
                (offset..).zip(&wanted).filter(|(_, wanted)| **wanted).map(|(row, _)| row).collect();
            offset += rows.num_rows() as u64;
            let chosen = filter_record_batch(&rows, &BooleanArray::from(wanted));
            take(chosen.map_err(DeltaError::query(table.location()))?, &positions)?;
        }
        Ok(())
    }
}

/// The statistics of a file some rows of which are deleted: bounds, but no longer tight ones.
fn loose_statistics(add: &AddFile, total: u64) -> String {
    let stats = add.stats.as_deref().and_then(|stats| serde_json::from_str(stats).ok());
    let mut stats: Value = stats.unwrap_or_else(|| json!({}));
    stats["numRecords"] = json!(total);
    stats["tightBounds"] = json!(false);
    stats.to_string()
}

impl TableScan {
    /// The positions of the rows of a file that are deleted already.
    fn deleted_rows(&self, file: &ScanFile) -> KernelResult<Vec<u64>> {
        Ok(file.dv_info.get_row_indexes(self.engine.as_ref(), self.scan.table_root())?.unwrap_or_default())
    }
}
