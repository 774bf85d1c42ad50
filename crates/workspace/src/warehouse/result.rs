//! The rows of a statement, cut into chunks.

use std::ops::Range;

use clxs_api::statement::ResultColumn;

use crate::sql::SqlError;

/// A row: every value is a text or null (facts/settled.md §6).
pub(crate) type Row = Vec<Option<String>>;

/// A chunk ends after this many rows …
const CHUNK_ROWS: usize = 20_000;
/// … or this many bytes.
const CHUNK_BYTES: u64 = 16 << 20;
/// The most an `INLINE` result may hold: more fails the statement (`facts/rest_api.md` §7).
const INLINE_BYTES: u64 = 25 << 20;

/// What a statement gives: columns and rows, or neither.
#[derive(Debug, Clone, Default)]
pub(crate) struct StatementResult {
    pub(crate) columns: Vec<ResultColumn>,
    pub(crate) rows: Vec<Row>,
}

impl StatementResult {
    /// The result of a statement that has only effects.
    pub(crate) fn none() -> Self {
        Self::default()
    }
}

/// What the sender of a statement is willing to read.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ResultLimits {
    pub(crate) rows: Option<u64>,
    pub(crate) bytes: Option<u64>,
}

/// The rows of a finished statement.
#[derive(Debug)]
pub(crate) struct ResultSet {
    columns: Vec<ResultColumn>,
    rows: Vec<Row>,
    chunks: Vec<Range<usize>>,
    truncated: bool,
}

impl ResultSet {
    /// Cuts a result to the limits and into chunks.
    ///
    /// # Errors
    /// When what remains is more than an inline result may hold.
    pub(super) fn new(result: StatementResult, limits: ResultLimits) -> Result<Self, SqlError> {
        let StatementResult { columns, mut rows } = result;
        let kept = rows_within(&rows, limits);
        let truncated = kept < rows.len();
        rows.truncate(kept);
        let bytes: u64 = rows.iter().map(row_bytes).sum();
        if bytes > INLINE_BYTES {
            return Err(SqlError::result_too_large(bytes, INLINE_BYTES));
        }
        Ok(Self { columns, chunks: chunks(&rows), rows, truncated })
    }

    /// The columns; none for a statement that has only effects.
    pub(crate) fn columns(&self) -> &[ResultColumn] {
        &self.columns
    }

    /// How many rows there are.
    pub(crate) fn row_count(&self) -> usize {
        self.rows.len()
    }

    /// Whether a limit cut rows off.
    pub(crate) fn truncated(&self) -> bool {
        self.truncated
    }

    /// The row numbers of each chunk.
    pub(crate) fn chunks(&self) -> &[Range<usize>] {
        &self.chunks
    }

    /// The rows of a chunk.
    pub(crate) fn chunk(&self, index: usize) -> Option<&[Row]> {
        self.rows.get(self.chunks.get(index)?.clone())
    }
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

fn chunks(rows: &[Row]) -> Vec<Range<usize>> {
    let mut chunks = Vec::new();
    let (mut start, mut bytes) = (0, 0);
    for (index, row) in rows.iter().enumerate() {
        let size = row_bytes(row);
        if index > start && (index - start == CHUNK_ROWS || bytes + size > CHUNK_BYTES) {
            chunks.push(start..index);
            (start, bytes) = (index, 0);
        }
        bytes += size;
    }
    if start < rows.len() {
        chunks.push(start..rows.len());
    }
    chunks
}

/// The size of a row in an answer: the texts with their quotes and commas.
fn row_bytes(row: &Row) -> u64 {
    row.iter().map(|value| value.as_ref().map_or(5, |text| text.len() as u64 + 3)).sum::<u64>() + 3
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(rows: usize, text: &str) -> StatementResult {
        let columns = vec![ResultColumn { name: "a".into(), ..ResultColumn::default() }];
        StatementResult { columns, rows: vec![vec![Some(text.to_owned())]; rows] }
    }

    #[test]
    fn rows_are_cut_into_chunks_that_follow_each_other() {
        let set = ResultSet::new(result(45_000, "x"), ResultLimits::default()).unwrap();
        assert_eq!(set.chunks(), [0..20_000, 20_000..40_000, 40_000..45_000]);
        assert_eq!(set.chunk(2).unwrap().len(), 5_000);
        assert!(set.chunk(3).is_none());
    }

    #[test]
    fn row_limit_and_byte_limit_cut_the_result_and_say_so() {
        let rows = ResultLimits { rows: Some(2), bytes: None };
        let set = ResultSet::new(result(3, "x"), rows).unwrap();
        assert_eq!((set.row_count(), set.truncated()), (2, true));
        let bytes = ResultLimits { rows: None, bytes: Some(20) };
        let set = ResultSet::new(result(3, "xxxx"), bytes).unwrap();
        assert_eq!((set.row_count(), set.truncated()), (2, true));
        let set = ResultSet::new(result(2, "x"), rows).unwrap();
        assert!(!set.truncated());
    }

    #[test]
    fn result_beyond_the_inline_limit_fails_the_statement() {
        let error = ResultSet::new(result(30, &"x".repeat(1 << 20)), ResultLimits::default()).unwrap_err();
        assert!(error.message.contains("25"), "{error}");
    }
}
