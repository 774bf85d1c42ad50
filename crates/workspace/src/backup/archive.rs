//! Packing: a tar of files, compressed with zstd, with checksums at its end.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use fs_err::{File, OpenOptions};
use sha2::{Digest, Sha256};
use tar::{Builder, EntryType, Header};
use zstd::Encoder;

use super::manifest::{Checksum, MANIFEST, Manifest};
use super::{BackupError, BackupSummary};
use crate::hex::lower_hex;

/// Data files are compressed already; more effort would find little.
const LEVEL: i32 = 1;

/// Packs a folder into a file, which appears whole or not at all.
///
/// # Errors
/// [`BackupError::Exists`] when somebody made the file meanwhile; [`BackupError::Io`].
pub(super) fn write(
    folder: &Path,
    file: &Path,
    mut manifest: Manifest,
) -> Result<BackupSummary, BackupError> {
    let mut partial = file.as_os_str().to_owned();
    partial.push(".partial");
    let partial = Partial(partial.into());
    let mut options = OpenOptions::new();
    let encoder = Encoder::new(options.write(true).create_new(true).open(&partial.0)?, LEVEL)?;
    let mut builder = Builder::new(checked(encoder)?);
    append_folder(&mut builder, folder, Path::new(""), &mut manifest)?;
    append_manifest(&mut builder, &manifest)?;
    builder.into_inner()?.finish()?.sync_all()?;
    match fs_err::hard_link(&partial.0, file) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            return Err(BackupError::Exists { file: file.to_owned() });
        }
        linked => linked?,
    }
    let (files, bytes) = (manifest.files.len(), manifest.bytes());
    Ok(BackupSummary { files, bytes, external: manifest.external })
}

/// The file while it is being written.
struct Partial(PathBuf);

impl Drop for Partial {
    fn drop(&mut self) {
        if let Err(error) = fs_err::remove_file(&self.0) {
            tracing::debug!(%error, "there was nothing to remove");
        }
    }
}

/// With a checksum of its own at the end of the stream.
fn checked<W: Write>(mut encoder: Encoder<'static, W>) -> io::Result<Encoder<'static, W>> {
    encoder.include_checksum(true)?;
    Ok(encoder)
}

fn append_folder<W: Write>(
    builder: &mut Builder<W>,
    folder: &Path,
    within: &Path,
    manifest: &mut Manifest,
) -> Result<(), BackupError> {
    let mut entries = fs_err::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(fs_err::DirEntry::file_name);
    for entry in entries {
        let path = within.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            builder.append_data(&mut header(EntryType::Directory, 0), &path, io::empty())?;
            append_folder(builder, &entry.path(), &path, manifest)?;
        } else {
            append_file(builder, &entry.path(), &path, manifest)?;
        }
    }
    Ok(())
}

fn append_file<W: Write>(
    builder: &mut Builder<W>,
    file: &Path,
    path: &Path,
    manifest: &mut Manifest,
) -> Result<(), BackupError> {
    let name = path.to_str().ok_or_else(|| {
        let text = format!("the name of {} is not valid UTF-8", file.display());
        io::Error::new(io::ErrorKind::InvalidData, text)
    })?;
    let opened = File::open(file)?;
    let size = opened.metadata()?.len();
    // A file that a statement is still writing may grow; no log names it yet.
    let mut content = Hashing::new(opened.take(size));
    builder.append_data(&mut header(EntryType::Regular, size), path, &mut content)?;
    manifest.files.insert(name.to_owned(), content.checksum());
    Ok(())
}

fn append_manifest<W: Write>(builder: &mut Builder<W>, manifest: &Manifest) -> Result<(), BackupError> {
    let text = serde_json::to_vec(manifest).map_err(io::Error::from)?;
    let size = u64::try_from(text.len()).unwrap_or(u64::MAX);
    Ok(builder.append_data(&mut header(EntryType::Regular, size), MANIFEST, text.as_slice())?)
}

fn header(kind: EntryType, size: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_size(size);
    header.set_mode(if kind == EntryType::Directory { 0o700 } else { 0o600 });
    header
}

/// What is read through it is counted and hashed.
pub(super) struct Hashing<R> {
    inner: R,
    hash: Sha256,
    size: u64,
}

impl<R> Hashing<R> {
    pub(super) fn new(inner: R) -> Self {
        Self { inner, hash: Sha256::new(), size: 0 }
    }

    /// Of all that was read.
    pub(super) fn checksum(self) -> Checksum {
        Checksum { size: self.size, sha256: lower_hex(&self.hash.finalize()) }
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        self.hash.update(&buffer[..length]);
        self.size += u64::try_from(length).unwrap_or(0);
        Ok(length)
    }
}
