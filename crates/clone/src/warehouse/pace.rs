//! How much is sent to the warehouse now: the limits of a run, or those that its schedule says for this time.

use std::time::Duration;

use chrono::Timelike;
use tokio::sync::{AcquireError, Semaphore, SemaphorePermit};

use super::rate::Rate;
use crate::Settings;
use crate::clock::Clock;
use crate::settings::{Limits, Schedule};

/// All that may be read at once: each statement takes the share that the limit of its moment leaves to it.
const ALL_READS: u32 = 1 << 24;

/// What holds back statements.
#[derive(Debug)]
pub(crate) struct Pace {
    limits: Limits,
    schedule: Schedule,
    clock: Clock,
    rate: Rate,
    reads: Semaphore,
}

impl Pace {
    /// As the settings say.
    pub(crate) fn of(settings: &Settings, clock: Clock) -> Self {
        Self { schedule: settings.throttle_schedule.clone(), ..Self::within(settings.limits, clock) }
    }

    /// Within the same limits at all times.
    pub(crate) fn within(limits: Limits, clock: Clock) -> Self {
        let (rate, reads) = (Rate::default(), Semaphore::new(ALL_READS as usize));
        Self { limits, schedule: Schedule::default(), clock, rate, reads }
    }

    /// The limits that hold now.
    pub(crate) fn limits(&self) -> Limits {
        self.schedule.limits_at(self.clock.now()).unwrap_or(self.limits)
    }

    /// Ends when other limits may hold, which is looked at every minute: a machine may have slept.
    pub(crate) async fn limits_may_change(&self) {
        if self.schedule.is_empty() {
            return std::future::pending().await;
        }
        let over = u64::from(self.clock.now().second() % 60);
        tokio::time::sleep(Duration::from_secs(60 - over)).await;
    }

    /// Waits for the next turn to send a statement.
    pub(super) async fn turn(&self) {
        self.rate.turn(self.limits().max_rps).await;
    }

    /// Waits for a place to read.
    pub(super) async fn place(&self) -> Result<SemaphorePermit<'_>, AcquireError> {
        let at_once = u32::try_from(self.limits().max_parallel_queries.get()).unwrap_or(u32::MAX);
        self.reads.acquire_many((ALL_READS / at_once).max(1)).await
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use super::*;

    #[tokio::test]
    async fn as_many_read_at_once_as_the_limit_says() {
        for most in [1, 2, 3, 7, 10, 128] {
            let limits =
                Limits { max_parallel_queries: NonZeroUsize::new(most).unwrap(), ..Limits::default() };
            let pace = Pace::within(limits, Clock::default());
            let mut places = Vec::new();
            for _ in 0..most {
                places.push(pace.place().await.unwrap());
            }
            assert!(futures::FutureExt::now_or_never(pace.place()).is_none(), "{most}");
            places.pop();
            assert!(futures::FutureExt::now_or_never(pace.place()).is_some(), "{most}");
        }
    }
}
