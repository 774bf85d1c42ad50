//! The profiles of `throttle`: limits from one that nobody notices to all that a warehouse takes.

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::keys::{self, THROTTLES};
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
    fn limits_that_were_set_win_over_the_profile() {
        let set = Options { throttle: Some("low".to_owned()), max_workers: Some(7), ..Options::default() };
        let combined = combine([Layer::of_flags(&set).unwrap(), Layer::of_defaults()]).throttled();
        let options = combined.options().unwrap();
        assert_eq!((options.max_workers, options.max_rps), (Some(7), Some(2)));
        assert_eq!(combined.get("max_rps").unwrap().1.to_string(), "throttle: low");
    }
}
