//! What a crash must not take back: directories, and the names in them.

use std::io;
use std::path::Path;

/// Creates a directory, and those above it that are missing, durably.
pub(super) fn create_directory(path: &Path) -> io::Result<()> {
    let missing: Vec<&Path> = path.ancestors().take_while(|directory| !directory.is_dir()).collect();
    fs_err::create_dir_all(path)?;
    missing.into_iter().filter_map(Path::parent).try_for_each(sync_directory)
}

/// Makes the names in a directory durable.
pub(super) fn sync_directory(path: &Path) -> io::Result<()> {
    fs_err::File::open(path)?.sync_all()
}
