//! Copies the files of a volume or of a version of a model through this process: many transfers at once, none of them
//! large, each read back and compared. What is there already is not copied again, so that a copy that broke off goes on
//! where it was.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use bytes::Bytes;
use clxs_client::{Client, ErrorKind, FileRoot, PartUpload, Result, UploadedPart};
use sha2::{Digest, Sha256};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio_util::sync::CancellationToken;

use super::rest::gone;
use crate::at_once::at_once;
use crate::inventory::{FileState, list_files};
use crate::outcome::{CloneMetrics, StepOutcome};
use crate::plan::RemoveFiles;

/// Files of a copy at once, and parts of a file.
const TRANSFERS: usize = 8;
/// The contents that a run holds at once, whatever it copies.
const MEMORY: u32 = 256 << 20;
/// The unit in which they are counted.
const MEBIBYTE: u64 = 1 << 20;
/// The bytes of a part; smaller files go in one request.
const PART: u64 = 8 << 20;
/// Parts that a file may have (`facts/rest_api.md` §7).
const MOST_PARTS: u64 = 10_000;
/// The largest file that goes in one request where storage takes no parts: what an answer may have.
const LARGEST_WHOLE: u64 = 120 << 20;
/// How often files that change while they are copied are copied again.
const ROUNDS: usize = 3;

type Hash = [u8; 32];
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

/// Room for the contents of files on their way through this process.
#[derive(Debug)]
pub(super) struct Memory(Semaphore);

impl Memory {
    pub(super) fn new() -> Self {
        Self(Semaphore::new(Self::units(MEMORY.into()) as usize))
    }

    /// Waits until there is room; whatever is larger than all of it takes all of it.
    async fn hold(&self, bytes: u64) -> Option<SemaphorePermit<'_>> {
        self.0.acquire_many(Self::units(bytes)).await.ok()
    }

    fn units(bytes: u64) -> u32 {
        let most = u64::from(MEMORY) / MEBIBYTE;
        u32::try_from(bytes.div_ceil(MEBIBYTE).clamp(1, most)).unwrap_or(1)
    }
}

/// Copies what the destination lacks or has otherwise, and says before each round what is about to be written. The outer
/// result is that of who is told.
pub(super) async fn copy<E>(
    (client, memory): (&Client, &Memory),
    copy: &Copy,
    begins: impl FnMut(&Listing) -> std::result::Result<(), E>,
    cancellation: &CancellationToken,
) -> std::result::Result<Result<StepOutcome>, E> {
    let copying = Copying { client, copy, memory };
    copying.rounds(begins, cancellation).await
}

/// Removes what a copy has brought, but for what was changed since: what is not as the copy left it, or where nobody knows
/// that, what has another size or was changed after its run ended (milliseconds since 1970-01-01 UTC).
pub(super) async fn remove(
    client: &Client,
    remove: &RemoveFiles,
    copied: &Listing,
    run_ended_ms: Option<i64>,
) -> Result<StepOutcome> {
    let volume = FileRoot::Volume(remove.volume.clone());
    let mut left = list_files(client, &volume).await?;
    let is_there = |path: &&String| left.contains_key(*path);
    let is_changed = |path: &&String| {
        let file = left.get(*path).copied().unwrap_or_default();
        match copied.get(*path) {
            Some(copy) => *copy != file,
            None => {
                file.is_directory
                    || remove.files.get(*path) != Some(&file.size)
                    || run_ended_ms.is_some_and(|end| file.modified > end)
            }
        }
    };
    let (changed, removed): (Vec<_>, Vec<_>) = remove.files.keys().filter(is_there).partition(is_changed);
    let delete = |path| {
        let deleted = client.delete_file(&volume, path);
        async move { gone(deleted.await) }
    };
    let deletions: Vec<_> = removed.iter().map(|path| delete(path.as_str())).collect();
    at_once(deletions, TRANSFERS).await?;
    for path in removed {
        left.remove(path);
    }
    // Inner ones come behind those that they are in.
    for directory in remove.directories.iter().rev() {
        let prefix = format!("{directory}/");
        let mut inside = left.range(prefix.clone()..);
        if !inside.next().is_some_and(|(path, _)| path.starts_with(&prefix)) {
            gone(client.delete_directory(&volume, directory).await)?;
            left.remove(directory);
        }
    }
    let kept = (!changed.is_empty()).then(|| format!("with {changed:?}, which were changed since"));
    Ok(StepOutcome::Done { metrics: None, missing: Vec::new(), changed: kept, unverified: None })
}

struct Copying<'a> {
    client: &'a Client,
    copy: &'a Copy,
    memory: &'a Memory,
}

impl Copying<'_> {
    async fn rounds<E>(
        &self,
        mut begins: impl FnMut(&Listing) -> std::result::Result<(), E>,
        cancellation: &CancellationToken,
    ) -> std::result::Result<Result<StepOutcome>, E> {
        let (mut listed, mut pending) = match self.lacking().await {
            Ok(found) => found,
            Err(error) => return Ok(Err(error)),
        };
        let left_out = listed.iter().filter(|(_, file)| self.is_too_large(file));
        let left_out = left_out.map(|(path, _)| path.clone()).collect();
        let mut metrics = CloneMetrics::default();
        for _ in 0..ROUNDS {
            if cancellation.is_cancelled() {
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
            let now = match self.round(&pending, cancellation).await {
                Ok(None) => list_files(self.client, &self.copy.from).await,
                Ok(Some(_)) if cancellation.is_cancelled() => return Ok(Ok(StepOutcome::Cancelled)),
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
    async fn round(&self, pending: &Listing, cancellation: &CancellationToken) -> Result<Option<String>> {
        for (path, _) in pending.iter().filter(|(_, file)| file.is_directory) {
            self.client.create_directory(&self.copy.to, path).await?;
        }
        let files = pending.iter().filter(|(_, file)| !file.is_directory);
        let files: Vec<_> = files.map(|(path, file)| self.file(path, file.size, cancellation)).collect();
        let problems = at_once(files, TRANSFERS).await?;
        Ok(problems.into_iter().flatten().next())
    }

    /// Copies one file; nothing is begun after a cancellation, which ends the copy.
    async fn file(&self, path: &str, size: u64, cancellation: &CancellationToken) -> Result<Option<String>> {
        if cancellation.is_cancelled() {
            return Ok(Some("the run was cancelled".to_owned()));
        }
        let upload = if size > PART { self.client.begin_upload(&self.copy.to, path).await? } else { None };
        let Some(upload) = upload else { return self.whole(path, size).await };
        let parts = ranges(size);
        let sent: Vec<_> =
            (1..).zip(parts.clone()).map(|(number, range)| self.part(&upload, path, number, range)).collect();
        let (uploaded, hashes): (Vec<_>, Vec<_>) = at_once(sent, TRANSFERS).await?.into_iter().unzip();
        self.client.complete_upload(&upload, uploaded).await?;
        let arrived = |range: Range<u64>| {
            let size = range.end - range.start;
            self.arrived(path, (Some(range), size))
        };
        let arrived: Vec<_> = parts.into_iter().map(arrived).collect();
        Ok((at_once(arrived, TRANSFERS).await? != hashes).then(|| self.differs(path)))
    }

    async fn part(
        &self,
        upload: &PartUpload,
        path: &str,
        number: u32,
        range: Range<u64>,
    ) -> Result<(UploadedPart, Hash)> {
        let _room = self.memory.hold(range.end - range.start).await;
        let content = self.client.download_file(&self.copy.from, path, Some(range)).await?;
        let hash = hash(&content);
        Ok((self.client.upload_part(upload, number, content).await?, hash))
    }

    async fn whole(&self, path: &str, size: u64) -> Result<Option<String>> {
        if size > LARGEST_WHOLE {
            let way_out =
                if self.makes_directories() { "; leave it out with volume_max_file_mb" } else { "" };
            return Ok(Some(format!(
                "`{path}` has {size} bytes, and the storage of {} takes files of that size in no way that clxs \
                 knows{way_out}",
                self.copy.to
            )));
        }
        let sent = {
            let _room = self.memory.hold(size).await;
            let content = self.client.download_file(&self.copy.from, path, None).await?;
            let sent = hash(&content);
            self.client.upload_file(&self.copy.to, path, content).await?;
            sent
        };
        let arrived = self.arrived(path, (None, size)).await?;
        Ok((arrived != sent).then(|| self.differs(path)))
    }

    async fn arrived(&self, path: &str, (range, size): (Option<Range<u64>>, u64)) -> Result<Hash> {
        let _room = self.memory.hold(size).await;
        Ok(hash(&self.client.download_file(&self.copy.to, path, range).await?))
    }

    fn differs(&self, path: &str) -> String {
        format!("`{path}` in {} is not what was written to it (SHA-256)", self.copy.to)
    }
}

/// The parts of a file.
fn ranges(size: u64) -> Vec<Range<u64>> {
    let part = PART.max(size.div_ceil(MOST_PARTS));
    (0..size.div_ceil(part)).map(|number| number * part..size.min((number + 1) * part)).collect()
}

fn hash(content: &Bytes) -> Hash {
    Sha256::digest(content).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cover_a_file_without_gap_and_are_at_most_as_many_as_storage_takes() {
        for size in [PART + 1, 3 * PART, PART * MOST_PARTS + 1] {
            let ranges = ranges(size);
            assert!(ranges.len() <= usize::try_from(MOST_PARTS).unwrap());
            assert_eq!((ranges[0].start, ranges[ranges.len() - 1].end), (0, size));
            assert!(ranges.windows(2).all(|pair| pair[0].end == pair[1].start));
        }
    }
}
