//! Files in the folders of volumes. Whatever a path says, nothing outside the folder is ever read or written:
//! [`VolumePath`] takes no step upwards, and [`VolumeFolder`] opens step by step and follows no symbolic link.

mod entry;
mod error;
mod folder;
mod path;
mod upload;

pub(crate) use entry::{Entry, EntryKind};
pub(crate) use error::VolumeError;
pub(crate) use folder::VolumeFolder;
pub(crate) use path::VolumePath;
pub(crate) use upload::{Part, Session, Upload};
