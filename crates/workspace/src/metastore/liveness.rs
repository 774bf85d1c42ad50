//! Which processes that wrote to the folder are still alive.
//!
//! Each opening of the folder holds a lock on a file of its own. The system lets go of it when the process
//! ends, however it ends; unlike a process id it is never used again by another process.

use std::fs::TryLockError;
use std::path::{Path, PathBuf};

use fs_err::{File, OpenOptions};

use super::MetastoreError;
use super::row::new_id;

/// This opening of the folder. Dropping it says that it is over.
#[derive(Debug)]
pub(super) struct Writer {
    id: String,
    folder: PathBuf,
    _lock: File,
}

impl Writer {
    /// Takes a name and its lock, and removes the files of openings that are over.
    /// Only while [`lock_opening`] is held: nobody is then between making the file and locking it.
    pub(super) fn register(root: &Path) -> Result<Self, MetastoreError> {
        let folder = root.join("writers");
        fs_err::create_dir_all(&folder)?;
        for entry in fs_err::read_dir(&folder)? {
            let path = entry?.path();
            if !is_locked(&path)? {
                remove_if_there(&path)?;
            }
        }
        let id = new_id();
        let lock = File::create(folder.join(&id))?;
        lock.file().lock()?;
        Ok(Self { id, folder, _lock: lock })
    }

    /// The name of this opening.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// Whether the opening of that name is still going on.
    pub(super) fn is_alive(&self, id: &str) -> Result<bool, MetastoreError> {
        if id == self.id { Ok(true) } else { is_locked(&self.folder.join(id)) }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if let Err(error) = remove_if_there(&self.folder.join(&self.id)) {
            tracing::debug!(%error, "the file of this opening stays until the next one");
        }
    }
}

/// Waits until no other process is opening the folder. The returned file keeps them out until it is dropped.
pub(super) fn lock_opening(root: &Path) -> Result<File, MetastoreError> {
    let mut options = OpenOptions::new();
    let file = options.create(true).write(true).truncate(false).open(root.join("opening.lock"))?;
    file.file().lock()?;
    Ok(file)
}

/// Whether somebody holds a lock on a file or folder; one that is not there has none.
///
/// # Errors
/// [`MetastoreError::Storage`]
pub(crate) fn is_locked(path: &Path) -> Result<bool, MetastoreError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error.into()),
    };
    match file.file().try_lock_shared() {
        Ok(()) => Ok(false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

fn remove_if_there(path: &Path) -> Result<(), MetastoreError> {
    match fs_err::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}
