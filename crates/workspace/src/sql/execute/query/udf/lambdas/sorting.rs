//! Arrays sorted as a lambda says.

use datafusion::arrow::array::{Array, ArrayRef, AsArray, UInt32Array};
use datafusion::arrow::compute::take;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, ScalarValue};

use super::{Call, Definition, elements_of, unexpected};
use crate::sql::SqlError;
use crate::sql::execute::query::udf::external;
use crate::sql::execute::query::udf::row::{array_of, element_type};

pub(super) const FUNCTIONS: &[Definition] = &[Definition {
    names: &["@array_sort_by"],
    values: 1,
    lambdas: 1..=1,
    parameters: |values| {
        let element = elements_of(values, 0)?;
        Ok(vec![vec![element.clone(), element]])
    },
    output: |values, lambdas| match &lambdas[0] {
        DataType::Int32 => Ok(array_of(element_type(&values[0]))),
        other => Err(unexpected(1, "\"INT\"", other)),
    },
    compute: |call| {
        let list = call.values[0].as_list::<i32>();
        let sorted = (0..list.len()).map(|row| {
            if list.is_null(row) {
                return ScalarValue::try_from(call.result);
            }
            let order = sorted(call, &list.value(row), u32::try_from(row).unwrap_or(u32::MAX))?;
            let values = take(&list.value(row), &UInt32Array::from(order), None)?;
            let values = (0..values.len()).map(|index| ScalarValue::try_from_array(&values, index));
            super::super::row::array(values.collect::<Result<Vec<_>>>()?, call.result).map_err(external)
        });
        let sorted = sorted.collect::<Result<Vec<_>>>()?;
        if sorted.is_empty() {
            return Ok(datafusion::arrow::array::new_empty_array(call.result));
        }
        ScalarValue::iter_to_array(sorted)
    },
}];

/// The positions of the elements in their order: a merge sort, which takes any answers of the lambda.
fn sorted(call: &Call, elements: &ArrayRef, row: u32) -> Result<Vec<u32>> {
    let mut order: Vec<u32> = (0..u32::try_from(elements.len()).unwrap_or(u32::MAX)).collect();
    let mut width = 1;
    while width < order.len() {
        let mut merged = Vec::with_capacity(order.len());
        for run in order.chunks(2 * width) {
            let (left, right) = run.split_at(width.min(run.len()));
            merged.extend(merge(left, right, |left, right| is_after(call, elements, row, left, right))?);
        }
        order = merged;
        width *= 2;
    }
    Ok(order)
}

fn merge(left: &[u32], right: &[u32], is_after: impl Fn(u32, u32) -> Result<bool>) -> Result<Vec<u32>> {
    let (mut left, mut right) = (left.iter().copied().peekable(), right.iter().copied().peekable());
    let mut merged = Vec::new();
    while let (Some(first), Some(second)) = (left.peek(), right.peek()) {
        let next = if is_after(*first, *second)? { right.next() } else { left.next() };
        merged.extend(next);
    }
    merged.extend(left.chain(right));
    Ok(merged)
}

/// Whether the lambda puts an element after another.
///
/// # Errors
/// `COMPARATOR_RETURNS_NULL`
fn is_after(call: &Call, elements: &ArrayRef, row: u32, left: u32, right: u32) -> Result<bool> {
    let one = |index: u32| take(elements, &UInt32Array::from(vec![index]), None);
    let given = call.lambda(0, &[one(left)?, one(right)?], &UInt32Array::from(vec![row]))?;
    match ScalarValue::try_from_array(&given, 0)? {
        ScalarValue::Int32(Some(order)) => Ok(order > 0),
        _ => Err(external(SqlError::new(
            "COMPARATOR_RETURNS_NULL",
            "22004",
            "The comparator of array_sort has returned a NULL. It should return a positive integer for \"greater than\", 0 for \"equal\" and a negative integer for \"less than\".",
        ))),
    }
}
