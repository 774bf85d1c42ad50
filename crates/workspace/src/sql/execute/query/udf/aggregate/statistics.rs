//! Moments of numbers, in one pass each, so that the last digits are Spark's.

use datafusion::arrow::datatypes::DataType;
use datafusion::common::ScalarValue;

use super::functions::set;
use super::{Answer, Rows};
use crate::sql::SqlError;
use crate::sql::execute::query::udf::cast::convert;
use crate::sql::execute::query::udf::row::{NULL, double};

fn number(value: &ScalarValue) -> Result<f64, SqlError> {
    match convert(value, &DataType::Float64)? {
        ScalarValue::Float64(Some(number)) => Ok(number),
        _ => Ok(f64::NAN),
    }
}

fn numbers(rows: &Rows) -> Result<Vec<f64>, SqlError> {
    set(rows).map(number).collect()
}

/// How many there are, and the sums of the second to the fourth power of their distances from the mean.
#[derive(Default)]
struct Moments {
    count: f64,
    mean: f64,
    second: f64,
    third: f64,
    fourth: f64,
}

fn moments(rows: &Rows) -> Result<Moments, SqlError> {
    let mut all = Moments::default();
    for number in numbers(rows)? {
        let before = all.count;
        all.count += 1.0;
        let delta = number - all.mean;
        let part = delta / all.count;
        all.mean += part;
        let step = delta * part * before;
        let count = all.count;
        all.fourth += step * part * part * (count * count - 3.0 * count + 3.0)
            + 6.0 * part * part * all.second
            - 4.0 * part * all.third;
        all.third += step * part * (count - 2.0) - 3.0 * part * all.second;
        all.second += delta * (delta - part);
    }
    Ok(all)
}

/// Null of none, and of one for a sample.
pub(super) fn variance(rows: &Rows, less: f64, finish: fn(f64) -> f64) -> Answer {
    let moments = moments(rows)?;
    if moments.count <= less { NULL } else { double(finish(moments.second / (moments.count - less))) }
}

pub(super) fn skewness(rows: &Rows) -> Answer {
    let moments = moments(rows)?;
    if moments.count == 0.0 || moments.second == 0.0 {
        return NULL;
    }
    double(moments.count.sqrt() * moments.third / (moments.second * moments.second * moments.second).sqrt())
}

pub(super) fn kurtosis(rows: &Rows) -> Answer {
    let moments = moments(rows)?;
    if moments.count == 0.0 || moments.second == 0.0 {
        return NULL;
    }
    double(moments.count * moments.fourth / (moments.second * moments.second) - 3.0)
}

/// Pairs in which both are set: how many, and the sums of the products of their distances from the means.
#[derive(Default)]
struct Pairs {
    count: f64,
    means: (f64, f64),
    both: f64,
    left: f64,
    right: f64,
}

fn pairs(rows: &Rows) -> Result<Pairs, SqlError> {
    let mut all = Pairs::default();
    for row in rows {
        let [left, right] = row.as_slice() else { continue };
        if left.is_null() || right.is_null() {
            continue;
        }
        let (x, y) = (number(left)?, number(right)?);
        all.count += 1.0;
        let (dx, dy) = (x - all.means.0, y - all.means.1);
        all.means.0 += dx / all.count;
        all.means.1 += dy / all.count;
        all.both += dx * (y - all.means.1);
        all.left += dx * (x - all.means.0);
        all.right += dy * (y - all.means.1);
    }
    Ok(all)
}

pub(super) fn covariance(rows: &Rows, less: f64) -> Answer {
    let pairs = pairs(rows)?;
    if pairs.count <= less { NULL } else { double(pairs.both / (pairs.count - less)) }
}

pub(super) fn correlation(rows: &Rows) -> Answer {
    let pairs = pairs(rows)?;
    if pairs.count < 2.0 { NULL } else { double(pairs.both / (pairs.left * pairs.right).sqrt()) }
}

/// Between two numbers, in proportion.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a position among the rows"
)]
pub(super) fn percentile(rows: &Rows, share: f64) -> Answer {
    let mut numbers = numbers(rows)?;
    numbers.sort_by(f64::total_cmp);
    let position = share * numbers.len().saturating_sub(1) as f64;
    let (low, high) = (numbers.get(position.floor() as usize), numbers.get(position.ceil() as usize));
    match (low, high) {
        (Some(low), Some(high)) => double(low + (high - low) * position.fract()),
        _ => NULL,
    }
}
