//! The functions of ours that DataFusion calls: where Spark's arithmetic and casts differ from DataFusion's.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray, Float64Array, StringArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::compute::kernels::{arity, numeric};
use datafusion::arrow::datatypes::{DataType, Float64Type};
use datafusion::arrow::error::ArrowError;
use datafusion::common::{DataFusionError, Result};
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};

use super::spark_text;
use crate::sql::SqlError;

/// The name of the function behind `CAST(… AS STRING)`.
pub(super) const TO_TEXT: &str = "to_text";

/// What a function of ours does with whole columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Operation {
    /// `CAST(… AS STRING)` in Spark's spelling.
    ToText,
    /// `/`: always fractional, and an error for a zero divisor.
    Divide,
    /// `+` of integers, which must not wrap around.
    Add,
    /// `-` of integers.
    Subtract,
    /// `*` of integers.
    Multiply,
}

/// A function of ours.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct SparkFunction {
    operation: Operation,
    signature: Signature,
}

impl SparkFunction {
    /// The function as DataFusion wants it.
    pub(super) fn udf(operation: Operation) -> Arc<ScalarUDF> {
        let signature = match operation {
            Operation::ToText => Signature::any(1, Volatility::Immutable),
            _ => Signature::user_defined(Volatility::Immutable),
        };
        Arc::new(ScalarUDF::new_from_impl(Self { operation, signature }))
    }
}

impl ScalarUDFImpl for SparkFunction {
    fn name(&self) -> &str {
        match self.operation {
            Operation::ToText => TO_TEXT,
            Operation::Divide => "divide",
            Operation::Add => "add",
            Operation::Subtract => "subtract",
            Operation::Multiply => "multiply",
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        let common = match self.operation {
            Operation::Divide => DataType::Float64,
            _ => types.iter().max_by_key(|data_type| width(data_type)).cloned().unwrap_or(DataType::Int32),
        };
        Ok(vec![common; types.len()])
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        Ok(match self.operation {
            Operation::ToText => DataType::Utf8,
            Operation::Divide => DataType::Float64,
            _ => types.first().cloned().unwrap_or(DataType::Int32),
        })
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let all_scalar = arguments.args.iter().all(|value| matches!(value, ColumnarValue::Scalar(_)));
        let columns = ColumnarValue::values_to_arrays(&arguments.args)?;
        let column = self.compute(&columns)?;
        if all_scalar {
            let first = datafusion::common::ScalarValue::try_from_array(&column, 0)?;
            return Ok(ColumnarValue::Scalar(first));
        }
        Ok(ColumnarValue::Array(column))
    }
}

impl SparkFunction {
    fn compute(&self, columns: &[ArrayRef]) -> Result<ArrayRef> {
        match (self.operation, columns) {
            (Operation::ToText, [value]) => to_text(value),
            (Operation::Divide, [left, right]) => divide(left, right),
            (Operation::Add, [left, right]) => checked(numeric::add(left, right)),
            (Operation::Subtract, [left, right]) => checked(numeric::sub(left, right)),
            (Operation::Multiply, [left, right]) => checked(numeric::mul(left, right)),
            _ => datafusion::common::internal_err!("{:?} got {} arguments", self.operation, columns.len()),
        }
    }
}

/// The order of the integer types, widest last.
fn width(data_type: &DataType) -> usize {
    [DataType::Int8, DataType::Int16, DataType::Int32, DataType::Int64]
        .iter()
        .position(|integer| integer == data_type)
        .unwrap_or_default()
}

fn checked(result: Result<ArrayRef, ArrowError>) -> Result<ArrayRef> {
    result.map_err(|error| match error {
        ArrowError::ArithmeticOverflow(detail) => external(SqlError::arithmetic_overflow(&detail)),
        other => other.into(),
    })
}

fn divide(left: &ArrayRef, right: &ArrayRef) -> Result<ArrayRef> {
    let (left, right) = (left.as_primitive::<Float64Type>(), right.as_primitive::<Float64Type>());
    let quotient: Float64Array = arity::try_binary(left, right, |dividend, divisor| {
        if divisor == 0.0 { Err(ArrowError::DivideByZero) } else { Ok(dividend / divisor) }
    })?;
    Ok(Arc::new(quotient))
}

fn to_text(value: &ArrayRef) -> Result<ArrayRef> {
    match value.data_type() {
        DataType::Utf8 => Ok(Arc::clone(value)),
        DataType::LargeUtf8 | DataType::Utf8View | DataType::Null => Ok(cast(value, &DataType::Utf8)?),
        _ => {
            let texts = (0..value.len()).map(|row| spark_text::text(value, row));
            Ok(Arc::new(texts.collect::<Result<StringArray, _>>().map_err(external)?))
        }
    }
}

/// An error of ours on its way through DataFusion.
pub(super) fn external(error: SqlError) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}
