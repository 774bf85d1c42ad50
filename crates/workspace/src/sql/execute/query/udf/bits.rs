//! Bits of whole numbers.

#![expect(clippy::unnecessary_wraps, reason = "functions of rows have one shape")]

use datafusion::arrow::datatypes::DataType;
use datafusion::common::ScalarValue;

use super::cast::{convert, integer};
use super::definition::Parameter::{Any, Int};
use super::definition::{Answer, Definition, Output};
use super::row::{Row, int};
use crate::sql::SqlError;
use crate::sql::execute::query::casts::{Kind, kind};
use crate::sql::execute::query::common_type;

macro_rules! of_two {
    ($name:literal, $sign:literal, $function:expr) => {
        Definition::rows(&[$name], &[Any, Any], Output::Of(|types, _| common($sign, types)), |row| {
            let whole = |index| Ok::<_, SqlError>(whole(&convert(row.value(index), row.result())?));
            let function: fn(i64, i64) -> i64 = $function;
            of_result(function(whole(0)?, whole(1)?), row)
        })
    };
}

pub(super) const FUNCTIONS: &[Definition] = &[
    of_two!("bit_and_of", "&", |left, right| left & right),
    of_two!("bit_or_of", "|", |left, right| left | right),
    of_two!("bit_xor_of", "^", |left, right| left ^ right),
    Definition::rows(&["bit_not"], &[Any], Output::Of(|types, _| common("~", types)), |row| {
        of_result(!row.long(0), row)
    }),
    Definition::rows(&["shiftleft"], &[Any, Int], Output::Of(shifted), |row| match row.value(0) {
        ScalarValue::Int64(Some(number)) => {
            Ok(ScalarValue::from(number.wrapping_shl(row.int(1).cast_unsigned())))
        }
        _ => int(row.int(0).wrapping_shl(row.int(1).cast_unsigned())),
    }),
    Definition::rows(&["shiftright"], &[Any, Int], Output::Of(shifted), |row| match row.value(0) {
        ScalarValue::Int64(Some(number)) => {
            Ok(ScalarValue::from(number.wrapping_shr(row.int(1).cast_unsigned())))
        }
        _ => int(row.int(0).wrapping_shr(row.int(1).cast_unsigned())),
    }),
    Definition::rows(&["shiftrightunsigned"], &[Any, Int], Output::Of(shifted), |row| match row.value(0) {
        ScalarValue::Int64(Some(number)) => {
            let shifted = number.cast_unsigned().wrapping_shr(row.int(1).cast_unsigned());
            Ok(ScalarValue::from(shifted.cast_signed()))
        }
        _ => int(row.int(0).cast_unsigned().wrapping_shr(row.int(1).cast_unsigned()).cast_signed()),
    }),
    Definition::rows(&["bit_count"], &[Any], Output::Of(|types, _| counted(types)), |row| {
        let number = if row.truth(0) { 1 } else { row.long(0) };
        int(i32::try_from(number.count_ones()).unwrap_or_default())
    }),
    Definition::rows(&["bit_get", "getbit"], &[Any, Int], Output::Type(DataType::Int8), |row| {
        let width = row.value(0).data_type().primitive_width().unwrap_or(8) * 8;
        let position = row.int(1);
        match usize::try_from(position).ok().filter(|position| *position < width) {
            Some(position) => Ok(ScalarValue::Int8(i8::try_from((row.long(0) >> position) & 1).ok())),
            None => Err(SqlError::invalid_parameter(
                "INVALID_PARAMETER_VALUE.BIT_POSITION_RANGE",
                "bit_get",
                &format!("expects a position from 0 to {width}, but got {position}"),
            )),
        }
    }),
];

fn whole(value: &ScalarValue) -> i64 {
    match convert(value, &DataType::Int64) {
        Ok(ScalarValue::Int64(Some(number))) => number,
        _ => 0,
    }
}

fn of_result(number: i64, row: &Row) -> Answer {
    Ok(integer(number.into(), row.result()).unwrap_or(ScalarValue::Null))
}

/// The integer type of the operands.
fn common(sign: &str, types: &[DataType]) -> Result<DataType, SqlError> {
    let common = common_type::of_all(types).filter(datafusion::arrow::datatypes::DataType::is_signed_integer);
    let mismatch = || {
        let [left, right] = [types.first(), types.last()].map(|given| given.unwrap_or(&DataType::Null));
        SqlError::different_types(sign, left, right)
    };
    common.ok_or_else(mismatch)
}

fn shifted(types: &[DataType], _: &[Option<&ScalarValue>]) -> Result<DataType, SqlError> {
    match types.first() {
        Some(DataType::Int64) => Ok(DataType::Int64),
        Some(DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Null) => Ok(DataType::Int32),
        _ => Err(SqlError::unsupported("shifting what is no whole number")),
    }
}

fn counted(types: &[DataType]) -> Result<DataType, SqlError> {
    let taken =
        |given: &DataType| given.is_signed_integer() || matches!(kind(given), Kind::Truth | Kind::Null);
    if types.iter().all(taken) {
        Ok(DataType::Int32)
    } else {
        Err(SqlError::unsupported("bit_count of what is no whole number"))
    }
}
