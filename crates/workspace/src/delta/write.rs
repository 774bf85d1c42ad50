//! Writing data files: Parquet, by partition, with statistics.

mod file;
mod partition;
mod required;
mod statistics;

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::Arc;

use datafusion::arrow::array::{Array, AsArray, RecordBatch, UInt32Array};
use datafusion::arrow::compute::take_record_batch;
use datafusion::arrow::datatypes::{Schema, SchemaRef};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::utils::collect_columns;
use delta_kernel::engine::arrow_conversion::TryIntoArrow as _;
use delta_kernel::table_features::ColumnMappingMode;
use delta_kernel_default_engine::stats::FileStatsAccumulator;

use super::action::{AddFile, Metadata};
use super::column;
use super::detail::physical_name;
use super::durable::sync_together;
use super::error::DeltaError;
use super::location::TableLocation;
use super::property::{COLUMN_MAPPING_MODE, CONSTRAINTS};
use super::rows::{conform, reading_schema};
use super::schema::{StructField, StructType};
use file::DataFile;
pub(super) use file::TARGET_SIZE;
use partition::{Partition, partition_values, without_empty_texts};

/// The name of the checks of lengths of CHAR and VARCHAR.
pub(crate) const LENGTH_CHECK: &str = "__CHAR_VARCHAR_STRING_LENGTH_CHECK__";

/// A CHECK constraint that the caller has compiled for the schema of the table's rows.
#[derive(Debug, Clone)]
pub(crate) struct Check {
    pub(crate) name: String,
    pub(crate) expression: String,
    pub(crate) predicate: Arc<dyn PhysicalExpr>,
    /// The columns whose values the error of a row that does not meet it leaves out.
    pub(crate) hidden: Vec<String>,
}

/// Writes rows into new files of a table. Nothing refers to them until they are committed.
pub(super) struct TableWriter {
    location: TableLocation,
    /// The rows as the caller gives them: all columns, by their logical names.
    logical: SchemaRef,
    schema: StructType,
    partition_columns: Vec<usize>,
    /// The name of each partition column in the log, and whether files go to directories.
    partition_names: Vec<String>,
    directories: bool,
    data_columns: Vec<usize>,
    physical: StructType,
    physical_arrow: SchemaRef,
    statistics: Vec<delta_kernel::expressions::ColumnName>,
    checks: Vec<Check>,
    /// Where the files go below the table: empty, or ending in a slash.
    folder: &'static str,
    open: HashMap<Partition, DataFile>,
    written: Vec<AddFile>,
    /// The files, and the directories that hold new names.
    unsynced: BTreeSet<PathBuf>,
    rows: u64,
}

impl TableWriter {
    /// A writer for a table with this metadata. Its `delta.constraints.*` must all be among the checks.
    pub(super) fn new(
        location: &TableLocation,
        metadata: &Metadata,
        schema: &StructType,
        checks: &[Check],
    ) -> Result<Self, DeltaError> {
        ensure_checked(location, metadata, checks)?;
        Ok(Self { checks: checks.to_vec(), ..Self::rewriting(location, metadata, schema)? })
    }

    /// A writer for rows that the table has already.
    pub(super) fn rewriting(
        location: &TableLocation,
        metadata: &Metadata,
        schema: &StructType,
    ) -> Result<Self, DeltaError> {
        Self::with(location, metadata, schema, None)
    }

    /// A writer for rows that change, with one more column that says how: into files that are no files of the
    /// table (Delta protocol, "Change Data Files").
    pub(super) fn change_data(
        location: &TableLocation,
        metadata: &Metadata,
        schema: &StructType,
        change_type: StructField,
    ) -> Result<Self, DeltaError> {
        let writer = Self::with(location, metadata, schema, Some(change_type))?;
        Ok(Self { folder: "_change_data/", ..writer })
    }

    fn with(
        location: &TableLocation,
        metadata: &Metadata,
        schema: &StructType,
        extra: Option<StructField>,
    ) -> Result<Self, DeltaError> {
        let fields: Vec<&StructField> = schema.fields().collect();
        let position = |name: &String| fields.iter().position(|field| field.name == *name);
        let partition_columns: Vec<usize> = metadata.partition_columns.iter().filter_map(position).collect();
        let data_columns: Vec<usize> =
            (0..fields.len()).filter(|index| !partition_columns.contains(index)).collect();
        let mode = mapping_mode(metadata);
        let data = StructType::try_new(data_columns.iter().map(|index| fields[*index].clone()));
        let physical = data
            .and_then(|data| data.make_physical(mode))
            .and_then(|physical| physical.add(extra.clone()))
            .map_err(DeltaError::kernel(location))?;
        let physical_arrow: Schema = (&physical).try_into_arrow().map_err(DeltaError::query(location))?;
        let data_columns = data_columns.into_iter().chain(extra.is_some().then_some(fields.len())).collect();
        let logical = schema.add(extra).map_err(DeltaError::kernel(location))?;
        let logical = reading_schema(&logical).map_err(DeltaError::query(location))?;
        Ok(Self {
            location: location.clone(),
            schema: schema.clone(),
            partition_names: partition_columns
                .iter()
                .map(|index| physical_name(fields[*index]).to_owned())
                .collect(),
            directories: matches!(mode, ColumnMappingMode::None),
            partition_columns,
            data_columns,
            statistics: statistics::columns(metadata, schema, &physical),
            physical,
            physical_arrow: Arc::new(physical_arrow),
            logical,
            checks: Vec::new(),
            folder: "",
            open: HashMap::new(),
            written: Vec::new(),
            unsynced: BTreeSet::new(),
            rows: 0,
        })
    }

    /// Checks and writes rows.
    pub(super) fn write(&mut self, rows: &RecordBatch) -> Result<(), DeltaError> {
        let rows = self.aligned(rows)?;
        self.check(&rows)?;
        self.write_aligned(&rows)
    }

    /// Writes rows that the table has already.
    pub(super) fn copy(&mut self, rows: &RecordBatch) -> Result<(), DeltaError> {
        let rows = self.aligned(rows)?;
        self.write_aligned(&rows)
    }

    fn write_aligned(&mut self, rows: &RecordBatch) -> Result<(), DeltaError> {
        if rows.num_rows() == 0 {
            return Ok(());
        }
        self.rows += rows.num_rows() as u64;
        let data = rows.project(&self.data_columns).map_err(DeltaError::query(&self.location))?;
        let data = conform(&data, &self.physical_arrow).map_err(DeltaError::query(&self.location))?;
        for (partition, indices) in self.by_partition(rows)? {
            let part = match indices {
                None => data.clone(),
                Some(indices) => {
                    take_record_batch(&data, &indices).map_err(DeltaError::query(&self.location))?
                }
            };
            self.write_part(partition, &part)?;
        }
        Ok(())
    }

    /// Completes the files and makes them durable. Returns their add actions, and the number of rows.
    pub(super) fn finish(mut self) -> Result<(Vec<AddFile>, u64), DeltaError> {
        let mut open: Vec<_> = self.open.drain().collect();
        open.sort_by(|(a, _), (b, _)| a.cmp(b));
        for (_, file) in open {
            self.written.push(file.finish(&self.location)?);
        }
        sync_together(&Vec::from_iter(self.unsynced)).map_err(DeltaError::io(&self.location))?;
        Ok((self.written, self.rows))
    }

    fn write_part(&mut self, partition: Partition, rows: &RecordBatch) -> Result<(), DeltaError> {
        let mut file = match self.open.remove(&partition) {
            Some(file) => file,
            None => self.new_file(&partition)?,
        };
        file.write(&self.location, rows)?;
        if file.is_full() {
            self.written.push(file.finish(&self.location)?);
        } else {
            self.open.insert(partition, file);
        }
        Ok(())
    }

    fn new_file(&mut self, partition: &Partition) -> Result<DataFile, DeltaError> {
        let directory = if self.directories {
            partition::directory(&self.partition_names, partition)
        } else {
            String::new()
        };
        let directory = format!("{}{directory}", self.folder);
        let values = self.partition_names.iter().cloned().zip(partition.iter().cloned()).collect();
        let statistics = FileStatsAccumulator::new(&self.statistics, &self.physical);
        let (location, schema) = (&self.location, &self.physical_arrow);
        DataFile::create(location, &directory, values, schema, statistics, &mut self.unsynced)
    }

    /// The rows with the columns in the table's order and of its types, and as the log will tell partitions.
    fn aligned(&self, rows: &RecordBatch) -> Result<RecordBatch, DeltaError> {
        let given = rows.schema();
        let invalid = |reason: String| DeltaError::InvalidRows { location: self.location.clone(), reason };
        let positions = self.logical.fields().iter().map(|field| {
            given
                .fields()
                .iter()
                .position(|column| column::is_same(column.name(), field.name()))
                .ok_or_else(|| invalid(format!("the column `{}` is missing", field.name())))
        });
        let positions = positions.collect::<Result<Vec<_>, _>>()?;
        if positions.len() != given.fields().len() {
            return Err(invalid("there are columns that the table has not".to_owned()));
        }
        let rows = rows.project(&positions).map_err(DeltaError::query(&self.location))?;
        let rows = conform(&rows, &self.logical).map_err(DeltaError::query(&self.location))?;
        let mut columns = rows.columns().to_vec();
        for position in &self.partition_columns {
            columns[*position] =
                without_empty_texts(&columns[*position]).map_err(DeltaError::query(&self.location))?;
        }
        RecordBatch::try_new(rows.schema(), columns).map_err(DeltaError::query(&self.location))
    }

    fn check(&self, rows: &RecordBatch) -> Result<(), DeltaError> {
        if let Some(column) = required::forbidden_null(rows, &self.schema) {
            return Err(DeltaError::NotNullViolated { column });
        }
        for check in &self.checks {
            let query = DeltaError::query(&self.location);
            let met = check.predicate.evaluate(rows).and_then(|met| met.into_array(rows.num_rows()));
            let met = met.map_err(query)?;
            let met = met.as_boolean_opt().ok_or_else(|| DeltaError::InvalidRows {
                location: self.location.clone(),
                reason: format!("the constraint `{}` is no condition", check.name),
            })?;
            // A row of which the expression is null does not meet it, as on the platform.
            let violated = (0..met.len()).find(|row| met.is_null(*row) || !met.value(*row));
            if let Some(row) = violated {
                return Err(self.violation(check, rows, row));
            }
        }
        Ok(())
    }

    fn violation(&self, check: &Check, rows: &RecordBatch, row: usize) -> DeltaError {
        let mut columns: Vec<usize> = collect_columns(&check.predicate)
            .iter()
            .map(datafusion::physical_expr::expressions::Column::index)
            .collect();
        columns.sort_unstable();
        let value = |column: usize| {
            if check.hidden.contains(self.logical.field(column).name()) {
                return None;
            }
            let value = datafusion::arrow::util::display::array_value_to_string(rows.column(column), row);
            Some(value.unwrap_or_default())
        };
        if check.name == LENGTH_CHECK {
            let value = columns.first().and_then(|column| value(*column));
            let value = value.unwrap_or_else(|| "(masked)".to_owned());
            return DeltaError::TextTooLong { value, expression: check.expression.clone() };
        }
        let named = |column: usize| {
            let name = self.logical.field(column).name();
            value(column).map_or_else(|| format!("{name} is masked"), |value| format!("{name} = {value}"))
        };
        let values: Vec<_> = columns.into_iter().map(named).collect();
        DeltaError::CheckViolated {
            name: check.name.clone(),
            expression: check.expression.clone(),
            values: values.join(", "),
        }
    }

    /// The rows of each partition; all rows are one when there are no partition columns.
    fn by_partition(&self, rows: &RecordBatch) -> Result<Vec<(Partition, Option<UInt32Array>)>, DeltaError> {
        if self.partition_columns.is_empty() {
            return Ok(vec![(Partition::new(), None)]);
        }
        let values = self.partition_columns.iter().map(|column| partition_values(rows.column(*column)));
        let values = values.collect::<Result<Vec<_>, _>>().map_err(DeltaError::query(&self.location))?;
        let mut parts: HashMap<Partition, Vec<u32>> = HashMap::new();
        for row in 0..rows.num_rows() {
            let partition = values.iter().map(|column| column[row].clone()).collect();
            parts.entry(partition).or_default().push(u32::try_from(row).unwrap_or(u32::MAX));
        }
        Ok(parts.into_iter().map(|(part, rows)| (part, Some(UInt32Array::from(rows)))).collect())
    }
}

fn mapping_mode(metadata: &Metadata) -> ColumnMappingMode {
    match metadata.configuration.get(COLUMN_MAPPING_MODE).map(String::as_str) {
        Some("name") => ColumnMappingMode::Name,
        Some("id") => ColumnMappingMode::Id,
        _ => ColumnMappingMode::None,
    }
}

fn ensure_checked(location: &TableLocation, metadata: &Metadata, checks: &[Check]) -> Result<(), DeltaError> {
    let constraints = metadata.configuration.keys().filter_map(|key| key.strip_prefix(CONSTRAINTS));
    let mut missing =
        constraints.filter(|name| !checks.iter().any(|check| check.name.eq_ignore_ascii_case(name)));
    match missing.next() {
        None => Ok(()),
        Some(name) => Err(DeltaError::InvalidRows {
            location: location.clone(),
            reason: format!("nobody has checked the constraint `{name}`"),
        }),
    }
}
