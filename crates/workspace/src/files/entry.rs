//! What there is to say about a file or directory.

use rustix::fs::{FileType, Stat};

/// A file or directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The last part of its path.
    pub(crate) name: String,
    pub(crate) kind: EntryKind,
    /// Bytes.
    pub(crate) size: u64,
    /// When it was last changed, ms since 1970-01-01 UTC.
    pub(crate) modified: i64,
}

/// What an entry is. Links, pipes and devices are nothing to a volume.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EntryKind {
    File,
    Directory,
}

impl Entry {
    /// What the system says; `None` for what is neither file nor directory.
    pub(super) fn of(name: &str, found: &Stat) -> Option<Self> {
        let kind = match FileType::from_raw_mode(found.st_mode) {
            FileType::RegularFile => EntryKind::File,
            FileType::Directory => EntryKind::Directory,
            _ => return None,
        };
        let modified = found.st_mtime * 1000 + i64::try_from(found.st_mtime_nsec / 1_000_000).unwrap_or(0);
        let size = u64::try_from(found.st_size).unwrap_or(0);
        Some(Self { name: name.to_owned(), kind, size, modified })
    }
}
