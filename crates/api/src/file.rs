//! Files in volumes.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::null_as_default;

/// A file or directory in a directory.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DirectoryEntry {
    /// The absolute path.
    pub path: Option<String>,
    /// The last part of the path.
    pub name: Option<String>,
    /// Whether it is a directory.
    pub is_directory: Option<bool>,
    /// Bytes; for files only.
    pub file_size: Option<i64>,
    /// When it was last changed, ms.
    pub last_modified: Option<i64>,
}

/// A page of a directory.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListDirectoryResponse {
    /// What is in the directory.
    #[serde(deserialize_with = "null_as_default")]
    pub contents: Vec<DirectoryEntry>,
    /// Present unless this is the last page.
    pub next_page_token: Option<String>,
}
