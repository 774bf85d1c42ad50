//! Parts of arrays and maps, and arrays made of parts.

use datafusion::arrow::datatypes::DataType;
use datafusion::common::ScalarValue;

use super::equal;
use crate::sql::SqlError;
use crate::sql::execute::query::casts::spark_name;
use crate::sql::execute::query::common_type;
use crate::sql::execute::query::decimal::Decimal;
use crate::sql::execute::query::udf::cast::{convert, integer};
use crate::sql::execute::query::udf::definition::Answer;
use crate::sql::execute::query::udf::row::{NULL, Row, array, array_of, element_type, elements, entry_types};

/// The first argument with the second at a position, or at the end.
pub(super) fn inserted(row: &Row, position: Option<usize>) -> Answer {
    if row.is_null(0) {
        return NULL;
    }
    let element = element_type(row.result());
    let mut values = row.elements(0)?;
    values.insert(position.unwrap_or(values.len()), row.value(1).clone());
    let values = values.iter().map(|value| convert(value, &element));
    array(values.collect::<Result<_, _>>()?, row.result())
}

/// Null when an inner array is.
pub(super) fn flat(row: &Row) -> Answer {
    let outer = row.elements(0)?;
    if outer.iter().any(ScalarValue::is_null) {
        return NULL;
    }
    let inner = outer.iter().map(elements).collect::<Result<Vec<_>, _>>()?;
    array(inner.into_iter().flatten().collect(), row.result())
}

/// # Errors
/// `INVALID_PARAMETER_VALUE.START` and `.LENGTH`
pub(super) fn slice(row: &Row) -> Answer {
    let values = row.elements(0)?;
    let (start, length) = (row.int(1), row.int(2));
    let invalid = |class, detail: &str| Err(SqlError::invalid_parameter(class, "slice", detail));
    if start == 0 {
        return invalid(
            "INVALID_PARAMETER_VALUE.START",
            "expects a positive or a negative value for `start`, but got 0",
        );
    }
    let Ok(length) = usize::try_from(length) else {
        return invalid("INVALID_PARAMETER_VALUE.LENGTH", "expects a `length` greater than or equal to 0");
    };
    let distance = usize::try_from(start.unsigned_abs()).unwrap_or(usize::MAX);
    let skipped = if start > 0 { Some(distance - 1) } else { values.len().checked_sub(distance) };
    let kept = skipped.map(|skipped| values.into_iter().skip(skipped).take(length).collect());
    array(kept.unwrap_or_default(), row.result())
}

/// Of whole numbers.
pub(super) fn sequence_type(types: &[DataType]) -> Result<DataType, SqlError> {
    let common = common_type::of_all(types);
    match common.filter(DataType::is_signed_integer) {
        Some(element) => Ok(array_of(element)),
        None => Err(SqlError::unsupported("a sequence of what is no whole number")),
    }
}

/// The most elements an array can have in Spark.
const LIMIT: i128 = 2_147_483_632;

pub(super) fn sequence(row: &Row) -> Answer {
    let number = |index| Decimal::from_value(row.value(index)).and_then(Decimal::whole).unwrap_or_default();
    let (start, end) = (number(0), number(1));
    let step = if row.len() > 2 {
        number(2)
    } else if start <= end {
        1
    } else {
        -1
    };
    let forward = (step > 0 && start <= end) || (step < 0 && start >= end) || (step == 0 && start == end);
    if !forward || (step != 0 && (end - start) / step >= LIMIT) {
        let detail = format!("expects a step that leads from {start} to {end}, but got {step}");
        return Err(SqlError::invalid_parameter("INVALID_PARAMETER_VALUE", "sequence", &detail));
    }
    let count = if step == 0 { 0 } else { (end - start) / step };
    let element = element_type(row.result());
    array((0..=count).filter_map(|index| integer(start + index * step, &element)).collect(), row.result())
}

/// The type of what an index or a key gives.
pub(in crate::sql::execute::query::udf) fn item_type(types: &[DataType]) -> Result<DataType, SqlError> {
    let [container, key] = types else { return Ok(DataType::Null) };
    match container {
        DataType::List(_) if key.is_signed_integer() || *key == DataType::Null => Ok(element_type(container)),
        DataType::List(_) => Err(SqlError::unexpected_input_type(2, "\"INTEGRAL\"", &spark_name(key))),
        DataType::Map(..) => {
            let (wanted, value) = entry_types(container);
            match common_type::of(&wanted, key) {
                Some(_) => Ok(value),
                None => Err(SqlError::unexpected_input_type(
                    2,
                    &format!("\"{}\"", spark_name(&wanted)),
                    &spark_name(key),
                )),
            }
        }
        other => Err(SqlError::unexpected_input_type(1, "(\"ARRAY\" or \"MAP\")", &spark_name(other))),
    }
}

/// `array[index]`, counted from 0, and `map[key]`
///
/// # Errors
/// `INVALID_ARRAY_INDEX`
pub(in crate::sql::execute::query::udf) fn item(row: &Row) -> Answer {
    if matches!(row.value(0), ScalarValue::Map(_)) {
        return value_of(row);
    }
    let (values, index) = (row.elements(0)?, row.long(1));
    let found = usize::try_from(index).ok().and_then(|index| values.get(index).cloned());
    found.ok_or_else(|| SqlError::invalid_array_index(index, values.len()))
}

/// The value of a key; null when there is none.
fn value_of(row: &Row) -> Answer {
    for (key, value) in row.entries(0)? {
        let wanted = convert(row.value(1), &key.data_type()).unwrap_or(ScalarValue::Null);
        if equal(&key, &wanted) {
            return Ok(value);
        }
    }
    NULL
}

/// Counted from 1, or from the end.
///
/// # Errors
/// `INVALID_INDEX_OF_ZERO`, `INVALID_ARRAY_INDEX_IN_ELEMENT_AT` unless `tolerant`
pub(super) fn element_at(row: &Row, tolerant: bool) -> Answer {
    if matches!(row.value(0), ScalarValue::Map(_)) {
        return value_of(row);
    }
    let (values, index) = (row.elements(0)?, row.long(1));
    let distance = usize::try_from(index.unsigned_abs()).unwrap_or(usize::MAX);
    let position = match index {
        0 => return Err(SqlError::invalid_index_of_zero()),
        1.. => Some(distance - 1),
        _ => values.len().checked_sub(distance),
    };
    match position.and_then(|position| values.get(position)) {
        Some(value) => Ok(value.clone()),
        None if tolerant => NULL,
        None => Err(SqlError::invalid_array_index_in_element_at(index, values.len())),
    }
}
