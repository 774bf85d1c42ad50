//! Choices between values.

use std::cmp::Ordering;

use datafusion::arrow::datatypes::DataType;
use datafusion::common::ScalarValue;

use super::definition::{Answer, Definition, Output, Parameter};
use super::row::{NULL, Row, common};
use crate::sql::SqlError;
use crate::sql::execute::query::casts::spark_name;
use crate::sql::execute::query::udf::cast::convert;

const MANY: &[Parameter] = &[Parameter::Any, Parameter::Any, Parameter::Any];

pub(super) const FUNCTIONS: &[Definition] = &[
    Definition::rows(&["greatest"], MANY, Output::Of(|types, _| compared("greatest", types)), |row| {
        extreme(row, Ordering::Greater)
    })
    .variadic()
    .with_nulls(),
    Definition::rows(&["least"], MANY, Output::Of(|types, _| compared("least", types)), |row| {
        extreme(row, Ordering::Less)
    })
    .variadic()
    .with_nulls(),
    Definition::rows(
        &["assert_true"],
        &[Parameter::Truth, Parameter::Text],
        Output::Type(DataType::Null),
        |row| match row.value(0) {
            ScalarValue::Boolean(Some(true)) => NULL,
            _ => Err(SqlError::user_raised(row.text_or(1, "the condition is not true!"))),
        },
    )
    .required(1)
    .with_nulls(),
    Definition::rows(&["raise_error"], &[Parameter::Text], Output::Type(DataType::Null), |row| {
        Err(SqlError::user_raised(row.text(0)))
    })
    .with_nulls(),
    Definition::rows(&["typeof"], &[Parameter::Any], Output::Type(DataType::Utf8), |row| {
        super::row::text(
            spark_name(&row.value(0).data_type()).to_lowercase().replace(", ", ",").replace(": ", ":"),
        )
    })
    .with_nulls(),
];

/// Texts are compared with texts alone.
fn compared(function: &'static str, types: &[DataType]) -> Result<DataType, SqlError> {
    let texts = types.iter().filter(|given| **given == DataType::Utf8).count();
    let known = types.iter().filter(|given| **given != DataType::Null).count();
    if texts > 0 && texts < known {
        return Err(SqlError::data_diff_types(function, types.iter().map(spark_name)));
    }
    common(types, function)
}

/// Nulls are skipped.
fn extreme(row: &Row, wanted: Ordering) -> Answer {
    let mut best: Option<ScalarValue> = None;
    for value in row.values().iter().filter(|value| !value.is_null()) {
        let value = convert(value, row.result())?;
        let better = best.as_ref().is_none_or(|best| super::arrays::compare(&value, best) == wanted);
        if better {
            best = Some(value);
        }
    }
    best.map_or(NULL, Ok)
}
