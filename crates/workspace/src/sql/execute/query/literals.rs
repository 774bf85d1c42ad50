//! Literals in Spark's types: numbers by their size and suffix, dates, timestamps and intervals by their text.

use datafusion::sql::sqlparser::ast::{
    DataType, ExactNumberInfo, Expr, Interval, TimezoneInfo, TypedString, UnaryOperator, Value,
};

use super::decimal::Decimal;
use super::intervals::Units;
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
        DataType::Timestamp(None, TimezoneInfo::None) => parse_timestamp(written, true).is_some(),
        DataType::TimestampNtz(None) => parse_timestamp(written, false).is_some(),
        _ => true,
    };
    if valid {
        return Ok(cast(text(written), typed.data_type));
    }
    let name = typed.data_type.to_string();
    Err(SqlError::invalid_typed_literal(name.split(' ').next().unwrap_or_default(), written))
}

/// An interval in its units.
///
/// # Errors
/// `INVALID_INTERVAL_FORMAT`; `UNSUPPORTED_FEATURE` for units that Spark does not have and values that are no literal.
pub(super) fn interval(interval: &Interval) -> Result<Expr, SqlError> {
    let unsupported = || SqlError::unsupported(format!("the interval {interval}"));
    let text = value_text(&interval.value).ok_or_else(unsupported)?;
    let from = interval.leading_field.as_ref().ok_or_else(unsupported)?.to_string().to_uppercase();
    let (unit, factor) = match from.trim_end_matches('S') {
        "WEEK" => ("DAY", Decimal::of(7)),
        "MILLISECOND" => ("SECOND", Decimal { scale: 3, ..Decimal::of(1) }),
        "MICROSECOND" => ("SECOND", Decimal { scale: 6, ..Decimal::of(1) }),
        unit => (unit, Decimal::of(1)),
    };
    let units = match &interval.last_field {
        Some(last) => format!("{unit} TO {}", last.to_string().to_uppercase()),
        None => unit.to_owned(),
    };
    let units = Units::parse(&units).ok_or_else(unsupported)?;
    let text = match Decimal::parse(text.trim()).and_then(|number| number.times(factor)) {
        Some(number) => number.to_string(),
        None => text,
    };
    let text = if unit == "SECOND" { text } else { text.trim_end_matches(".0").to_owned() };
    let amount = units.read(&text).ok_or_else(|| SqlError::invalid_interval_format(&text, &units.text()))?;
    let amount = cast(plain(&amount.to_string()), DataType::BigInt(None));
    Ok(call("@interval", vec![amount, self::text(units.text())]))
}

fn value_text(value: &Expr) -> Option<String> {
    match value {
        Expr::Value(value) => match &value.value {
            Value::SingleQuotedString(written) => Some(written.clone()),
            Value::Number(digits, _) => Some(digits.clone()),
            _ => None,
        },
        Expr::UnaryOp { op: UnaryOperator::Minus, expr } => Some(format!("-{}", value_text(expr)?)),
        Expr::Cast { expr, .. } | Expr::Nested(expr) => value_text(expr),
        _ => None,
    }
}
