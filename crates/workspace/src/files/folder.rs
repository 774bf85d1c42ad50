//! A folder of files, opened step by step: every step is relative to the one before and follows no symbolic
//! link, so that also somebody who changes the folder meanwhile leads nobody out of it.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::PathBuf;

use rustix::fs::{AtFlags, Dir, Mode, OFlags, mkdirat, openat, renameat, statat, unlinkat};
use rustix::io::Errno;

use super::error::{Wanted, is_absence};
use super::upload::UPLOADS;
use super::{Entry, EntryKind, FileError, FilePath};

const DIRECTORY: OFlags =
    OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);
/// A pipe would block the one who opens it.
const FILE: OFlags = OFlags::RDONLY.union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC).union(OFlags::NONBLOCK);

/// The folder of a volume or of a version of a model. It is made with its first file or directory. All calls block.
#[derive(Debug, Clone)]
pub(crate) struct FileFolder {
    root: PathBuf,
}

impl FileFolder {
    /// The folder at this absolute path, which need not be there.
    pub(crate) fn new(root: PathBuf) -> Self {
        Self { root }
    }

    /// What is at a path. The root itself is a directory, whether it has a folder yet or not.
    ///
    /// # Errors
    /// [`FileError::Io`]
    pub(crate) fn find(&self, path: &FilePath) -> Result<Option<Entry>, FileError> {
        let Some((folder, name)) = path.split() else {
            return Ok(Some(Entry { name: String::new(), kind: EntryKind::Directory, size: 0, modified: 0 }));
        };
        let found = self
            .directory(folder)
            .and_then(|directory| Ok(statat(&directory, name, AtFlags::SYMLINK_NOFOLLOW)?));
        match found {
            Ok(found) => Ok(Entry::of(name, &found)),
            Err(error) if is_absence(&error) => Ok(None),
            Err(error) => Err(FileError::of(error, &path.to_string(), Wanted::File)),
        }
    }

    /// Opens a file, with what there is to say about it.
    ///
    /// # Errors
    /// [`FileError::FileNotFound`], also for what is no regular file.
    pub(crate) fn open_file(&self, path: &FilePath) -> Result<(File, Entry), FileError> {
        let absent = || FileError::FileNotFound { path: path.to_string() };
        let (folder, name) = path.split().ok_or_else(absent)?;
        let opened = self.directory(folder).and_then(|directory| {
            let file = openat(&directory, name, FILE, Mode::empty())?;
            let found = rustix::fs::fstat(&file)?;
            Ok((file, found))
        });
        let (file, found) = opened.map_err(|error| FileError::of(error, &path.to_string(), Wanted::File))?;
        let entry =
            Entry::of(name, &found).filter(|entry| entry.kind == EntryKind::File).ok_or_else(absent)?;
        Ok((File::from(file), entry))
    }

    /// What is in a directory, by name.
    ///
    /// # Errors
    /// [`FileError::DirectoryNotFound`]
    pub(crate) fn list(&self, path: &FilePath) -> Result<Vec<Entry>, FileError> {
        let failed = |error| FileError::of(error, &path.to_string(), Wanted::Directory);
        let directory = match self.directory(path.parts()) {
            Err(error) if path.parts().is_empty() && is_absence(&error) => return Ok(Vec::new()),
            other => other.map_err(failed)?,
        };
        let mut entries = entries(&directory).map_err(failed)?;
        entries.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(entries)
    }

    /// Makes a directory and those it is in; one that is there stays.
    ///
    /// # Errors
    /// [`FileError::AlreadyExists`] when a file is there or on the way.
    pub(crate) fn make_directory(&self, path: &FilePath) -> Result<(), FileError> {
        match self.directory_made(path.parts()) {
            Ok(_) => Ok(()),
            Err(error) if is_absence(&error) => Err(FileError::AlreadyExists { path: path.to_string() }),
            Err(error) => Err(FileError::of(error, &path.to_string(), Wanted::Directory)),
        }
    }

    /// Deletes a file.
    ///
    /// # Errors
    /// [`FileError::FileNotFound`]
    pub(crate) fn delete_file(&self, path: &FilePath) -> Result<(), FileError> {
        let absent = || FileError::FileNotFound { path: path.to_string() };
        let entry = self.find(path)?.filter(|entry| entry.kind == EntryKind::File).ok_or_else(absent)?;
        self.unlink(path, &entry.name, AtFlags::empty(), Wanted::File)
    }

    /// Deletes an empty directory. The root itself is not deleted.
    ///
    /// # Errors
    /// [`FileError::DirectoryNotFound`], [`FileError::NotEmpty`]
    pub(crate) fn delete_directory(&self, path: &FilePath) -> Result<(), FileError> {
        let why = "a volume is dropped, not deleted";
        let (_, name) = path.split().ok_or_else(|| FileError::InvalidPath { path: path.to_string(), why })?;
        self.unlink(path, name, AtFlags::REMOVEDIR, Wanted::Directory)
    }

    fn unlink(&self, path: &FilePath, name: &str, flags: AtFlags, wanted: Wanted) -> Result<(), FileError> {
        let (folder, _) = path.split().unwrap_or_default();
        self.directory(folder)
            .and_then(|directory| Ok(unlinkat(&directory, name, flags)?))
            .map_err(|error| FileError::of(error, &path.to_string(), wanted))
    }

    /// Gives a finished upload its name, in one step: others see what was there before, or all of it.
    ///
    /// # Errors
    /// [`FileError::AlreadyExists`] for a directory, and without `overwrite` for a file.
    pub(super) fn publish(
        &self,
        from: (BorrowedFd<'_>, &str),
        path: &FilePath,
        overwrite: bool,
    ) -> Result<(), FileError> {
        let exists = || FileError::AlreadyExists { path: path.to_string() };
        let (folder, name) = path.split().ok_or_else(exists)?;
        let published = self.directory_made(folder).and_then(|directory| {
            if overwrite {
                renameat(from.0, from.1, &directory, name)?;
            } else {
                // A link is refused where there is something; a renamed file would replace it.
                rustix::fs::linkat(from.0, from.1, &directory, name, AtFlags::empty())?;
                unlinkat(from.0, from.1, AtFlags::empty())?;
            }
            Ok(rustix::fs::fsync(&directory)?)
        });
        published.map_err(|error| match FileError::of(error, &path.to_string(), Wanted::File) {
            FileError::FileNotFound { .. } | FileError::NotEmpty { .. } => exists(),
            other => other,
        })
    }

    /// A directory that is there.
    pub(super) fn directory(&self, parts: &[String]) -> io::Result<OwnedFd> {
        let mut directory = rustix::fs::open(&self.root, DIRECTORY, Mode::empty())?;
        for part in parts {
            directory = openat(&directory, part.as_str(), DIRECTORY, Mode::empty())?;
        }
        Ok(directory)
    }

    /// A directory, made with those it is in where they are not there.
    pub(super) fn directory_made(&self, parts: &[String]) -> io::Result<OwnedFd> {
        fs_err::create_dir_all(&self.root)?;
        let mut directory = self.directory(&[])?;
        for part in parts {
            match mkdirat(&directory, part.as_str(), Mode::from_raw_mode(0o777)) {
                Ok(()) | Err(Errno::EXIST) => {}
                Err(error) => return Err(error.into()),
            }
            directory = openat(&directory, part.as_str(), DIRECTORY, Mode::empty())?;
        }
        Ok(directory)
    }
}

/// The files and directories in a directory. Those with names that are no Unicode cannot be asked for, and links
/// are not followed: neither is listed.
pub(super) fn entries(directory: &OwnedFd) -> io::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for found in Dir::read_from(directory)? {
        let found = found?;
        let Ok(name) = found.file_name().to_str() else { continue };
        if name == "." || name == ".." || name == UPLOADS {
            continue;
        }
        match statat(directory.as_fd(), name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => entries.extend(Entry::of(name, &stat)),
            // It was deleted meanwhile.
            Err(Errno::NOENT) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(entries)
}
