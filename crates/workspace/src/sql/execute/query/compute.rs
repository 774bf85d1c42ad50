//! What all queries of a process share: memory with a limit, and a disk for what does not fit.

use std::sync::Arc;

use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};

/// How much memory sorts, joins and aggregates of all statements may take together. What can go to disk then
/// does, in the system's folder for temporary files; what cannot fails.
const MEMORY: usize = 2 << 30;

/// Memory and disk of the queries. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Compute(Arc<RuntimeEnv>);

impl Compute {
    /// # Errors
    /// When there is no folder for temporary files.
    pub(crate) fn new() -> std::io::Result<Self> {
        Self::with_memory(MEMORY)
    }

    fn with_memory(bytes: usize) -> std::io::Result<Self> {
        let disk = DiskManagerBuilder::default().with_mode(DiskManagerMode::OsTmpDirectory);
        let built = RuntimeEnvBuilder::new()
            .with_memory_pool(Arc::new(FairSpillPool::new(bytes)))
            .with_disk_manager_builder(disk)
            .build_arc();
        built.map(Self).map_err(std::io::Error::other)
    }

    /// As DataFusion knows it.
    pub(super) fn runtime(&self) -> Arc<RuntimeEnv> {
        Arc::clone(&self.0)
    }
}
