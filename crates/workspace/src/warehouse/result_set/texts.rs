//! `JSON_ARRAY` and `CSV`: rows of texts.

use clxs_api::statement::{ResultColumn, ResultFormat};

use super::{Chunk, Content, encoded};
use crate::sql::{SqlError, texts_of};
use crate::warehouse::{Delivery, Disposition, ResultLimits, Row, Rows};

/// A chunk ends after this many rows …
const CHUNK_ROWS: usize = 20_000;
/// … or this many bytes.
const CHUNK_BYTES: u64 = 16 << 20;

/// All rows as texts.
pub(super) fn rows(rows: Rows) -> Result<Vec<Row>, SqlError> {
    match rows {
        Rows::Texts(rows) => Ok(rows),
        Rows::Batches(batches) => {
            let mut rows = Vec::new();
            for batch in batches {
                rows.extend(texts_of(&batch)?);
            }
            Ok(rows)
        }
    }
}

/// Chunks of the rows within the limits, and whether a limit cut rows off.
pub(super) fn chunks(
    columns: &[ResultColumn],
    mut rows: Vec<Row>,
    delivery: &Delivery,
) -> Result<(Vec<Chunk>, bool), SqlError> {
    let kept = rows_within(&rows, delivery.limits);
    let truncated = kept < rows.len();
    rows.truncate(kept);
    let mut chunks = Vec::new();
    while !rows.is_empty() {
        let rest = rows.split_off(chunk_length(&rows));
        let row_offset = chunks.last().map_or(0, |last: &Chunk| last.row_offset + last.row_count);
        chunks.push(chunk(columns, std::mem::replace(&mut rows, rest), row_offset, delivery)?);
    }
    Ok((chunks, truncated))
}

fn chunk(
    columns: &[ResultColumn],
    rows: Vec<Row>,
    row_offset: usize,
    delivery: &Delivery,
) -> Result<Chunk, SqlError> {
    let row_count = rows.len();
    if delivery.disposition == Disposition::Inline {
        let byte_count = rows.iter().map(row_bytes).sum();
        return Ok(Chunk { row_offset, row_count, byte_count, content: Content::Rows(rows) });
    }
    let text = match delivery.format {
        ResultFormat::Csv => csv(columns, &rows, row_offset == 0),
        _ => serde_json::to_vec(&rows)
            .map_err(|error| SqlError::internal(error.to_string()).with_source(error))?,
    };
    Ok(Chunk { row_offset, row_count, byte_count: text.len() as u64, content: encoded(text, delivery)? })
}

fn rows_within(rows: &[Row], limits: ResultLimits) -> usize {
    let by_rows = limits.rows.map_or(rows.len(), |most| usize::try_from(most).unwrap_or(usize::MAX));
    let mut left = limits.bytes.unwrap_or(u64::MAX);
    let fits = |row: &&Row| match left.checked_sub(row_bytes(row)) {
        Some(rest) => {
            left = rest;
            true
        }
        None => false,
    };
    rows.iter().take(by_rows).take_while(fits).count()
}

/// How many of the rows make the next chunk; at least one.
fn chunk_length(rows: &[Row]) -> usize {
    let mut bytes = 0;
    let fits = |row: &&Row| {
        bytes += row_bytes(row);
        bytes <= CHUNK_BYTES
    };
    rows.iter().take(CHUNK_ROWS).take_while(fits).count().max(1)
}

/// The size of a row in an answer: the texts with their quotes and commas.
fn row_bytes(row: &Row) -> u64 {
    row.iter().map(|value| value.as_ref().map_or(5, |text| text.len() as u64 + 3)).sum::<u64>() + 3
}

/// RFC 4180; the first chunk alone has the names of the columns, and null is `null` (`facts/rest_api.md` §7).
fn csv(columns: &[ResultColumn], rows: &[Row], with_names: bool) -> Vec<u8> {
    let mut text = String::new();
    if with_names {
        line(&mut text, columns.iter().map(|column| column.name.as_str()));
    }
    for row in rows {
        line(&mut text, row.iter().map(|value| value.as_deref().unwrap_or("null")));
    }
    text.into_bytes()
}

fn line<'a>(text: &mut String, values: impl Iterator<Item = &'a str>) {
    for (index, value) in values.enumerate() {
        if index > 0 {
            text.push(',');
        }
        if value.contains(['"', ',', '\r', '\n']) {
            text.push('"');
            text.push_str(&value.replace('"', "\"\""));
            text.push('"');
        } else {
            text.push_str(value);
        }
    }
    text.push_str("\r\n");
}
