//! Room for the contents of files on their way through this process.

use tokio::sync::{Semaphore, SemaphorePermit};

/// The contents that a run holds at once, whatever it copies.
const MEMORY: u32 = 256 << 20;
/// The unit in which they are counted.
const MEBIBYTE: u64 = 1 << 20;

/// Room for the contents of files on their way through this process.
#[derive(Debug)]
pub(in crate::run) struct Memory(Semaphore);

impl Memory {
    pub(in crate::run) fn new() -> Self {
        Self(Semaphore::new(Self::units(MEMORY.into()) as usize))
    }

    /// Waits until there is room; whatever is larger than all of it takes all of it.
    pub(super) async fn hold(&self, bytes: u64) -> Option<SemaphorePermit<'_>> {
        self.0.acquire_many(Self::units(bytes)).await.ok()
    }

    fn units(bytes: u64) -> u32 {
        let most = u64::from(MEMORY) / MEBIBYTE;
        u32::try_from(bytes.div_ceil(MEBIBYTE).clamp(1, most)).unwrap_or(1)
    }
}
