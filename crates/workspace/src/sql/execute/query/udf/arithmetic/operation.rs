//! What an operator gives for two values, and of which type.

use chrono::{Duration, Months, NaiveDate};
use datafusion::arrow::datatypes::{DataType, Field, IntervalUnit, TimeUnit};
use datafusion::common::ScalarValue;

use super::refused;
use crate::sql::SqlError;
use crate::sql::execute::query::casts::{Kind, kind, spark_name};
use crate::sql::execute::query::common_type;
use crate::sql::execute::query::decimal::{Decimal, Rounding, bounded};
use crate::sql::execute::query::intervals::{Units, amount};
use crate::sql::execute::query::udf::cast::{convert, instant, integer};
use crate::sql::execute::query::udf::definition::{Answer, is_interval};
use crate::sql::execute::query::zone as session;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    Add,
    Subtract,
    Multiply,
    Divide,
    /// `div`: the quotient without its fraction, as BIGINT.
    IntDivide,
    /// `%`, with the sign of the dividend.
    Remainder,
    /// `pmod`, never negative for a positive divisor.
    PositiveRemainder,
}

impl Operation {
    pub(super) fn sign(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::IntDivide => "div",
            Self::Remainder => "%",
            Self::PositiveRemainder => "pmod",
        }
    }

    fn divides(self) -> bool {
        matches!(self, Self::Divide | Self::IntDivide | Self::Remainder | Self::PositiveRemainder)
    }
}

/// The type of the result.
///
/// # Errors
/// `DATATYPE_MISMATCH`; `UNSUPPORTED_FEATURE` for a result that is an interval.
pub(super) fn result_type(
    operation: Operation,
    left: &DataType,
    right: &DataType,
) -> Result<DataType, SqlError> {
    let (left_kind, right_kind) = (kind(left), kind(right));
    let numeric = |kind| matches!(kind, Kind::Number | Kind::Text | Kind::Null);
    if is_interval(left) || is_interval(right) || is_time(left_kind) || is_time(right_kind) {
        return of_times(operation, left, right);
    }
    if !numeric(left_kind) || !numeric(right_kind) {
        return Err(refused(operation, left, right));
    }
    match (left_kind, right_kind) {
        (Kind::Text, Kind::Text) => Err(SqlError::wrong_operand_type(operation.sign(), "STRING")),
        (Kind::Null, Kind::Null) => {
            Ok(if operation == Operation::IntDivide { DataType::Int64 } else { DataType::Float64 })
        }
        (Kind::Null, _) => of_numbers(operation, right, right),
        (_, Kind::Null) => of_numbers(operation, left, left),
        (Kind::Text, _) => of_numbers(operation, &beside(right), right),
        (_, Kind::Text) => of_numbers(operation, left, &beside(left)),
        _ => of_numbers(operation, left, right),
    }
}

/// A text beside a number.
fn beside(number: &DataType) -> DataType {
    if number.is_signed_integer() { DataType::Int64 } else { DataType::Float64 }
}

fn of_numbers(operation: Operation, left: &DataType, right: &DataType) -> Result<DataType, SqlError> {
    let decimals = matches!(left, DataType::Decimal128(..)) || matches!(right, DataType::Decimal128(..));
    let float = |number: &DataType| number.is_floating();
    let floats = float(left) || float(right);
    match operation {
        Operation::IntDivide if floats => Err(refused(operation, left, right)),
        Operation::IntDivide => Ok(DataType::Int64),
        Operation::Divide if floats || !decimals => Ok(DataType::Float64),
        _ if floats && left == right => Ok(left.clone()),
        _ if floats => Ok(DataType::Float64),
        _ if decimals => Ok(of_decimals(operation, left, right)),
        _ => Ok(common_type::of(left, right).unwrap_or(DataType::Int64)),
    }
}

fn of_decimals(operation: Operation, left: &DataType, right: &DataType) -> DataType {
    let parts = |data_type| {
        let (precision, scale) = common_type::decimal(data_type).unwrap_or((common_type::MAX_PRECISION, 0));
        (i32::from(precision), i32::from(scale))
    };
    let ((p1, s1), (p2, s2)) = (parts(left), parts(right));
    match operation {
        Operation::Multiply => bounded(p1 + p2 + 1, s1 + s2),
        Operation::Divide => {
            let scale = (s1 + p2 + 1).max(6);
            bounded(p1 - s1 + s2 + scale, scale)
        }
        Operation::Remainder | Operation::PositiveRemainder => {
            bounded((p1 - s1).min(p2 - s2) + s1.max(s2), s1.max(s2))
        }
        _ => bounded((p1 - s1).max(p2 - s2) + s1.max(s2) + 1, s1.max(s2)),
    }
}

fn is_time(kind: Kind) -> bool {
    matches!(kind, Kind::Date | Kind::Timestamp)
}

/// Dates and timestamps with days, months or a time added.
fn of_times(operation: Operation, left: &DataType, right: &DataType) -> Result<DataType, SqlError> {
    if let Some(interval) = of_intervals(operation, left, right)? {
        return Ok(interval);
    }
    let (time, other) = match operation {
        Operation::Add if !is_time(kind(left)) => (right, left),
        Operation::Add | Operation::Subtract => (left, right),
        _ => return Err(no_interval(operation, left, right)),
    };
    let days = matches!(other, DataType::Int8 | DataType::Int16 | DataType::Int32);
    match kind(time) {
        Kind::Date if *other == DataType::Null => Ok(common_type::timestamp()),
        Kind::Date if days => Ok(DataType::Date32),
        Kind::Date if matches!(other, DataType::Duration(_)) => Ok(common_type::timestamp()),
        Kind::Date | Kind::Timestamp if is_interval(other) => Ok(time.clone()),
        Kind::Date | Kind::Timestamp if !is_time(kind(other)) => Err(refused(operation, left, right)),
        _ => Err(no_interval(operation, left, right)),
    }
}

/// The interval between two times, and intervals added, multiplied and divided.
fn of_intervals(
    operation: Operation,
    left: &DataType,
    right: &DataType,
) -> Result<Option<DataType>, SqlError> {
    let years = |given: &DataType| *given == DataType::Interval(IntervalUnit::YearMonth);
    let long = |given: &DataType| {
        if years(given) { given.clone() } else { DataType::Duration(TimeUnit::Microsecond) }
    };
    let number = |given: &DataType| matches!(kind(given), Kind::Number | Kind::Text | Kind::Null);
    Ok(match (operation, is_interval(left), is_interval(right)) {
        (Operation::Add | Operation::Subtract, true, true) if years(left) != years(right) => {
            return Err(SqlError::unexpected_input_type(
                2,
                &format!("\"{}\"", spark_name(left)),
                &spark_name(right),
            ));
        }
        (Operation::Add | Operation::Subtract, true, true) if left == right => Some(left.clone()),
        (Operation::Add | Operation::Subtract, true, true) => Some(long(left)),
        (Operation::Multiply | Operation::Divide, true, false) if number(right) => Some(long(left)),
        (Operation::Multiply, false, true) if number(left) => Some(long(right)),
        (Operation::Subtract, false, false) => match (kind(left), kind(right)) {
            (Kind::Date, Kind::Date) => Some(DataType::Interval(IntervalUnit::DayTime)),
            (Kind::Timestamp, Kind::Date | Kind::Timestamp) | (Kind::Date, Kind::Timestamp) => {
                Some(DataType::Duration(TimeUnit::Microsecond))
            }
            _ => None,
        },
        _ => None,
    })
}

fn no_interval(operation: Operation, left: &DataType, right: &DataType) -> SqlError {
    let feature = format!("`{}` between {} and {}", operation.sign(), spark_name(left), spark_name(right));
    SqlError::unsupported_but(feature, "Use datediff, timestampdiff or an INTERVAL added to a date.")
}

/// Computes two values; both are set.
///
/// # Errors
/// `DIVIDE_BY_ZERO`, `REMAINDER_BY_ZERO`, overflow, and what casts of the operands have.
pub(super) fn apply(
    operation: Operation,
    left: &ScalarValue,
    right: &ScalarValue,
    result: &DataType,
) -> Answer {
    match result {
        DataType::Date32 | DataType::Timestamp(..) => moved(operation, left, right, result),
        interval if is_interval(interval) => length(operation, left, right, interval),
        DataType::Float32 | DataType::Float64 => floating(operation, left, right, result),
        _ => exact(operation, left, right, result),
    }
}

/// An interval: months or microseconds.
fn length(operation: Operation, left: &ScalarValue, right: &ScalarValue, result: &DataType) -> Answer {
    let overflow = || SqlError::arithmetic_overflow("an interval that is too long");
    let units = Units::of(&Field::new("", result.clone(), true)).ok_or_else(overflow)?;
    let length = match (amount_of(left)?, amount_of(right)?, operation) {
        (Some(left), Some(right), Operation::Add) => left.checked_add(right),
        (Some(left), Some(right), _) => left.checked_sub(right),
        (Some(length), None, _) => scaled(operation, length, right)?,
        (None, Some(length), _) => scaled(operation, length, left)?,
        (None, None, _) => None,
    };
    units.value(length.ok_or_else(overflow)?).ok_or_else(overflow)
}

/// The length of an interval, or when a time is; nothing for a number.
fn amount_of(value: &ScalarValue) -> Result<Option<i64>, SqlError> {
    if !is_time(kind(&value.data_type())) {
        return Ok(amount(value));
    }
    match convert(value, &common_type::timestamp())? {
        ScalarValue::TimestampMicrosecond(micros, _) => Ok(micros),
        _ => Ok(None),
    }
}

fn scaled(operation: Operation, length: i64, by: &ScalarValue) -> Result<Option<i64>, SqlError> {
    let by = if let Some(number) = Decimal::from_value(by) {
        number
    } else {
        let number = match convert(by, &DataType::Float64)? {
            ScalarValue::Float64(Some(number)) => Decimal::parse(&format!("{number:e}")),
            _ => None,
        };
        number.ok_or_else(|| SqlError::arithmetic_overflow("an interval multiplied by no number"))?
    };
    let length = Decimal::of(length.into());
    if operation == Operation::Divide && by.is_zero() {
        return Err(SqlError::interval_divided_by_zero());
    }
    let made = match operation {
        Operation::Divide => length.divided_by(by, 0, Rounding::HalfUp),
        _ => length.times(by).and_then(|made| made.rescaled(0, Rounding::HalfUp)),
    };
    Ok(made.and_then(Decimal::whole).and_then(|made| i64::try_from(made).ok()))
}

#[expect(clippy::cast_possible_truncation, reason = "FLOAT is computed as DOUBLE and rounded once")]
fn floating(operation: Operation, left: &ScalarValue, right: &ScalarValue, result: &DataType) -> Answer {
    let number = |value: &ScalarValue| match convert(value, &DataType::Float64)? {
        ScalarValue::Float64(Some(number)) => Ok(number),
        _ => Err(SqlError::internal("an operand that is no number")),
    };
    let (left, right) = (number(left)?, number(right)?);
    if right == 0.0 && operation.divides() {
        return Err(by_zero(operation));
    }
    let value = match operation {
        Operation::Add => left + right,
        Operation::Subtract => left - right,
        Operation::Multiply => left * right,
        Operation::Divide | Operation::IntDivide => left / right,
        Operation::Remainder => left % right,
        Operation::PositiveRemainder => ((left % right) + right) % right,
    };
    Ok(match result {
        DataType::Float32 => ScalarValue::Float32(Some(value as f32)),
        _ => ScalarValue::Float64(Some(value)),
    })
}

fn by_zero(operation: Operation) -> SqlError {
    match operation {
        Operation::Remainder | Operation::PositiveRemainder => SqlError::remainder_by_zero(),
        _ => SqlError::divide_by_zero(),
    }
}

fn exact(operation: Operation, left: &ScalarValue, right: &ScalarValue, result: &DataType) -> Answer {
    let number = |value: &ScalarValue| match Decimal::from_value(value) {
        Some(number) => Ok(number),
        None => Decimal::from_value(&convert(value, &DataType::Int64)?)
            .ok_or_else(|| SqlError::internal("an operand that is no number")),
    };
    let (left, right) = (number(left)?, number(right)?);
    if right.is_zero() && operation.divides() {
        return Err(by_zero(operation));
    }
    let scale = match result {
        DataType::Decimal128(_, scale) => i32::from(*scale),
        _ => 0,
    };
    let value = match operation {
        Operation::Add => left.plus(right),
        Operation::Subtract => right.negated().and_then(|right| left.plus(right)),
        Operation::Multiply => left.times(right),
        Operation::Divide => left.divided_by(right, scale, Rounding::HalfUp),
        Operation::IntDivide => left.divided_by(right, 0, Rounding::Down),
        Operation::Remainder => left.remainder(right),
        Operation::PositiveRemainder => positive_remainder(left, right),
    };
    let overflow = || overflow(operation, left, right, result);
    let value = value.ok_or_else(overflow)?;
    match result {
        DataType::Decimal128(precision, scale) => value.into_value(*precision, *scale),
        whole => value.whole().and_then(|value| integer(value, whole)).ok_or_else(overflow),
    }
}

fn positive_remainder(left: Decimal, right: Decimal) -> Option<Decimal> {
    let rest = left.remainder(right)?;
    if rest.is_negative() { rest.plus(right)?.remainder(right) } else { Some(rest) }
}

fn overflow(operation: Operation, left: Decimal, right: Decimal, result: &DataType) -> SqlError {
    let detail = format!("{left} {} {right}", operation.sign());
    match result {
        DataType::Int8 | DataType::Int16 => SqlError::binary_arithmetic_overflow(&detail),
        _ => SqlError::arithmetic_overflow(&format!("{detail} overflows")),
    }
}

/// A date or timestamp with days, months or a time added or taken away.
fn moved(operation: Operation, left: &ScalarValue, right: &ScalarValue, result: &DataType) -> Answer {
    let (time, by) = if is_time(kind(&left.data_type())) { (left, right) } else { (right, left) };
    let sign = if operation == Operation::Subtract { -1 } else { 1 };
    let overflow = SqlError::far_date;
    let time = convert(time, result)?;
    let value = match &time {
        ScalarValue::Date32(Some(days)) => {
            let date = NaiveDate::from_epoch_days(*days).ok_or_else(overflow)?;
            let date = moved_date(date, by, sign).ok_or_else(overflow)?;
            ScalarValue::Date32(Some(date.to_epoch_days()))
        }
        ScalarValue::TimestampMicrosecond(Some(micros), zone) => {
            let at = instant(*micros).ok_or_else(overflow)?.naive_utc();
            let at = if zone.is_some() { session::local(at) } else { at };
            let micros = match by {
                ScalarValue::DurationMicrosecond(Some(by)) => micros.checked_add(sign * by),
                _ => moved_date(at.date(), by, sign).map(|date| {
                    let at = date.and_time(at.time());
                    let at = if zone.is_some() { session::utc(at) } else { at };
                    at.and_utc().timestamp_micros()
                }),
            };
            ScalarValue::TimestampMicrosecond(Some(micros.ok_or_else(overflow)?), zone.clone())
        }
        _ => ScalarValue::Null,
    };
    Ok(value)
}

/// The last day of a month stands for the days it does not have.
fn moved_date(date: NaiveDate, by: &ScalarValue, sign: i64) -> Option<NaiveDate> {
    let days = match by {
        ScalarValue::IntervalYearMonth(Some(months)) => return add_months(date, sign * i64::from(*months)),
        ScalarValue::IntervalDayTime(Some(interval)) => i64::from(interval.days),
        other => i64::try_from(Decimal::from_value(other)?.whole()?).ok()?,
    };
    date.checked_add_signed(Duration::try_days(sign * days)?)
}

/// The same day of another month, or the last one when it has no such day.
pub(in crate::sql::execute::query::udf) fn add_months(date: NaiveDate, months: i64) -> Option<NaiveDate> {
    let count = Months::new(u32::try_from(months.unsigned_abs()).ok()?);
    if months < 0 { date.checked_sub_months(count) } else { date.checked_add_months(count) }
}
