//! Unpacking: into a folder beside the workspace's, which takes its name when everything in it is right.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use fs_err::File;
use fs_err::os::unix::fs::OpenOptionsExt;
use tar::{Archive, Entry, EntryType};
use uuid::Uuid;
use zstd::Decoder;

use super::archive::Hashing;
use super::manifest::{Checksum, FORMAT, MANIFEST, Manifest};
use super::{BackupError, BackupSummary, DATABASE, FOLDERS};
use crate::metastore::require_whole;

/// The manifest names every file in some 120 bytes.
const MANIFEST_LIMIT: u64 = 1 << 30;

/// Makes the folder of a workspace from a backup. Blocks.
///
/// # Errors
/// [`BackupError::NotEmpty`]; [`BackupError::Damaged`] for whatever is not as it was written. The folder is as it
/// was then.
pub(crate) fn restore(file: &Path, root: &Path) -> Result<BackupSummary, BackupError> {
    require_empty(root)?;
    let staging = Staging::beside(root)?;
    let manifest = unpack(file, &staging.0)?;
    require_whole(&staging.0.join(DATABASE)).map_err(|error| damaged(file, &error))?;
    match fs_err::rename(&staging.0, root) {
        Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => {
            Err(BackupError::NotEmpty { root: root.to_owned() })
        }
        Err(error) => Err(error.into()),
        Ok(()) => {
            let (files, bytes) = (manifest.files.len(), manifest.bytes());
            Ok(BackupSummary { files, bytes, external: manifest.external })
        }
    }
}

fn require_empty(root: &Path) -> Result<(), BackupError> {
    match fs_err::read_dir(root).map(|mut entries| entries.next().is_none()) {
        Ok(true) => Ok(()),
        Ok(false) => Err(BackupError::NotEmpty { root: root.to_owned() }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// What a whole backup would not do.
fn damaged<R: ToString + ?Sized>(file: &Path, reason: &R) -> BackupError {
    BackupError::Damaged { file: file.to_owned(), reason: reason.to_string() }
}

/// A folder of its owner alone that goes unless it was renamed.
struct Staging(PathBuf);

impl Staging {
    fn beside(root: &Path) -> io::Result<Self> {
        use std::os::unix::fs::DirBuilderExt;
        let absolute = std::path::absolute(root)?;
        let parent = absolute.parent().unwrap_or(Path::new("/"));
        fs_err::create_dir_all(parent)?;
        let folder = parent.join(format!(".clxs-restore-{}", Uuid::new_v4()));
        std::fs::DirBuilder::new().mode(0o700).create(&folder)?;
        Ok(Self(folder))
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        if self.0.exists()
            && let Err(error) = fs_err::remove_dir_all(&self.0)
        {
            tracing::warn!(%error, "the folder of a restore that failed can be removed by hand");
        }
    }
}

/// Unpacks everything and compares it with the manifest.
fn unpack(file: &Path, folder: &Path) -> Result<Manifest, BackupError> {
    let mut archive = Archive::new(Decoder::new(File::open(file)?)?);
    let mut found = BTreeMap::new();
    let mut manifest = None;
    for entry in archive.entries()? {
        let mut entry = entry.map_err(|error| damaged(file, &error))?;
        if manifest.is_some() {
            return Err(damaged(file, "something comes after its manifest"));
        }
        let path = safe_path(&entry).ok_or_else(|| {
            damaged(file, &format!("it names {}", String::from_utf8_lossy(&entry.path_bytes())))
        })?;
        match (path.as_str(), entry.header().entry_type()) {
            (MANIFEST, EntryType::Regular) => manifest = Some(read_manifest(file, &mut entry)?),
            (_, EntryType::Directory) => fs_err::create_dir(folder.join(&path))?,
            (_, EntryType::Regular) => {
                let checksum =
                    unpack_file(&mut entry, &folder.join(&path)).map_err(|error| damaged(file, &error))?;
                found.insert(path, checksum);
            }
            (_, kind) => return Err(damaged(file, &format!("{path} is no file but {kind:?}"))),
        }
    }
    // The end of the stream has its checksum.
    io::copy(&mut archive.into_inner(), &mut io::sink()).map_err(|error| damaged(file, &error))?;
    let manifest = manifest.ok_or_else(|| damaged(file, "it ends before its manifest"))?;
    match manifest.difference(&found) {
        None => Ok(manifest),
        Some(difference) => Err(damaged(file, &difference)),
    }
}

/// The path of an entry that lies within what a backup holds.
fn safe_path<R: Read>(entry: &Entry<'_, R>) -> Option<String> {
    let path = entry.path().ok()?;
    let plain = path.components().all(|component| matches!(component, Component::Normal(_)));
    let first = path.components().next()?.as_os_str().to_str()?;
    let known = match path.components().count() {
        1 => FOLDERS.contains(&first) || [DATABASE, MANIFEST].contains(&first),
        _ => FOLDERS.contains(&first),
    };
    (plain && known).then(|| path.to_str().map(|path| path.trim_end_matches('/').to_owned())).flatten()
}

fn unpack_file(entry: &mut impl Read, to: &Path) -> io::Result<Checksum> {
    let mut content = Hashing::new(entry);
    let mut options = fs_err::OpenOptions::new();
    let mut written = options.write(true).create_new(true).mode(0o600).open(to)?;
    io::copy(&mut content, &mut written)?;
    written.sync_all()?;
    Ok(content.checksum())
}

fn read_manifest(file: &Path, entry: &mut impl Read) -> Result<Manifest, BackupError> {
    #[derive(serde::Deserialize)]
    struct Format {
        format: u32,
    }
    let mut text = Vec::new();
    entry.take(MANIFEST_LIMIT).read_to_end(&mut text).map_err(|error| damaged(file, &error))?;
    let Format { format } = serde_json::from_slice(&text).map_err(|error| damaged(file, &error))?;
    if format != FORMAT {
        return Err(BackupError::NewerFormat { file: file.to_owned(), format });
    }
    serde_json::from_slice(&text).map_err(|error| damaged(file, &error))
}
