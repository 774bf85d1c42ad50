//! Copies of files, and what undoes them.

use std::collections::{BTreeMap, BTreeSet};

use clxs_api::FullName;
use serde::{Deserialize, Serialize};

use crate::inventory::VersionOrigin;

/// Something that moves files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Transfer {
    /// Copies the files of a volume.
    CopyFiles(CopyFiles),
    /// Copies a version of a registered model.
    CopyVersion(Box<CopyVersion>),
    /// Removes files that were copied into a volume.
    RemoveFiles(RemoveFiles),
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
    /// Files of the destination that somebody edited since they were copied, and that stay.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub kept: BTreeSet<String>,
    /// Such files that are copied again whatever they are.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub overwritten: BTreeSet<String>,
    /// A hash of the files of both sides (SHA-256) where the plan has seen them: it moves with them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<String>,
}

/// A version of a registered model that the destination's model lacks. Its number there is the platform's choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopyVersion {
    /// The version to copy.
    pub origin: VersionOrigin,
    /// The model that gets the copy.
    pub destination: FullName,
    /// The run of `MLflow` that made the version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_id: Option<String>,
    /// The workspace of that run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_workspace: Option<i64>,
    /// The comment of the copy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Whether the copy gets the tags of the version.
    pub tags: bool,
}

/// Files that a copy has brought to a volume that was there before. Those that were changed after its run stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoveFiles {
    /// The volume.
    pub volume: FullName,
    /// By path in the volume, with the bytes that each has: whoever gave one other bytes keeps it.
    pub files: BTreeMap<String, u64>,
    /// Directories, which go when nothing is left in them.
    pub directories: BTreeSet<String>,
    /// How many files the copy has replaced: nobody has what they held.
    pub replaced: usize,
}
