//! Evidence of a run: a folder with what it planned, did and left, chained by hashes, to be checked years later without a
//! workspace, a journal or a network.
//!
//! `manifest.json` names the files in order. Each has the SHA-256 of its content and a link: the SHA-256 of the link
//! before, its name, its size and that hash. The first link hashes what the manifest says of the run. The entries of the
//! journal are chained in the same way, a line each. The last link stands for all of it: whoever keeps it elsewhere can
//! tell a bundle that was made anew from the one that was kept.

mod chain;
mod verify;

use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use verify::{Verified, verify};

use crate::journal::{JournalEntry, RunSummary};
pub(crate) use chain::hex;
use chain::{digest, link};

/// The file that names the others.
pub const MANIFEST: &str = "manifest.json";

/// The file with the entries of the journal.
pub const JOURNAL: &str = "journal.jsonl";

/// Names the format.
const SCHEMA: &str = "clxs.bundle";
const VERSION: u32 = 1;

/// What the manifest holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Manifest {
    schema: String,
    version: u32,
    /// The run as lists show it.
    run: Value,
    files: Vec<FileEntry>,
    /// The last link.
    head: String,
}

/// A file of the bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct FileEntry {
    name: String,
    bytes: u64,
    sha256: String,
    link: String,
}

/// A line of the journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Line {
    sequence: u64,
    entry: Value,
    link: String,
}

impl Manifest {
    /// What the first link hashes.
    fn origin(&self) -> String {
        let Self { schema, version, run, .. } = self;
        digest(serde_json::json!({ "schema": schema, "version": version, "run": run }).to_string())
    }

    fn render(&self) -> serde_json::Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }
}

impl Line {
    fn after(before: &str, sequence: u64, entry: Value) -> Self {
        let link = link(before, &[&sequence.to_string(), &entry.to_string()]);
        Self { sequence, entry, link }
    }
}

impl FileEntry {
    fn after(before: &str, name: &str, content: &str) -> Self {
        let (bytes, sha256) = (content.len() as u64, digest(content));
        let link = link(before, &[name, &bytes.to_string(), &sha256]);
        Self { name: name.to_owned(), bytes, sha256, link }
    }
}

/// Writes a bundle into a folder that is made, of the run, its journal and other files by name. Returns the last link.
///
/// # Errors
/// When the folder is there and not empty, or cannot be written.
pub fn write(
    folder: &Path,
    run: &RunSummary,
    journal: &[JournalEntry],
    files: &[(&str, String)],
) -> io::Result<String> {
    fs_err::create_dir_all(folder)?;
    if fs_err::read_dir(folder)?.next().is_some() {
        let message = format!("{} is not empty; name a new folder", folder.display());
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, message));
    }
    let mut manifest = Manifest {
        schema: SCHEMA.to_owned(),
        version: VERSION,
        run: serde_json::to_value(run)?,
        files: Vec::new(),
        head: String::new(),
    };
    manifest.head = manifest.origin();
    let lines = lines(journal, &manifest.head)?;
    for (name, content) in files.iter().map(|(name, content)| (*name, content)).chain([(JOURNAL, &lines)]) {
        fs_err::write(folder.join(name), content)?;
        let entry = FileEntry::after(&manifest.head, name, content);
        manifest.head.clone_from(&entry.link);
        manifest.files.push(entry);
    }
    fs_err::write(folder.join(MANIFEST), manifest.render()?)?;
    Ok(manifest.head)
}

/// The entries, each linked to the one before.
fn lines(journal: &[JournalEntry], origin: &str) -> serde_json::Result<String> {
    let mut before = origin.to_owned();
    let mut lines = String::new();
    for (sequence, entry) in (1..).zip(journal) {
        let line = Line::after(&before, sequence, serde_json::to_value(entry)?);
        lines.push_str(&(serde_json::to_string(&line)? + "\n"));
        before = line.link;
    }
    Ok(lines)
}
