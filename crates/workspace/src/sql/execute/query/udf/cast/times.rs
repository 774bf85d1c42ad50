//! Casts to and from dates and timestamps; texts as Spark reads them.

#![expect(clippy::unnecessary_wraps, reason = "functions of rows have one shape")]

use chrono::{DateTime, Datelike, Duration, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::ScalarValue;

use super::numbers::{self, trimmed};
use crate::sql::SqlError;
use crate::sql::execute::query::casts::spark_name;
use crate::sql::execute::query::common_type::timestamp;
use crate::sql::execute::query::decimal::Decimal;
use crate::sql::execute::query::zone as session;

pub(super) fn date_from_text(text: &str) -> Result<ScalarValue, SqlError> {
    let date = parse_date(text).ok_or_else(|| SqlError::malformed(text, "DATE"))?;
    Ok(ScalarValue::Date32(Some(date.to_epoch_days())))
}

pub(super) fn timestamp_from_text(text: &str, wanted: &DataType) -> Result<ScalarValue, SqlError> {
    let zoned = *wanted == timestamp();
    let micros = parse_timestamp(text, zoned);
    let micros = micros.ok_or_else(|| SqlError::malformed(text, &spark_name(wanted)))?;
    Ok(of_micros(micros, wanted))
}

fn of_micros(micros: i64, wanted: &DataType) -> ScalarValue {
    let zone = if *wanted == timestamp() { Some("UTC".into()) } else { None };
    ScalarValue::TimestampMicrosecond(Some(micros), zone)
}

pub(super) fn timestamp_from_number(value: &ScalarValue, wanted: &DataType) -> Result<ScalarValue, SqlError> {
    Ok(match numbers::microseconds(value) {
        Some(micros) => of_micros(micros, wanted),
        None => ScalarValue::TimestampMicrosecond(None, Some("UTC".into())),
    })
}

/// A date or timestamp as another; a date begins when the clock of the session shows midnight.
pub(super) fn between(value: &ScalarValue, wanted: &DataType) -> Result<ScalarValue, SqlError> {
    let local = match value {
        ScalarValue::Date32(Some(days)) => {
            NaiveDate::from_epoch_days(*days).map(|date| date.and_time(NaiveTime::MIN))
        }
        ScalarValue::TimestampMicrosecond(Some(micros), None) => instant(*micros).map(|at| at.naive_utc()),
        ScalarValue::TimestampMicrosecond(Some(micros), Some(_)) => {
            instant(*micros).map(|at| session::local(at.naive_utc()))
        }
        _ => None,
    };
    let local = local.ok_or_else(SqlError::far_date)?;
    Ok(match wanted {
        DataType::Date32 => ScalarValue::Date32(Some(local.date().to_epoch_days())),
        zoned if *zoned == timestamp() => of_micros(session::utc(local).and_utc().timestamp_micros(), zoned),
        unzoned => of_micros(local.and_utc().timestamp_micros(), unzoned),
    })
}

#[expect(clippy::cast_precision_loss, reason = "a DOUBLE has no more digits")]
pub(super) fn number_from_timestamp(value: &ScalarValue, wanted: &DataType) -> Result<ScalarValue, SqlError> {
    let ScalarValue::TimestampMicrosecond(Some(micros), _) = value else {
        return ScalarValue::try_from(wanted).map_err(crate::sql::execute::query::error::sql_error);
    };
    match wanted {
        DataType::Float32 | DataType::Float64 => {
            numbers::from_number(&ScalarValue::Float64(Some(*micros as f64 / 1e6)), wanted)
        }
        DataType::Decimal128(precision, scale) => {
            let seconds = Decimal { scale: 6, ..Decimal::of((*micros).into()) };
            seconds.into_value(*precision, *scale)
        }
        _ => {
            let seconds = micros.div_euclid(1_000_000);
            let overflow = || SqlError::cast_overflow(&value.to_string(), "TIMESTAMP", &spark_name(wanted));
            numbers::integer(seconds.into(), wanted).ok_or_else(overflow)
        }
    }
}

/// `[+-]y…[-m[-d[ …]]]`; nothing for other texts and for days that no month has.
pub(in crate::sql::execute::query) fn parse_date(text: &str) -> Option<NaiveDate> {
    let text = trimmed(text);
    if text.eq_ignore_ascii_case("epoch") {
        return Some(NaiveDateTime::default().date());
    }
    let (date, _) = split_date(text)?;
    Some(date)
}

/// The date that a text starts with, and what follows it.
fn split_date(text: &str) -> Option<(NaiveDate, Option<&str>)> {
    let (sign, rest) = match text.strip_prefix(['-', '+']) {
        Some(rest) => (if text.starts_with('-') { -1 } else { 1 }, rest),
        None => (1, text),
    };
    let (year, rest) = digits(rest, 4..=7)?;
    let (month, rest) = part(rest)?;
    let (day, rest) = if rest.starts_with('-') { part(rest)? } else { (1, rest) };
    let time = match rest.chars().next() {
        None => None,
        Some(' ' | 'T') => Some(&rest[1..]),
        Some(_) => return None,
    };
    let date = NaiveDate::from_ymd_opt(sign * i32::try_from(year).ok()?, month, day)?;
    Some((date, time))
}

/// `-m` or `-mm`; 1 when nothing follows.
fn part(text: &str) -> Option<(u32, &str)> {
    match text.strip_prefix('-') {
        Some(rest) => digits(rest, 1..=2),
        None => Some((1, text)),
    }
}

fn digits(text: &str, length: std::ops::RangeInclusive<usize>) -> Option<(u32, &str)> {
    let end = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    length.contains(&end).then(|| Some((number.parse().ok()?, rest))).flatten()
}

/// Microseconds since 1970 of a text; without a zone of its own it is in that of the session. A type without zone ignores
/// the zone of the text.
pub(in crate::sql::execute::query) fn parse_timestamp(text: &str, zoned: bool) -> Option<i64> {
    let text = trimmed(text);
    if text.eq_ignore_ascii_case("epoch") {
        return Some(0);
    }
    let (date, time) = split_date(text)?;
    let (time, zone) = match time {
        None => (NaiveTime::MIN, ""),
        Some(time) => parse_time(time)?,
    };
    let local = date.and_time(time);
    if !zoned {
        let known = zone.is_empty() || zone_offset(zone.trim(), local).is_some();
        return known.then(|| local.and_utc().timestamp_micros());
    }
    let utc = if zone.is_empty() { session::utc(local) } else { local - zone_offset(zone.trim(), local)? };
    Some(utc.and_utc().timestamp_micros())
}

/// `h:m[:s[.f]]` and the zone behind it.
fn parse_time(text: &str) -> Option<(NaiveTime, &str)> {
    let (hour, rest) = digits(text, 1..=2)?;
    let (minute, rest) = digits(rest.strip_prefix(':')?, 1..=2)?;
    let (second, rest) = match rest.strip_prefix(':') {
        Some(rest) => digits(rest, 1..=2)?,
        None => (0, rest),
    };
    let (micros, rest) = match rest.strip_prefix('.') {
        Some(rest) => {
            let end = rest.find(|character: char| !character.is_ascii_digit()).unwrap_or(rest.len());
            let padded = format!("{:0<6}", &rest[..end]);
            (padded.get(..6)?.parse().ok()?, &rest[end..])
        }
        None => (0, rest),
    };
    Some((NaiveTime::from_hms_micro_opt(hour, minute, second, micros)?, rest))
}

/// How far a zone is from UTC at a local time: `Z`, `+1:30`, `GMT+2`, `America/Los_Angeles`.
pub(in crate::sql::execute::query) fn zone_offset(zone: &str, local: NaiveDateTime) -> Option<Duration> {
    if let Ok(zone) = zone.parse::<Tz>() {
        return Some(offset_in(zone, local));
    }
    let fixed = ["UTC", "GMT", "UT"].iter().find_map(|prefix| zone.strip_prefix(prefix)).unwrap_or(zone);
    if matches!(fixed, "Z" | "z" | "") {
        return Some(Duration::zero());
    }
    let sign = if fixed.starts_with('-') { -1 } else { 1 };
    let (hours, rest) = digits(fixed.strip_prefix(['+', '-'])?, 1..=2)?;
    let (minutes, rest) = match rest.strip_prefix(':') {
        Some(rest) => digits(rest, 1..=2)?,
        None if rest.is_empty() => (0, rest),
        None => return None,
    };
    let offset = Duration::minutes(sign * (i64::from(hours) * 60 + i64::from(minutes)));
    (rest.is_empty() && hours <= 18 && minutes < 60).then_some(offset)
}

/// The first of two times that a clock shows twice, and of a time it skips, the one after it.
fn offset_in(zone: Tz, local: NaiveDateTime) -> Duration {
    use chrono::Offset as _;
    let instant: Option<DateTime<Tz>> = zone.from_local_datetime(&local).earliest();
    let instant = instant.unwrap_or_else(|| zone.from_utc_datetime(&(local - Duration::hours(1))));
    Duration::seconds(i64::from(instant.offset().fix().local_minus_utc()))
}

/// A year as Spark writes it: with a sign from five digits on.
pub(in crate::sql::execute::query) fn year_text(date: &impl Datelike) -> String {
    match date.year() {
        year if year > 9999 => format!("+{year}"),
        year if year < 0 => format!("-{:04}", -year),
        year => format!("{year:04}"),
    }
}

/// The instant of microseconds since 1970; nothing outside chrono's range.
pub(in crate::sql::execute::query) fn instant(micros: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_micros(micros)
}
