//! What a statement gives, and how its sender wants to have it.

use clxs_api::statement::{ResultColumn, ResultFormat};
use datafusion::arrow::record_batch::RecordBatch;

use super::result_set::of_texts;
use crate::sql::SqlError;

/// A row: every value is a text or null (facts/settled.md §6).
pub(crate) type Row = Vec<Option<String>>;

/// The rows of a result: made by hand as texts, or computed.
#[derive(Debug, Clone)]
pub(crate) enum Rows {
    Texts(Vec<Row>),
    Batches(Vec<RecordBatch>),
}

/// What a statement gives: columns and rows, or neither.
#[derive(Debug, Clone, Default)]
pub(crate) struct StatementResult {
    pub(crate) columns: Vec<ResultColumn>,
    pub(crate) rows: Rows,
}

/// What the sender of a statement is willing to read.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ResultLimits {
    pub(crate) rows: Option<u64>,
    pub(crate) bytes: Option<u64>,
}

/// Where the rows go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Disposition {
    /// Into the answers.
    #[default]
    Inline,
    /// Behind links.
    Links,
    /// Into the answer while they are few, else behind links.
    Hybrid,
}

/// How the sender of a statement wants to have its rows.
#[derive(Debug, Clone)]
pub(crate) struct Delivery {
    pub(crate) disposition: Disposition,
    pub(crate) format: ResultFormat,
    /// Whether what is not inline is an LZ4 frame.
    pub(crate) lz4: bool,
    pub(crate) limits: ResultLimits,
}

impl StatementResult {
    /// The result of a statement that has only effects.
    pub(crate) fn none() -> Self {
        Self::default()
    }

    /// All rows of a result made by hand as one batch.
    ///
    /// # Errors
    /// When a text is no value of its column.
    pub(crate) fn into_batch(self) -> Result<RecordBatch, SqlError> {
        match self.rows {
            Rows::Texts(rows) => of_texts(&self.columns, &rows),
            Rows::Batches(_) => Err(SqlError::internal("a computed result is batches already")),
        }
    }
}

impl Default for Rows {
    fn default() -> Self {
        Self::Texts(Vec::new())
    }
}

impl From<Vec<Row>> for Rows {
    fn from(rows: Vec<Row>) -> Self {
        Self::Texts(rows)
    }
}

impl Default for Delivery {
    fn default() -> Self {
        Self {
            disposition: Disposition::Inline,
            format: ResultFormat::JsonArray,
            lz4: false,
            limits: ResultLimits::default(),
        }
    }
}
