//! Which limits hold when: hours of days of the week, in one time zone.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, Timelike, Utc, Weekday};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::Limits;
use crate::{Error, Result};

const MINUTES_OF_AN_HOUR: u32 = 60;
const MINUTES_OF_A_DAY: u32 = 24 * MINUTES_OF_AN_HOUR;
const WEEK: [Weekday; 7] =
    [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];

/// Hours in which other limits hold than those of the run. No two of them hold at once.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    zone: TimeZone,
    slots: Vec<Slot>,
}

/// Some hours of some days, and the limits that hold in them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot {
    /// The days on which the hours begin.
    pub days: Days,
    /// From when to when.
    pub hours: Hours,
    /// What holds then.
    pub limits: Limits,
}

impl Schedule {
    /// A schedule of these slots.
    ///
    /// # Errors
    /// [`Error::InvalidSchedule`] when two of them hold at once.
    pub fn new(zone: TimeZone, slots: Vec<Slot>) -> Result<Self> {
        for day in WEEK {
            for minute in 0..MINUTES_OF_A_DAY {
                let mut holding = slots.iter().filter(|slot| slot.holds(day, minute));
                if let (Some(one), Some(other)) = (holding.next(), holding.next()) {
                    let problem = format!("`{one}` and `{other}` hold at once, on {day} at {}", Time(minute));
                    return Err(Error::InvalidSchedule { problem });
                }
            }
        }
        Ok(Self { zone, slots })
    }

    /// Whether the limits of a run hold at any time.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// The limits that hold at a moment instead of those of the run.
    pub fn limits_at(&self, moment: DateTime<Utc>) -> Option<Limits> {
        let local = moment.with_timezone(&self.zone.0);
        let minute = local.hour() * MINUTES_OF_AN_HOUR + local.minute();
        self.slots.iter().find(|slot| slot.holds(local.weekday(), minute)).map(|slot| slot.limits)
    }
}

impl Slot {
    fn holds(&self, day: Weekday, minute: u32) -> bool {
        let Hours { from, to } = self.hours;
        if from < to {
            return self.days.has(day) && (from..to).contains(&minute);
        }
        (self.days.has(day) && minute >= from) || (self.days.has(day.pred()) && minute < to)
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.days, self.hours)
    }
}

/// From one time of the day to another one, that of the next day when it is earlier: `9-17`, `08:30-17:15`, `22-6`,
/// `0-24`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Hours {
    /// Minutes since midnight; the first that belongs to them.
    from: u32,
    /// Minutes since midnight; the first that does not.
    to: u32,
}

impl FromStr for Hours {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let invalid = |problem: &str| Error::InvalidSchedule { problem: format!("`{text}` {problem}") };
        let times = text.split_once('-').and_then(|(from, to)| Some((minutes(from)?, minutes(to)?)));
        let Some((from, to)) = times.filter(|(from, _)| *from < MINUTES_OF_A_DAY) else {
            return Err(invalid("are no hours: write them like 9-17, 08:30-17:15 or 22-6"));
        };
        if from == to {
            return Err(invalid("begin and end at one time; the whole day is 0-24"));
        }
        Ok(Self { from, to: if to == 0 { MINUTES_OF_A_DAY } else { to } })
    }
}

/// Minutes since midnight of `9`, `09` or `09:30`.
fn minutes(text: &str) -> Option<u32> {
    let (hour, minute) = text.trim().split_once(':').unwrap_or((text.trim(), "0"));
    let number = |text: &str| {
        let is_written_out = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<u32>().ok().filter(|_| is_written_out)
    };
    let (hour, minute) = (number(hour)?, number(minute)?);
    let minutes = hour * MINUTES_OF_AN_HOUR + minute;
    (minute < MINUTES_OF_AN_HOUR && minutes <= MINUTES_OF_A_DAY).then_some(minutes)
}

impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", Time(self.from), Time(self.to))
    }
}

/// Minutes since midnight, as people write them.
struct Time(u32);

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / MINUTES_OF_AN_HOUR, self.0 % MINUTES_OF_AN_HOUR)
    }
}

/// Days of the week: `mon-fri`, `sat,sun`, or a list of such; every day when nothing is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "WrittenDays", into = "String")]
pub struct Days([bool; 7]);

#[derive(Deserialize)]
#[serde(untagged)]
enum WrittenDays {
    One(String),
    Many(Vec<String>),
}

impl Days {
    fn has(self, day: Weekday) -> bool {
        self.0[day.num_days_from_monday() as usize]
    }

    fn add(&mut self, text: &str) -> Result<()> {
        let day = |name: &str| {
            let problem =
                || format!("`{}` is no day: write mon, tue, wed, thu, fri, sat or sun", name.trim());
            name.trim().parse::<Weekday>().map_err(|_| Error::InvalidSchedule { problem: problem() })
        };
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        let (mut next, last) = (day(first)?, day(last)?);
        self.0[next.num_days_from_monday() as usize] = true;
        while next != last {
            next = next.succ();
            self.0[next.num_days_from_monday() as usize] = true;
        }
        Ok(())
    }
}

impl Default for Days {
    fn default() -> Self {
        Self([true; 7])
    }
}

impl FromStr for Days {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let mut days = Self([false; 7]);
        text.split(',').try_for_each(|part| days.add(part))?;
        Ok(days)
    }
}

impl fmt::Display for Days {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let days: Vec<_> =
            WEEK.iter().filter(|day| self.has(**day)).map(|day| day.to_string().to_lowercase()).collect();
        f.write_str(&days.join(","))
    }
}

/// A time zone by its name of the IANA database: `UTC`, `Europe/Berlin`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimeZone(Tz);

impl Default for TimeZone {
    fn default() -> Self {
        Self(Tz::UTC)
    }
}

impl FromStr for TimeZone {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let zone = text.parse().map_err(|_| Error::InvalidSchedule {
            problem: format!("`{text}` is no time zone: write its name, such as UTC or Europe/Berlin"),
        })?;
        Ok(Self(zone))
    }
}

impl fmt::Display for TimeZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name())
    }
}

macro_rules! as_text {
    ($($type:ty),*) => {$(
        impl From<$type> for String {
            fn from(value: $type) -> Self {
                value.to_string()
            }
        }
    )*};
}
as_text!(Hours, Days, TimeZone);

impl TryFrom<String> for Hours {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl TryFrom<String> for TimeZone {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl TryFrom<WrittenDays> for Days {
    type Error = Error;

    fn try_from(written: WrittenDays) -> Result<Self> {
        match written {
            WrittenDays::One(text) => text.parse(),
            WrittenDays::Many(texts) => texts.join(",").parse(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use super::*;

    /// A slot that is known by its `max_workers`.
    fn slot(number: usize, days: &str, hours: &str) -> Slot {
        let limits = Limits { max_workers: NonZeroUsize::new(number).unwrap(), ..Limits::default() };
        Slot { days: days.parse().unwrap(), hours: hours.parse().unwrap(), limits }
    }

    fn schedule(zone: &str, slots: Vec<Slot>) -> Schedule {
        Schedule::new(zone.parse().unwrap(), slots).unwrap()
    }

    /// The number of the slot that holds.
    fn at(schedule: &Schedule, moment: &str) -> Option<usize> {
        schedule.limits_at(moment.parse().unwrap()).map(|limits| limits.max_workers.get())
    }

    #[test]
    fn limits_hold_from_the_first_minute_to_the_last_before_the_end() {
        let schedule = schedule("UTC", vec![slot(1, "mon-fri", "9-17"), slot(2, "sat,sun", "00:30-24")]);
        // 2026-11-27 is a Friday.
        assert_eq!(at(&schedule, "2026-11-27T08:59:59Z"), None);
        assert_eq!(at(&schedule, "2026-11-27T09:00:00Z"), Some(1));
        assert_eq!(at(&schedule, "2026-11-27T16:59:59Z"), Some(1));
        assert_eq!(at(&schedule, "2026-11-27T17:00:00Z"), None);
        assert_eq!(at(&schedule, "2026-11-28T10:00:00Z"), Some(2));
        assert_eq!(at(&schedule, "2026-11-29T23:59:00Z"), Some(2));
        assert_eq!(at(&schedule, "2026-11-30T00:00:00Z"), None);
    }

    #[test]
    fn hours_over_midnight_belong_to_the_day_on_which_they_begin() {
        let schedule = schedule("UTC", vec![slot(1, "fri", "22-6")]);
        assert_eq!(at(&schedule, "2026-11-27T05:00:00Z"), None);
        assert_eq!(at(&schedule, "2026-11-27T22:00:00Z"), Some(1));
        assert_eq!(at(&schedule, "2026-11-28T05:59:00Z"), Some(1));
        assert_eq!(at(&schedule, "2026-11-28T22:00:00Z"), None);
    }

    #[test]
    fn hours_are_those_of_the_time_zone_in_summer_and_in_winter() {
        let schedule = schedule("Europe/Berlin", vec![slot(1, "mon-sun", "9-17")]);
        assert_eq!(at(&schedule, "2026-07-01T07:00:00Z"), Some(1));
        assert_eq!(at(&schedule, "2026-12-01T07:00:00Z"), None);
        assert_eq!(at(&schedule, "2026-12-01T08:00:00Z"), Some(1));
    }

    #[test]
    fn days_are_named_short_or_long_alone_or_as_a_range_over_the_end_of_the_week() {
        let days = |text: &str| text.parse::<Days>().unwrap().to_string();
        assert_eq!(days("Monday, wed"), "mon,wed");
        assert_eq!(days("fri-mon"), "mon,fri,sat,sun");
        assert_eq!(Days::default().to_string(), days("mon-sun"));
    }

    #[test]
    fn what_is_no_schedule_is_refused_with_the_reason() {
        let hours = |text: &str| text.parse::<Hours>().unwrap_err().to_string();
        insta::assert_snapshot!(hours("9-9"), @"`9-9` begin and end at one time; the whole day is 0-24");
        insta::assert_snapshot!(hours("9-25"), @"`9-25` are no hours: write them like 9-17, 08:30-17:15 or 22-6");
        for text in ["", "9", "9-", "-9", "24-6", "8:60-9", "9h-17h", "+9-17", "9-17-18", "0000009-17"] {
            assert!(text.parse::<Hours>().is_err(), "{text}");
        }
        insta::assert_snapshot!("mon-fry".parse::<Days>().unwrap_err(), @"`fry` is no day: write mon, tue, wed, thu, fri, sat or sun");
        insta::assert_snapshot!("Berlin".parse::<TimeZone>().unwrap_err(), @"`Berlin` is no time zone: write its name, such as UTC or Europe/Berlin");
        let both = vec![slot(1, "fri", "22-6"), slot(2, "sat", "05:30-12")];
        let overlap = Schedule::new(TimeZone::default(), both).unwrap_err();
        insta::assert_snapshot!(overlap, @"`fri 22:00-06:00` and `sat 05:30-12:00` hold at once, on Sat at 05:30");
    }

    #[test]
    fn schedules_survive_json() {
        let schedule = schedule("Europe/Berlin", vec![slot(1, "mon-fri", "9-17"), slot(2, "fri", "22-24")]);
        let text = serde_json::to_string(&schedule).unwrap();
        assert_eq!(serde_json::from_str::<Schedule>(&text).unwrap(), schedule);
    }
}
