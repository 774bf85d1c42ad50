//! Uploads: written into a folder of their own inside the volume or version, so that giving them their name is one step, and
//! what a crash leaves behind is in one place. Who reads it does not see that folder.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::time::{Duration, SystemTime};

use rustix::fs::{AtFlags, Mode, OFlags, openat, renameat, unlinkat};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::error::Wanted;
use super::folder::entries;
use super::{EntryKind, FileError, FileFolder, FilePath};
use crate::hex::lower_hex;

/// The folder of unfinished uploads.
pub(super) const UPLOADS: &str = ".clxs-uploads";
/// After how long an unfinished upload is given up.
const PATIENCE: Duration = Duration::from_hours(168);
const NEW_FILE: OFlags =
    OFlags::WRONLY.union(OFlags::CREATE).union(OFlags::EXCL).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// A file that is being written and has no name yet. It goes when it is dropped before [`Upload::finish`].
#[derive(Debug)]
pub(crate) struct Upload {
    folder: FileFolder,
    path: FilePath,
    directory: OwnedFd,
    name: String,
    file: File,
    named: bool,
}

/// An upload in parts.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    folder: FileFolder,
    path: FilePath,
    /// Its folder below [`UPLOADS`]: it follows from token and path, so that a token is good for its path alone.
    parts: [String; 2],
}

/// A part that was uploaded, as the one who completes the upload names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Part {
    pub(crate) part_number: u32,
    pub(crate) etag: String,
}

impl Upload {
    /// Begins to write a file.
    ///
    /// # Errors
    /// [`FileError::AlreadyExists`] for the root itself; [`FileError::Io`].
    pub(crate) fn begin(folder: &FileFolder, path: &FilePath) -> Result<Self, FileError> {
        if path.split().is_none() {
            return Err(FileError::AlreadyExists { path: path.to_string() });
        }
        give_up_old(folder);
        Self::begin_in(folder, path, &[UPLOADS.to_owned()])
    }

    fn begin_in(folder: &FileFolder, path: &FilePath, parts: &[String]) -> Result<Self, FileError> {
        let name = format!("new-{}", Uuid::new_v4().simple());
        let begun = folder.directory_made(parts).and_then(|directory| {
            let file = openat(&directory, name.as_str(), NEW_FILE, Mode::from_raw_mode(0o666))?;
            Ok((directory, File::from(file)))
        });
        let (directory, file) = begun.map_err(|error| failed(error, path))?;
        Ok(Self { folder: folder.clone(), path: path.clone(), directory, name, file, named: false })
    }

    /// Adds bytes.
    ///
    /// # Errors
    /// [`FileError::Io`]
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), FileError> {
        self.file.write_all(bytes).map_err(|error| failed(error, &self.path))
    }

    /// Gives the file its name once its bytes are safe.
    ///
    /// # Errors
    /// [`FileError::AlreadyExists`] for a directory, and without `overwrite` for a file.
    pub(crate) fn finish(mut self, overwrite: bool) -> Result<(), FileError> {
        self.file.sync_all().map_err(|error| failed(error, &self.path))?;
        self.folder.publish((self.directory.as_fd(), &self.name), &self.path, overwrite)?;
        self.named = true;
        Ok(())
    }

    /// Makes the file a part of a session; its tag.
    fn finish_part(mut self, number: u32) -> Result<String, FileError> {
        let tag = Uuid::new_v4().simple().to_string();
        let synced = self.file.sync_all().and_then(|()| {
            Ok(renameat(&self.directory, self.name.as_str(), &self.directory, part_name(number, &tag))?)
        });
        synced.map_err(|error| failed(error, &self.path))?;
        self.named = true;
        Ok(tag)
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        if self.named {
            return;
        }
        if let Err(error) = unlinkat(&self.directory, self.name.as_str(), AtFlags::empty()) {
            tracing::warn!(%error, path = %self.path, "what was written of an upload could not be removed");
        }
    }
}

impl Session {
    /// Begins an upload in parts; with the token that names it from now on.
    ///
    /// # Errors
    /// [`FileError::AlreadyExists`] for a directory, and without `overwrite` for a file.
    pub(crate) fn begin(folder: &FileFolder, path: &FilePath, overwrite: bool) -> Result<String, FileError> {
        let exists = folder.find(path)?.is_some_and(|found| !overwrite || found.kind == EntryKind::Directory);
        if exists {
            return Err(FileError::AlreadyExists { path: path.to_string() });
        }
        give_up_old(folder);
        let kind = if overwrite { "o" } else { "n" };
        let token = format!("{kind}{}", Uuid::new_v4().simple());
        let session = Self::of(folder, path, &token);
        folder.directory_made(&session.parts).map_err(|error| failed(error, path))?;
        Ok(token)
    }

    /// The session of a token.
    ///
    /// # Errors
    /// [`FileError::NoSession`]
    pub(crate) fn open(folder: &FileFolder, path: &FilePath, token: &str) -> Result<Self, FileError> {
        let session = Self::of(folder, path, token);
        session.directory()?;
        Ok(session)
    }

    fn of(folder: &FileFolder, path: &FilePath, token: &str) -> Self {
        let digest = Sha256::digest(format!("{token}\0{path}"));
        let name = lower_hex(&digest);
        Self { folder: folder.clone(), path: path.clone(), parts: [UPLOADS.to_owned(), name] }
    }

    fn directory(&self) -> Result<OwnedFd, FileError> {
        let gone = |_| FileError::NoSession { path: self.path.to_string() };
        self.folder.directory(&self.parts).map_err(gone)
    }

    /// Begins to write a part: [`Upload::write`], then [`Session::finish_part`].
    ///
    /// # Errors
    /// [`FileError::NoSession`]
    pub(crate) fn begin_part(&self) -> Result<Upload, FileError> {
        self.directory()?;
        Upload::begin_in(&self.folder, &self.path, &self.parts)
    }

    /// Ends a part; its tag. A part that is uploaded again has another tag.
    ///
    /// # Errors
    /// [`FileError::Io`]
    pub(crate) fn finish_part(part: Upload, number: u32) -> Result<String, FileError> {
        part.finish_part(number)
    }

    /// Puts the parts together and gives the file its name.
    ///
    /// # Errors
    /// [`FileError::InvalidParts`] for parts that are missing or out of order; [`FileError::AlreadyExists`].
    pub(crate) fn complete(&self, token: &str, parts: &[Part]) -> Result<(), FileError> {
        let invalid = |why: String| FileError::InvalidParts { path: self.path.to_string(), why };
        if parts.is_empty() || !parts.is_sorted_by(|one, next| one.part_number < next.part_number) {
            return Err(invalid("their numbers do not ascend".to_owned()));
        }
        let directory = self.directory()?;
        let mut whole = self.begin_part()?;
        for part in parts {
            let name = part_name(part.part_number, part.etag.trim_matches('"'));
            let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            let found =
                if name.contains('/') { None } else { openat(&directory, name, flags, Mode::empty()).ok() };
            let found =
                found.ok_or_else(|| invalid(format!("part {} was not uploaded", part.part_number)))?;
            // The kernel copies: the bytes do not come through here.
            io::copy(&mut File::from(found), &mut whole.file).map_err(|error| failed(error, &self.path))?;
        }
        whole.finish(token.starts_with('o'))?;
        self.abort()
    }

    /// Forgets the upload with all its parts.
    ///
    /// # Errors
    /// [`FileError::NoSession`]
    pub(crate) fn abort(&self) -> Result<(), FileError> {
        remove_session(&self.folder, &self.parts[1]).map_err(|error| failed(error, &self.path))
    }
}

fn part_name(number: u32, tag: &str) -> String {
    format!("{number}-{tag}")
}

fn failed(error: io::Error, path: &FilePath) -> FileError {
    FileError::of(error, &path.to_string(), Wanted::File)
}

fn remove_session(folder: &FileFolder, name: &str) -> io::Result<()> {
    let directory = folder.directory(&[UPLOADS.to_owned(), name.to_owned()])?;
    for entry in entries(&directory)? {
        unlinkat(&directory, entry.name.as_str(), AtFlags::empty())?;
    }
    let uploads = folder.directory(&[UPLOADS.to_owned()])?;
    Ok(unlinkat(&uploads, name, AtFlags::REMOVEDIR)?)
}

/// Removes uploads that nobody finished: of processes that died, and sessions that were never completed. What
/// fails here is tried again with the next upload.
fn give_up_old(folder: &FileFolder) {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let oldest = i64::try_from(now.saturating_sub(PATIENCE).as_millis()).unwrap_or(0);
    let Ok(uploads) = folder.directory(&[UPLOADS.to_owned()]) else { return };
    let old = entries(&uploads).unwrap_or_default().into_iter().filter(|entry| entry.modified < oldest);
    for entry in old {
        let removed = match entry.kind {
            EntryKind::File => unlinkat(&uploads, entry.name.as_str(), AtFlags::empty()).map_err(Into::into),
            EntryKind::Directory => remove_session(folder, &entry.name),
        };
        if let Err(error) = removed {
            tracing::warn!(%error, name = entry.name, "an upload that was given up could not be removed");
        }
    }
}
