//! The cast of a number to the type of the column it is written to.

use datafusion::arrow::compute::{CastOptions, cast_with_options};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility, cast,
};

use super::{cast_to, external, on_columns, operands};
use crate::sql::SqlError;
use crate::sql::execute::query::casts::spark_name;

/// A value as a column of another type takes it. A number that does not fit is an error that names the column.
pub(in crate::sql::execute) fn assigned(
    value: Expr,
    given: &DataType,
    wanted: DataType,
    column: &str,
) -> Expr {
    let whole = wanted.is_signed_integer() || wanted.is_decimal();
    if matches!(wanted, DataType::Timestamp(..) | DataType::Date32) {
        return cast_to(value, given, wanted);
    }
    if !(whole && given.is_numeric()) {
        return cast(value, wanted);
    }
    let signature = Signature::any(1, Volatility::Immutable);
    let column = column.to_owned();
    ScalarUDF::new_from_impl(Assignment { wanted, column, signature }).call(vec![value])
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Assignment {
    wanted: DataType,
    column: String,
    signature: Signature,
}

impl ScalarUDFImpl for Assignment {
    fn name(&self) -> &'static str {
        "assign"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(self.wanted.clone())
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        on_columns(&arguments, |columns| {
            let [value] = operands(columns)?;
            let options = CastOptions { safe: false, ..CastOptions::default() };
            cast_with_options(value, &self.wanted, &options).map_err(|error| {
                let (given, wanted) = (spark_name(value.data_type()), spark_name(&self.wanted));
                let overflow = SqlError::cast_overflow_in_table_insert(&given, &wanted, &self.column);
                external(overflow.with_source(error))
            })
        })
    }
}
