//! Backups: one file with the metastore and everything under `managed/`.
//!
//! A backup is what a crash at one instant would leave: while no statement can begin or end a write, the metastore
//! is copied and the files are linked into a folder aside; packing them takes its time later. Opening what was
//! restored settles the writes that were under way, as after a crash. Files of Delta tables never change once they
//! are in a log, and files of volumes are replaced whole, so a link holds what was there.

mod archive;
mod error;
mod links;
mod manifest;
mod restore;

use std::path::{Path, PathBuf};

pub use error::BackupError;
pub(crate) use links::remove_abandoned;
use manifest::Manifest;
pub(crate) use restore::restore;

use crate::metastore::Metastore;

/// The folders of a workspace that go into a backup.
const FOLDERS: [&str; 1] = ["managed"];
/// The name of the metastore, in the workspace and in the backup.
const DATABASE: &str = "metastore.db";

/// What a backup holds.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct BackupSummary {
    /// How many files.
    pub files: usize,
    /// How large they are, unpacked, in bytes.
    pub bytes: u64,
    /// The full names and locations of tables that lie elsewhere: they are named in the backup, not copied.
    pub external: Vec<(String, String)>,
}

/// Writes a workspace into a file that must not exist.
///
/// # Errors
/// [`BackupError`]; there is no file then.
pub(crate) async fn write(
    metastore: &Metastore,
    root: &Path,
    file: PathBuf,
) -> Result<BackupSummary, BackupError> {
    if file.exists() {
        return Err(BackupError::Exists { file });
    }
    let staging = links::Staging::create(root)?;
    let (folder, linked_root) = (staging.path().to_owned(), root.to_owned());
    let external = metastore
        .freeze(folder.join(DATABASE), move || {
            FOLDERS.iter().try_for_each(|name| links::link(&linked_root.join(name), &folder.join(name)))
        })
        .await
        .map_err(|source| BackupError::Metastore { source: source.into() })?;
    let packed = tokio::task::spawn_blocking(move || {
        let manifest = Manifest::new(external);
        archive::write(staging.path(), &file, manifest)
    });
    packed.await.map_err(|source| BackupError::Metastore { source: source.into() })?
}
