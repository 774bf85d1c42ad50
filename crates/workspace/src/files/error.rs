//! Why a file cannot be used.

use std::io;

use thiserror::Error;

/// Why a file or directory cannot be used. Paths are those of the request.
#[derive(Debug, Error)]
#[non_exhaustive]
pub(crate) enum FileError {
    /// The path is none of a file.
    #[error("Invalid path '{path}': {why}.")]
    InvalidPath { path: String, why: &'static str },
    /// There is no file.
    #[error("The file '{path}' does not exist.")]
    FileNotFound { path: String },
    /// There is no directory.
    #[error("The directory '{path}' does not exist.")]
    DirectoryNotFound { path: String },
    /// There is a file, or a directory, already.
    #[error("The path '{path}' already exists.")]
    AlreadyExists { path: String },
    /// Only empty directories are deleted.
    #[error("The directory '{path}' is not empty.")]
    NotEmpty { path: String },
    /// The upload in parts was completed, aborted or never begun.
    #[error("The upload session of '{path}' does not exist.")]
    NoSession { path: String },
    /// The parts that were named are not those that were uploaded.
    #[error("The parts of the upload of '{path}' are not valid: {why}.")]
    InvalidParts { path: String, why: String },
    /// The system refused.
    #[error("the file '{path}' could not be used")]
    Io { path: String, source: io::Error },
}

/// What of a path was asked for, to say what is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    File,
    Directory,
}

impl FileError {
    /// The error of the system for a path. A symbolic link, and a file on the way, are as good as nothing.
    pub(super) fn of(source: io::Error, path: &str, wanted: Wanted) -> Self {
        let path = path.to_owned();
        let absent = is_absence(&source);
        match (source.kind(), wanted) {
            (io::ErrorKind::AlreadyExists, _) => Self::AlreadyExists { path },
            (io::ErrorKind::DirectoryNotEmpty, _) => Self::NotEmpty { path },
            (io::ErrorKind::InvalidFilename, _) => Self::InvalidPath { path, why: "it is too long" },
            (_, Wanted::File) if absent => Self::FileNotFound { path },
            (_, Wanted::Directory) if absent => Self::DirectoryNotFound { path },
            _ => Self::Io { path, source },
        }
    }
}

/// Whether the system says that there is nothing, or nothing that may be followed.
pub(super) fn is_absence(error: &io::Error) -> bool {
    const SYMBOLIC_LINK: i32 = rustix::io::Errno::LOOP.raw_os_error();
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::IsADirectory
    ) || error.raw_os_error() == Some(SYMBOLIC_LINK)
}
