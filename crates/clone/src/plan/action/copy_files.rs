//! Copies of files.

use clxs_api::{FullName, Identifier};
use serde::{Deserialize, Serialize};

/// Something that moves files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Transfer {
    /// Copies the files of a volume.
    CopyFiles(CopyFiles),
}

/// The files of a volume that its copy lacks, or has otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopyFiles {
    /// The volume with the files.
    pub source: FullName,
    /// The volume to write them to. Files that only it has stay.
    pub destination: FullName,
    /// Larger files are left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_file_bytes: Option<u64>,
}

impl CopyFiles {
    /// The path of a volume.
    pub(super) fn path_of(volume: &FullName) -> String {
        let names: Vec<_> = volume.parts().iter().map(Identifier::as_str).collect();
        format!("/Volumes/{}", names.join("/"))
    }
}
