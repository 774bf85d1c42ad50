//! Arrow's view of a table's rows.

use std::sync::Arc;

use datafusion::arrow::array::RecordBatchOptions;
use datafusion::arrow::array::{Array, ArrayRef, AsArray, ListArray, MapArray, RecordBatch, StructArray};
use datafusion::arrow::compute::{CastOptions, cast_with_options};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef, Fields, Schema, SchemaRef};
use datafusion::arrow::error::ArrowError;
use delta_kernel::engine::arrow_conversion::TryIntoArrow as _;

use super::schema::StructType;

/// The schema of the rows as queries see them. Everything is nullable, because files may have nulls where the
/// table forbids them since; nothing of the log's metadata is left.
pub(crate) fn reading_schema(schema: &StructType) -> Result<SchemaRef, ArrowError> {
    let schema: Schema = schema.try_into_arrow()?;
    Ok(Arc::new(Schema::new(schema.fields().iter().map(plain).collect::<Fields>())))
}

fn plain(field: &FieldRef) -> FieldRef {
    let data_type = match field.data_type() {
        DataType::Struct(fields) => DataType::Struct(fields.iter().map(plain).collect()),
        DataType::List(element) => DataType::List(plain(element)),
        DataType::Map(entries, sorted) => DataType::Map(plain_entries(entries), *sorted),
        other => other.clone(),
    };
    Arc::new(Field::new(field.name(), data_type, true))
}

/// The entries of a map and their keys are never null.
fn plain_entries(entries: &FieldRef) -> FieldRef {
    let DataType::Struct(fields) = entries.data_type() else { return Arc::clone(entries) };
    let fields = fields.iter().enumerate().map(|(index, field)| {
        let field = plain(field);
        if index == 0 { Arc::new(field.as_ref().clone().with_nullable(false)) } else { field }
    });
    Arc::new(Field::new(entries.name(), DataType::Struct(fields.collect()), false))
}

/// The batch with exactly this schema, column by column: names and metadata are taken over, types cast.
pub(super) fn conform(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, ArrowError> {
    let columns = batch.columns().iter().zip(schema.fields());
    let columns = columns.map(|(column, field)| conform_array(column, field.data_type()));
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    RecordBatch::try_new_with_options(Arc::clone(schema), columns, &options)
}

/// The array in another type of the same shape; names and metadata of nested fields are taken over.
pub(crate) fn conform_array(array: &ArrayRef, data_type: &DataType) -> Result<ArrayRef, ArrowError> {
    Ok(match (array.data_type(), data_type) {
        (from, to) if from == to => Arc::clone(array),
        (DataType::Struct(from), DataType::Struct(to)) if from.len() == to.len() => {
            Arc::new(conform_struct(array.as_struct(), to)?)
        }
        (DataType::List(_), DataType::List(element)) => {
            let list = array.as_list::<i32>();
            let values = conform_array(list.values(), element.data_type())?;
            Arc::new(ListArray::try_new(
                Arc::clone(element),
                list.offsets().clone(),
                values,
                list.nulls().cloned(),
            )?)
        }
        (DataType::Map(..), DataType::Map(entries, sorted)) => {
            let DataType::Struct(fields) = entries.data_type() else {
                return Err(ArrowError::SchemaError("a map has entries of no struct".to_owned()));
            };
            let map = array.as_map();
            Arc::new(MapArray::try_new(
                Arc::clone(entries),
                map.offsets().clone(),
                conform_struct(map.entries(), fields)?,
                map.nulls().cloned(),
                *sorted,
            )?)
        }
        // Values that do not fit are errors, never nulls.
        _ => cast_with_options(array, data_type, &CastOptions { safe: false, ..CastOptions::default() })?,
    })
}

fn conform_struct(array: &StructArray, fields: &Fields) -> Result<StructArray, ArrowError> {
    let columns = array.columns().iter().zip(fields);
    let columns = columns.map(|(column, field)| conform_array(column, field.data_type()));
    StructArray::try_new(fields.clone(), columns.collect::<Result<_, _>>()?, array.nulls().cloned())
}
