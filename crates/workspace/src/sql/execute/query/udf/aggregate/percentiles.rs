//! Values at a share of the rows in their order.

use datafusion::arrow::datatypes::DataType;
use datafusion::common::ScalarValue;

use super::functions::{gathered, set};
use super::statistics::percentile;
use super::{Aggregate, Answer, Rows};
use crate::sql::SqlError;
use crate::sql::execute::query::casts::{Kind, kind, spark_name};
use crate::sql::execute::query::udf::arrays::compare;
use crate::sql::execute::query::udf::cast::convert;
use crate::sql::execute::query::udf::row::{NULL, array, array_of, elements};

pub(super) const ALL: &[Aggregate] = &[
    gathered(&["percentile"], 2..=2, between_type, between),
    gathered(&["percentile_cont"], 2..=2, between_type, between),
    gathered(&["percentile_disc"], 2..=2, between_type, |rows, result| {
        at_shares(rows, result, |rows, share| match chosen(rows, share) {
            Some(value) => convert(value, &DataType::Float64),
            None => NULL,
        })
    }),
    // The platform may give a neighbour, within the accuracy that is the third argument.
    gathered(&["percentile_approx", "approx_percentile"], 2..=3, chosen_type, |rows, result| {
        at_shares(rows, result, |rows, share| Ok(chosen(rows, share).cloned().unwrap_or(ScalarValue::Null)))
    }),
];

/// As many results as shares are asked for.
fn for_each_share(one: DataType, shares: Option<&DataType>) -> DataType {
    if matches!(shares, Some(DataType::List(_))) { array_of(one) } else { one }
}

fn between_type(types: &[DataType]) -> Result<DataType, SqlError> {
    match kind(&types[0]) {
        Kind::Number | Kind::Text | Kind::Null => Ok(for_each_share(DataType::Float64, types.get(1))),
        _ => Err(SqlError::unexpected_input_type(1, "\"NUMERIC\"", &spark_name(&types[0]))),
    }
}

fn chosen_type(types: &[DataType]) -> Result<DataType, SqlError> {
    match kind(&types[0]) {
        Kind::Number | Kind::Date | Kind::Timestamp => Ok(for_each_share(types[0].clone(), types.get(1))),
        Kind::Text | Kind::Null => Ok(for_each_share(DataType::Float64, types.get(1))),
        _ => Err(SqlError::unexpected_input_type(1, "\"NUMERIC\"", &spark_name(&types[0]))),
    }
}

fn between(rows: &Rows, result: &DataType) -> Answer {
    at_shares(rows, result, percentile)
}

/// The value at each share that the second argument names.
///
/// # Errors
/// `DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE`
fn at_shares(rows: &Rows, result: &DataType, value: impl Fn(&Rows, f64) -> Answer) -> Answer {
    let Some(asked) = rows.first().and_then(|row| row.get(1)) else { return NULL };
    let shares = if matches!(asked, ScalarValue::List(_)) { elements(asked)? } else { vec![asked.clone()] };
    let mut values = Vec::with_capacity(shares.len());
    for share in &shares {
        let share = match convert(share, &DataType::Float64)? {
            ScalarValue::Float64(Some(share)) if (0.0..=1.0).contains(&share) => share,
            _ => return Err(SqlError::percentage_out_of_range(&share.to_string())),
        };
        values.push(value(rows, share)?);
    }
    match result {
        DataType::List(_) if set(rows).next().is_none() => NULL,
        DataType::List(_) => array(values, result),
        _ => Ok(values.pop().unwrap_or(ScalarValue::Null)),
    }
}

/// The least value that at least this share of the values does not exceed.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a position among the rows"
)]
fn chosen(rows: &Rows, share: f64) -> Option<&ScalarValue> {
    let mut values: Vec<_> = set(rows).collect();
    values.sort_by(|left, right| compare(left, right));
    let position = (share * values.len() as f64).ceil() as usize;
    values.get(position.saturating_sub(1)).copied()
}
