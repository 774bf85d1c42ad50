//! `ARROW_STREAM`: every chunk is an Arrow IPC stream of its own.

use std::sync::Arc;

use clxs_api::statement::ResultColumn;
use clxs_api::table::ColumnTypeName;
use datafusion::arrow::array::{
    Array, ArrayRef, ListBuilder, MapBuilder, StringArray, StringBuilder, new_null_array,
};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Field, Schema, TimeUnit};
use datafusion::arrow::error::ArrowError;
use datafusion::arrow::ipc::writer::StreamWriter;
use datafusion::arrow::record_batch::RecordBatch;
use serde_json::Value;

use super::{Chunk, encoded};
use crate::sql::SqlError;
use crate::warehouse::{Delivery, ResultLimits, Row, Rows};

/// A chunk ends after this many rows (recorded, facts/settled.md §6) …
const CHUNK_ROWS: usize = 122_880;
/// … or with the batch that brings it to this many bytes.
const CHUNK_BYTES: u64 = 16 << 20;

/// All rows as batches, whose columns have the names of the result.
pub(super) fn batches(columns: &[ResultColumn], rows: Rows) -> Result<Vec<RecordBatch>, SqlError> {
    match rows {
        Rows::Batches(batches) => {
            batches.into_iter().map(|batch| renamed(columns, &batch).map_err(internal)).collect()
        }
        Rows::Texts(rows) if rows.is_empty() => Ok(Vec::new()),
        Rows::Texts(rows) => Ok(vec![of_texts(columns, &rows)?]),
    }
}

/// Chunks of the batches within the limits, and whether a limit cut rows off.
pub(super) fn chunks(batches: Vec<RecordBatch>, delivery: &Delivery) -> Result<(Vec<Chunk>, bool), SqlError> {
    let (batches, truncated) = within(batches, delivery.limits);
    let mut chunks: Vec<Chunk> = Vec::new();
    for parts in grouped(batches) {
        let row_offset = chunks.last().map_or(0, |last| last.row_offset + last.row_count);
        let bytes = stream(&parts).map_err(internal)?;
        chunks.push(Chunk {
            row_offset,
            row_count: parts.iter().map(RecordBatch::num_rows).sum(),
            byte_count: bytes.len() as u64,
            content: encoded(bytes, delivery)?,
        });
    }
    Ok((chunks, truncated))
}

fn stream(batches: &[RecordBatch]) -> Result<Vec<u8>, ArrowError> {
    let Some(first) = batches.first() else { return Ok(Vec::new()) };
    let mut writer = StreamWriter::try_new(Vec::new(), &first.schema())?;
    for batch in batches {
        writer.write(batch)?;
    }
    writer.into_inner()
}

/// The batches up to the limits. Rows of a batch count as equally large.
fn within(batches: Vec<RecordBatch>, limits: ResultLimits) -> (Vec<RecordBatch>, bool) {
    let (mut rows_left, mut bytes_left) = (limits.rows.unwrap_or(u64::MAX), limits.bytes.unwrap_or(u64::MAX));
    let (mut kept, mut truncated) = (Vec::new(), false);
    for batch in batches {
        let rows = batch.num_rows() as u64;
        let row_bytes = (size(&batch) / rows.max(1)).max(1);
        let most = rows.min(rows_left).min(bytes_left / row_bytes);
        truncated |= most < rows;
        rows_left -= most;
        bytes_left -= most * row_bytes;
        if most > 0 {
            kept.push(batch.slice(0, usize::try_from(most).unwrap_or(usize::MAX)));
        }
        if truncated {
            break;
        }
    }
    (kept, truncated)
}

/// The batches of each chunk, cut where a chunk is full.
fn grouped(batches: Vec<RecordBatch>) -> Vec<Vec<RecordBatch>> {
    let mut groups: Vec<Vec<RecordBatch>> = Vec::new();
    let (mut room, mut bytes) = (0, 0);
    for mut batch in batches {
        while batch.num_rows() > 0 {
            if room == 0 || bytes >= CHUNK_BYTES {
                groups.push(Vec::new());
                (room, bytes) = (CHUNK_ROWS, 0);
            }
            let taken = room.min(batch.num_rows());
            let part = batch.slice(0, taken);
            batch = batch.slice(taken, batch.num_rows() - taken);
            room -= taken;
            bytes += size(&part);
            if let Some(group) = groups.last_mut() {
                group.push(part);
            }
        }
    }
    groups
}

fn size(batch: &RecordBatch) -> u64 {
    let sizes = batch.columns().iter().map(|column| column.to_data().get_slice_memory_size());
    sizes.map(|size| size.unwrap_or_default() as u64).sum()
}

/// The batch with the names of the result in place of those that tell columns apart in the plan.
fn renamed(columns: &[ResultColumn], batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let schema = batch.schema();
    let fields = schema
        .fields()
        .iter()
        .zip(columns)
        .map(|(field, column)| Field::new(&column.name, field.data_type().clone(), field.is_nullable()));
    RecordBatch::try_new(Arc::new(Schema::new(fields.collect::<Vec<_>>())), batch.columns().to_vec())
}

/// A batch of rows that were made by hand.
pub(in crate::warehouse) fn of_texts(
    columns: &[ResultColumn],
    rows: &[Row],
) -> Result<RecordBatch, SqlError> {
    let arrays = columns.iter().enumerate().map(|(index, column)| {
        let values: Vec<_> = rows.iter().map(|row| row.get(index).and_then(Option::as_deref)).collect();
        array(column, &values).map_err(internal)
    });
    let arrays = arrays.collect::<Result<Vec<_>, _>>()?;
    let fields = columns.iter().zip(&arrays);
    let fields = fields.map(|(column, array)| Field::new(&column.name, array.data_type().clone(), true));
    RecordBatch::try_new(Arc::new(Schema::new(fields.collect::<Vec<_>>())), arrays).map_err(internal)
}

/// The values of a column. Containers made by hand hold texts.
fn array(column: &ResultColumn, values: &[Option<&str>]) -> Result<ArrayRef, ArrowError> {
    let data_type = match &column.type_name {
        Some(ColumnTypeName::Array) => return lists(values),
        Some(ColumnTypeName::Map) => return maps(values),
        Some(ColumnTypeName::Null) => return Ok(new_null_array(&DataType::Null, values.len())),
        Some(ColumnTypeName::Boolean) => DataType::Boolean,
        Some(ColumnTypeName::Byte) => DataType::Int8,
        Some(ColumnTypeName::Short) => DataType::Int16,
        Some(ColumnTypeName::Int) => DataType::Int32,
        Some(ColumnTypeName::Long) => DataType::Int64,
        Some(ColumnTypeName::Float) => DataType::Float32,
        Some(ColumnTypeName::Double) => DataType::Float64,
        Some(ColumnTypeName::Date) => DataType::Date32,
        Some(ColumnTypeName::Timestamp) => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        _ => DataType::Utf8,
    };
    cast(&StringArray::from(values.to_vec()), &data_type)
}

fn lists(values: &[Option<&str>]) -> Result<ArrayRef, ArrowError> {
    let mut lists = ListBuilder::new(StringBuilder::new());
    for value in values {
        let Some(text) = value else {
            lists.append_null();
            continue;
        };
        for item in serde_json::from_str::<Vec<Value>>(text).map_err(json)? {
            lists.values().append_option(item.as_str());
        }
        lists.append(true);
    }
    Ok(Arc::new(lists.finish()))
}

fn maps(values: &[Option<&str>]) -> Result<ArrayRef, ArrowError> {
    let mut maps = MapBuilder::new(None, StringBuilder::new(), StringBuilder::new());
    for value in values {
        for (key, item) in value
            .map(serde_json::from_str::<serde_json::Map<_, _>>)
            .transpose()
            .map_err(json)?
            .into_iter()
            .flatten()
        {
            maps.keys().append_value(key);
            maps.values().append_option(item.as_str());
        }
        maps.append(value.is_some())?;
    }
    Ok(Arc::new(maps.finish()))
}

fn json(error: serde_json::Error) -> ArrowError {
    ArrowError::ExternalError(Box::new(error))
}

fn internal(error: ArrowError) -> SqlError {
    SqlError::internal(error.to_string()).with_source(error)
}
