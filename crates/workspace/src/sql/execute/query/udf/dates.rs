//! Dates computed from dates.

use chrono::{Datelike, NaiveDate, Weekday};
use datafusion::arrow::datatypes::DataType;

use super::arithmetic::add_months;
use super::definition::Parameter::{Date, Int, Text, Timestamp, Truth};
use super::definition::{Answer, Definition, Output};
use super::row::{NULL, Row, date, double, int, text};
use crate::sql::SqlError;

const INT: Output = Output::Type(DataType::Int32);
const DATE: Output = Output::Type(DataType::Date32);

pub(super) const FUNCTIONS: &[Definition] = &[
    Definition::rows(&["year"], &[Date], INT, |row| int(row.date(0).year())),
    Definition::rows(&["quarter"], &[Date], INT, |row| unsigned(row.date(0).month0() / 3 + 1)),
    Definition::rows(&["month"], &[Date], INT, |row| unsigned(row.date(0).month())),
    Definition::rows(&["day", "dayofmonth"], &[Date], INT, |row| unsigned(row.date(0).day())),
    Definition::rows(&["dayofyear"], &[Date], INT, |row| unsigned(row.date(0).ordinal())),
    Definition::rows(&["dayofweek"], &[Date], INT, |row| {
        unsigned(row.date(0).weekday().num_days_from_sunday() + 1)
    }),
    Definition::rows(&["weekday"], &[Date], INT, |row| {
        unsigned(row.date(0).weekday().num_days_from_monday())
    }),
    Definition::rows(&["dayofweek_iso"], &[Date], INT, |row| {
        unsigned(row.date(0).weekday().number_from_monday())
    }),
    Definition::rows(&["weekofyear"], &[Date], INT, |row| unsigned(row.date(0).iso_week().week())),
    Definition::rows(&["year_of_week"], &[Date], INT, |row| int(row.date(0).iso_week().year())),
    Definition::rows(&["dayname"], &[Date], Output::Type(DataType::Utf8), |row| {
        text(row.date(0).format("%a").to_string())
    }),
    Definition::rows(&["monthname"], &[Date], Output::Type(DataType::Utf8), |row| {
        text(row.date(0).format("%b").to_string())
    }),
    Definition::rows(&["add_months"], &[Date, Int], DATE, |row| set(add_months(row.date(0), row.long(1)))),
    Definition::rows(&["date_add"], &[Date, Int], DATE, |row| moved(row.date(0), row.long(1))),
    Definition::rows(&["date_sub"], &[Date, Int], DATE, |row| moved(row.date(0), -row.long(1))),
    Definition::rows(&["datediff"], &[Date, Date], INT, |row| {
        int(row.date(0).to_epoch_days() - row.date(1).to_epoch_days())
    }),
    Definition::rows(&["last_day"], &[Date], DATE, |row| set(last_day(row.date(0)))),
    Definition::rows(&["next_day"], &[Date, Text], DATE, next_day),
    Definition::rows(&["make_date"], &[Int, Int, Int], DATE, |row| {
        let part = |index| u32::try_from(row.int(index)).unwrap_or_default();
        match NaiveDate::from_ymd_opt(row.int(0), part(1), part(2)) {
            Some(made) => date(made),
            None => Err(SqlError::datetime_field_out_of_bounds()),
        }
    }),
    Definition::rows(
        &["months_between"],
        &[Timestamp, Timestamp, Truth],
        Output::Type(DataType::Float64),
        |row| double(months_between(row)),
    )
    .required(2),
    Definition::rows(&["trunc"], &[Date, Text], DATE, |row| match start_of(row.date(0), row.text(1)) {
        Some(start) => date(start),
        None => NULL,
    }),
    Definition::rows(&["unix_date"], &[Date], INT, |row| int(row.date(0).to_epoch_days())),
    Definition::rows(&["date_from_unix_date"], &[Int], DATE, |row| {
        set(NaiveDate::from_epoch_days(row.int(0)))
    }),
];

fn unsigned(value: u32) -> Answer {
    int(i32::try_from(value).unwrap_or(i32::MAX))
}

fn set(value: Option<NaiveDate>) -> Answer {
    value.map_or_else(|| Err(SqlError::far_date()), date)
}

fn moved(start: NaiveDate, days: i64) -> Answer {
    set(chrono::Duration::try_days(days).and_then(|days| start.checked_add_signed(days)))
}

pub(super) fn last_day(of: NaiveDate) -> Option<NaiveDate> {
    add_months(of.with_day(1)?, 1)?.pred_opt()
}

/// # Errors
/// `ILLEGAL_DAY_OF_WEEK`
fn next_day(row: &Row) -> Answer {
    let name = row.text(1).trim().to_lowercase();
    let wanted = match name.as_str() {
        "mo" | "mon" | "monday" => Weekday::Mon,
        "tu" | "tue" | "tuesday" => Weekday::Tue,
        "we" | "wed" | "wednesday" => Weekday::Wed,
        "th" | "thu" | "thursday" => Weekday::Thu,
        "fr" | "fri" | "friday" => Weekday::Fri,
        "sa" | "sat" | "saturday" => Weekday::Sat,
        "su" | "sun" | "sunday" => Weekday::Sun,
        _ => return Err(SqlError::illegal_day_of_week(row.text(1))),
    };
    let ahead = i64::from(wanted.days_since(row.date(0).weekday()));
    moved(row.date(0), if ahead == 0 { 7 } else { ahead })
}

/// The first day of the unit a date lies in; nothing for a unit that Spark does not know or that is no date's.
pub(super) fn start_of(day: NaiveDate, unit: &str) -> Option<NaiveDate> {
    match unit.to_uppercase().as_str() {
        "YEAR" | "YYYY" | "YY" => NaiveDate::from_ymd_opt(day.year(), 1, 1),
        "QUARTER" => NaiveDate::from_ymd_opt(day.year(), day.month0() / 3 * 3 + 1, 1),
        "MONTH" | "MON" | "MM" => day.with_day(1),
        "WEEK" => day.checked_sub_days(chrono::Days::new(day.weekday().num_days_from_monday().into())),
        _ => None,
    }
}

/// Whole months when both are the same day of their month or its last one; else with 31 days to a month.
#[expect(clippy::cast_precision_loss, reason = "a DOUBLE has digits enough for all of chrono's time")]
fn months_between(row: &Row) -> f64 {
    let (left, right) = (row.clock(0), row.clock(1));
    let (a, b) = (left.date(), right.date());
    let months =
        f64::from((a.year() - b.year()) * 12 + (a.month0().cast_signed() - b.month0().cast_signed()));
    let is_last = |day: NaiveDate| last_day(day) == Some(day);
    if a.day() == b.day() || (is_last(a) && is_last(b)) {
        return months;
    }
    let seconds = |at: chrono::NaiveDateTime| (at - at.date().and_time(chrono::NaiveTime::MIN)).num_seconds();
    let days = f64::from(a.day()) - f64::from(b.day());
    let difference = days * 86400.0 + (seconds(left) - seconds(right)) as f64;
    let exact = months + difference / (31.0 * 86400.0);
    if row.len() > 2 && !row.truth(2) { exact } else { (exact * 1e8).round() / 1e8 }
}
