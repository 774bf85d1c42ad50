//! Values as `CAST(… AS STRING)` writes them.

use chrono::{DateTime, Timelike};
use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::datatypes::{DataType, TimeUnit, TimestampMicrosecondType};

use super::{render, zone};
use crate::sql::SqlError;

/// The text of a value; `None` for null. Scalars but timestamps read as they do in results.
///
/// # Errors
/// `UNSUPPORTED_FEATURE` for intervals.
pub(super) fn text(array: &ArrayRef, row: usize) -> Result<Option<String>, SqlError> {
    if array.is_null(row) {
        return Ok(None);
    }
    match array.data_type() {
        DataType::Timestamp(TimeUnit::Microsecond, zone) => {
            timestamp(array.as_primitive::<TimestampMicrosecondType>().value(row), zone.is_some()).map(Some)
        }
        DataType::Binary => {
            Ok(Some(String::from_utf8_lossy(array.as_binary::<i32>().value(row)).into_owned()))
        }
        DataType::List(_) => {
            let items = array.as_list::<i32>().value(row);
            Ok(Some(format!("[{}]", all(&items)?.join(", "))))
        }
        DataType::Struct(_) => {
            let fields = array.as_struct().columns().iter().map(|column| part(column, row));
            Ok(Some(format!("{{{}}}", fields.collect::<Result<Vec<_>, _>>()?.join(", "))))
        }
        DataType::Map(..) => {
            let entries = array.as_map().value(row);
            let (keys, values) = (all(entries.column(0))?, all(entries.column(1))?);
            let pairs = keys.iter().zip(&values).map(|(key, value)| format!("{key} -> {value}"));
            Ok(Some(format!("{{{}}}", pairs.collect::<Vec<_>>().join(", "))))
        }
        DataType::Interval(_) | DataType::Duration(_) => Err(unsupported(array)),
        _ => render::text(array, row),
    }
}

fn all(column: &ArrayRef) -> Result<Vec<String>, SqlError> {
    (0..column.len()).map(|row| part(column, row)).collect()
}

/// A part of a container.
fn part(column: &ArrayRef, row: usize) -> Result<String, SqlError> {
    Ok(text(column, row)?.unwrap_or_else(|| "null".to_owned()))
}

fn unsupported(array: &ArrayRef) -> SqlError {
    SqlError::unsupported(format!("CAST of {} to STRING", array.data_type()))
}

/// `2021-06-15 12:34:56.789`: a fraction only when there is one, without zeros at its end.
fn timestamp(microseconds: i64, zoned: bool) -> Result<String, SqlError> {
    let instant = DateTime::from_timestamp_micros(microseconds).ok_or_else(SqlError::far_date)?.naive_utc();
    let instant = if zoned { zone::local(instant) } else { instant };
    let seconds = instant.format("%Y-%m-%d %H:%M:%S");
    let fraction = format!("{:06}", instant.nanosecond() / 1000);
    let fraction = fraction.trim_end_matches('0');
    Ok(if fraction.is_empty() { seconds.to_string() } else { format!("{seconds}.{fraction}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_have_a_fraction_only_when_there_is_one() {
        assert_eq!(timestamp(1_623_760_496_000_000, true).unwrap(), "2021-06-15 12:34:56");
        assert_eq!(timestamp(1_623_760_496_120_000, true).unwrap(), "2021-06-15 12:34:56.12");
    }
}
