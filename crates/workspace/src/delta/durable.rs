//! What a crash must not take back: files, directories, and the names in them.
//!
//! Who waits for the disk waits for its cache to be flushed, a few milliseconds whatever was written. Syncs that are
//! asked for at once share a flush, and those one after another do not; so whatever need not be durable before
//! something else is collected and synced together.

use std::io;
use std::path::{Path, PathBuf};
use std::thread;

/// More syncs at once gain nothing: the device flushes once for all of them.
const MAX_THREADS: usize = 8;

/// Creates a directory, and those above it that are missing, durably.
pub(super) fn create_directory(path: &Path) -> io::Result<()> {
    sync_together(&create_directories(path)?)
}

/// Creates a directory, and those above it that are missing. Returns the directories that got a new name: they are
/// to be synced before anything counts on it.
pub(super) fn create_directories(path: &Path) -> io::Result<Vec<PathBuf>> {
    let missing = path.ancestors().take_while(|directory| !directory.is_dir());
    let parents = missing.filter_map(Path::parent).map(Path::to_owned).collect();
    fs_err::create_dir_all(path)?;
    Ok(parents)
}

/// Makes a file, or the names in a directory, durable.
pub(super) fn sync(path: &Path) -> io::Result<()> {
    fs_err::File::open(path)?.sync_all()
}

/// Makes files, and the names in directories, durable.
pub(super) fn sync_together(paths: &[PathBuf]) -> io::Result<()> {
    let sync_all = |paths: &[PathBuf]| paths.iter().try_for_each(|path| sync(path));
    let each = paths.len().div_ceil(MAX_THREADS).max(1);
    thread::scope(|scope| {
        let mut parts = paths.chunks(each);
        let own = parts.next().unwrap_or_default();
        let others: Vec<_> = parts.map(|part| scope.spawn(move || sync_all(part))).collect();
        let synced = sync_all(own);
        others.into_iter().fold(synced, |synced, other| {
            synced.and(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
        })
    })
}
