//! `JSON_ARRAY` and `CSV`: rows of texts.

use clxs_api::statement::{ResultColumn, ResultFormat};

use super::{Chunk, Content, encoded};
use crate::sql::{SqlError, texts_of};
use crate::warehouse::{Delivery, Disposition, ResultLimits, Row, Rows};

/// A chunk ends after this many rows …
const CHUNK_ROWS: usize = 20_000;
/// … or this many bytes.
const CHUNK_BYTES: u64 = 16 << 20;

/// Chunks of the rows within the limits, and whether a limit cut rows off. Rows become texts one batch after the other,
/// and each chunk is encoded before the next one begins: all texts of a large result at once would be many times its size.
pub(super) fn chunks(
    columns: &[ResultColumn],
    rows: Rows,
    delivery: &Delivery,
) -> Result<(Vec<Chunk>, bool), SqlError> {
    let mut chunks = Chunks { columns, delivery, ended: Vec::new(), rows: Vec::new(), bytes: 0 };
    let mut left = delivery.limits;
    let truncated = match rows {
        Rows::Texts(rows) => chunks.take_all(rows, &mut left)?,
        Rows::Batches(batches) => {
            let mut truncated = false;
            for batch in batches {
                truncated = chunks.take_all(texts_of(&batch)?, &mut left)?;
                if truncated {
                    break;
                }
            }
            truncated
        }
    };
    chunks.end()?;
    Ok((chunks.ended, truncated))
}

/// Chunks as they grow.
struct Chunks<'a> {
    columns: &'a [ResultColumn],
    delivery: &'a Delivery,
    ended: Vec<Chunk>,
    /// Those of the chunk that has not ended.
    rows: Vec<Row>,
    /// Their size.
    bytes: u64,
}

impl Chunks<'_> {
    /// Takes rows as far as the limits allow, and says whether they cut any off.
    fn take_all(&mut self, rows: Vec<Row>, left: &mut ResultLimits) -> Result<bool, SqlError> {
        for row in rows {
            let bytes = row_bytes(&row);
            let fits = |left: &mut Option<u64>, size| match left {
                None => true,
                Some(left) => left.checked_sub(size).inspect(|rest| *left = *rest).is_some(),
            };
            if !(fits(&mut left.rows, 1) && fits(&mut left.bytes, bytes)) {
                return Ok(true);
            }
            if self.rows.len() == CHUNK_ROWS || self.bytes + bytes > CHUNK_BYTES {
                self.end()?;
            }
            self.bytes += bytes;
            self.rows.push(row);
        }
        Ok(false)
    }

    /// Ends the chunk, if it has any rows.
    fn end(&mut self) -> Result<(), SqlError> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let row_offset = self.ended.last().map_or(0, |last| last.row_offset + last.row_count);
        let (rows, bytes) = (std::mem::take(&mut self.rows), std::mem::take(&mut self.bytes));
        self.ended.push(self.chunk(rows, bytes, row_offset)?);
        Ok(())
    }

    fn chunk(&self, rows: Vec<Row>, byte_count: u64, row_offset: usize) -> Result<Chunk, SqlError> {
        let row_count = rows.len();
        if self.delivery.disposition == Disposition::Inline {
            return Ok(Chunk { row_offset, row_count, byte_count, content: Content::Rows(rows) });
        }
        let text = match self.delivery.format {
            ResultFormat::Csv => csv(self.columns, &rows, row_offset == 0),
            _ => serde_json::to_vec(&rows)
                .map_err(|error| SqlError::internal(error.to_string()).with_source(error))?,
        };
        let byte_count = text.len() as u64;
        Ok(Chunk { row_offset, row_count, byte_count, content: encoded(text, self.delivery)? })
    }
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
