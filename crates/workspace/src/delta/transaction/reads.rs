//! Which files a statement looks at: those of the partitions that its conditions allow.

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::arrow::array::{
    Array as _, ArrayRef, AsArray as _, RecordBatch, StringArray, new_null_array,
};
use datafusion::arrow::compute::{CastOptions, cast_with_options};
use datafusion::arrow::datatypes::DataType;
use datafusion::physical_expr::PhysicalExpr;

use crate::delta::detail::physical_name;
use crate::delta::rows::reading_schema;
use crate::delta::snapshot::Snapshot;

/// Conditions on the partition columns alone, compiled for the rows of the table. A file of whose partition one is
/// not true is not looked at.
pub(crate) type PartitionConditions = Vec<Arc<dyn PhysicalExpr>>;

/// Whether the files of a partition are looked at. When in doubt, they are.
pub(super) fn looks_at(
    conditions: &PartitionConditions,
    table: &Snapshot,
    partition: &BTreeMap<String, Option<String>>,
) -> bool {
    if conditions.is_empty() {
        return true;
    }
    let Some(row) = row_of(table, partition) else { return true };
    conditions.iter().all(|condition| {
        let value = condition.evaluate(&row).and_then(|value| value.into_array(1));
        match value.as_ref().ok().and_then(|value| value.as_boolean_opt()) {
            Some(value) => value.is_valid(0) && value.value(0),
            None => true,
        }
    })
}

/// The value as the column has it; none for a text that is not read as others read it.
fn partition_value(text: Option<&str>, data_type: &DataType) -> Option<ArrayRef> {
    let options = CastOptions { safe: false, ..CastOptions::default() };
    cast_with_options(&StringArray::from(vec![text]), data_type, &options).ok()
}

/// A row of the partition, whose other columns are null.
fn row_of(table: &Snapshot, partition: &BTreeMap<String, Option<String>>) -> Option<RecordBatch> {
    let schema = reading_schema(table.schema()).ok()?;
    let mut columns: Vec<ArrayRef> = Vec::with_capacity(schema.fields().len());
    for (field, column) in schema.fields().iter().zip(table.schema().fields()) {
        columns.push(match partition.get(physical_name(column)) {
            Some(value) => partition_value(value.as_deref(), field.data_type())?,
            None if table.metadata().partition_columns.contains(&column.name) => return None,
            None => new_null_array(field.data_type(), 1),
        });
    }
    RecordBatch::try_new(schema, columns).ok()
}
