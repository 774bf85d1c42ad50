//! Times moved by units, and counted in units.

use chrono::{Datelike, Duration, NaiveDateTime};

use crate::sql::SqlError;
use crate::sql::execute::query::udf::arithmetic::add_months;

/// A unit as months or as microseconds.
enum Unit {
    Months(i64),
    Micros(i64),
}

fn unit(name: &str) -> Result<Unit, SqlError> {
    Ok(match name.to_uppercase().as_str() {
        "YEAR" => Unit::Months(12),
        "QUARTER" => Unit::Months(3),
        "MONTH" => Unit::Months(1),
        "WEEK" => Unit::Micros(7 * 86_400_000_000),
        "DAY" | "DAYOFYEAR" => Unit::Micros(86_400_000_000),
        "HOUR" => Unit::Micros(3_600_000_000),
        "MINUTE" => Unit::Micros(60_000_000),
        "SECOND" => Unit::Micros(1_000_000),
        "MILLISECOND" => Unit::Micros(1000),
        "MICROSECOND" => Unit::Micros(1),
        _ => return Err(SqlError::unsupported(format!("the unit {name} of time"))),
    })
}

pub(super) fn added(at: NaiveDateTime, name: &str, count: i64) -> Result<NaiveDateTime, SqlError> {
    let moved = match unit(name)? {
        Unit::Months(months) => {
            let date = count.checked_mul(months).and_then(|months| add_months(at.date(), months));
            date.map(|date| date.and_time(at.time()))
        }
        Unit::Micros(micros) => {
            count.checked_mul(micros).and_then(|micros| at.checked_add_signed(Duration::microseconds(micros)))
        }
    };
    moved.ok_or_else(SqlError::far_date)
}

/// Whole units from a time to another.
pub(super) fn between(from: NaiveDateTime, to: NaiveDateTime, name: &str) -> Result<i64, SqlError> {
    Ok(match unit(name)? {
        Unit::Months(months) => whole_months(from, to) / months,
        Unit::Micros(micros) => (to - from).num_microseconds().ok_or_else(SqlError::far_date)? / micros,
    })
}

fn whole_months(from: NaiveDateTime, to: NaiveDateTime) -> i64 {
    let index = |at: NaiveDateTime| i64::from(at.year()) * 12 + i64::from(at.month0());
    let within = |at: NaiveDateTime| (at.day(), at.time());
    match index(to) - index(from) {
        months if months > 0 && within(to) < within(from) => months - 1,
        months if months < 0 && within(to) > within(from) => months + 1,
        months => months,
    }
}
