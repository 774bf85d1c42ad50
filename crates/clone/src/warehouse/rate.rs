//! `max_rps`: so many statements a second and no more, evenly.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Hands out turns. The limit may be another one at every turn; without one every turn is now.
#[derive(Debug, Default)]
pub(super) struct Rate {
    next: Mutex<Option<Instant>>,
}

impl Rate {
    /// Waits for the next turn of so many a second. Turns are given in the order of the calls.
    pub(super) async fn turn(&self, per_second: u32) {
        if let Some(interval) = Duration::from_secs(1).checked_div(per_second) {
            tokio::time::sleep_until(self.reserve(interval)).await;
        }
    }

    fn reserve(&self, interval: Duration) -> Instant {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = next.unwrap_or_else(Instant::now).max(Instant::now());
        *next = Some(turn + interval);
        turn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn turns_come_as_often_a_second_as_is_allowed() {
        let rate = Rate::default();
        let begin = Instant::now();
        for _ in 0..11 {
            rate.turn(5).await;
        }
        assert_eq!(begin.elapsed(), Duration::from_secs(2));
    }

    #[tokio::test(start_paused = true)]
    async fn turns_come_slower_and_faster_as_the_limit_changes() {
        let rate = Rate::default();
        let begin = Instant::now();
        for per_second in [10, 10, 1, 1, 0, 10, 10] {
            rate.turn(per_second).await;
        }
        assert_eq!(begin.elapsed(), Duration::from_millis(2300));
    }

    #[tokio::test(start_paused = true)]
    async fn zero_is_no_limit() {
        let begin = Instant::now();
        for _ in 0..1000 {
            Rate::default().turn(0).await;
        }
        assert_eq!(begin.elapsed(), Duration::ZERO);
    }
}
