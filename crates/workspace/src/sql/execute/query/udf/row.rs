//! One row of arguments, in the types that the parameters take, and the answers to it.

#![expect(clippy::unnecessary_wraps, reason = "functions of rows have one shape")]

use chrono::{NaiveDate, NaiveDateTime};
use datafusion::arrow::array::{Array, ArrayRef};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::ScalarValue;

use super::definition::Answer;
use crate::sql::SqlError;
use crate::sql::execute::query::common_type;
use crate::sql::execute::query::error::sql_error;
use crate::sql::execute::query::zone;

/// The arguments of one row. An argument that is null, missing or of another type reads as an empty one; functions
/// that take nulls ask [`Row::is_null`] first.
pub(in crate::sql::execute::query) struct Row<'a> {
    values: &'a [ScalarValue],
    result: &'a DataType,
}

impl<'a> Row<'a> {
    pub(super) fn new(values: &'a [ScalarValue], result: &'a DataType) -> Self {
        Self { values, result }
    }

    /// How many arguments there are.
    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    /// The type of the result.
    pub(super) fn result(&self) -> &'a DataType {
        self.result
    }

    pub(super) fn values(&self) -> &'a [ScalarValue] {
        self.values
    }

    pub(super) fn value(&self, index: usize) -> &'a ScalarValue {
        self.values.get(index).unwrap_or(&ScalarValue::Null)
    }

    pub(super) fn is_null(&self, index: usize) -> bool {
        self.value(index).is_null()
    }

    pub(super) fn text(&self, index: usize) -> &'a str {
        self.value(index).try_as_str().flatten().unwrap_or_default()
    }

    /// A text that may be left out.
    pub(super) fn text_or(&self, index: usize, default: &'a str) -> &'a str {
        if index < self.len() { self.text(index) } else { default }
    }

    /// A BINARY, or the UTF-8 of a STRING.
    pub(super) fn bytes(&self, index: usize) -> &'a [u8] {
        match self.value(index) {
            ScalarValue::Binary(Some(bytes)) => bytes,
            other => other.try_as_str().flatten().unwrap_or_default().as_bytes(),
        }
    }

    pub(super) fn is_binary(&self, index: usize) -> bool {
        matches!(self.value(index), ScalarValue::Binary(_))
    }

    pub(super) fn truth(&self, index: usize) -> bool {
        matches!(self.value(index), ScalarValue::Boolean(Some(true)))
    }

    pub(super) fn int(&self, index: usize) -> i32 {
        i32::try_from(self.long(index)).unwrap_or_default()
    }

    /// An INT that may be left out.
    pub(super) fn int_or(&self, index: usize, default: i32) -> i32 {
        if index < self.len() { self.int(index) } else { default }
    }

    /// A whole number of any type.
    pub(super) fn long(&self, index: usize) -> i64 {
        match self.value(index) {
            ScalarValue::Int8(Some(number)) => (*number).into(),
            ScalarValue::Int16(Some(number)) => (*number).into(),
            ScalarValue::Int32(Some(number)) => (*number).into(),
            ScalarValue::Int64(Some(number)) => *number,
            _ => 0,
        }
    }

    pub(super) fn double(&self, index: usize) -> f64 {
        match self.value(index) {
            ScalarValue::Float32(Some(number)) => (*number).into(),
            ScalarValue::Float64(Some(number)) => *number,
            _ => 0.0,
        }
    }

    pub(super) fn date(&self, index: usize) -> NaiveDate {
        match self.value(index) {
            ScalarValue::Date32(Some(days)) => NaiveDate::from_epoch_days(*days).unwrap_or_default(),
            _ => NaiveDate::default(),
        }
    }

    /// Microseconds since 1970.
    pub(super) fn micros(&self, index: usize) -> i64 {
        match self.value(index) {
            ScalarValue::TimestampMicrosecond(Some(micros), _) => *micros,
            _ => 0,
        }
    }

    /// A timestamp as the clock of the session shows it.
    pub(super) fn clock(&self, index: usize) -> NaiveDateTime {
        zone::local(self.utc(index))
    }

    /// A timestamp as the clock of UTC shows it.
    pub(super) fn utc(&self, index: usize) -> NaiveDateTime {
        super::cast::instant(self.micros(index)).unwrap_or_default().naive_utc()
    }

    /// The elements of an array; none for null.
    pub(super) fn elements(&self, index: usize) -> Result<Vec<ScalarValue>, SqlError> {
        elements(self.value(index))
    }

    /// The keys and values of a map.
    pub(super) fn entries(&self, index: usize) -> Result<Vec<(ScalarValue, ScalarValue)>, SqlError> {
        let ScalarValue::Map(map) = self.value(index) else { return Ok(Vec::new()) };
        if map.is_null(0) {
            return Ok(Vec::new());
        }
        let entries = map.value(0);
        let (keys, values) = (listed(entries.column(0))?, listed(entries.column(1))?);
        Ok(keys.into_iter().zip(values).collect())
    }
}

/// The elements of an array; none for null.
pub(super) fn elements(value: &ScalarValue) -> Result<Vec<ScalarValue>, SqlError> {
    match value {
        ScalarValue::List(list) if !list.is_null(0) => listed(&list.as_ref().value(0)),
        _ => Ok(Vec::new()),
    }
}

/// The values of a column.
pub(super) fn listed(column: &ArrayRef) -> Result<Vec<ScalarValue>, SqlError> {
    let values = (0..column.len()).map(|row| ScalarValue::try_from_array(column, row));
    values.collect::<Result<_, _>>().map_err(sql_error)
}

pub(super) const NULL: Answer = Ok(ScalarValue::Null);

pub(super) fn text(value: impl Into<String>) -> Answer {
    Ok(ScalarValue::Utf8(Some(value.into())))
}

pub(super) fn binary(value: impl Into<Vec<u8>>) -> Answer {
    Ok(ScalarValue::Binary(Some(value.into())))
}

pub(super) fn truth(value: bool) -> Answer {
    Ok(ScalarValue::Boolean(Some(value)))
}

pub(super) fn int(value: i32) -> Answer {
    Ok(ScalarValue::Int32(Some(value)))
}

/// A number of things as INT, the most there is when there are more.
pub(super) fn count(value: usize) -> Answer {
    int(i32::try_from(value).unwrap_or(i32::MAX))
}

pub(super) fn long(value: i64) -> Answer {
    Ok(ScalarValue::Int64(Some(value)))
}

pub(super) fn double(value: f64) -> Answer {
    Ok(ScalarValue::Float64(Some(value)))
}

pub(super) fn date(value: NaiveDate) -> Answer {
    Ok(ScalarValue::Date32(Some(value.to_epoch_days())))
}

/// A TIMESTAMP of microseconds since 1970.
pub(super) fn timestamp(micros: i64) -> Answer {
    Ok(ScalarValue::TimestampMicrosecond(Some(micros), Some("UTC".into())))
}

/// An array of these elements, whose type is `list`.
pub(super) fn array(values: Vec<ScalarValue>, list: &DataType) -> Answer {
    use std::sync::Arc;

    use datafusion::arrow::array::{ListArray, new_empty_array};
    use datafusion::arrow::buffer::OffsetBuffer;
    let DataType::List(field) = list else {
        return Err(SqlError::internal(format!("an array of type {list}")));
    };
    let length = values.len();
    let items = if values.is_empty() {
        new_empty_array(field.data_type())
    } else {
        let values = values.into_iter().map(|value| value.cast_to(field.data_type()));
        let values = values.collect::<Result<Vec<_>, _>>().map_err(sql_error)?;
        ScalarValue::iter_to_array(values).map_err(sql_error)?
    };
    let list = ListArray::try_new(field.clone(), OffsetBuffer::from_lengths([length]), items, None);
    let list = list.map_err(|error| SqlError::internal(error.to_string()).with_source(error))?;
    Ok(ScalarValue::List(Arc::new(list)))
}

/// A map of these entries, whose type is `map`.
pub(super) fn map(entries: Vec<(ScalarValue, ScalarValue)>, map: &DataType) -> Answer {
    use std::sync::Arc;

    use datafusion::arrow::array::{MapArray, StructArray, new_empty_array};
    use datafusion::arrow::buffer::OffsetBuffer;
    let DataType::Map(field, sorted) = map else {
        return Err(SqlError::internal(format!("a map of type {map}")));
    };
    let DataType::Struct(fields) = field.data_type() else {
        return Err(SqlError::internal(format!("a map of type {map}")));
    };
    let length = entries.len();
    let (keys, values): (Vec<_>, Vec<_>) = entries.into_iter().unzip();
    let columns = [keys, values].into_iter().zip(fields).map(|(values, field)| {
        if values.is_empty() {
            return Ok(new_empty_array(field.data_type()));
        }
        let values = values.into_iter().map(|value| value.cast_to(field.data_type()));
        ScalarValue::iter_to_array(values.collect::<Result<Vec<_>, _>>()?)
    });
    let columns = columns.collect::<Result<Vec<_>, _>>().map_err(sql_error)?;
    let internal = |error: datafusion::arrow::error::ArrowError| {
        SqlError::internal(error.to_string()).with_source(error)
    };
    let entries = StructArray::try_new(fields.clone(), columns, None).map_err(internal)?;
    let offsets = OffsetBuffer::from_lengths([length]);
    let map = MapArray::try_new(field.clone(), offsets, entries, None, *sorted).map_err(internal)?;
    Ok(ScalarValue::Map(Arc::new(map)))
}

/// The type of an array of such elements, which may be null.
pub(super) fn array_of(element: DataType) -> DataType {
    DataType::new_list(element, true)
}

/// The type of the elements of an array.
pub(super) fn element_type(list: &DataType) -> DataType {
    match list {
        DataType::List(field) => field.data_type().clone(),
        _ => DataType::Null,
    }
}

/// The type of a map.
pub(super) fn map_of(key: DataType, value: DataType) -> DataType {
    use std::sync::Arc;

    use datafusion::arrow::datatypes::Field;
    let fields = vec![Field::new("key", key, false), Field::new("value", value, true)];
    DataType::Map(Arc::new(Field::new("entries", DataType::Struct(fields.into()), false)), false)
}

/// The types of the keys and of the values of a map.
pub(super) fn entry_types(map: &DataType) -> (DataType, DataType) {
    match map {
        DataType::Map(entries, _) => match entries.data_type() {
            DataType::Struct(fields) if fields.len() == 2 => {
                (fields[0].data_type().clone(), fields[1].data_type().clone())
            }
            _ => (DataType::Null, DataType::Null),
        },
        _ => (DataType::Null, DataType::Null),
    }
}

/// The common type of elements or keys, or the refusal that Spark has for them.
pub(super) fn common(types: &[DataType], function: &str) -> Result<DataType, SqlError> {
    let names = || types.iter().map(crate::sql::execute::query::casts::spark_name);
    common_type::of_all(types).ok_or_else(|| SqlError::data_diff_types(function, names()))
}
