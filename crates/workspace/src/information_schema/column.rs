//! Columns of tables in memory, each with its value for an item.

use std::borrow::Cow;
use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, Int32Array, Int64Array, RecordBatch, RecordBatchOptions, StringArray, TimestampMicrosecondArray,
};
use datafusion::arrow::datatypes::{Field, Schema};

use crate::sql::SqlError;

/// A column over items of one kind.
pub(super) enum Column<T> {
    Text(&'static str, fn(&T) -> Option<Cow<'_, str>>),
    Int(&'static str, fn(&T) -> Option<i32>),
    Long(&'static str, fn(&T) -> Option<i64>),
    /// Milliseconds since 1970.
    Timestamp(&'static str, fn(&T) -> i64),
}

impl<T> Column<T> {
    fn name(&self) -> &'static str {
        match self {
            Self::Text(name, _) | Self::Int(name, _) | Self::Long(name, _) | Self::Timestamp(name, _) => name,
        }
    }

    fn array(&self, items: &[T]) -> ArrayRef {
        match self {
            Self::Text(_, value) => Arc::new(items.iter().map(value).collect::<StringArray>()),
            Self::Int(_, value) => Arc::new(items.iter().map(value).collect::<Int32Array>()),
            Self::Long(_, value) => Arc::new(items.iter().map(value).collect::<Int64Array>()),
            Self::Timestamp(_, value) => {
                let values = items.iter().map(|item| value(item).saturating_mul(1000));
                Arc::new(TimestampMicrosecondArray::from_iter_values(values).with_timezone("UTC"))
            }
        }
    }
}

/// A text that every item has.
#[expect(clippy::unnecessary_wraps, reason = "the shape of a text column")]
pub(super) fn some(text: &str) -> Option<Cow<'_, str>> {
    Some(Cow::Borrowed(text))
}

/// A text that an item may have.
pub(super) fn maybe(text: Option<&String>) -> Option<Cow<'_, str>> {
    text.map(|text| Cow::Borrowed(text.as_str()))
}

/// The columns of a relation that are asked for, by number; all when absent.
pub(super) type Projection<'a> = Option<&'a [usize]>;

/// The items as a batch of all columns.
///
/// # Errors
/// Never for columns of one length, which these are.
pub(super) fn batch<T>(columns: &[Column<T>], items: &[T]) -> Result<RecordBatch, SqlError> {
    projected(columns, items, None)
}

/// The items as a batch of the columns that are asked for.
///
/// # Errors
/// Those of [`batch`].
pub(super) fn projected<T>(
    columns: &[Column<T>],
    items: &[T],
    projection: Projection<'_>,
) -> Result<RecordBatch, SqlError> {
    let columns: Vec<&Column<T>> = match projection {
        Some(numbers) => numbers.iter().filter_map(|number| columns.get(*number)).collect(),
        None => columns.iter().collect(),
    };
    let arrays: Vec<ArrayRef> = columns.iter().map(|column| column.array(items)).collect();
    let fields: Vec<Field> = columns
        .iter()
        .zip(&arrays)
        .map(|(column, array)| Field::new(column.name(), array.data_type().clone(), true))
        .collect();
    // A query that counts rows asks for no column.
    let rows = RecordBatchOptions::new().with_row_count(Some(items.len()));
    RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), arrays, &rows)
        .map_err(|error| SqlError::internal(error.to_string()).with_source(error))
}
