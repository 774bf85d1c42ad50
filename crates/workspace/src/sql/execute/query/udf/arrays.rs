//! Arrays.

use std::cmp::Ordering;

use datafusion::common::ScalarValue;

use super::definition::Definition;

pub(super) const FUNCTIONS: &[Definition] = &[];

/// The order of two values of one type: null is the least, and NaN the greatest number.
pub(super) fn compare(left: &ScalarValue, right: &ScalarValue) -> Ordering {
    match (left.is_null(), right.is_null()) {
        (true, true) => return Ordering::Equal,
        (true, false) => return Ordering::Less,
        (false, true) => return Ordering::Greater,
        (false, false) => {}
    }
    match (left, right) {
        (ScalarValue::Float64(Some(left)), ScalarValue::Float64(Some(right))) => floats(*left, *right),
        (ScalarValue::Float32(Some(left)), ScalarValue::Float32(Some(right))) => floats((*left).into(), (*right).into()),
        (ScalarValue::List(_), ScalarValue::List(_)) => {
            let (left, right) = (elements(left), elements(right));
            let first = left.iter().zip(&right).map(|(left, right)| compare(left, right)).find(|order| order.is_ne());
            first.unwrap_or_else(|| left.len().cmp(&right.len()))
        }
        _ => left.partial_cmp(right).unwrap_or(Ordering::Equal),
    }
}

fn elements(value: &ScalarValue) -> Vec<ScalarValue> {
    super::row::elements(value).unwrap_or_default()
}

fn floats(left: f64, right: f64) -> Ordering {
    left.partial_cmp(&right).unwrap_or_else(|| left.is_nan().cmp(&right.is_nan()))
}
