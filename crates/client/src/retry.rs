//! When to send a request again, and after what time.

use std::cell::Cell;
use std::time::Duration;

use http::StatusCode;
use http::header::{HeaderMap, RETRY_AFTER};

use crate::transport::TransportError;

/// How often and how long a request is tried.
///
/// Answers 429 and 503 say that a request was not carried out, so every request is sent again after them.
/// After a lost connection, a timeout, or a gateway's 502 or 504 only requests that may be repeated without
/// harm are, or those that provably were not sent (`facts/rest_api.md` §3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Tries in all, at least 1.
    pub max_tries: u32,
    /// Time in all, waiting included: no wait is begun that would end after it.
    pub budget: Duration,
    /// The longest wait before the second try; the limit doubles with every further try.
    pub first_delay: Duration,
    /// Where that doubling ends.
    pub max_delay: Duration,
    /// The longest wait that a server may ask for by `Retry-After`.
    pub max_retry_after: Duration,
}

impl Default for RetryPolicy {
    /// 12 tries in 5 minutes, waits of up to 0.2 s growing to 10 s, `Retry-After` up to 2 minutes.
    fn default() -> Self {
        Self {
            max_tries: 12,
            budget: Duration::from_mins(5),
            first_delay: Duration::from_millis(200),
            max_delay: Duration::from_secs(10),
            max_retry_after: Duration::from_mins(2),
        }
    }
}

impl RetryPolicy {
    /// One try.
    pub fn never() -> Self {
        Self { max_tries: 1, ..Self::default() }
    }

    /// How long to wait before the next try; `None` when the budget is spent.
    pub(crate) fn delay(&self, tries: u32, elapsed: Duration, asked: Option<Duration>) -> Option<Duration> {
        let jitter = rand::random_range(0.0..=1.0);
        let delay = match asked {
            Some(asked) => asked.min(self.max_retry_after) + self.first_delay.mul_f64(jitter),
            None => self.limit(tries).mul_f64(jitter),
        };
        (tries < self.max_tries && elapsed + delay <= self.budget).then_some(delay)
    }

    /// How long a server asks to wait, as far as this policy follows.
    pub(crate) fn asked(&self, again: Again) -> Option<Duration> {
        match again {
            Again::After(asked) => Some(asked.min(self.max_retry_after)),
            Again::No | Again::Backoff => None,
        }
    }

    fn limit(&self, tries: u32) -> Duration {
        let doubled = 2_u32.saturating_pow(tries.saturating_sub(1));
        self.first_delay.saturating_mul(doubled).min(self.max_delay)
    }
}

tokio::task_local! {
    /// Requests of the work that is counted that were sent again.
    static RETRIES: Cell<u32>;
}

/// Awaits work, and counts how often it sent requests again, whichever client sends them. What it spawns is not counted.
pub async fn count_retries<T>(work: impl Future<Output = T>) -> (T, u32) {
    let counted = async { (work.await, RETRIES.with(Cell::get)) };
    RETRIES.scope(Cell::new(0), counted).await
}

/// A request is sent again.
pub(crate) fn note_retry() {
    // Nobody may be counting.
    RETRIES.try_with(|retries| retries.set(retries.get().saturating_add(1))).ok();
}

/// What came of one try.
pub(crate) enum Attempt {
    /// An answer, whatever its status.
    Answered(http::Response<bytes::Bytes>),
    /// No answer.
    Failed(TransportError),
    /// No answer in time.
    TimedOut,
    /// An answer longer than any that is read.
    TooLong,
}

/// Whether another try makes sense, leaving the budget aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Again {
    /// It does not.
    No,
    /// It does, after a time of our choice.
    Backoff,
    /// It does, after the time the server asks for.
    After(Duration),
}

impl Attempt {
    /// Whether the workspace says that it is asked for too much.
    pub(crate) fn is_throttled(&self) -> bool {
        matches!(self, Self::Answered(response) if response.status() == StatusCode::TOO_MANY_REQUESTS)
    }

    pub(crate) fn again(&self, repeatable: bool) -> Again {
        let if_repeatable = if repeatable { Again::Backoff } else { Again::No };
        match self {
            Self::Failed(TransportError::NotSent { .. }) => Again::Backoff,
            Self::Failed(TransportError::Untrusted { .. } | TransportError::BadCertificate { .. }) => {
                Again::No
            }
            Self::Failed(_) | Self::TimedOut => if_repeatable,
            Self::TooLong => Again::No,
            Self::Answered(response) => match response.status() {
                StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
                    retry_after(response.headers()).map_or(Again::Backoff, Again::After)
                }
                StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT => if_repeatable,
                _ => Again::No,
            },
        }
    }
}

/// `Retry-After` in whole seconds; the date form is not used by the platform.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn waits_stay_within_the_growing_limit_and_the_budget(tries in 1_u32..100, elapsed in 0_u64..400) {
            let policy = RetryPolicy { max_tries: 50, ..RetryPolicy::default() };
            let elapsed = Duration::from_secs(elapsed);
            match policy.delay(tries, elapsed, None) {
                Some(delay) => {
                    prop_assert!(tries < 50);
                    prop_assert!(delay <= policy.limit(tries) && delay <= policy.max_delay);
                    prop_assert!(elapsed + delay <= policy.budget);
                }
                None => prop_assert!(tries >= 50 || elapsed + policy.max_delay > policy.budget),
            }
        }
    }

    #[test]
    fn wait_asked_for_is_kept_up_to_the_cap() {
        let policy = RetryPolicy::default();
        let short = policy.delay(1, Duration::ZERO, Some(Duration::from_secs(7))).unwrap();
        assert!((Duration::from_secs(7)..=Duration::from_millis(7200)).contains(&short));
        let long = policy.delay(1, Duration::ZERO, Some(Duration::from_hours(1))).unwrap();
        assert!(long <= policy.max_retry_after + policy.first_delay);
    }
}
