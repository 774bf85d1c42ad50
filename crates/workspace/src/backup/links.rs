//! A tree of folders linked aside, so that what is removed from the original meanwhile stays.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use uuid::Uuid;

/// The log of a Delta table, which names its data files.
const LOG: &str = "_delta_log";

/// A folder in the workspace, on the same file system, that goes when it is dropped.
#[derive(Debug)]
pub(super) struct Staging(PathBuf);

impl Staging {
    pub(super) fn create(root: &Path) -> io::Result<Self> {
        let folder = root.join(format!("backup-{}", Uuid::new_v4()));
        fs_err::create_dir(&folder)?;
        Ok(Self(folder))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        if let Err(error) = fs_err::remove_dir_all(&self.0) {
            tracing::warn!(%error, "the folder of a backup can be removed by hand");
        }
    }
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
