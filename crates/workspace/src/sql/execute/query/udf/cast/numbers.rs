//! Casts to numbers and truth values.

use datafusion::arrow::datatypes::DataType;
use datafusion::common::ScalarValue;

use crate::sql::SqlError;
use crate::sql::execute::query::casts::spark_name;
use crate::sql::execute::query::decimal::{Decimal, Rounding};

pub(super) fn from_text(text: &str, wanted: &DataType) -> Result<ScalarValue, SqlError> {
    let trimmed = trimmed(text);
    let number = match wanted {
        DataType::Float32 => {
            float(trimmed).and_then(|text| text.parse().ok()).map(|n| ScalarValue::Float32(Some(n)))
        }
        DataType::Float64 => {
            float(trimmed).and_then(|text| text.parse().ok()).map(|n| ScalarValue::Float64(Some(n)))
        }
        DataType::Decimal128(precision, scale) => match Decimal::parse(trimmed) {
            Some(number) => return number.into_value(*precision, *scale),
            None => None,
        },
        _ => whole_number(trimmed).and_then(|number| integer(number, wanted)),
    };
    number.ok_or_else(|| SqlError::malformed(text, &spark_name(wanted)))
}

/// Spark drops control characters and blanks around a value.
pub(super) fn trimmed(text: &str) -> &str {
    text.trim_matches(|character: char| character <= ' ')
}

/// Java takes the suffix of its literals.
fn float(text: &str) -> Option<&str> {
    let named = matches!(
        text.trim_start_matches(['+', '-']).to_ascii_lowercase().as_str(),
        "nan" | "inf" | "infinity"
    );
    if named {
        return Some(text);
    }
    let number = text.strip_suffix(['f', 'F', 'd', 'D']).unwrap_or(text);
    number.ends_with(|character: char| character.is_ascii_digit() || character == '.').then_some(number)
}

fn whole_number(text: &str) -> Option<i128> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let plain = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

/// A whole number in an integer type; nothing when it does not fit.
pub(in crate::sql::execute::query::udf) fn integer(number: i128, wanted: &DataType) -> Option<ScalarValue> {
    match wanted {
        DataType::Int8 => i8::try_from(number).ok().map(|number| ScalarValue::Int8(Some(number))),
        DataType::Int16 => i16::try_from(number).ok().map(|number| ScalarValue::Int16(Some(number))),
        DataType::Int32 => i32::try_from(number).ok().map(|number| ScalarValue::Int32(Some(number))),
        DataType::Int64 => i64::try_from(number).ok().map(|number| ScalarValue::Int64(Some(number))),
        _ => None,
    }
}

pub(super) fn truth_from_text(text: &str) -> Result<ScalarValue, SqlError> {
    match trimmed(text).to_lowercase().as_str() {
        "t" | "true" | "y" | "yes" | "1" => Ok(ScalarValue::Boolean(Some(true))),
        "f" | "false" | "n" | "no" | "0" => Ok(ScalarValue::Boolean(Some(false))),
        _ => Err(SqlError::malformed(text, "BOOLEAN")),
    }
}

pub(super) fn truth_from_number(value: &ScalarValue) -> ScalarValue {
    let truth = match Decimal::from_value(value) {
        Some(number) => !number.is_zero(),
        None => double(value) != Some(0.0),
    };
    ScalarValue::Boolean(Some(truth))
}

/// A FLOAT or DOUBLE.
fn double(value: &ScalarValue) -> Option<f64> {
    match value {
        ScalarValue::Float32(Some(number)) => Some((*number).into()),
        ScalarValue::Float64(Some(number)) => Some(*number),
        _ => None,
    }
}

pub(super) fn from_number(value: &ScalarValue, wanted: &DataType) -> Result<ScalarValue, SqlError> {
    if let ScalarValue::Boolean(Some(truth)) = value {
        return from_number(&ScalarValue::Int32(Some(i32::from(*truth))), wanted);
    }
    match wanted {
        DataType::Float32 | DataType::Float64 => Ok(to_float(value, wanted)),
        DataType::Decimal128(precision, scale) => to_decimal(value, *precision, *scale),
        _ => to_integer(value, wanted),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a FLOAT has fewer digits than a DOUBLE")]
fn to_float(value: &ScalarValue, wanted: &DataType) -> ScalarValue {
    let number = double(value).or_else(|| Decimal::from_value(value).map(Decimal::to_f64));
    match (wanted, value) {
        (DataType::Float64, _) => ScalarValue::Float64(number),
        // By way of a DOUBLE it would be rounded twice.
        (_, ScalarValue::Decimal128(..)) => ScalarValue::Float32(
            Decimal::from_value(value).and_then(|number| number.to_string().parse().ok()),
        ),
        _ => ScalarValue::Float32(number.map(|number| number as f32)),
    }
}

/// What is no number has no DECIMAL.
fn to_decimal(value: &ScalarValue, precision: u8, scale: i8) -> Result<ScalarValue, SqlError> {
    let number = match value {
        ScalarValue::Float32(Some(number)) if number.is_finite() => Decimal::parse(&number.to_string()),
        ScalarValue::Float64(Some(number)) if number.is_finite() => Decimal::parse(&format!("{number:e}")),
        _ => Decimal::from_value(value),
    };
    match number {
        Some(number) => number.into_value(precision, scale),
        None => Ok(ScalarValue::Decimal128(None, precision, scale)),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "what is out of range is refused before")]
fn to_integer(value: &ScalarValue, wanted: &DataType) -> Result<ScalarValue, SqlError> {
    let whole = match double(value) {
        Some(number) if number.is_finite() && number.abs() < 1e30 => Some(number.trunc() as i128),
        Some(_) => None,
        None => Decimal::from_value(value).and_then(Decimal::whole),
    };
    whole.and_then(|number| integer(number, wanted)).ok_or_else(|| {
        SqlError::cast_overflow(&value.to_string(), &spark_name(&value.data_type()), &spark_name(wanted))
    })
}

/// Seconds with six digits behind the point, of a number.
pub(super) fn microseconds(value: &ScalarValue) -> Option<i64> {
    #[expect(clippy::cast_possible_truncation, reason = "Spark saturates as well")]
    match double(value) {
        Some(number) if number.is_finite() => Some((number * 1e6) as i64),
        Some(_) => None,
        None => {
            let number = Decimal::from_value(value)?.rescaled(6, Rounding::Floor)?;
            let saturated = if number.is_negative() { i64::MIN } else { i64::MAX };
            Some(number.unscaled.to_i128().and_then(|n| i64::try_from(n).ok()).unwrap_or(saturated))
        }
    }
}
