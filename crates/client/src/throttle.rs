//! The shared cool-down: when a workspace throttles, everybody waits, not only who was told.
//!
//! A single 429 says little and delays its own request only. When a share of the newest answers are such,
//! the client as a whole asks for more than the workspace gives, and no request is sent until it has rested.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Answers that are looked at, the bits of `answers`: enough that chance alone does not make a quarter of them of
/// a few throttled ones in a hundred.
const WINDOW: u32 = u64::BITS;
/// So many throttled ones among them begin a cool-down.
const THROTTLED: u32 = WINDOW / 4;
/// How long everybody waits when the workspace does not say how long.
const REST: Duration = Duration::from_secs(1);
/// Requests that waited come back spread over this time.
const SPREAD: Duration = Duration::from_millis(250);

/// Shared by all requests of a client.
#[derive(Debug, Default)]
pub(crate) struct Throttle(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// One bit an answer, the newest lowest: whether it was throttled.
    answers: u64,
    until: Option<Instant>,
    cool_downs: u64,
}

impl Throttle {
    /// Waits while there is a cool-down.
    pub(crate) async fn pass(&self) {
        while let Some(until) = self.rests_until() {
            tokio::time::sleep_until(until + SPREAD.mul_f64(rand::random_range(0.0..=1.0))).await;
        }
    }

    fn rests_until(&self) -> Option<Instant> {
        self.state().until.filter(|until| *until > Instant::now())
    }

    /// An answer came. `asked` is the time it asked to wait, at most as long as the caller would wait.
    pub(crate) fn note(&self, throttled: bool, asked: Option<Duration>) {
        let mut state = self.state();
        state.answers = state.answers << 1 | u64::from(throttled);
        if throttled && state.answers.count_ones() >= THROTTLED {
            state.answers = 0;
            state.until = Some(Instant::now() + asked.unwrap_or(REST));
            state.cool_downs += 1;
        }
    }

    pub(crate) fn cool_downs(&self) -> u64 {
        self.state().cool_downs
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn throttled_share_makes_everybody_wait_as_long_as_was_asked_for() {
        let throttle = Throttle::default();
        (0..THROTTLED).for_each(|_| throttle.note(true, Some(Duration::from_secs(7))));
        assert_eq!(throttle.cool_downs(), 1);
        let begin = Instant::now();
        throttle.pass().await;
        assert!((Duration::from_secs(7)..Duration::from_secs(8)).contains(&begin.elapsed()));
    }

    #[tokio::test(start_paused = true)]
    async fn stray_throttling_makes_nobody_else_wait() {
        let throttle = Throttle::default();
        (0..1000).for_each(|number| throttle.note(number % 20 == 0, None));
        let begin = Instant::now();
        throttle.pass().await;
        assert_eq!((begin.elapsed(), throttle.cool_downs()), (Duration::ZERO, 0));
    }
}
