//! Many things side by side within a limit.

use std::future::Future;

use futures::stream::{self, StreamExt, TryStreamExt};

/// Awaits futures, so many at once at most; the order of results is that of the futures. A slow one keeps its own place and
/// no other, as one would whose results were awaited in order.
pub(crate) async fn at_once<T, E>(
    futures: impl IntoIterator<Item = impl Future<Output = Result<T, E>>>,
    most: usize,
) -> Result<Vec<T>, E> {
    let numbered: Vec<_> = futures.into_iter().enumerate().map(numbered).collect();
    let mut results: Vec<_> = stream::iter(numbered).buffer_unordered(most.max(1)).try_collect().await?;
    results.sort_unstable_by_key(|(place, _)| *place);
    Ok(results.into_iter().map(|(_, result)| result).collect())
}

async fn numbered<T, E>(
    (place, future): (usize, impl Future<Output = Result<T, E>>),
) -> Result<(usize, T), E> {
    Ok((place, future.await?))
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::time::Duration;

    use tokio::time::{Instant, sleep};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn slow_future_delays_no_other_and_results_keep_their_order() {
        let begin = Instant::now();
        let seconds = [10, 1, 1, 1, 1, 1, 1, 1, 1, 1];
        let results = at_once(
            seconds.map(async |it| -> Result<_, Infallible> {
                sleep(Duration::from_secs(it)).await;
                Ok(it)
            }),
            2,
        );
        assert_eq!(results.await, Ok(seconds.to_vec()));
        assert_eq!(begin.elapsed(), Duration::from_secs(10));
    }

    #[tokio::test]
    async fn first_error_ends_all() {
        let results = at_once([Ok(1), Err("no")].map(std::future::ready), 0);
        assert_eq!(results.await, Err("no"));
    }
}
