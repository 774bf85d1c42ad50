//! The last entry of a backup: what it must hold.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The number of this format; other numbers are not read.
pub(super) const FORMAT: u32 = 1;
/// The name of the entry.
pub(super) const MANIFEST: &str = "manifest.json";

/// What a backup must hold.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Manifest {
    pub(super) format: u32,
    /// By path, with `/`.
    pub(super) files: BTreeMap<String, Checksum>,
    /// Full names and locations of tables that are not in it.
    pub(super) external: Vec<(String, String)>,
}

/// Size and SHA-256 of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Checksum {
    pub(super) size: u64,
    /// In hexadecimal digits.
    pub(super) sha256: String,
}

impl Manifest {
    pub(super) fn new(external: Vec<(String, String)>) -> Self {
        Self { format: FORMAT, files: BTreeMap::new(), external }
    }

    /// The size of all files.
    pub(super) fn bytes(&self) -> u64 {
        self.files.values().map(|file| file.size).sum()
    }

    /// The first difference to what was found; none when it is all there and nothing else.
    pub(super) fn difference(&self, found: &BTreeMap<String, Checksum>) -> Option<String> {
        let wrong = self.files.iter().find_map(|(path, expected)| match found.get(path) {
            None => Some(format!("{path} is missing")),
            Some(found) => (found != expected).then(|| format!("{path} is not what was written")),
        });
        wrong.or_else(|| {
            let unknown = found.keys().find(|path| !self.files.contains_key(*path));
            unknown.map(|path| format!("{path} does not belong to it"))
        })
    }
}
