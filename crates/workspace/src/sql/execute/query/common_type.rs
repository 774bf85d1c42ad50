//! The type to which Spark converts values that must have one type: branches of CASE, elements, comparisons,
//! rows of UNION (Spark's ANSI rules of the least common type).

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, IntervalUnit, TimeUnit};

use super::casts::{Kind, kind};

/// The digits a DECIMAL can have.
pub(super) const MAX_PRECISION: u8 = 38;

/// `TIMESTAMP`: microseconds in UTC.
pub(super) fn timestamp() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

/// The common type of two types; nothing when values of them are never unified.
pub(super) fn of(left: &DataType, right: &DataType) -> Option<DataType> {
    if left == right {
        return Some(left.clone());
    }
    match (kind(left), kind(right)) {
        (Kind::Null, _) => Some(right.clone()),
        (_, Kind::Null) => Some(left.clone()),
        (Kind::Number, Kind::Number) => Some(of_numbers(left, right)),
        (Kind::Text, Kind::Text) => Some(DataType::Utf8),
        (Kind::Text, _) => of_text(right),
        (_, Kind::Text) => of_text(left),
        (Kind::Date, Kind::Timestamp) => Some(right.clone()),
        (Kind::Timestamp, Kind::Date) => Some(left.clone()),
        (Kind::Timestamp, Kind::Timestamp) => Some(timestamp()),
        (Kind::Other, Kind::Other) if is_time_of_day(left) && is_time_of_day(right) => {
            Some(DataType::Duration(TimeUnit::Microsecond))
        }
        (Kind::Other, Kind::Other) => of_containers(left, right),
        _ => None,
    }
}

/// Whether this is an interval of days and less.
fn is_time_of_day(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Interval(IntervalUnit::DayTime) | DataType::Duration(TimeUnit::Microsecond))
}

/// The common type of many types.
pub(super) fn of_all<'a>(types: impl IntoIterator<Item = &'a DataType>) -> Option<DataType> {
    types.into_iter().try_fold(DataType::Null, |common, next| of(&common, next))
}

/// A text beside another value is read as that value's widest kind.
fn of_text(other: &DataType) -> Option<DataType> {
    match kind(other) {
        Kind::Number if other.is_signed_integer() => Some(DataType::Int64),
        Kind::Number => Some(DataType::Float64),
        Kind::Truth | Kind::Date | Kind::Timestamp => Some(other.clone()),
        _ => matches!(other, DataType::Binary).then_some(DataType::Binary),
    }
}

fn of_numbers(left: &DataType, right: &DataType) -> DataType {
    if left.is_signed_integer() && right.is_signed_integer() {
        return wider_integer(left, right);
    }
    match (decimal(left), decimal(right)) {
        (Some(left), Some(right)) => wider_decimal(left, right),
        _ => DataType::Float64,
    }
}

fn wider_integer(left: &DataType, right: &DataType) -> DataType {
    let order = [DataType::Int8, DataType::Int16, DataType::Int32, DataType::Int64];
    let width = |data_type: &DataType| order.iter().position(|integer| integer == data_type);
    if width(left) > width(right) { left.clone() } else { right.clone() }
}

fn wider_decimal(left: (u8, i8), right: (u8, i8)) -> DataType {
    let whole = |(precision, scale): (u8, i8)| i16::from(precision) - i16::from(scale);
    let scale = left.1.max(right.1);
    let precision = (whole(left).max(whole(right)) + i16::from(scale)).min(i16::from(MAX_PRECISION));
    DataType::Decimal128(u8::try_from(precision).unwrap_or(MAX_PRECISION), scale)
}

/// Precision and scale of a DECIMAL, or of the DECIMAL that holds every value of an integer type.
pub(super) fn decimal(data_type: &DataType) -> Option<(u8, i8)> {
    match data_type {
        DataType::Int8 => Some((3, 0)),
        DataType::Int16 => Some((5, 0)),
        DataType::Int32 => Some((10, 0)),
        DataType::Int64 => Some((20, 0)),
        DataType::Decimal128(precision, scale) => Some((*precision, *scale)),
        _ => None,
    }
}

fn of_containers(left: &DataType, right: &DataType) -> Option<DataType> {
    match (left, right) {
        (DataType::List(left), DataType::List(right)) => Some(DataType::List(field(left, right)?)),
        (DataType::Struct(left), DataType::Struct(right)) if left.len() == right.len() => {
            let fields = left.iter().zip(right).map(|(left, right)| field(left, right));
            Some(DataType::Struct(fields.collect::<Option<_>>()?))
        }
        (DataType::Map(left, sorted), DataType::Map(right, _)) => {
            Some(DataType::Map(field(left, right)?, *sorted))
        }
        _ => None,
    }
}

fn field(left: &Field, right: &Field) -> Option<Arc<Field>> {
    let data_type = of(left.data_type(), right.data_type())?;
    let nullable = left.is_nullable() || right.is_nullable();
    Some(Arc::new(Field::new(left.name(), data_type, nullable)))
}
