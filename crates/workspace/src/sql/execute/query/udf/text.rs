//! `CAST(… AS STRING)` in Spark's spelling.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, StringArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;

use super::{Definition, external, operands};
use crate::sql::execute::query::spark_text;

pub(in crate::sql::execute::query) static TO_TEXT: Definition = Definition {
    name: "to_text",
    arguments: <[DataType]>::to_vec,
    result: |_| DataType::Utf8,
    compute: |columns| {
        let [value] = operands(columns)?;
        to_text(value)
    },
};

fn to_text(value: &ArrayRef) -> Result<ArrayRef> {
    match value.data_type() {
        DataType::Utf8 => Ok(Arc::clone(value)),
        DataType::LargeUtf8 | DataType::Utf8View | DataType::Null => Ok(cast(value, &DataType::Utf8)?),
        _ => {
            let texts = (0..value.len()).map(|row| spark_text::text(value, row));
            Ok(Arc::new(texts.collect::<Result<StringArray, _>>().map_err(external)?))
        }
    }
}
