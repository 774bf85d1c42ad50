//! Files in the folders of volumes and of versions of registered models. Whatever a path says, nothing outside the folder is ever read or written:
//! [`FilePath`] takes no step upwards, and [`FileFolder`] opens step by step and follows no symbolic link.

mod entry;
mod error;
mod folder;
mod path;
mod upload;

pub(crate) use entry::{Entry, EntryKind};
pub(crate) use error::FileError;
pub(crate) use folder::FileFolder;
pub(crate) use path::{FilePath, FileRoot};
pub(crate) use upload::{Part, Session, Upload};
