//! The profiles of `throttle`: limits from one that nobody notices to all that a warehouse takes; and when they hold.

use clxs_clone::settings::{Days, Hours, Limits, Schedule, Slot, TimeZone};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::keys::THROTTLES;
use super::kind::choice;
use super::mistake::{Mistake, in_words};
use super::parts;

/// The keys that say how much a run does at once.
pub(super) const LIMITS: [&str; 5] =
    ["throttle", "max_workers", "parallel_tables", "max_parallel_queries", "max_rps"];

/// The keys that a profile sets, unless they are set otherwise.
pub(crate) fn limits(profile: &str) -> &'static [(&'static str, u64)] {
    match profile {
        "low" => &[("max_workers", 2), ("parallel_tables", 1), ("max_parallel_queries", 2), ("max_rps", 2)],
        "medium" => {
            &[("max_workers", 4), ("parallel_tables", 2), ("max_parallel_queries", 8), ("max_rps", 10)]
        }
        "high" => {
            &[("max_workers", 8), ("parallel_tables", 4), ("max_parallel_queries", 32), ("max_rps", 50)]
        }
        "max" => {
            &[("max_workers", 16), ("parallel_tables", 8), ("max_parallel_queries", 128), ("max_rps", 0)]
        }
        _ => &[],
    }
}

/// An entry of `throttle_schedule`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScheduledProfile {
    hours: Hours,
    #[serde(default)]
    days: Days,
    profile: String,
}

/// What the engine goes by. All that a profile does not say is as at other hours.
///
/// # Errors
/// When two entries hold at once.
pub(crate) fn schedule(
    entries: &[ScheduledProfile],
    zone: TimeZone,
    otherwise: Limits,
) -> anyhow::Result<Schedule> {
    let slot = |entry: &ScheduledProfile| -> serde_json::Result<Slot> {
        let mut written = serde_json::to_value(otherwise)?;
        for (key, value) in limits(&entry.profile) {
            written[*key] = Value::from(*value);
        }
        let limits = serde_json::from_value(written)?;
        Ok(Slot { days: entry.days, hours: entry.hours, limits })
    };
    let slots = entries.iter().map(slot).collect::<serde_json::Result<_>>()?;
    Ok(Schedule::new(zone, slots)?)
}

/// Whether the entries of a schedule, each of which is right, can hold beside one another.
pub(super) fn check_schedule(entries: Value) -> Result<Value, Mistake> {
    let read = Vec::<ScheduledProfile>::deserialize(&entries).map_err(|error| in_words(&error))?;
    schedule(&read, TimeZone::default(), Limits::default()).map_err(|error| error.to_string())?;
    Ok(entries)
}

/// Checks an entry of a schedule, and brings it to one form.
pub(super) fn check_entry(entry: &Value) -> Result<Value, String> {
    let entry: ScheduledProfile = parts::read("hours, days, profile", entry)?;
    let profile = choice(THROTTLES, &entry.profile)?.to_owned();
    serde_json::to_value(ScheduledProfile { profile, ..entry }).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::settings::keys;
    use crate::settings::kind::Kind;
    use crate::settings::layer::{Layer, combine};
    use crate::settings::options::Options;

    #[test]
    fn every_profile_sets_known_keys() {
        for profile in THROTTLES {
            assert!(!limits(profile).is_empty(), "{profile}");
            assert!(limits(profile).iter().all(|(key, _)| keys::find(key).is_some()), "{profile}");
        }
    }

    #[test]
    fn entries_of_a_schedule_hold_the_limits_of_their_profiles() {
        let written =
            json!([{"hours": "9-17", "profile": "Low"}, {"hours": "22-6", "days": "sat", "profile": "max"}]);
        let entries: Vec<ScheduledProfile> =
            serde_json::from_value(Kind::Schedule.check(written).unwrap()).unwrap();
        let otherwise = Limits { max_retries: 7, ..Limits::default() };
        let schedule = schedule(&entries, "Europe/Berlin".parse().unwrap(), otherwise).unwrap();
        let at = |moment: &str| {
            schedule
                .limits_at(moment.parse().unwrap())
                .map(|limits| (limits.statements(), limits.max_rps, limits.max_retries))
        };
        assert_eq!(at("2026-11-28T08:00:00Z"), Some((2, 2, 7)));
        assert_eq!(at("2026-11-28T21:00:00Z"), Some((128, 0, 7)));
        assert_eq!(at("2026-11-28T16:00:00Z"), None);
    }

    #[test]
    fn limits_that_were_set_win_over_the_profile() {
        let set = Options { throttle: Some("low".to_owned()), max_workers: Some(7), ..Options::default() };
        let combined =
            combine([Layer::of_flags(&set, &mut Vec::new()).unwrap(), Layer::of_defaults()]).throttled();
        let options = combined.options().unwrap();
        assert_eq!((options.max_workers, options.max_rps), (Some(7), Some(2)));
        assert_eq!(combined.get("max_rps").unwrap().1.to_string(), "throttle: low");
    }
}
