//! Arrays as sets, in which null is a value like others.

use datafusion::common::ScalarValue;

use super::compare;
use crate::sql::SqlError;
use crate::sql::execute::query::casts::spark_name;
use crate::sql::execute::query::udf::definition::Output;
use crate::sql::execute::query::udf::row::{array_of, element_type};

/// An array of the elements of both arguments, which must be arrays of one type.
pub(super) const BOTH: Output = Output::Of(|types, _| {
    let [left, right] =
        [types.first(), types.get(1)].map(|given| given.cloned().unwrap_or(super::DataType::Null));
    let mismatch = || SqlError::binary_array_diff_types(&spark_name(&left), &spark_name(&right));
    let is_list = |given: &super::DataType| matches!(given, super::DataType::List(_));
    let (first, second) = (element_type(&left), element_type(&right));
    let element = match (&first, &second) {
        (super::DataType::Null, other) | (other, super::DataType::Null) => Some(other.clone()),
        _ if first == second => Some(first.clone()),
        _ => None,
    };
    element.filter(|_| is_list(&left) && is_list(&right)).map(array_of).ok_or_else(mismatch)
});

pub(super) fn has(elements: &[ScalarValue], wanted: &ScalarValue) -> bool {
    elements.iter().any(|element| compare(element, wanted).is_eq())
}

/// The elements in the order they came, each once.
pub(super) fn distinct(elements: Vec<ScalarValue>) -> Vec<ScalarValue> {
    let mut kept: Vec<ScalarValue> = Vec::with_capacity(elements.len());
    for element in elements {
        if !has(&kept, &element) {
            kept.push(element);
        }
    }
    kept
}
