//! The time zone of the session, known while a function is computed.
//!
//! What a clock shows depends on it: texts, dates and parts of timestamps. DataFusion hands its options to a function
//! and to nothing below, so the zone is kept for the thread until the function returns.

use std::cell::Cell;

use chrono::{Duration, NaiveDateTime, Offset as _, TimeZone as _};
use datafusion::arrow::array::timezone::Tz;
use datafusion::common::config::ConfigOptions;

thread_local! {
    /// None is UTC.
    static ZONE: Cell<Option<Tz>> = const { Cell::new(None) };
}

/// The zone of a session's parameter; nothing for UTC.
pub(super) fn named(name: &str) -> Option<Tz> {
    let is_utc = ["UTC", "Etc/UTC", "Z", "+00:00"].contains(&name);
    if is_utc { None } else { name.parse().ok() }
}

/// Computes with the zone that the options name.
pub(super) fn within<T>(options: &ConfigOptions, compute: impl FnOnce() -> T) -> T {
    let zone = options.execution.time_zone.as_deref().and_then(named);
    let before = ZONE.replace(zone);
    let computed = compute();
    ZONE.set(before);
    computed
}

/// Whether it is UTC.
pub(super) fn is_utc() -> bool {
    ZONE.get().is_none()
}

/// What the clock shows at a time of UTC.
pub(super) fn local(utc: NaiveDateTime) -> NaiveDateTime {
    ZONE.get().map_or(utc, |zone| zone.from_utc_datetime(&utc).naive_local())
}

/// The time of UTC at which the clock shows this.
pub(super) fn utc(local: NaiveDateTime) -> NaiveDateTime {
    ZONE.get().map_or(local, |zone| local - offset(zone, local))
}

/// How far the clock is from UTC when it shows this, in seconds.
pub(super) fn seconds(local: NaiveDateTime) -> i64 {
    ZONE.get().map_or(0, |zone| offset(zone, local).num_seconds())
}

/// The first of two times that a clock shows twice, and of a time it skips, the one after it.
fn offset(zone: Tz, local: NaiveDateTime) -> Duration {
    let instant = zone.from_local_datetime(&local).earliest();
    let instant = instant.unwrap_or_else(|| zone.from_utc_datetime(&(local - Duration::hours(1))));
    Duration::seconds(i64::from(instant.offset().fix().local_minus_utc()))
}
