//! Copies the files of a volume or of a version of a model through this process: many transfers at once, none of them
//! large, each read back and compared. What is there already is not copied again, so that a copy that broke off goes on
//! where it was.

mod memory;
mod remove;
mod transfer;

use std::collections::{BTreeMap, BTreeSet};

use clxs_client::{Client, ErrorKind, FileRoot, Result};
use tokio_util::sync::CancellationToken;

use crate::at_once::at_once;
use crate::inventory::{FileState, list_files};
use crate::outcome::{CloneMetrics, StepOutcome};
pub(super) use memory::Memory;
pub(super) use remove::remove;

/// Files of a copy at once, and parts of a file.
const TRANSFERS: usize = 8;
/// How often files that change while they are copied are copied again.
const ROUNDS: usize = 3;

pub(super) type Listing = BTreeMap<String, FileState>;

/// Files to copy.
#[derive(Debug, Clone)]
pub(super) struct Copy {
    pub(super) from: FileRoot,
    pub(super) to: FileRoot,
    /// Larger files are left out.
    pub(super) max_file_bytes: Option<u64>,
    /// Files that stay as the destination has them.
    pub(super) kept: BTreeSet<String>,
    /// Files that are copied whatever the destination has.
    pub(super) overwritten: BTreeSet<String>,
}

/// Copies what the destination lacks or has otherwise, and says before each round what is about to be written. The outer
/// result is that of who is told.
pub(super) async fn copy<E>(
    (client, memory): (&Client, &Memory),
    copy: &Copy,
    begins: impl FnMut(&Listing) -> std::result::Result<(), E>,
    cancellation: &CancellationToken,
) -> std::result::Result<Result<StepOutcome>, E> {
    Copying { client, copy, memory, cancellation }.rounds(begins).await
}

struct Copying<'a> {
    client: &'a Client,
    copy: &'a Copy,
    memory: &'a Memory,
    cancellation: &'a CancellationToken,
}

impl Copying<'_> {
    async fn rounds<E>(
        &self,
        mut begins: impl FnMut(&Listing) -> std::result::Result<(), E>,
    ) -> std::result::Result<Result<StepOutcome>, E> {
        let (mut listed, mut pending) = match self.lacking().await {
            Ok(found) => found,
            Err(error) => return Ok(Err(error)),
        };
        let left_out = listed.iter().filter(|(_, file)| self.is_too_large(file));
        let left_out = left_out.map(|(path, _)| path.clone()).collect();
        let mut metrics = CloneMetrics::default();
        for _ in 0..ROUNDS {
            if self.cancellation.is_cancelled() {
                return Ok(Ok(StepOutcome::Cancelled));
            }
            if pending.is_empty() {
                let metrics = Some(metrics);
                return Ok(Ok(StepOutcome::Done {
                    metrics,
                    missing: left_out,
                    changed: None,
                    unverified: None,
                }));
            }
            begins(&pending)?;
            let now = match self.round(&pending).await {
                Ok(None) => list_files(self.client, &self.copy.from).await,
                Ok(Some(_)) if self.cancellation.is_cancelled() => return Ok(Ok(StepOutcome::Cancelled)),
                Ok(Some(error)) => return Ok(Ok(StepOutcome::Failed { error })),
                Err(error) => Err(error),
            };
            let now = match now {
                Ok(now) => now,
                Err(error) => return Ok(Err(error)),
            };
            let files = pending.values().filter(|file| !file.is_directory);
            metrics.num_copied_files += files.clone().count() as u64;
            metrics.copied_files_size += files.map(|file| file.size).sum::<u64>();
            pending = self.pending(&now, |path, file| listed.get(path) != Some(file));
            listed = now;
        }
        let error = "files of the source go on changing while they are copied; clone again when they rest";
        Ok(Ok(StepOutcome::Failed { error: error.to_owned() }))
    }

    /// The files of the source, and what the destination lacks of them or has otherwise.
    async fn lacking(&self) -> Result<(Listing, Listing)> {
        let existing = self.existing().await?;
        let listed = list_files(self.client, &self.copy.from).await?;
        let is_lacking = |path: &String, file: &FileState| {
            self.copy.overwritten.contains(path) || !file.is_copied_by(existing.get(path))
        };
        let pending = self.pending(&listed, is_lacking);
        Ok((listed, pending))
    }

    /// A version of a model has no directory before its first file has come; UNCONFIRMED whether it can be listed.
    async fn existing(&self) -> Result<Listing> {
        match list_files(self.client, &self.copy.to).await {
            Err(error) if error.kind() == ErrorKind::NotFound && !self.makes_directories() => {
                Ok(Listing::new())
            }
            listed => listed,
        }
    }

    /// A version of a model has the directories that its files are in.
    fn makes_directories(&self) -> bool {
        matches!(self.copy.to, FileRoot::Volume(_))
    }

    fn is_too_large(&self, file: &FileState) -> bool {
        !file.is_directory && self.copy.max_file_bytes.is_some_and(|most| file.size > most)
    }

    fn pending(&self, listed: &Listing, is_new: impl Fn(&String, &FileState) -> bool) -> Listing {
        let is_wanted = |file: &FileState| {
            if file.is_directory { self.makes_directories() } else { !self.is_too_large(file) }
        };
        let wanted = listed.iter().filter(|(path, file)| is_wanted(file) && !self.copy.kept.contains(*path));
        wanted.filter(|(path, file)| is_new(path, file)).map(|(path, file)| (path.clone(), *file)).collect()
    }

    /// Copies directories, outer ones first, then files. Says what is wrong with a file that did not arrive as it is.
    async fn round(&self, pending: &Listing) -> Result<Option<String>> {
        for (path, _) in pending.iter().filter(|(_, file)| file.is_directory) {
            self.client.create_directory(&self.copy.to, path).await?;
        }
        let files = pending.iter().filter(|(_, file)| !file.is_directory);
        let files: Vec<_> = files.map(|(path, file)| self.file(path, file.size)).collect();
        let problems = at_once(files, TRANSFERS).await?;
        Ok(problems.into_iter().flatten().next())
    }
}
