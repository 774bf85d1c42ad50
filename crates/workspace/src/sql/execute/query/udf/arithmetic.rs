//! `+ - * / % div` and their names, by Spark's types of operands, with errors instead of overflow.

mod operation;

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::compute::kernels::numeric;
use datafusion::arrow::datatypes::{DataType, IntervalDayTime};
use datafusion::arrow::error::ArrowError;
use datafusion::common::{Result, ScalarValue};

use super::definition::{Answer, Definition, Output, Parameter, by_row};
use super::{cast, external};
use crate::sql::SqlError;
use crate::sql::execute::query::casts::{Kind, kind, spark_name};
use crate::sql::execute::query::decimal::Decimal;
pub(super) use operation::add_months;
use operation::{Operation, apply, result_type};

/// `left + right` in a type that holds both.
pub(super) fn sum(left: &ScalarValue, right: &ScalarValue, result: &DataType) -> Answer {
    apply(Operation::Add, left, right, result)
}

/// `left - right` in a type that holds both.
pub(super) fn difference(left: &ScalarValue, right: &ScalarValue, result: &DataType) -> Answer {
    apply(Operation::Subtract, left, right, result)
}

const TWO: &[Parameter] = &[Parameter::Any, Parameter::Any];

macro_rules! operator {
    ($name:literal, $operation:expr) => {
        Definition::columns(
            &[$name],
            TWO,
            Output::Of(|types, _| result_type($operation, &types[0], &types[1])),
            |columns, result| computed($operation, columns, result),
        )
    };
}

/// A function that answers null where the operator fails.
macro_rules! tolerant {
    ($name:literal, $operation:expr) => {
        Definition::columns(
            &[$name],
            TWO,
            Output::Of(|types, _| result_type($operation, &types[0], &types[1])),
            |columns, result| {
                by_row(columns, result, true, |row| {
                    Ok(apply($operation, row.value(0), row.value(1), result).unwrap_or(ScalarValue::Null))
                })
            },
        )
    };
}

pub(in crate::sql::execute::query) static ADD: Definition = operator!("add", Operation::Add);
pub(in crate::sql::execute::query) static SUBTRACT: Definition = operator!("subtract", Operation::Subtract);
pub(in crate::sql::execute::query) static MULTIPLY: Definition = operator!("multiply", Operation::Multiply);
pub(in crate::sql::execute::query) static DIVIDE: Definition = operator!("divide", Operation::Divide);
pub(in crate::sql::execute::query) static INT_DIVIDE: Definition = operator!("div", Operation::IntDivide);
pub(in crate::sql::execute::query) static REMAINDER: Definition = operator!("mod", Operation::Remainder);

pub(super) const FUNCTIONS: &[Definition] = &[
    operator!("mod", Operation::Remainder),
    operator!("pmod", Operation::PositiveRemainder),
    tolerant!("try_add", Operation::Add),
    tolerant!("try_subtract", Operation::Subtract),
    tolerant!("try_multiply", Operation::Multiply),
    tolerant!("try_divide", Operation::Divide),
    tolerant!("try_mod", Operation::Remainder),
    Definition::rows(&["negative"], &[Parameter::Number], Output::First, |row| negated(row.value(0))),
    Definition::rows(&["positive"], &[Parameter::Number], Output::First, |row| Ok(row.value(0).clone())),
    Definition::rows(&["abs"], &[Parameter::Number], Output::First, |row| {
        let value = row.value(0);
        let negative = match value {
            ScalarValue::Float32(Some(number)) => number.is_sign_negative(),
            ScalarValue::Float64(Some(number)) => number.is_sign_negative(),
            _ => match crate::sql::execute::query::intervals::amount(value) {
                Some(length) => length < 0,
                None => Decimal::from_value(value).is_some_and(Decimal::is_negative),
            },
        };
        if negative { negated(value) } else { Ok(value.clone()) }
    }),
];

/// # Errors
/// `ARITHMETIC_OVERFLOW` for the least number of an integer type.
fn negated(value: &ScalarValue) -> Answer {
    match value {
        ScalarValue::IntervalYearMonth(Some(months)) => {
            Ok(ScalarValue::IntervalYearMonth(months.checked_neg()))
        }
        ScalarValue::DurationMicrosecond(Some(micros)) => {
            Ok(ScalarValue::DurationMicrosecond(micros.checked_neg()))
        }
        ScalarValue::IntervalDayTime(Some(interval)) => {
            Ok(ScalarValue::IntervalDayTime(Some(IntervalDayTime::new(-interval.days, 0))))
        }
        ScalarValue::Float32(Some(number)) => Ok(ScalarValue::Float32(Some(-number))),
        ScalarValue::Float64(Some(number)) => Ok(ScalarValue::Float64(Some(-number))),
        _ => {
            let overflow = || SqlError::arithmetic_overflow("overflow");
            let number = Decimal::from_value(value).and_then(Decimal::negated).ok_or_else(overflow)?;
            match value.data_type() {
                DataType::Decimal128(precision, scale) => number.into_value(precision, scale),
                whole => number.whole().and_then(|number| cast::integer(number, &whole)).ok_or_else(overflow),
            }
        }
    }
}

/// Columns of the same integer type are computed at once, others row by row.
fn computed(operation: Operation, columns: &[ArrayRef], result: &DataType) -> Result<ArrayRef> {
    let [left, right] = super::operands(columns)?;
    let same = left.data_type() == result && right.data_type() == result;
    let wide = matches!(result, DataType::Int32 | DataType::Int64);
    let kernel = match operation {
        Operation::Add => Some(numeric::add(left, right)),
        Operation::Subtract => Some(numeric::sub(left, right)),
        Operation::Multiply => Some(numeric::mul(left, right)),
        _ => None,
    };
    match kernel.filter(|_| same && wide) {
        Some(computed) => computed.map_err(|error| match error {
            ArrowError::ArithmeticOverflow(detail) => external(SqlError::arithmetic_overflow(&detail)),
            other => other.into(),
        }),
        None => by_row(columns, result, true, |row| apply(operation, row.value(0), row.value(1), result)),
    }
}

/// A date or timestamp that an operator refuses beside another type.
fn refused(operation: Operation, left: &DataType, right: &DataType) -> SqlError {
    let time = |data_type: &DataType| matches!(kind(data_type), Kind::Date | Kind::Timestamp);
    if time(left) || time(right) {
        let (position, given) = if time(left) { (2, right) } else { (1, left) };
        return SqlError::unexpected_input_type(
            position,
            "(\"INT\" or \"SMALLINT\" or \"TINYINT\")",
            &spark_name(given),
        );
    }
    SqlError::different_types(operation.sign(), left, right)
}
