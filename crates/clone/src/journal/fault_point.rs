//! Where tests let the process die: before the n-th write to the journal. Builds for users know no such point.

/// The number of the write before which the process kills itself.
#[cfg(debug_assertions)]
const VARIABLE: &str = "CLXS_TEST_DIE_BEFORE_JOURNAL_WRITE";

#[cfg(debug_assertions)]
pub(super) fn reached() {
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicU64, Ordering};
    static LAST: LazyLock<Option<u64>> = LazyLock::new(|| std::env::var(VARIABLE).ok()?.parse().ok());
    static WRITES: AtomicU64 = AtomicU64::new(0);
    if let Some(last) = *LAST
        && WRITES.fetch_add(1, Ordering::Relaxed) + 1 >= last
    {
        // As SIGKILL does: nothing is flushed, nothing is cancelled.
        let id = std::process::id().to_string();
        std::process::Command::new("kill").args(["-KILL", &id]).status().ok();
        std::process::abort();
    }
}

#[cfg(not(debug_assertions))]
pub(super) fn reached() {}
