//! How long to wait before something is tried again.

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(30);

/// A random time up to a bound that doubles with every retry: many steps that failed together do not come
/// back together.
pub(crate) fn backoff(retries: u32) -> Duration {
    let bound = FIRST.saturating_mul(2_u32.saturating_pow(retries)).min(LONGEST);
    bound.mul_f64(rand::random_range(0.0..=1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_is_bounded_also_after_many_retries() {
        for retries in [0, 1, 10, 100, u32::MAX] {
            assert!(backoff(retries) <= LONGEST);
        }
    }
}
