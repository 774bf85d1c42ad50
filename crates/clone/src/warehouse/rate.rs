//! `max_rps`: so many statements a second and no more, evenly.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Hands out turns. Without a limit every turn is now.
#[derive(Debug, Default)]
pub(super) struct Rate {
    interval: Duration,
    next: Mutex<Option<Instant>>,
}

impl Rate {
    pub(super) fn new(per_second: u32) -> Self {
        let interval = Duration::from_secs(1).checked_div(per_second).unwrap_or_default();
        Self { interval, next: Mutex::default() }
    }

    /// Waits for the next turn. Turns are given in the order of the calls.
    pub(super) async fn turn(&self) {
        if !self.interval.is_zero() {
            tokio::time::sleep_until(self.reserve()).await;
        }
    }

    fn reserve(&self) -> Instant {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = next.unwrap_or_else(Instant::now).max(Instant::now());
        *next = Some(turn + self.interval);
        turn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn turns_come_as_often_a_second_as_is_allowed() {
        let rate = Rate::new(5);
        let begin = Instant::now();
        for _ in 0..11 {
            rate.turn().await;
        }
        assert_eq!(begin.elapsed(), Duration::from_secs(2));
    }

    #[tokio::test(start_paused = true)]
    async fn zero_is_no_limit() {
        let begin = Instant::now();
        for _ in 0..1000 {
            Rate::new(0).turn().await;
        }
        assert_eq!(begin.elapsed(), Duration::ZERO);
    }
}
