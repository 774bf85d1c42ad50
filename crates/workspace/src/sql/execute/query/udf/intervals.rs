//! Intervals made of numbers and texts, and what is made of them.

use datafusion::arrow::datatypes::DataType;
use datafusion::common::ScalarValue;

use super::cast::convert;
use super::definition::Parameter::{Any, Double, Int, Long, Text};
use super::definition::{Answer, Definition, Output};
use super::row::{NULL, Row, long, text};
use crate::sql::SqlError;
use crate::sql::execute::query::intervals::{Units, amount};

/// The units that the second argument names.
const NAMED: Output = Output::Of(|_, known| {
    let text = known.get(1).copied().flatten().and_then(|text| text.try_as_str().flatten());
    let units = text.and_then(Units::parse).ok_or_else(|| SqlError::internal("an interval without units"))?;
    Ok(units.data_type())
});

pub(super) const FUNCTIONS: &[Definition] = &[
    // Months or microseconds.
    Definition::rows(&["@interval"], &[Long, Text], NAMED, |row| made(units(row)?, row.long(0))),
    Definition::rows(&["@to_interval"], &[Any, Text], NAMED, converted),
    Definition::rows(&["@interval_text"], &[Any, Text], Output::Type(DataType::Utf8), |row| {
        units(row)?.written(row.value(0)).map_or(NULL, text)
    }),
    // Of an interval of one unit.
    Definition::rows(&["@interval_count"], &[Any, Text], Output::Type(DataType::Int64), |row| {
        units(row)?.count(row.value(0)).map_or(NULL, long)
    }),
    Definition::rows(
        &["make_ym_interval"],
        &[Int, Int],
        Output::Of(|_, _| Ok(all("YEAR TO MONTH")?.data_type())),
        |row| made(all("YEAR TO MONTH")?, row.long(0) * 12 + if row.len() > 1 { row.long(1) } else { 0 }),
    )
    .required(0),
    Definition::rows(
        &["make_dt_interval"],
        &[Int, Int, Int, Double],
        Output::Of(|_, _| Ok(all("DAY TO SECOND")?.data_type())),
        |row| {
            let part = |index: usize, size: i64| if index < row.len() { row.long(index) * size } else { 0 };
            let micros = part(0, 86_400_000_000) + part(1, 3_600_000_000) + part(2, 60_000_000);
            made(all("DAY TO SECOND")?, micros + seconds(row)?)
        },
    )
    .required(0),
];

fn all(units: &str) -> Result<Units, SqlError> {
    Units::parse(units).ok_or_else(|| SqlError::internal("units that are none"))
}

fn units(row: &Row) -> Result<Units, SqlError> {
    all(row.text(1))
}

/// The last argument in microseconds.
fn seconds(row: &Row) -> Result<i64, SqlError> {
    if row.len() < 4 {
        return Ok(0);
    }
    let micros = ScalarValue::Float64(Some((row.double(3) * 1e6).round()));
    match convert(&micros, &DataType::Int64)? {
        ScalarValue::Int64(Some(micros)) => Ok(micros),
        _ => Ok(0),
    }
}

fn made(units: Units, amount: i64) -> Answer {
    units.value(amount).ok_or_else(|| SqlError::arithmetic_overflow("an interval that is too long"))
}

/// `CAST(… AS INTERVAL …)` of a text, a number of one unit, or another interval.
///
/// # Errors
/// `INVALID_INTERVAL_FORMAT`
fn converted(row: &Row) -> Answer {
    let (units, value) = (units(row)?, row.value(0));
    if let Some(amount) = amount(value) {
        return made(units, amount);
    }
    let amount = match value.try_as_str().flatten() {
        Some(text) => {
            units.read(literal(text)).ok_or_else(|| SqlError::invalid_interval_format(text, &units.text()))?
        }
        None => units
            .of_count(row.long(0))
            .ok_or_else(|| SqlError::unsupported(format!("CAST of a number to INTERVAL {}", units.text())))?,
    };
    made(units, amount)
}

/// What is in the quotes of `INTERVAL '1' DAY`, or the text itself.
fn literal(text: &str) -> &str {
    text.split('\'').nth(1).unwrap_or(text)
}
