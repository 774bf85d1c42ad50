//! The kernel's rows as actions.

use std::collections::BTreeMap;

use datafusion::arrow::array::{
    Array, AsArray, Int32Array, Int64Array, MapArray, RecordBatch, StringArray, StructArray,
};
use datafusion::arrow::datatypes::{Int32Type, Int64Type};
use delta_kernel::engine::arrow_data::ArrowEngineData;
use delta_kernel::engine_data::FilteredEngineData;
use delta_kernel::{EngineData, KernelError, KernelResult};

use super::action::{AddFile, DeletionVector, Transaction};

/// The selected rows of a batch (`delta_kernel::scan::scan_row_schema`).
pub(super) fn add_files(rows: FilteredEngineData) -> KernelResult<Vec<AddFile>> {
    let (data, selected) = rows.into_parts();
    let batch: RecordBatch = ArrowEngineData::try_from_engine_data(data)?.into();
    let rows = ScanRows::try_new(&StructArray::from(batch))?;
    // Rows beyond the end of the vector are selected.
    (0..rows.path.len())
        .filter(|row| selected.get(*row).copied().unwrap_or(true) && rows.path.is_valid(*row))
        .map(|row| Ok(rows.add_file(row)))
        .collect()
}

/// The `txn` actions of a batch of the log.
pub(super) fn transactions(actions: Box<dyn EngineData>) -> KernelResult<Vec<Transaction>> {
    let batch: RecordBatch = ArrowEngineData::try_from_engine_data(actions)?.into();
    let txn = structs(&StructArray::from(batch), "txn")?;
    let (app_id, version) = (strings(&txn, "appId")?, longs(&txn, "version")?);
    let last_updated = longs(&txn, "lastUpdated")?;
    let transaction = |row| Transaction {
        app_id: app_id.value(row).to_owned(),
        version: version.value(row),
        last_updated: long(&last_updated, row),
    };
    Ok((0..txn.len()).filter(|row| txn.is_valid(*row) && app_id.is_valid(*row)).map(transaction).collect())
}

struct ScanRows {
    path: StringArray,
    size: Int64Array,
    modification_time: Int64Array,
    stats: StringArray,
    deletion_vector: DeletionVectors,
    partition_values: MapArray,
    tags: MapArray,
    base_row_id: Int64Array,
    default_row_commit_version: Int64Array,
    clustering_provider: StringArray,
}

struct DeletionVectors {
    whole: StructArray,
    storage_type: StringArray,
    path_or_inline_dv: StringArray,
    offset: Int32Array,
    size_in_bytes: Int32Array,
    cardinality: Int64Array,
}

impl ScanRows {
    fn try_new(row: &StructArray) -> KernelResult<Self> {
        let whole = structs(row, "deletionVector")?;
        let constants = structs(row, "fileConstantValues")?;
        Ok(Self {
            path: strings(row, "path")?,
            size: longs(row, "size")?,
            modification_time: longs(row, "modificationTime")?,
            stats: strings(row, "stats")?,
            deletion_vector: DeletionVectors {
                storage_type: strings(&whole, "storageType")?,
                path_or_inline_dv: strings(&whole, "pathOrInlineDv")?,
                offset: integers(&whole, "offset")?,
                size_in_bytes: integers(&whole, "sizeInBytes")?,
                cardinality: longs(&whole, "cardinality")?,
                whole,
            },
            partition_values: maps(&constants, "partitionValues")?,
            tags: maps(&constants, "tags")?,
            base_row_id: longs(&constants, "baseRowId")?,
            default_row_commit_version: longs(&constants, "defaultRowCommitVersion")?,
            clustering_provider: strings(&constants, "clusteringProvider")?,
        })
    }

    fn add_file(&self, row: usize) -> AddFile {
        AddFile {
            path: self.path.value(row).to_owned(),
            partition_values: map(&self.partition_values, row).unwrap_or_default(),
            size: self.size.value(row),
            modification_time: self.modification_time.value(row),
            data_change: true,
            stats: string(&self.stats, row),
            tags: map(&self.tags, row),
            deletion_vector: self.deletion_vector.get(row),
            base_row_id: long(&self.base_row_id, row),
            default_row_commit_version: long(&self.default_row_commit_version, row),
            clustering_provider: string(&self.clustering_provider, row),
        }
    }
}

impl DeletionVectors {
    fn get(&self, row: usize) -> Option<DeletionVector> {
        // A struct read from a checkpoint may be present with nothing in it.
        let present = self.whole.is_valid(row) && self.storage_type.is_valid(row);
        present.then(|| DeletionVector {
            storage_type: self.storage_type.value(row).to_owned(),
            path_or_inline_dv: self.path_or_inline_dv.value(row).to_owned(),
            offset: self.offset.is_valid(row).then(|| self.offset.value(row)),
            size_in_bytes: self.size_in_bytes.value(row),
            cardinality: self.cardinality.value(row),
        })
    }
}

fn string(array: &StringArray, row: usize) -> Option<String> {
    array.is_valid(row).then(|| array.value(row).to_owned())
}

fn long(array: &Int64Array, row: usize) -> Option<i64> {
    array.is_valid(row).then(|| array.value(row))
}

fn map(array: &MapArray, row: usize) -> Option<BTreeMap<String, Option<String>>> {
    if array.is_null(row) {
        return None;
    }
    let entries = array.value(row);
    let (keys, values) = (entries.column(0).as_string::<i32>(), entries.column(1).as_string::<i32>());
    Some((0..entries.len()).map(|entry| (keys.value(entry).to_owned(), string(values, entry))).collect())
}

fn column<'a>(parent: &'a StructArray, name: &str) -> KernelResult<&'a dyn Array> {
    let column = parent.column_by_name(name).ok_or_else(|| unexpected(name))?;
    Ok(column.as_ref())
}

fn unexpected(name: &str) -> KernelError {
    KernelError::generic(format!("the column {name} of the scan rows is not as expected"))
}

fn structs(parent: &StructArray, name: &str) -> KernelResult<StructArray> {
    column(parent, name)?.as_struct_opt().cloned().ok_or_else(|| unexpected(name))
}

fn strings(parent: &StructArray, name: &str) -> KernelResult<StringArray> {
    column(parent, name)?.as_string_opt::<i32>().cloned().ok_or_else(|| unexpected(name))
}

fn longs(parent: &StructArray, name: &str) -> KernelResult<Int64Array> {
    column(parent, name)?.as_primitive_opt::<Int64Type>().cloned().ok_or_else(|| unexpected(name))
}

fn integers(parent: &StructArray, name: &str) -> KernelResult<Int32Array> {
    column(parent, name)?.as_primitive_opt::<Int32Type>().cloned().ok_or_else(|| unexpected(name))
}

fn maps(parent: &StructArray, name: &str) -> KernelResult<MapArray> {
    column(parent, name)?.as_map_opt().cloned().ok_or_else(|| unexpected(name))
}
