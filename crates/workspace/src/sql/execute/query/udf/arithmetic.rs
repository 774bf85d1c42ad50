//! Division, and arithmetic of integers that must not wrap around.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray, Float64Array};
use datafusion::arrow::compute::kernels::{arity, numeric};
use datafusion::arrow::datatypes::{DataType, Float64Type};
use datafusion::arrow::error::ArrowError;
use datafusion::common::Result;

use super::{Definition, external, operands};
use crate::sql::SqlError;

/// `/`: always fractional, and an error for a zero divisor.
pub(in crate::sql::execute::query) static DIVIDE: Definition = Definition {
    name: "divide",
    arguments: |types| vec![DataType::Float64; types.len()],
    result: |_| DataType::Float64,
    compute: |columns| {
        let [left, right] = operands(columns)?;
        let (left, right) = (left.as_primitive::<Float64Type>(), right.as_primitive::<Float64Type>());
        let quotient: Float64Array = arity::try_binary(left, right, |dividend, divisor| {
            if divisor == 0.0 { Err(ArrowError::DivideByZero) } else { Ok(dividend / divisor) }
        })?;
        Ok(Arc::new(quotient))
    },
};

pub(in crate::sql::execute::query) static ADD: Definition = integers("add", |columns| {
    let [left, right] = operands(columns)?;
    checked(numeric::add(left, right))
});

pub(in crate::sql::execute::query) static SUBTRACT: Definition = integers("subtract", |columns| {
    let [left, right] = operands(columns)?;
    checked(numeric::sub(left, right))
});

pub(in crate::sql::execute::query) static MULTIPLY: Definition = integers("multiply", |columns| {
    let [left, right] = operands(columns)?;
    checked(numeric::mul(left, right))
});

/// An operation on integers in the wider of their types.
const fn integers(name: &'static str, compute: fn(&[ArrayRef]) -> Result<ArrayRef>) -> Definition {
    Definition {
        name,
        arguments: |types| vec![widest(types); types.len()],
        result: |types| types.first().cloned().unwrap_or(DataType::Int32),
        compute,
    }
}

fn widest(types: &[DataType]) -> DataType {
    let order = [DataType::Int8, DataType::Int16, DataType::Int32, DataType::Int64];
    let width = |data_type: &&DataType| order.iter().position(|integer| integer == *data_type);
    types.iter().max_by_key(width).cloned().unwrap_or(DataType::Int32)
}

fn checked(result: Result<ArrayRef, ArrowError>) -> Result<ArrayRef> {
    result.map_err(|error| match error {
        ArrowError::ArithmeticOverflow(detail) => external(SqlError::arithmetic_overflow(&detail)),
        other => other.into(),
    })
}
