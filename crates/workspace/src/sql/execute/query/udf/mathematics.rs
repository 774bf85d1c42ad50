//! Numbers rounded, and the functions of analysis.

use datafusion::arrow::datatypes::DataType;
use datafusion::common::ScalarValue;

use super::cast::integer;
use super::definition::Parameter::{Double, Int, Long, Number, Text};
use super::definition::{Answer, Definition, Output};
use super::row::{NULL, Row, double, long, text};
use crate::sql::SqlError;
use crate::sql::execute::query::common_type::{MAX_PRECISION, decimal};
use crate::sql::execute::query::decimal::{Decimal, Rounding};

const DOUBLE: Output = Output::Type(DataType::Float64);

macro_rules! of_double {
    ($($name:literal),+; $function:expr) => {
        Definition::rows(&[$($name),+], &[Double], DOUBLE, |row| double($function(row.double(0))))
    };
}

/// A logarithm, null where there is none.
macro_rules! logarithm {
    ($name:literal, $above:literal, $function:expr) => {
        Definition::rows(&[$name], &[Double], DOUBLE, |row| match row.double(0) {
            number if number <= $above => NULL,
            number => double($function(number)),
        })
    };
}

pub(super) const FUNCTIONS: &[Definition] = &[
    Definition::rows(&["round"], &[Number, Long], Output::Of(rounded_type), |row| {
        rounded(row, Rounding::HalfUp)
    })
    .required(1),
    Definition::rows(&["bround"], &[Number, Long], Output::Of(rounded_type), |row| {
        rounded(row, Rounding::HalfEven)
    })
    .required(1),
    Definition::rows(&["ceil"], &[Number, Long], Output::Of(whole_type), |row| whole(row, Rounding::Ceiling))
        .required(1),
    Definition::rows(&["floor"], &[Number, Long], Output::Of(whole_type), |row| whole(row, Rounding::Floor))
        .required(1),
    of_double!("rint"; f64::round_ties_even),
    of_double!("sqrt"; f64::sqrt),
    of_double!("cbrt"; f64::cbrt),
    of_double!("exp"; exp),
    of_double!("expm1"; f64::exp_m1),
    of_double!("sin"; f64::sin),
    of_double!("cos"; f64::cos),
    of_double!("tan"; f64::tan),
    of_double!("asin"; f64::asin),
    of_double!("acos"; f64::acos),
    of_double!("atan"; f64::atan),
    of_double!("sinh"; f64::sinh),
    of_double!("cosh"; f64::cosh),
    of_double!("tanh"; f64::tanh),
    of_double!("degrees"; f64::to_degrees),
    of_double!("radians"; f64::to_radians),
    of_double!("sign", "signum"; |number: f64| if number == 0.0 || number.is_nan() { number } else { number.signum() }),
    logarithm!("ln", 0.0, f64::ln),
    logarithm!("log10", 0.0, f64::log10),
    logarithm!("log2", 0.0, f64::log2),
    logarithm!("log1p", -1.0, f64::ln_1p),
    Definition::rows(&["log"], &[Double, Double], DOUBLE, |row| {
        let (base, number) = (row.double(0), row.double(1));
        match row.len() {
            1 if base > 0.0 => double(base.ln()),
            2 if base > 0.0 && number > 0.0 => double(number.ln() / base.ln()),
            _ => NULL,
        }
    })
    .required(1),
    Definition::rows(&["power", "pow"], &[Double, Double], DOUBLE, |row| {
        double(row.double(0).powf(row.double(1)))
    }),
    Definition::rows(&["atan2"], &[Double, Double], DOUBLE, |row| double(row.double(0).atan2(row.double(1)))),
    Definition::rows(&["hypot"], &[Double, Double], DOUBLE, |row| double(row.double(0).hypot(row.double(1)))),
    Definition::rows(&["factorial"], &[Int], Output::Type(DataType::Int64), |row| match row.long(0) {
        number @ 0..=20 => long((1..=number).product()),
        _ => NULL,
    }),
    Definition::rows(&["bin"], &[Long], Output::Type(DataType::Utf8), |row| {
        text(format!("{:b}", row.long(0)))
    }),
    Definition::rows(&["conv"], &[Text, Int, Int], Output::Type(DataType::Utf8), converted),
    Definition::rows(
        &["width_bucket"],
        &[Double, Double, Double, Long],
        Output::Type(DataType::Int64),
        width_bucket,
    ),
];

/// Java's value at 1 is the one next to ours.
#[expect(clippy::float_cmp, reason = "exactly 1")]
fn exp(number: f64) -> f64 {
    if number == 1.0 { std::f64::consts::E.next_up() } else { number.exp() }
}

/// The scale that is asked for, when it is known.
fn scale(known: &[Option<&ScalarValue>]) -> Option<i64> {
    match known.get(1) {
        None => Some(0),
        Some(Some(ScalarValue::Int64(Some(scale)))) => Some(*scale),
        Some(_) => None,
    }
}

fn unknown_scale() -> SqlError {
    SqlError::unsupported_but(
        "rounding a DECIMAL to a scale that is no literal",
        "Write the scale as a number.",
    )
}

fn rounded_type(types: &[DataType], known: &[Option<&ScalarValue>]) -> Result<DataType, SqlError> {
    let Some(DataType::Decimal128(precision, scale)) = types.first() else {
        return Ok(types.first().cloned().unwrap_or(DataType::Float64));
    };
    let wanted = self::scale(known).ok_or_else(unknown_scale)?;
    let whole = i64::from(*precision) - i64::from(*scale) + 1;
    let kept = wanted.clamp(0, i64::from(*scale));
    let precision = if wanted < 0 { whole.max(1 - wanted) } else { whole + kept };
    Ok(decimal_of(precision, kept))
}

fn decimal_of(precision: i64, scale: i64) -> DataType {
    let precision = u8::try_from(precision).unwrap_or(MAX_PRECISION).min(MAX_PRECISION);
    DataType::Decimal128(precision, i8::try_from(scale).unwrap_or_default())
}

/// A BIGINT, or for a DECIMAL or a scale a DECIMAL.
fn whole_type(types: &[DataType], known: &[Option<&ScalarValue>]) -> Result<DataType, SqlError> {
    let given = types.first().unwrap_or(&DataType::Null);
    match (given, known.len()) {
        (DataType::Decimal128(precision, scale), 1) => {
            Ok(decimal_of(i64::from(*precision) - i64::from(*scale) + 1, 0))
        }
        (_, 1) => Ok(DataType::Int64),
        (_, _) => {
            let Some((precision, scale)) = decimal(given) else {
                return Err(SqlError::unsupported("ceil and floor of a DOUBLE to a scale"));
            };
            let wanted = self::scale(known).ok_or_else(unknown_scale)?;
            let kept = wanted.clamp(0, i64::from(scale));
            let whole = i64::from(precision) - i64::from(scale) + 1;
            Ok(decimal_of(if wanted < 0 { whole.max(1 - wanted) } else { whole + kept }, kept))
        }
    }
}

fn rounded(row: &Row, rounding: Rounding) -> Answer {
    let wanted = row.int_or(1, 0);
    let overflow = || SqlError::arithmetic_overflow("overflow");
    match row.value(0) {
        ScalarValue::Float32(Some(number)) => Ok(ScalarValue::Float32(Some(
            in_digits(&number.to_string(), wanted, rounding)
                .and_then(|text| text.parse().ok())
                .unwrap_or(*number),
        ))),
        ScalarValue::Float64(Some(number)) => {
            let rounded = in_digits(&format!("{number:e}"), wanted, rounding);
            double(rounded.and_then(|text| text.parse().ok()).unwrap_or(*number))
        }
        value => {
            let number = Decimal::from_value(value).ok_or_else(overflow)?;
            let number = if wanted < number.scale {
                number.rescaled(wanted, rounding).ok_or_else(overflow)?
            } else {
                number
            };
            match row.result() {
                DataType::Decimal128(precision, scale) => number.into_value(*precision, *scale),
                data_type => {
                    number.whole().and_then(|number| integer(number, data_type)).ok_or_else(overflow)
                }
            }
        }
    }
}

/// What is no number is not rounded.
fn in_digits(written: &str, scale: i32, rounding: Rounding) -> Option<String> {
    let number = Decimal::parse(written)?;
    let number = if scale < number.scale { number.rescaled(scale, rounding)? } else { number };
    Some(number.to_string())
}

fn whole(row: &Row, rounding: Rounding) -> Answer {
    let overflow = || SqlError::arithmetic_overflow("overflow");
    let value = row.value(0);
    let number = match value {
        ScalarValue::Float32(_) | ScalarValue::Float64(_) if row.double(0).is_nan() => Some(Decimal::of(0)),
        ScalarValue::Float32(_) | ScalarValue::Float64(_) => Decimal::parse(&format!("{:e}", row.double(0))),
        _ => Decimal::from_value(value),
    };
    let number = number.ok_or_else(overflow)?;
    let wanted = row.int_or(1, 0);
    let number =
        if wanted < number.scale { number.rescaled(wanted, rounding).ok_or_else(overflow)? } else { number };
    match row.result() {
        DataType::Decimal128(precision, scale) => number.into_value(*precision, *scale),
        data_type => number.whole().and_then(|number| integer(number, data_type)).ok_or_else(overflow),
    }
}

/// A number in another base; what follows the digits of the base is not read.
fn converted(row: &Row) -> Answer {
    let (from, to) = (row.int(1), row.int(2));
    let valid = |base: i32| (2..=36).contains(&base.unsigned_abs());
    let (Ok(base), true, true) = (u32::try_from(from), valid(from), valid(to)) else { return NULL };
    let written = row.text(0).trim();
    let (negative, digits) = written.strip_prefix('-').map_or((false, written), |digits| (true, digits));
    let mut number: u64 = 0;
    for digit in digits.chars().map_while(|character| character.to_digit(base)) {
        let next = number.checked_mul(base.into()).and_then(|number| number.checked_add(digit.into()));
        number = next.unwrap_or(u64::MAX);
    }
    if negative && to > 0 {
        number = number.wrapping_neg();
    }
    let sign = if negative && to < 0 && number > 0 { "-" } else { "" };
    let (mut rest, base) = (number, u64::from(to.unsigned_abs()));
    let mut result = Vec::new();
    while rest > 0 || result.is_empty() {
        let digit = u32::try_from(rest % base).unwrap_or_default();
        result.push(char::from_digit(digit, to.unsigned_abs()).unwrap_or('0').to_ascii_uppercase());
        rest /= base;
    }
    text(format!("{sign}{}", result.iter().rev().collect::<String>()))
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::float_cmp,
    reason = "a bucket is a whole number"
)]
fn width_bucket(row: &Row) -> Answer {
    let (value, low, high, count) = (row.double(0), row.double(1), row.double(2), row.long(3));
    if count <= 0 || low == high || !low.is_finite() || !high.is_finite() || value.is_nan() {
        return NULL;
    }
    let outside = |before: bool| if before { 0 } else { count + 1 };
    let place = (value - low) / (high - low);
    long(match place {
        _ if place < 0.0 => outside(true),
        _ if place >= 1.0 => outside(false),
        _ => (place * count as f64) as i64 + 1,
    })
}
