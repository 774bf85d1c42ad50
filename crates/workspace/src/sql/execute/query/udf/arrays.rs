//! Arrays.

#![expect(clippy::unnecessary_wraps, reason = "functions of rows have one shape")]

mod parts;
mod sets;

pub(super) use parts::{item, item_type};

use std::cmp::Ordering;

use datafusion::arrow::datatypes::DataType;
use datafusion::common::ScalarValue;

use super::definition::Parameter::{Any, Array, Int, Text, Truth};
use super::definition::{Answer, Definition, Output};
use super::row::{NULL, array, array_of, binary, common, count, element_type, elements, long, text, truth};
use super::text::spark_text;
use crate::sql::SqlError;
use crate::sql::execute::query::casts::spark_name;

/// An array of the elements of the first argument, which may be null.
pub(super) const SAME: Output = Output::Of(|types, _| {
    let given = types.first().unwrap_or(&DataType::Null);
    Ok(array_of(element_type(given)))
});

/// An element of the first argument.
const ELEMENT: Output = Output::Of(|types, _| Ok(types.first().map_or(DataType::Null, element_type)));

pub(super) const FUNCTIONS: &[Definition] = &[
    Definition::rows(&["concat"], &[Any], Output::Of(|types, _| concatenated_type(types)), |row| {
        match row.result() {
            list @ DataType::List(_) => {
                let parts = row.values().iter().map(elements).collect::<Result<Vec<_>, _>>()?;
                let parts = parts.into_iter().flatten();
                let converted = parts.map(|part| super::cast::convert(&part, &element_type(list)));
                array(converted.collect::<Result<_, _>>()?, list)
            }
            DataType::Binary => {
                binary((0..row.len()).flat_map(|index| row.bytes(index)).copied().collect::<Vec<u8>>())
            }
            _ => {
                let parts = row.values().iter().map(spark_text).collect::<Result<Vec<_>, _>>()?;
                text(parts.into_iter().flatten().collect::<String>())
            }
        }
    })
    .variadic(),
    Definition::rows(&["size", "cardinality"], &[Any], Output::Of(|types, _| size_type(types)), |row| {
        count(match row.value(0) {
            ScalarValue::Map(_) => row.entries(0)?.len(),
            _ => row.elements(0)?.len(),
        })
    }),
    Definition::rows(&["array_size"], &[Array], Output::Type(DataType::Int32), |row| {
        count(row.elements(0)?.len())
    }),
    Definition::rows(&["array_join"], &[Array, Text, Text], Output::Type(DataType::Utf8), |row| {
        let mut parts = Vec::new();
        for element in row.elements(0)? {
            let written = spark_text(&element)?;
            parts.extend(written.or_else(|| (row.len() > 2).then(|| row.text(2).to_owned())));
        }
        text(parts.join(row.text(1)))
    })
    .required(2),
    Definition::rows(&["array_max"], &[Array], ELEMENT, |row| extreme(row.elements(0)?, Ordering::Greater)),
    Definition::rows(&["array_min"], &[Array], ELEMENT, |row| extreme(row.elements(0)?, Ordering::Less)),
    Definition::rows(
        &["array_position"],
        &[Array, Any],
        Output::Of(|types, _| searched(types, DataType::Int64)),
        |row| {
            let wanted = row.value(1);
            let found = row.elements(0)?.iter().position(|element| equal(element, wanted));
            long(found.map_or(0, |index| i64::try_from(index).unwrap_or(i64::MAX) + 1))
        },
    ),
    Definition::rows(
        &["array_contains"],
        &[Array, Any],
        Output::Of(|types, _| match types {
            [_, DataType::Null] => Err(SqlError::null_type("array_contains")),
            _ => searched(types, DataType::Boolean),
        }),
        |row| {
            let elements = row.elements(0)?;
            match elements.iter().any(|element| equal(element, row.value(1))) {
                false if elements.iter().any(ScalarValue::is_null) => NULL,
                found => truth(found),
            }
        },
    ),
    Definition::rows(&["sort_array"], &[Array, Truth], SAME, |row| {
        let mut elements = row.elements(0)?;
        elements.sort_by(compare);
        if row.len() > 1 && !row.truth(1) {
            elements.reverse();
        }
        array(elements, row.result())
    })
    .required(1),
    // Nulls come last.
    Definition::rows(
        &["array_sort"],
        &[Array],
        Output::Of(|types, _| required_array(types, "array_sort")),
        |row| {
            let (nulls, mut elements): (Vec<_>, Vec<_>) =
                row.elements(0)?.into_iter().partition(ScalarValue::is_null);
            elements.sort_by(compare);
            elements.extend(nulls);
            array(elements, row.result())
        },
    ),
    Definition::rows(&["array_distinct"], &[Array], SAME, |row| {
        array(sets::distinct(row.elements(0)?), row.result())
    }),
    Definition::rows(&["array_union"], &[Array, Array], sets::BOTH, |row| {
        let mut all = row.elements(0)?;
        all.extend(row.elements(1)?);
        array(sets::distinct(all), row.result())
    }),
    Definition::rows(&["array_intersect"], &[Array, Array], sets::BOTH, |row| {
        let others = row.elements(1)?;
        let kept = row.elements(0)?.into_iter().filter(|element| sets::has(&others, element));
        array(sets::distinct(kept.collect()), row.result())
    }),
    Definition::rows(&["array_except"], &[Array, Array], sets::BOTH, |row| {
        let others = row.elements(1)?;
        let kept = row.elements(0)?.into_iter().filter(|element| !sets::has(&others, element));
        array(sets::distinct(kept.collect()), row.result())
    }),
    Definition::rows(&["arrays_overlap"], &[Array, Array], Output::Type(DataType::Boolean), |row| {
        let (left, right) = (row.elements(0)?, row.elements(1)?);
        let common = left.iter().any(|element| !element.is_null() && sets::has(&right, element));
        let nulls = || left.iter().chain(&right).any(ScalarValue::is_null);
        if !common && !left.is_empty() && !right.is_empty() && nulls() { NULL } else { truth(common) }
    }),
    Definition::rows(&["array_compact"], &[Array], SAME, |row| {
        array(row.elements(0)?.into_iter().filter(|element| !element.is_null()).collect(), row.result())
    }),
    Definition::rows(&["array_remove"], &[Array, Any], SAME, |row| {
        let kept = row.elements(0)?.into_iter().filter(|element| !equal(element, row.value(1)));
        array(kept.collect(), row.result())
    }),
    Definition::rows(
        &["array_append"],
        &[Array, Any],
        Output::Of(|types, _| extended(types, "array_append")),
        |row| parts::inserted(row, None),
    )
    .with_nulls(),
    Definition::rows(
        &["array_prepend"],
        &[Array, Any],
        Output::Of(|types, _| extended(types, "array_prepend")),
        |row| parts::inserted(row, Some(0)),
    )
    .with_nulls(),
    Definition::rows(
        &["array_repeat"],
        &[Any, Int],
        Output::Of(|types, _| Ok(array_of(types[0].clone()))),
        |row| {
            let times = usize::try_from(row.int(1)).unwrap_or_default();
            array(vec![row.value(0).clone(); times], row.result())
        },
    )
    .with_nulls(),
    Definition::rows(&["flatten"], &[Array], Output::Of(|types, _| flat_type(types)), parts::flat),
    Definition::rows(&["slice"], &[Array, Int, Int], SAME, parts::slice),
    Definition::rows(
        &["sequence"],
        &[Any, Any, Any],
        Output::Of(|types, _| parts::sequence_type(types)),
        parts::sequence,
    )
    .required(2),
    Definition::rows(&["get"], &[Array, Int], ELEMENT, |row| {
        let index = usize::try_from(row.int(1)).ok();
        Ok(index.and_then(|index| row.elements(0).ok()?.get(index).cloned()).unwrap_or(ScalarValue::Null))
    }),
    Definition::rows(&["element_at"], &[Any, Any], Output::Of(|types, _| parts::item_type(types)), |row| {
        parts::element_at(row, false)
    }),
    Definition::rows(
        &["try_element_at"],
        &[Any, Any],
        Output::Of(|types, _| parts::item_type(types)),
        |row| parts::element_at(row, true),
    ),
];

fn concatenated_type(types: &[DataType]) -> Result<DataType, SqlError> {
    let lists = types.iter().any(|given| matches!(given, DataType::List(_)));
    if lists {
        return common(types, "concat");
    }
    let bytes = !types.is_empty() && types.iter().all(|given| *given == DataType::Binary);
    Ok(if bytes { DataType::Binary } else { DataType::Utf8 })
}

fn size_type(types: &[DataType]) -> Result<DataType, SqlError> {
    match types {
        [DataType::List(_) | DataType::Map(..) | DataType::Null] => Ok(DataType::Int32),
        [other, ..] => Err(SqlError::unexpected_input_type(1, "(\"ARRAY\" or \"MAP\")", &spark_name(other))),
        [] => Ok(DataType::Int32),
    }
}

/// A NULL without a type is no array.
fn required_array(types: &[DataType], function: &str) -> Result<DataType, SqlError> {
    match types.first() {
        Some(list @ DataType::List(_)) => Ok(array_of(element_type(list))),
        Some(other) => Err(SqlError::unexpected_input_type(1, "\"ARRAY\"", &spark_name(other))),
        None => Err(SqlError::wrong_num_args(function, "1", 0)),
    }
}

/// The type of what is found in an array.
fn searched(types: &[DataType], found: DataType) -> Result<DataType, SqlError> {
    let [list, wanted] = types else { return Ok(found) };
    let element = element_type(list);
    let texts = |given: &DataType| *given == DataType::Utf8;
    match list {
        DataType::Null => Err(SqlError::null_type("array_contains")),
        _ if texts(&element) != texts(wanted) && *wanted != DataType::Null && element != DataType::Null => {
            Err(SqlError::array_function_diff_types(&spark_name(list), &spark_name(wanted)))
        }
        _ => Ok(found),
    }
}

/// An array with another element.
fn extended(types: &[DataType], function: &str) -> Result<DataType, SqlError> {
    let list = required_array(types, function)?;
    let element = [element_type(&list), types.get(1).cloned().unwrap_or(DataType::Null)];
    Ok(array_of(common(&element, function)?))
}

fn flat_type(types: &[DataType]) -> Result<DataType, SqlError> {
    if let Some(inner @ DataType::List(_)) = types.first().map(element_type) {
        Ok(array_of(element_type(&inner)))
    } else {
        let given = types.first().map(spark_name).unwrap_or_default();
        Err(SqlError::unexpected_input_type(1, "\"ARRAY\" of \"ARRAY\"", &given))
    }
}

fn extreme(elements: Vec<ScalarValue>, wanted: Ordering) -> Answer {
    let set = elements.into_iter().filter(|element| !element.is_null());
    Ok(set
        .reduce(|best, next| if compare(&next, &best) == wanted { next } else { best })
        .unwrap_or(ScalarValue::Null))
}

/// Whether two values are equal; null is equal to nothing.
pub(super) fn equal(left: &ScalarValue, right: &ScalarValue) -> bool {
    if left.is_null() || right.is_null() {
        return false;
    }
    if left.data_type() == right.data_type() {
        return compare(left, right).is_eq();
    }
    let numbers = [left, right].map(crate::sql::execute::query::decimal::Decimal::from_value);
    match numbers {
        [Some(left), Some(right)] => left.to_f64().total_cmp(&right.to_f64()).is_eq(),
        _ => false,
    }
}

/// The order of two values of one type: null is the least, and NaN the greatest number.
pub(super) fn compare(left: &ScalarValue, right: &ScalarValue) -> Ordering {
    match (left.is_null(), right.is_null()) {
        (true, true) => return Ordering::Equal,
        (true, false) => return Ordering::Less,
        (false, true) => return Ordering::Greater,
        (false, false) => {}
    }
    match (left, right) {
        (ScalarValue::Float64(Some(left)), ScalarValue::Float64(Some(right))) => floats(*left, *right),
        (ScalarValue::Float32(Some(left)), ScalarValue::Float32(Some(right))) => {
            floats((*left).into(), (*right).into())
        }
        (ScalarValue::List(_), ScalarValue::List(_)) => {
            let [left, right] = [left, right].map(|value| elements(value).unwrap_or_default());
            in_order(&left, &right).then(left.len().cmp(&right.len()))
        }
        (ScalarValue::Struct(left), ScalarValue::Struct(right)) => {
            let [left, right] = [left, right].map(|value| {
                let fields = value.columns().iter().map(|column| ScalarValue::try_from_array(column, 0));
                fields.map(|field| field.unwrap_or(ScalarValue::Null)).collect::<Vec<_>>()
            });
            in_order(&left, &right)
        }
        _ => left.partial_cmp(right).unwrap_or(Ordering::Equal),
    }
}

fn in_order(left: &[ScalarValue], right: &[ScalarValue]) -> Ordering {
    let orders = left.iter().zip(right).map(|(left, right)| compare(left, right));
    orders.into_iter().find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}

fn floats(left: f64, right: f64) -> Ordering {
    left.partial_cmp(&right).unwrap_or_else(|| left.is_nan().cmp(&right.is_nan()))
}
