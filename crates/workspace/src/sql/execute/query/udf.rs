//! The functions of ours that DataFusion calls: where Spark's meaning differs from DataFusion's, or DataFusion has
//! none.
//!
//! A function is a [`Definition`] in the list of its family; [`all`] are found by name.

mod aggregate;
mod arithmetic;
mod arrays;
mod assignment;
mod binaries;
mod bits;
mod cast;
mod conditions;
mod dates;
mod definition;
mod json;
mod maps;
mod mathematics;
mod patterns;
mod regexps;
mod row;
mod text;
mod texts;
mod times;

use std::sync::Arc;

use datafusion::arrow::array::ArrayRef;
use datafusion::common::{DataFusionError, Result, ScalarValue};
use datafusion::logical_expr::{AggregateUDF, ColumnarValue, ScalarFunctionArgs, ScalarUDF};

pub(super) use arithmetic::{ADD, DIVIDE, INT_DIVIDE, MULTIPLY, REMAINDER, SUBTRACT};
pub(in crate::sql::execute) use assignment::{FieldsBy, assigned};
pub(super) use cast::{cast_to, parse_date, parse_timestamp, try_cast_to, year_text};
pub(super) use definition::{Definition, is_interval};
pub(super) use text::TO_TEXT;

use crate::sql::SqlError;

/// The lists of the families.
const FAMILIES: &[&[Definition]] = &[
    arithmetic::FUNCTIONS,
    arrays::FUNCTIONS,
    binaries::FUNCTIONS,
    bits::FUNCTIONS,
    conditions::FUNCTIONS,
    dates::FUNCTIONS,
    json::FUNCTIONS,
    maps::FUNCTIONS,
    mathematics::FUNCTIONS,
    regexps::FUNCTIONS,
    texts::FUNCTIONS,
    times::FUNCTIONS,
];

/// The functions that queries call by name, after they are rewritten.
pub(super) fn all() -> impl Iterator<Item = &'static Definition> {
    FAMILIES.iter().copied().flatten().chain([&TO_TEXT])
}

/// The function that Spark knows by this name, in lower case.
pub(super) fn named(name: &str) -> Option<&'static Definition> {
    FAMILIES.iter().copied().flatten().find(|definition| definition.is_called(name))
}

/// All names by which Spark knows functions of ours, aggregates too.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    let scalars = FAMILIES.iter().copied().flatten().flat_map(Definition::names);
    scalars.copied().chain(aggregate::ALL.iter().flat_map(|aggregate| aggregate.names.iter().copied()))
}

/// All functions as DataFusion wants them.
pub(super) fn scalar_functions() -> impl Iterator<Item = Arc<ScalarUDF>> {
    all().map(Definition::udf)
}

/// All aggregates as DataFusion wants them.
pub(super) fn aggregate_functions() -> impl Iterator<Item = Arc<AggregateUDF>> {
    aggregate::ALL.iter().map(aggregate::Aggregate::udaf)
}

/// Whether Spark has an aggregate of ours by this name, in lower case.
pub(super) fn aggregate(name: &str) -> Option<&'static str> {
    aggregate::ALL.iter().find(|aggregate| aggregate.names.contains(&name)).map(aggregate::Aggregate::name)
}

/// The average of DECIMAL.
pub(super) fn decimal_average() -> Option<Arc<AggregateUDF>> {
    aggregate::ALL.iter().find(|aggregate| aggregate.name() == "decimal_avg").map(aggregate::Aggregate::udaf)
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
