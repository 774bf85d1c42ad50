//! Timestamps.

mod units;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, Timelike};
use datafusion::arrow::datatypes::{DataType, TimeUnit};
use datafusion::common::ScalarValue;

use super::cast::{convert, instant, zone_offset};
use super::dates::start_of;
use super::definition::Parameter::{Any, Int, Long, Number, Text, Timestamp};
use super::definition::{Answer, Definition, Output};
use super::patterns::{formatted, parsed};
use super::row::{NULL, Row, date, int, long, text, timestamp};
use crate::sql::SqlError;
use crate::sql::execute::query::casts::{Kind, kind};
use crate::sql::execute::query::common_type;
use crate::sql::execute::query::decimal::{Decimal, Rounding};
use crate::sql::execute::query::zone as session;

const INT: Output = Output::Type(DataType::Int32);
const LONG: Output = Output::Type(DataType::Int64);
const TEXT: Output = Output::Type(DataType::Utf8);
const DATE: Output = Output::Type(DataType::Date32);
const ZONED: Output = Output::Of(|_, _| Ok(common_type::timestamp()));
const UNZONED: Output = Output::Type(DataType::Timestamp(TimeUnit::Microsecond, None));

/// How Spark writes a time without a pattern.
const DEFAULT: &str = "yyyy-MM-dd HH:mm:ss";

pub(super) const FUNCTIONS: &[Definition] = &[
    Definition::rows(&["hour"], &[Timestamp], INT, |row| part(row.clock(0).hour())),
    Definition::rows(&["minute"], &[Timestamp], INT, |row| part(row.clock(0).minute())),
    Definition::rows(&["second"], &[Timestamp], INT, |row| part(row.clock(0).second())),
    Definition::rows(
        &["seconds_with_fraction"],
        &[Timestamp],
        Output::Type(DataType::Decimal128(8, 6)),
        |row| {
            let micros = i128::from(row.micros(0).rem_euclid(60_000_000));
            Ok(ScalarValue::Decimal128(Some(micros), 8, 6))
        },
    ),
    Definition::rows(&["date_format"], &[Timestamp, Text], TEXT, |row| {
        text(formatted(row.clock(0), row.text(1))?)
    }),
    Definition::rows(&["from_unixtime"], &[Long, Text], TEXT, |row| {
        let at = row.long(0).checked_mul(1_000_000).and_then(instant).ok_or_else(SqlError::far_date)?;
        text(formatted(session::local(at.naive_utc()), row.text_or(1, DEFAULT))?)
    })
    .required(1),
    Definition::rows(&["date_trunc"], &[Text, Timestamp], ZONED, |row| {
        truncated(row.clock(1), row.text(0)).map_or(NULL, micros)
    }),
    Definition::rows(&["to_date"], &[Any, Text], DATE, |row| match row.len() {
        1 => convert(row.value(0), &DataType::Date32),
        _ => date(by_pattern(row)?.ok_or_else(|| SqlError::cannot_parse_timestamp(row.text(0)))?.date()),
    })
    .required(1),
    Definition::rows(&["try_to_date"], &[Any, Text], DATE, |row| match row.len() {
        1 => Ok(convert(row.value(0), &DataType::Date32).unwrap_or(ScalarValue::Null)),
        _ => by_pattern(row)?.map_or(NULL, |at| date(at.date())),
    })
    .required(1),
    Definition::rows(&["to_timestamp", "to_timestamp_ltz"], &[Any, Text], ZONED, |row| match row.len() {
        1 => convert(row.value(0), row.result()),
        _ => micros(by_pattern(row)?.ok_or_else(|| SqlError::cannot_parse_timestamp(row.text(0)))?),
    })
    .required(1),
    Definition::rows(&["try_to_timestamp"], &[Any, Text], ZONED, |row| match row.len() {
        1 => Ok(convert(row.value(0), row.result()).unwrap_or(ScalarValue::Null)),
        _ => by_pattern(row)?.map_or(NULL, micros),
    })
    .required(1),
    Definition::rows(&["to_timestamp_ntz"], &[Any], UNZONED, |row| convert(row.value(0), row.result())),
    Definition::rows(&["unix_timestamp", "to_unix_timestamp"], &[Any, Text], LONG, unix_timestamp)
        .required(1),
    Definition::rows(&["unix_seconds"], &[Timestamp], LONG, |row| long(row.micros(0).div_euclid(1_000_000))),
    Definition::rows(&["unix_millis"], &[Timestamp], LONG, |row| long(row.micros(0).div_euclid(1000))),
    Definition::rows(&["unix_micros"], &[Timestamp], LONG, |row| long(row.micros(0))),
    Definition::rows(&["timestamp_seconds"], &[Number], ZONED, |row| convert(row.value(0), row.result())),
    Definition::rows(&["timestamp_millis"], &[Long], ZONED, |row| scaled(row.long(0), 1000)),
    Definition::rows(&["timestamp_micros"], &[Long], ZONED, |row| timestamp(row.long(0))),
    Definition::rows(&["make_timestamp"], &[Int, Int, Int, Int, Int, Any, Text], ZONED, |row| {
        micros(made(row)?.ok_or_else(SqlError::datetime_field_out_of_bounds)?)
    })
    .required(6),
    Definition::rows(&["try_make_timestamp"], &[Int, Int, Int, Int, Int, Any, Text], ZONED, |row| {
        made(row)?.map_or(NULL, micros)
    })
    .required(6),
    Definition::rows(&["make_timestamp_ntz"], &[Int, Int, Int, Int, Int, Any], UNZONED, |row| {
        let at = made(row)?.ok_or_else(SqlError::datetime_field_out_of_bounds)?;
        Ok(ScalarValue::TimestampMicrosecond(Some(at.and_utc().timestamp_micros()), None))
    }),
    Definition::rows(&["from_utc_timestamp"], &[Timestamp, Text], ZONED, |row| {
        utc(to_zone(row.utc(0), row.text(1))?)
    }),
    Definition::rows(&["to_utc_timestamp"], &[Timestamp, Text], ZONED, |row| {
        utc(row.utc(0) - zone(row.text(1), row.utc(0))?)
    }),
    Definition::rows(&["convert_timezone"], &[Text, Text, Any], UNZONED, |row| {
        let value = convert(row.value(2), row.result())?;
        let ScalarValue::TimestampMicrosecond(Some(at), _) = value else { return NULL };
        let at = instant(at).ok_or_else(SqlError::far_date)?.naive_utc();
        let moved = to_zone(at - zone(row.text(0), at)?, row.text(1))?;
        Ok(ScalarValue::TimestampMicrosecond(Some(moved.and_utc().timestamp_micros()), None))
    }),
    Definition::rows(&["timestampadd"], &[Text, Long, Timestamp], ZONED, |row| {
        micros(units::added(row.clock(2), row.text(0), row.long(1))?)
    }),
    Definition::rows(&["timestampdiff"], &[Text, Timestamp, Timestamp], LONG, |row| {
        long(units::between(row.clock(1), row.clock(2), row.text(0))?)
    }),
];

fn part(value: u32) -> Answer {
    int(i32::try_from(value).unwrap_or(i32::MAX))
}

/// The timestamp at which the clock of the session shows this.
fn micros(at: NaiveDateTime) -> Answer {
    utc(session::utc(at))
}

fn utc(at: NaiveDateTime) -> Answer {
    timestamp(at.and_utc().timestamp_micros())
}

fn scaled(value: i64, by: i64) -> Answer {
    timestamp(value.checked_mul(by).ok_or_else(|| SqlError::arithmetic_overflow("long overflow"))?)
}

/// A text read by the pattern behind it; other values need none.
fn by_pattern(row: &Row) -> Result<Option<NaiveDateTime>, SqlError> {
    let value = row.value(0);
    if kind(&value.data_type()) == Kind::Text {
        return parsed(row.text(0), row.text(1));
    }
    match convert(value, &common_type::timestamp())? {
        ScalarValue::TimestampMicrosecond(Some(at), _) => {
            Ok(instant(at).map(|at| session::local(at.naive_utc())))
        }
        _ => Ok(None),
    }
}

fn unix_timestamp(row: &Row) -> Answer {
    let at = match (row.len(), kind(&row.value(0).data_type())) {
        (1, Kind::Text) => parsed(row.text(0), DEFAULT)?,
        (_, Kind::Text) => by_pattern(row)?,
        (_, Kind::Date | Kind::Timestamp) => by_pattern(row)?,
        _ => return Err(SqlError::unsupported("unix_timestamp of what is no time")),
    };
    let at = at.ok_or_else(|| SqlError::cannot_parse_timestamp(row.text(0)))?;
    long(session::utc(at).and_utc().timestamp_micros().div_euclid(1_000_000))
}

fn truncated(at: NaiveDateTime, unit: &str) -> Option<NaiveDateTime> {
    if let Some(day) = start_of(at.date(), unit) {
        return Some(day.and_time(NaiveTime::MIN));
    }
    match unit.to_uppercase().as_str() {
        "DAY" | "DD" => Some(at.date().and_time(NaiveTime::MIN)),
        "HOUR" => at.with_minute(0)?.with_second(0)?.with_nanosecond(0),
        "MINUTE" => at.with_second(0)?.with_nanosecond(0),
        "SECOND" => at.with_nanosecond(0),
        "MILLISECOND" => at.with_nanosecond(at.nanosecond() / 1_000_000 * 1_000_000),
        "MICROSECOND" => Some(at),
        _ => None,
    }
}

/// A time of its fields, the seconds with a fraction; 60 seconds are the next minute.
fn made(row: &Row) -> Result<Option<NaiveDateTime>, SqlError> {
    let unsigned = |index| u32::try_from(row.int(index)).ok();
    let seconds = Decimal::from_value(row.value(5)).and_then(|seconds| seconds.rescaled(6, Rounding::HalfUp));
    let Some(micros) = seconds.and_then(|seconds| i64::try_from(seconds.unscaled.to_i128()?).ok()) else {
        return Err(SqlError::unsupported("seconds that are no DECIMAL"));
    };
    let local = || {
        let date = NaiveDate::from_ymd_opt(row.int(0), unsigned(1)?, unsigned(2)?)?;
        let minute = date.and_time(NaiveTime::from_hms_opt(unsigned(3)?, unsigned(4)?, 0)?);
        (0..=60_000_000).contains(&micros).then(|| minute + chrono::Duration::microseconds(micros))
    };
    match local() {
        Some(local) if row.len() > 6 => Ok(Some(session::local(local - zone(row.text(6), local)?))),
        local => Ok(local),
    }
}

/// How far a zone is from UTC.
///
/// # Errors
/// `INVALID_TIMEZONE`
fn zone(name: &str, local: NaiveDateTime) -> Result<chrono::Duration, SqlError> {
    zone_offset(name, local).ok_or_else(|| SqlError::invalid_timezone(name))
}

/// What the clocks of a zone show at an instant.
fn to_zone(utc: NaiveDateTime, name: &str) -> Result<NaiveDateTime, SqlError> {
    match name.parse::<chrono_tz::Tz>() {
        Ok(zone) => Ok(utc.and_utc().with_timezone(&zone).naive_local()),
        Err(_) => Ok(utc + zone(name, utc)?),
    }
}
