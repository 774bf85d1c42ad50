//! The kernel's engine on the local file system.

use std::fmt;
use std::sync::Arc;

use delta_kernel::Engine;
use delta_kernel::object_store::local::LocalFileSystem;
use delta_kernel_default_engine::executor::tokio::TokioMultiThreadExecutor;
use delta_kernel_default_engine::{DefaultEngine, DefaultEngineBuilder};
use tokio::runtime::Handle;

/// Reads files for the kernel. Cheap to clone.
///
/// What takes it blocks: call it from `spawn_blocking`.
#[derive(Clone)]
pub(crate) struct DeltaEngine(Arc<DefaultEngine<TokioMultiThreadExecutor>>);

impl DeltaEngine {
    /// An engine that does its I/O on a multi-threaded runtime: the kernel's own single-threaded
    /// executor dead-locks while it writes checkpoints.
    pub(crate) fn new(handle: Handle) -> Self {
        let executor = Arc::new(TokioMultiThreadExecutor::new(handle));
        let builder = DefaultEngineBuilder::new(Arc::new(LocalFileSystem::new()));
        Self(Arc::new(builder.with_task_executor(executor).build()))
    }

    pub(super) fn kernel(&self) -> Arc<dyn Engine> {
        self.0.clone()
    }
}

impl fmt::Debug for DeltaEngine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeltaEngine")
    }
}
