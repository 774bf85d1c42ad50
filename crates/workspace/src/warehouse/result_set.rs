//! The rows of a finished statement as they are read: cut to limits and into chunks, in the format asked for.

mod arrow;
mod texts;

use bytes::Bytes;
use clxs_api::statement::{ResultColumn, ResultFormat};

pub(super) use arrow::of_texts;

use super::{Delivery, Disposition, Row, StatementResult};
use crate::sql::SqlError;

/// The most an `INLINE` result may hold: more fails the statement (`facts/rest_api.md` §7).
const INLINE_BYTES: u64 = 25 << 20;
/// The most that a hybrid result holds in its answer. UNCONFIRMED: recorded are 8 KiB in it.
const ATTACHED_BYTES: u64 = 5 << 20;

/// A finished statement's columns and chunks.
#[derive(Debug)]
pub(crate) struct ResultSet {
    columns: Vec<ResultColumn>,
    delivery: Delivery,
    chunks: Vec<Chunk>,
    truncated: bool,
}

/// A part of the rows, read at once.
#[derive(Debug)]
pub(crate) struct Chunk {
    pub(crate) row_offset: usize,
    pub(crate) row_count: usize,
    /// Its size before it is compressed, as recorded.
    pub(crate) byte_count: u64,
    pub(crate) content: Content,
}

/// What a chunk holds.
#[derive(Debug)]
pub(crate) enum Content {
    /// Rows for an answer.
    Rows(Vec<Row>),
    /// What a link leads to.
    Encoded(Bytes),
}

impl ResultSet {
    /// Brings a result into the form asked for.
    ///
    /// # Errors
    /// When more remains than an inline result may hold; `UNSUPPORTED_FEATURE` for a type that the format does
    /// not have here.
    pub(crate) fn new(result: StatementResult, delivery: Delivery) -> Result<Self, SqlError> {
        let StatementResult { columns, rows } = result;
        let arrow = delivery.format == ResultFormat::ArrowStream;
        let (chunks, truncated) = if arrow {
            arrow::chunks(arrow::batches(&columns, rows)?, &delivery)?
        } else {
            texts::chunks(&columns, rows, &delivery)?
        };
        let set = Self { columns, delivery, chunks, truncated };
        let bytes = set.byte_count();
        if set.delivery.disposition == Disposition::Inline && bytes > INLINE_BYTES {
            return Err(SqlError::result_too_large(bytes, INLINE_BYTES));
        }
        Ok(set)
    }

    /// The columns; none for a statement that has only effects.
    pub(crate) fn columns(&self) -> &[ResultColumn] {
        &self.columns
    }

    /// The form it is in.
    pub(crate) fn delivery(&self) -> &Delivery {
        &self.delivery
    }

    /// How many rows there are.
    pub(crate) fn row_count(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.row_count).sum()
    }

    /// The size of all rows before they are compressed.
    pub(crate) fn byte_count(&self) -> u64 {
        self.chunks.iter().map(|chunk| chunk.byte_count).sum()
    }

    /// Whether a limit cut rows off.
    pub(crate) fn truncated(&self) -> bool {
        self.truncated
    }

    /// The chunks in their order.
    pub(crate) fn chunks(&self) -> &[Chunk] {
        &self.chunks
    }

    /// The only chunk of a hybrid result that fits into the answer.
    pub(crate) fn attachment(&self) -> Option<(&Chunk, &Bytes)> {
        match self.chunks.as_slice() {
            [chunk @ Chunk { content: Content::Encoded(bytes), .. }]
                if self.delivery.disposition == Disposition::Hybrid && chunk.byte_count <= ATTACHED_BYTES =>
            {
                Some((chunk, bytes))
            }
            _ => None,
        }
    }
}

/// What a link leads to, compressed when asked for.
fn encoded(bytes: Vec<u8>, delivery: &Delivery) -> Result<Content, SqlError> {
    if !delivery.lz4 {
        return Ok(Content::Encoded(bytes.into()));
    }
    let mut encoder = lz4_flex::frame::FrameEncoder::new(Vec::new());
    let written = std::io::Write::write_all(&mut encoder, &bytes);
    let frame = written.map_err(Into::into).and_then(|()| encoder.finish());
    let frame = frame.map_err(|error| SqlError::internal(error.to_string()).with_source(error))?;
    Ok(Content::Encoded(frame.into()))
}

#[cfg(test)]
mod tests;
