//! A tree of folders linked aside, so that what is removed from the original meanwhile stays.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use fs_err::File;
use uuid::Uuid;

use crate::metastore::{MetastoreError, is_locked};

/// The log of a Delta table, which names its data files.
const LOG: &str = "_delta_log";

/// What the folders of backups begin with.
const STAGING: &str = "backup-";

/// A folder in the workspace, on the same file system, that goes when it is dropped. Its lock says that somebody is
/// at it: the system lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub(super) struct Staging {
    path: PathBuf,
    _lock: File,
}

impl Staging {
    pub(super) fn create(root: &Path) -> io::Result<Self> {
        let name = format!("{STAGING}{}", Uuid::new_v4());
        let (new, path) = (root.join(format!("new-{name}")), root.join(name));
        fs_err::create_dir(&new)?;
        let lock = File::open(&new)?;
        lock.file().lock()?;
        // Only now has it a name by which it could be taken for abandoned.
        fs_err::rename(new, &path)?;
        Ok(Self { path, _lock: lock })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        if let Err(error) = fs_err::remove_dir_all(&self.path) {
            tracing::warn!(%error, "the folder of a backup goes when the workspace is opened again");
        }
    }
}

/// Removes the folders of backups whose processes died: their links keep the space of files that are gone.
///
/// # Errors
/// [`MetastoreError::Storage`]
pub(crate) fn remove_abandoned(root: &Path) -> Result<(), MetastoreError> {
    for entry in fs_err::read_dir(root)? {
        let entry = entry?;
        let is_staging = entry.file_name().to_str().is_some_and(|name| name.starts_with(STAGING));
        if is_staging && entry.file_type()?.is_dir() && !is_locked(&entry.path())? {
            fs_err::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

/// Links a tree. Logs come first: the files that they name were there before them.
pub(super) fn link(from: &Path, to: &Path) -> io::Result<()> {
    fs_err::create_dir(to)?;
    let mut names: Vec<_> = entries(from)?.into_iter().collect();
    names.sort_by_key(|name| name != LOG);
    for name in names {
        let (from, to) = (from.join(&name), to.join(&name));
        let linked = match fs_err::symlink_metadata(&from) {
            Ok(metadata) if metadata.is_dir() => link(&from, &to),
            Ok(metadata) if metadata.is_file() => fs_err::hard_link(&from, &to),
            Ok(_) => Ok(()),
            Err(error) => Err(error),
        };
        match linked {
            // A statement that began before may still put files aside or remove its own.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            other => other?,
        }
    }
    Ok(())
}

/// What a folder holds. It is listed until two listings agree: one alone might miss a commit and have the next.
fn entries(folder: &Path) -> io::Result<BTreeSet<OsString>> {
    let mut known = list(folder)?;
    loop {
        let again = list(folder)?;
        if again == known {
            return Ok(known);
        }
        known = again;
    }
}

fn list(folder: &Path) -> io::Result<BTreeSet<OsString>> {
    fs_err::read_dir(folder)?.map(|entry| Ok(entry?.file_name())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folder_of_a_backup_stays_while_it_is_made_and_goes_when_its_process_died() {
        let root = tempfile::TempDir::new().unwrap();
        let abandoned = root.path().join("backup-1");
        fs_err::create_dir(&abandoned).unwrap();
        fs_err::write(abandoned.join("file"), "").unwrap();
        let staging = Staging::create(root.path()).unwrap();
        remove_abandoned(root.path()).unwrap();
        assert_eq!((abandoned.exists(), staging.path().exists()), (false, true));
    }
}
