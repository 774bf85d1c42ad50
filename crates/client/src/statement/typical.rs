//! How long a statement of the quick kind takes, learned from those that were waited for: the first question
//! is asked about when the answer is yes. Asked too early it costs a request, too late it costs time.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// No first question is asked later than this, however long statements took.
const LONGEST: Duration = Duration::from_secs(1);

/// Shared by all statements of a client.
#[derive(Debug, Default)]
pub(crate) struct Typical {
    microseconds: AtomicU64,
}

impl Typical {
    /// When to ask for the first time, never before `least`.
    pub(crate) fn first_interval(&self, least: Duration) -> Duration {
        Duration::from_micros(self.microseconds.load(Ordering::Relaxed)).max(least)
    }

    /// A statement was found over after this time. One that was so at the first question may have been over
    /// for a while: the next is asked a little earlier. Others pull the time towards their own.
    pub(crate) fn note(&self, took: Duration, at_first_question: bool) {
        let took = u64::try_from(took.min(LONGEST).as_micros()).unwrap_or(u64::MAX);
        let typical = self.microseconds.load(Ordering::Relaxed);
        let next =
            if at_first_question { typical.min(took) / 100 * 99 } else { typical - typical / 8 + took / 8 };
        self.microseconds.store(next, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Statements that all take as long; a question comes at the typical time, the next 10 ms later.
    fn after(statements: usize, service: Duration, typical: &Typical) -> Duration {
        for _ in 0..statements {
            let first = typical.first_interval(Duration::from_millis(10));
            let missed = service > first;
            typical.note(if missed { service + Duration::from_millis(5) } else { first }, !missed);
        }
        typical.first_interval(Duration::ZERO)
    }

    #[test]
    fn time_of_equal_statements_is_learned_from_both_sides() {
        let typical = Typical::default();
        let slow = after(100, Duration::from_millis(50), &typical);
        assert!((Duration::from_millis(45)..Duration::from_millis(56)).contains(&slow), "{slow:?}");
        let quick = after(300, Duration::from_millis(20), &typical);
        assert!((Duration::from_millis(17)..Duration::from_millis(26)).contains(&quick), "{quick:?}");
    }

    #[test]
    fn statements_of_hours_do_not_delay_those_of_seconds() {
        let typical = Typical::default();
        assert!(after(100, Duration::from_hours(5), &typical) <= LONGEST);
    }
}
