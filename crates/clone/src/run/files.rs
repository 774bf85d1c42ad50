//! Copies the files of a volume or of a version of a model through this process: many transfers at once, none of them
//! large, each read back and compared. What is there already is not copied again, so that a copy that broke off goes on
//! where it was.

mod memory;
mod remove;
mod transfer;

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use clxs_client::{Client, ErrorKind, FileRoot, Result};
use futures::stream::{self, StreamExt};
use tokio_util::sync::CancellationToken;

use crate::inventory::{FileState, list_directories, list_files};
use crate::journal::CopiedFiles;
use crate::outcome::{CloneMetrics, StepOutcome};
use crate::plan::Edits;
pub(super) use memory::Memory;
pub(super) use remove::remove;

/// Files of a copy at once, and parts of a file.
const TRANSFERS: usize = 8;
/// How often files that change while they are copied are copied again.
const ROUNDS: usize = 3;
/// Files of a volume that are noted together, at least: to ask how they are costs a list of each directory that they are in.
const BATCH: usize = 256;
/// How often a copy asks, at most, however many files it has: lists are as long as directories are full.
const MOST_BATCHES: usize = 32;

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
    /// What is known of the files that are there: whatever else is there stays. Nothing where nobody else writes.
    pub(super) copied: Option<CopiedFiles>,
}

/// Who keeps account of what is written.
pub(super) trait Account: Sync {
    /// Why an account cannot be kept.
    type Error: Send;

    /// Files are about to be written, of these of the source.
    fn begins(&self, files: &Listing) -> std::result::Result<(), Self::Error>;

    /// Files are copies, and like this now.
    fn arrived(&self, files: &Listing) -> std::result::Result<(), Self::Error>;
}

/// Nobody does.
impl Account for () {
    type Error = Infallible;

    fn begins(&self, _: &Listing) -> std::result::Result<(), Infallible> {
        Ok(())
    }

    fn arrived(&self, _: &Listing) -> std::result::Result<(), Infallible> {
        Ok(())
    }
}

/// Copies what the destination lacks or has otherwise, and says before each round what is about to be written, and what has
/// arrived as soon as some of it has, however the copy ends. The outer result is that of who is told.
pub(super) async fn copy<A: Account>(
    (client, memory): (&Client, &Memory),
    copy: &Copy,
    account: &A,
    cancellation: &CancellationToken,
) -> std::result::Result<Result<StepOutcome>, A::Error> {
    Copying { client, copy, memory, cancellation }.rounds(account).await
}

struct Copying<'a> {
    client: &'a Client,
    copy: &'a Copy,
    memory: &'a Memory,
    cancellation: &'a CancellationToken,
}

/// What is there when a copy begins.
struct Compared {
    /// The files of the source.
    listed: Listing,
    /// What the destination lacks of them or has otherwise.
    pending: Listing,
    /// What it has that nobody knew when it was planned.
    edits: Edits,
    /// Copies of which nobody heard the end.
    unheard: Listing,
}

impl Copying<'_> {
    async fn rounds<A: Account>(&self, account: &A) -> std::result::Result<Result<StepOutcome>, A::Error> {
        let Compared { mut listed, mut pending, edits, unheard } = match self.compared().await {
            Ok(found) => found,
            Err(error) => return Ok(Err(error)),
        };
        if !unheard.is_empty() {
            account.arrived(&unheard)?;
        }
        let left_out = listed.iter().filter(|(_, file)| self.is_too_large(file));
        let left_out = left_out.map(|(path, _)| path.clone()).collect();
        let mut metrics = CloneMetrics::default();
        for _ in 0..ROUNDS {
            if self.cancellation.is_cancelled() {
                return Ok(Ok(StepOutcome::Cancelled));
            }
            if pending.is_empty() {
                return Ok(Ok(done(metrics, left_out, &edits)));
            }
            account.begins(&pending)?;
            let now = match self.round(&pending, account).await? {
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
            pending = self.pending(&now, &edits, |path, file| listed.get(path) != Some(file));
            listed = now;
        }
        let error = "files of the source go on changing while they are copied; clone again when they rest";
        Ok(Ok(StepOutcome::Failed { error: error.to_owned() }))
    }

    /// Compares both sides.
    async fn compared(&self) -> Result<Compared> {
        let existing = self.existing().await?;
        let listed = list_files(self.client, &self.copy.from).await?;
        let copied = self.copy.copied.as_ref();
        let edits = copied.map(|copied| Edits::of(false, copied, (&listed, &existing))).unwrap_or_default();
        let edits =
            edits.without(|path| self.copy.kept.contains(path) || self.copy.overwritten.contains(path));
        let is_lacking = |path: &String, file: &FileState| {
            self.copy.overwritten.contains(path) || !file.is_copied_by(existing.get(path))
        };
        let pending = self.pending(&listed, &edits, is_lacking);
        let is_unheard = |(path, file): &(String, FileState)| {
            let known = copied.and_then(|copied| copied.get(path)).filter(|known| known.begun.is_some());
            known.is_some_and(|known| known.is(file)) && !pending.contains_key(path)
        };
        let unheard = existing.into_iter().filter(is_unheard).collect();
        Ok(Compared { listed, pending, edits, unheard })
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

    fn pending(
        &self,
        listed: &Listing,
        edits: &Edits,
        is_new: impl Fn(&String, &FileState) -> bool,
    ) -> Listing {
        let is_wanted = |file: &FileState| {
            if file.is_directory { self.makes_directories() } else { !self.is_too_large(file) }
        };
        let is_kept = |path: &String| self.copy.kept.contains(path) || edits.kept.contains(path);
        let wanted = listed.iter().filter(|(path, file)| is_wanted(file) && !is_kept(path));
        wanted.filter(|(path, file)| is_new(path, file)).map(|(path, file)| (path.clone(), *file)).collect()
    }

    /// Copies directories, outer ones first, then files. Says what is wrong with a file that did not arrive as it is.
    async fn round<A: Account>(
        &self,
        pending: &Listing,
        account: &A,
    ) -> std::result::Result<Result<Option<String>>, A::Error> {
        for (path, _) in pending.iter().filter(|(_, file)| file.is_directory) {
            if let Err(error) = self.client.create_directory(&self.copy.to, path).await {
                return Ok(Err(error));
            }
        }
        let files: Vec<_> = pending.iter().filter(|(_, file)| !file.is_directory).collect();
        for batch in files.chunks(files.len().div_ceil(MOST_BATCHES).max(BATCH)) {
            match self.batch(batch, account).await? {
                Ok(None) => {}
                ended => return Ok(ended),
            }
        }
        Ok(Ok(None))
    }

    /// Copies some files, and notes those that have arrived, also where another one has not: then none is begun any more, and
    /// those under way come to their end, for what is written of them would be there all the same.
    async fn batch<A: Account>(
        &self,
        batch: &[(&String, &FileState)],
        account: &A,
    ) -> std::result::Result<Result<Option<String>>, A::Error> {
        let (arrived, failed) = (Mutex::new(Listing::new()), OnceLock::new());
        let files = batch.iter().map(|(path, file)| async {
            if failed.get().is_some() {
                return;
            }
            match self.file(path, file.size).await {
                Ok(None) => drop(locked(&arrived).insert((*path).clone(), **file)),
                // What failed first is told.
                failure => drop(failed.set(failure)),
            }
        });
        stream::iter(files.collect::<Vec<_>>()).buffer_unordered(TRANSFERS).collect::<()>().await;
        let (arrived, failed) = (std::mem::take(&mut *locked(&arrived)), failed.into_inner());
        match self.as_they_are(&arrived).await {
            Ok(now) if now.is_empty() => Ok(failed.unwrap_or(Ok(None))),
            Ok(now) => account.arrived(&now).map(|()| failed.unwrap_or(Ok(None))),
            Err(error) => Ok(failed.unwrap_or(Err(error))),
        }
    }

    /// How the destination has files that have arrived, but for those of another size, which somebody has written since; asked
    /// of the directories that they are in, once for all.
    async fn as_they_are(&self, arrived: &Listing) -> Result<Listing> {
        if self.copy.copied.is_none() {
            return Ok(Listing::new());
        }
        let directory =
            |path: &String| path.rsplit_once('/').map(|(parent, _)| parent).unwrap_or_default().to_owned();
        let directories: BTreeSet<_> = arrived.keys().map(directory).collect();
        let directories: Vec<_> = directories.into_iter().collect();
        let mut now = list_directories(self.client, &self.copy.to, &directories).await?;
        now.retain(|path, found| arrived.get(path).is_some_and(|file| file.size == found.size));
        Ok(now)
    }
}

/// Nothing panics while it is locked.
fn locked(files: &Mutex<Listing>) -> MutexGuard<'_, Listing> {
    files.lock().unwrap_or_else(PoisonError::into_inner)
}

fn done(metrics: CloneMetrics, left_out: Vec<String>, edits: &Edits) -> StepOutcome {
    let kept: Vec<_> = edits.details().collect();
    let changed = (!kept.is_empty()).then(|| kept.join("; "));
    StepOutcome::Done { metrics: Some(metrics), missing: left_out, changed, unverified: None }
}
