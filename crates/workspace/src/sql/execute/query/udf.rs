//! The functions of ours that DataFusion calls: where Spark's arithmetic and casts differ from DataFusion's.
//!
//! Each function is a [`Definition`] in the file of its family, and in [`ALL`] when queries call it by its name.

mod arithmetic;
mod assignment;
mod text;

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{DataFusionError, Result, ScalarValue};
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};

pub(super) use arithmetic::{ADD, DIVIDE, MULTIPLY, SUBTRACT};
pub(in crate::sql::execute) use assignment::assigned;
pub(super) use text::TO_TEXT;

use crate::sql::SqlError;

/// The functions that queries call by name, after they are rewritten.
pub(super) const ALL: &[&Definition] = &[&TO_TEXT];

/// A function on whole columns; the same arguments always give the same result.
pub(super) struct Definition {
    pub(super) name: &'static str,
    /// The types to which arguments of the types given are converted.
    arguments: fn(&[DataType]) -> Vec<DataType>,
    /// The type of the result, for converted arguments.
    result: fn(&[DataType]) -> DataType,
    compute: fn(&[ArrayRef]) -> Result<ArrayRef>,
}

impl Definition {
    /// The function as DataFusion wants it.
    pub(super) fn udf(&'static self) -> Arc<ScalarUDF> {
        let signature = Signature::user_defined(Volatility::Immutable);
        Arc::new(ScalarUDF::new_from_impl(SparkFunction { definition: self, signature }))
    }
}

/// A [`Definition`] for DataFusion; its name tells it from others.
struct SparkFunction {
    definition: &'static Definition,
    signature: Signature,
}

impl PartialEq for SparkFunction {
    fn eq(&self, other: &Self) -> bool {
        self.definition.name == other.definition.name
    }
}

impl Eq for SparkFunction {}

impl Hash for SparkFunction {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.definition.name.hash(state);
    }
}

impl fmt::Debug for SparkFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SparkFunction({})", self.definition.name)
    }
}

impl ScalarUDFImpl for SparkFunction {
    fn name(&self) -> &str {
        self.definition.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        Ok((self.definition.arguments)(types))
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        Ok((self.definition.result)(types))
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        on_columns(&arguments, self.definition.compute)
    }
}

/// Computes with columns, of one row each when all arguments are single values.
fn on_columns(
    arguments: &ScalarFunctionArgs,
    compute: impl FnOnce(&[ArrayRef]) -> Result<ArrayRef>,
) -> Result<ColumnarValue> {
    let single = arguments.args.iter().all(|value| matches!(value, ColumnarValue::Scalar(_)));
    let column = compute(&ColumnarValue::values_to_arrays(&arguments.args)?)?;
    if single {
        return Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(&column, 0)?));
    }
    Ok(ColumnarValue::Array(column))
}

/// So many columns as the function takes.
fn operands<const N: usize>(columns: &[ArrayRef]) -> Result<&[ArrayRef; N]> {
    let given = columns.len();
    columns
        .try_into()
        .or_else(|_| datafusion::common::internal_err!("a function got {given} arguments, not {N}"))
}

/// An error of ours on its way through DataFusion.
pub(super) fn external(error: SqlError) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}
