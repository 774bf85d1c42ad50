//! The aggregates themselves.

#![expect(clippy::unnecessary_wraps, reason = "functions of rows have one shape")]

use std::cmp::Ordering;

use datafusion::arrow::datatypes::DataType;
use datafusion::common::ScalarValue;

use super::statistics::{correlation, covariance, kurtosis, percentile, skewness, variance};
use super::{Aggregate, Answer, Fold, Rows};
use crate::sql::SqlError;
use crate::sql::execute::query::casts::{Kind, kind, spark_name};
use crate::sql::execute::query::decimal::{Decimal, Rounding, bounded};
use crate::sql::execute::query::udf::arithmetic::{difference, sum};
use crate::sql::execute::query::udf::arrays::compare;
use crate::sql::execute::query::udf::cast::convert;
use crate::sql::execute::query::udf::row::{NULL, array, array_of, text, truth};
use crate::sql::execute::query::udf::text::spark_text;

pub(super) const fn gathered(
    names: &'static [&'static str],
    arguments: std::ops::RangeInclusive<usize>,
    result: fn(&[DataType]) -> Result<DataType, SqlError>,
    compute: fn(&Rows, &DataType) -> Answer,
) -> Aggregate {
    Aggregate { names, arguments, result, compute, fold: None }
}

pub(super) const ALL: &[Aggregate] = &[
    Aggregate {
        names: &["sum"],
        arguments: 1..=1,
        result: |types| summed(&types[0]),
        compute: |rows, result| {
            let mut total = ScalarValue::Null;
            for value in set(rows) {
                let value = convert(value, result)?;
                total = if total.is_null() { value } else { sum(&total, &value, result)? };
            }
            Ok(total)
        },
        fold: Some(Fold { add: sum, remove: difference }),
    },
    gathered(
        &["try_sum"],
        1..=1,
        |types| summed(&types[0]),
        |rows, result| {
            let mut total = ScalarValue::Null;
            for value in set(rows) {
                let value = convert(value, result)?;
                let next = if total.is_null() { Ok(value) } else { sum(&total, &value, result) };
                let Ok(next) = next else { return NULL };
                total = next;
            }
            Ok(total)
        },
    ),
    gathered(&["decimal_avg"], 1..=1, |types| averaged(&types[0]), decimal_average),
    gathered(
        &["collect_list", "array_agg"],
        1..=1,
        |types| Ok(array_of(types[0].clone())),
        |rows, result| array(set(rows).cloned().collect(), result),
    ),
    gathered(
        &["collect_set"],
        1..=1,
        |types| Ok(array_of(types[0].clone())),
        |rows, result| {
            let mut kept: Vec<ScalarValue> = Vec::new();
            for value in set(rows) {
                if !kept.contains(value) {
                    kept.push(value.clone());
                }
            }
            array(kept, result)
        },
    ),
    gathered(&["first", "first_value"], 1..=2, first_type, |rows, _| {
        Ok(skipping(rows).next().cloned().unwrap_or(ScalarValue::Null))
    }),
    gathered(&["any_value"], 1..=2, first_type, |rows, _| {
        Ok(skipping(rows).next().cloned().unwrap_or(ScalarValue::Null))
    }),
    gathered(&["last", "last_value"], 1..=2, first_type, |rows, _| {
        Ok(skipping(rows).last().cloned().unwrap_or(ScalarValue::Null))
    }),
    gathered(&["max_by"], 2..=2, first_type, |rows, _| by(rows, Ordering::Greater)),
    gathered(&["min_by"], 2..=2, first_type, |rows, _| by(rows, Ordering::Less)),
    gathered(&["mode"], 1..=1, first_type, |rows, _| Ok(most_frequent(rows))),
    gathered(
        &["bool_and", "every"],
        1..=1,
        |types| boolean(&types[0]),
        |rows, _| {
            if set(rows).next().is_none() { NULL } else { truth(set(rows).all(is_true)) }
        },
    ),
    gathered(
        &["bool_or", "some", "any"],
        1..=1,
        |types| boolean(&types[0]),
        |rows, _| {
            if set(rows).next().is_none() { NULL } else { truth(set(rows).any(is_true)) }
        },
    ),
    gathered(&["bit_and"], 1..=1, |types| whole(&types[0]), |rows, _| bits(rows, |left, right| left & right)),
    gathered(&["bit_or"], 1..=1, |types| whole(&types[0]), |rows, _| bits(rows, |left, right| left | right)),
    gathered(&["bit_xor"], 1..=1, |types| whole(&types[0]), |rows, _| bits(rows, |left, right| left ^ right)),
    gathered(&["listagg", "string_agg"], 1..=4, |types| listed_type(&types[0]), listed),
    gathered(&["stddev", "stddev_samp", "std"], 1..=1, double, |rows, _| variance(rows, 1.0, f64::sqrt)),
    gathered(&["stddev_pop"], 1..=1, double, |rows, _| variance(rows, 0.0, f64::sqrt)),
    gathered(&["variance", "var_samp"], 1..=1, double, |rows, _| variance(rows, 1.0, |value| value)),
    gathered(&["var_pop"], 1..=1, double, |rows, _| variance(rows, 0.0, |value| value)),
    gathered(&["skewness"], 1..=1, double, |rows, _| skewness(rows)),
    gathered(&["kurtosis"], 1..=1, double, |rows, _| kurtosis(rows)),
    gathered(&["covar_samp"], 2..=2, double, |rows, _| covariance(rows, 1.0)),
    gathered(&["covar_pop"], 2..=2, double, |rows, _| covariance(rows, 0.0)),
    gathered(&["corr"], 2..=2, double, |rows, _| correlation(rows)),
    gathered(&["median"], 1..=1, double, |rows, _| percentile(rows, 0.5)),
];

/// The first arguments that are not null.
pub(super) fn set(rows: &Rows) -> impl DoubleEndedIterator<Item = &ScalarValue> {
    rows.iter().filter_map(|row| row.first()).filter(|value| !value.is_null())
}

/// The first arguments, without nulls when the second argument says so.
fn skipping(rows: &Rows) -> impl DoubleEndedIterator<Item = &ScalarValue> {
    let skip = |row: &Vec<ScalarValue>| row.get(1).is_some_and(is_true);
    rows.iter()
        .filter(move |row| !(skip(row) && row.first().is_some_and(ScalarValue::is_null)))
        .filter_map(|row| row.first())
}

fn is_true(value: &ScalarValue) -> bool {
    matches!(value, ScalarValue::Boolean(Some(true)))
}

fn first_type(types: &[DataType]) -> Result<DataType, SqlError> {
    Ok(types[0].clone())
}

/// A DOUBLE of numbers.
fn double(types: &[DataType]) -> Result<DataType, SqlError> {
    let number = |given: &DataType| matches!(kind(given), Kind::Number | Kind::Text | Kind::Null);
    match types.iter().position(|given| !number(given)) {
        None => Ok(DataType::Float64),
        Some(index) => {
            Err(SqlError::unexpected_input_type(index + 1, "\"DOUBLE\"", &spark_name(&types[index])))
        }
    }
}

fn summed(given: &DataType) -> Result<DataType, SqlError> {
    match given {
        DataType::Decimal128(precision, scale) => Ok(bounded(i32::from(*precision) + 10, (*scale).into())),
        given if given.is_signed_integer() => Ok(DataType::Int64),
        given if matches!(kind(given), Kind::Number | Kind::Text | Kind::Null) => Ok(DataType::Float64),
        other => Err(SqlError::unexpected_input_type(1, "\"NUMERIC\"", &spark_name(other))),
    }
}

fn averaged(given: &DataType) -> Result<DataType, SqlError> {
    match given {
        DataType::Decimal128(precision, scale) => {
            Ok(bounded(i32::from(*precision) + 4, i32::from(*scale) + 4))
        }
        other => Err(SqlError::unexpected_input_type(1, "\"NUMERIC\"", &spark_name(other))),
    }
}

fn decimal_average(rows: &Rows, result: &DataType) -> Answer {
    let overflow = || SqlError::arithmetic_overflow("the sum of an average");
    let mut total: Option<Decimal> = None;
    for number in set(rows).filter_map(Decimal::from_value) {
        total = Some(total.map_or(Some(number), |total| total.plus(number)).ok_or_else(overflow)?);
    }
    let (Some(total), DataType::Decimal128(precision, scale)) = (total, result) else { return NULL };
    let count = Decimal::of(i128::try_from(set(rows).count()).unwrap_or(i128::MAX));
    let average = total.divided_by(count, (*scale).into(), Rounding::HalfUp).ok_or_else(overflow)?;
    average.into_value(*precision, *scale)
}

fn boolean(given: &DataType) -> Result<DataType, SqlError> {
    match kind(given) {
        Kind::Truth | Kind::Null => Ok(DataType::Boolean),
        _ => Err(SqlError::unexpected_input_type(1, "\"BOOLEAN\"", &spark_name(given))),
    }
}

fn whole(given: &DataType) -> Result<DataType, SqlError> {
    if given.is_signed_integer() {
        Ok(given.clone())
    } else {
        Err(SqlError::unexpected_input_type(1, "\"INTEGRAL\"", &spark_name(given)))
    }
}

fn bits(rows: &Rows, combine: fn(i64, i64) -> i64) -> Answer {
    let numbers = set(rows).filter_map(|value| match convert(value, &DataType::Int64) {
        Ok(ScalarValue::Int64(number)) => number,
        _ => None,
    });
    Ok(numbers.reduce(combine).map_or(ScalarValue::Null, ScalarValue::from))
}

/// The value beside the greatest or the least; of several, the last one that is greatest.
fn by(rows: &Rows, wanted: Ordering) -> Answer {
    let ranked =
        rows.iter().filter_map(|row| Some((row.first()?, row.get(1)?))).filter(|(_, rank)| !rank.is_null());
    let best = ranked.reduce(|best, next| {
        let order = compare(next.1, best.1);
        if order == wanted || order.is_eq() { next } else { best }
    });
    Ok(best.map_or(ScalarValue::Null, |(value, _)| value.clone()))
}

fn most_frequent(rows: &Rows) -> ScalarValue {
    let mut counted: Vec<(&ScalarValue, usize)> = Vec::new();
    for value in set(rows) {
        match counted.iter_mut().find(|(known, _)| *known == value) {
            Some((_, count)) => *count += 1,
            None => counted.push((value, 1)),
        }
    }
    let best = counted.into_iter().reduce(|best, next| if next.1 > best.1 { next } else { best });
    best.map_or(ScalarValue::Null, |(value, _)| value.clone())
}

fn listed_type(given: &DataType) -> Result<DataType, SqlError> {
    match kind(given) {
        Kind::Other => Err(SqlError::unsupported("listagg of what is no text")),
        _ => Ok(DataType::Utf8),
    }
}

/// Value, delimiter, and what the rows are ordered by, with TRUE for ascending.
fn listed(rows: &Rows, _: &DataType) -> Answer {
    let mut rows: Vec<_> = rows.iter().filter(|row| !row.first().is_none_or(ScalarValue::is_null)).collect();
    let at = |row: &Vec<ScalarValue>, index: usize| row.get(index).cloned().unwrap_or(ScalarValue::Null);
    let Some(first) = rows.first() else { return NULL };
    let delimiter = spark_text(&at(first, 1))?.unwrap_or_default();
    let descending = matches!(at(first, 3), ScalarValue::Boolean(Some(false)));
    rows.sort_by(|left, right| {
        let order = compare(&at(left, 2), &at(right, 2));
        if descending { order.reverse() } else { order }
    });
    let parts = rows.iter().map(|row| Ok(spark_text(&at(row, 0))?.unwrap_or_default()));
    text(parts.collect::<Result<Vec<_>, SqlError>>()?.join(&delimiter))
}
