//! Literals in Spark's types: numbers by their size and suffix, dates, timestamps and intervals by their text.

use chrono_tz::Tz;
use datafusion::sql::sqlparser::ast::{
    DataType, DateTimeField, ExactNumberInfo, Expr, Interval, TimezoneInfo, TypedString, UnaryOperator, Value,
};

use super::decimal::Decimal;
use super::syntax::{call, cast, literal, text};
use super::udf::{parse_date, parse_timestamp};
use crate::sql::SqlError;

/// A number as it is written, with its suffix and sign.
///
/// # Errors
/// `INVALID_NUMERIC_LITERAL_RANGE`, `DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION`
pub(super) fn number(written: &str, long: bool) -> Result<Expr, SqlError> {
    let digits = written.trim_end_matches(|character: char| character.is_ascii_alphabetic());
    let suffix = written[digits.len()..].to_uppercase();
    let out_of_range = |data_type: &str| SqlError::invalid_numeric_literal_range(written, data_type);
    match suffix.as_str() {
        "Y" => whole::<i8>(digits, DataType::TinyInt(None)).ok_or_else(|| out_of_range("tinyint")),
        "S" => whole::<i16>(digits, DataType::SmallInt(None)).ok_or_else(|| out_of_range("smallint")),
        "D" => Ok(cast(text(digits), DataType::Double(ExactNumberInfo::None))),
        "F" => Ok(cast(text(digits), DataType::Float(ExactNumberInfo::None))),
        "BD" => decimal(digits),
        _ if long => whole::<i64>(digits, DataType::BigInt(None)).ok_or_else(|| out_of_range("bigint")),
        _ if digits.contains(['e', 'E']) => {
            let finite = digits.parse::<f64>().is_ok_and(f64::is_finite);
            let double = || cast(text(digits), DataType::Double(ExactNumberInfo::None));
            if finite { Ok(double()) } else { Err(out_of_range("double")) }
        }
        _ if digits.contains('.') => decimal(digits),
        _ => match whole::<i32>(digits, DataType::Int(None))
            .or_else(|| whole::<i64>(digits, DataType::BigInt(None)))
        {
            Some(number) => Ok(number),
            None => decimal(digits),
        },
    }
}

fn whole<T: std::str::FromStr>(digits: &str, data_type: DataType) -> Option<Expr> {
    digits.parse::<T>().ok()?;
    Some(cast(plain(digits), data_type))
}

/// A number without a type, with its sign.
fn plain(digits: &str) -> Expr {
    let number = |digits: &str| literal(Value::Number(digits.to_owned(), false));
    match digits.strip_prefix('-') {
        Some(digits) => Expr::UnaryOp { op: UnaryOperator::Minus, expr: Box::new(number(digits)) },
        None => number(digits),
    }
}

/// With as many digits as are written.
fn decimal(digits: &str) -> Result<Expr, SqlError> {
    let number = Decimal::parse(digits).ok_or_else(|| SqlError::internal(format!("no number: {digits}")))?;
    let number = number.rescaled(number.scale.max(0), super::decimal::Rounding::Down).unwrap_or(number);
    let written = number.unscaled.to_string().trim_start_matches('-').len() as u64;
    let scale = u64::try_from(number.scale).unwrap_or_default();
    let precision = written.max(scale);
    if precision > super::common_type::MAX_PRECISION.into() {
        return Err(SqlError::decimal_precision_exceeds_max_precision(precision));
    }
    let scale = i64::try_from(scale).unwrap_or_default();
    Ok(cast(
        text(number.to_string()),
        DataType::Decimal(ExactNumberInfo::PrecisionAndScale(precision, scale)),
    ))
}

/// `X'…'`; an odd digit stands alone.
///
/// # Errors
/// `INVALID_TYPED_LITERAL`
pub(super) fn binary(digits: &str) -> Result<Expr, SqlError> {
    let valid = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    let even = if digits.len().is_multiple_of(2) { digits.to_owned() } else { format!("0{digits}") };
    if valid {
        Ok(literal(Value::HexStringLiteral(even)))
    } else {
        Err(SqlError::invalid_typed_literal("X", digits))
    }
}

/// `DATE '…'`, `TIMESTAMP '…'` and the like.
///
/// # Errors
/// `INVALID_TYPED_LITERAL`
pub(super) fn typed(typed: TypedString) -> Result<Expr, SqlError> {
    let Value::SingleQuotedString(written) = &typed.value.value else { return Ok(Expr::TypedString(typed)) };
    let valid = match &typed.data_type {
        DataType::Date => parse_date(written).is_some(),
        DataType::Timestamp(None, TimezoneInfo::None) => parse_timestamp(written, true, Tz::UTC).is_some(),
        DataType::TimestampNtz(None) => parse_timestamp(written, false, Tz::UTC).is_some(),
        _ => true,
    };
    if valid {
        return Ok(cast(text(written), typed.data_type));
    }
    let name = typed.data_type.to_string();
    Err(SqlError::invalid_typed_literal(name.split(' ').next().unwrap_or_default(), written))
}

/// An interval of one unit; its kind of unit is its type.
///
/// # Errors
/// `UNSUPPORTED_FEATURE` for several units and for values that are no literal.
pub(super) fn interval(interval: &Interval) -> Result<Expr, SqlError> {
    let unsupported = || SqlError::unsupported(format!("the interval {interval}"));
    let count = count(&interval.value).ok_or_else(unsupported)?;
    let unit =
        interval.leading_field.as_ref().filter(|_| interval.last_field.is_none()).ok_or_else(unsupported)?;
    let (function, count) = match unit {
        DateTimeField::Year | DateTimeField::Years => ("interval_months", count.checked_mul(12)),
        DateTimeField::Month | DateTimeField::Months => ("interval_months", Some(count)),
        DateTimeField::Week(None) | DateTimeField::Weeks => ("interval_days", count.checked_mul(7)),
        DateTimeField::Day | DateTimeField::Days => ("interval_days", Some(count)),
        DateTimeField::Hour | DateTimeField::Hours => ("interval_micros", count.checked_mul(3_600_000_000)),
        DateTimeField::Minute | DateTimeField::Minutes => ("interval_micros", count.checked_mul(60_000_000)),
        DateTimeField::Second | DateTimeField::Seconds => ("interval_micros", count.checked_mul(1_000_000)),
        DateTimeField::Millisecond | DateTimeField::Milliseconds => {
            ("interval_micros", count.checked_mul(1000))
        }
        DateTimeField::Microsecond | DateTimeField::Microseconds => ("interval_micros", Some(count)),
        _ => return Err(unsupported()),
    };
    let count = count.ok_or_else(unsupported)?;
    Ok(call(function, vec![cast(plain(&count.to_string()), DataType::BigInt(None))]))
}

fn count(value: &Expr) -> Option<i64> {
    match value {
        Expr::Value(value) => match &value.value {
            Value::SingleQuotedString(written) => written.trim().parse().ok(),
            Value::Number(digits, _) => digits.parse().ok(),
            _ => None,
        },
        Expr::UnaryOp { op: UnaryOperator::Minus, expr } => count(expr)?.checked_neg(),
        Expr::Cast { expr, .. } | Expr::Nested(expr) => count(expr),
        _ => None,
    }
}
