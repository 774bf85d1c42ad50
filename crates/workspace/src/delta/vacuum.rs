//! VACUUM: files that no version within the retention needs.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::action::{Action, AddFile, DeletionVector};
use super::commit::{commit_info, in_commit_timestamp, now_millis, write_commit};
use super::deletion_vector;
use super::error::DeltaError;
use super::log::{Log, each_in_commit, modified_millis};
use super::property::interval_millis;
use super::snapshot::Snapshot;

const HOUR: i64 = 3_600_000;
/// The retention of a table that does not say (Delta protocol, `delta.deletedFileRetentionDuration`).
const DEFAULT_RETENTION: i64 = 7 * 24 * HOUR;
const RETENTION: &str = "delta.deletedFileRetentionDuration";

/// Which files go.
#[derive(Debug, Clone)]
pub(crate) struct VacuumRequest {
    pub(crate) retain_hours: Option<f64>,
    /// Nothing is deleted.
    pub(crate) dry_run: bool,
    /// Shallow clones whose files may lie among those of the table.
    pub(crate) clones: Vec<Snapshot>,
    pub(crate) user: String,
}

/// Deletes files. Returns their paths.
///
/// # Errors
/// [`DeltaError::RetentionTooShort`]; [`DeltaError::UnknownRetention`]; [`DeltaError::LogTooShort`] when the log no longer says what the retention
/// needs; features of the table that do not allow it.
pub(crate) fn vacuum(table: &Snapshot, request: &VacuumRequest) -> Result<Vec<PathBuf>, DeltaError> {
    let location = table.location();
    table.protocol().ensure_allows(location, |feature| feature.delete, "VACUUM")?;
    let configured = retention(table)?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "hours of a statement")]
    let retain = request.retain_hours.map_or(configured, |hours| (hours * HOUR as f64) as i64);
    if retain < configured {
        return Err(DeltaError::RetentionTooShort { location: location.clone(), hours: configured / HOUR });
    }
    let before = now_millis() - retain;
    let mut needed = needed(table, before)?;
    for clone in &request.clones {
        needed.extend(self::needed(clone, before)?);
    }
    let mut unneeded = Vec::new();
    collect(table, location.path(), before, &needed, &mut unneeded)?;
    unneeded.sort();
    if !request.dry_run {
        delete(table, request, (retain, configured), &unneeded)?;
    }
    Ok(unneeded.into_iter().map(|file| file.path).collect())
}

/// How long files are kept after they left the table, in milliseconds.
///
/// # Errors
/// [`DeltaError::UnknownRetention`]: a length that is not understood must not become a shorter one.
pub(super) fn retention(table: &Snapshot) -> Result<i64, DeltaError> {
    let Some(text) = table.metadata().configuration.get(RETENTION) else { return Ok(DEFAULT_RETENTION) };
    interval_millis(text).ok_or_else(|| DeltaError::UnknownRetention {
        location: table.location().clone(),
        text: text.clone(),
    })
}

/// A tombstone, as far as it says which files are needed.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Tombstone {
    path: String,
    deletion_timestamp: Option<i64>,
    deletion_vector: Option<DeletionVector>,
}

#[derive(Deserialize)]
struct Line {
    remove: Option<Tombstone>,
    cdc: Option<ChangeFile>,
}

#[derive(Deserialize)]
struct ChangeFile {
    path: String,
}

/// The files of the newest version, and those that left the table since.
fn needed(table: &Snapshot, since: i64) -> Result<HashSet<PathBuf>, DeltaError> {
    let location = table.location();
    let mut needed = HashSet::new();
    for AddFile { path, deletion_vector, .. } in table.files()? {
        add_file(table, &path, deletion_vector.as_ref(), &mut needed)?;
    }
    let log = Log::list(location)?;
    let mut oldest = None;
    for version in log.newest_first() {
        let recent = committed(table, version)? >= since;
        let mut paths: Vec<(String, Option<DeletionVector>)> = Vec::new();
        each_in_commit(location, version, |line: Line| {
            let kept = |remove: &Tombstone| remove.deletion_timestamp.unwrap_or_default() >= since;
            let removed = line.remove.filter(kept).map(|remove| (remove.path, remove.deletion_vector));
            paths.extend(removed);
            paths.extend(line.cdc.filter(|_| recent).map(|file| (file.path, None)));
        })?;
        for (path, vector) in paths {
            add_file(table, &path, vector.as_ref(), &mut needed)?;
        }
        oldest = Some(version);
    }
    match oldest {
        Some(0) => Ok(needed),
        _ => ensure_reaches(table, oldest, since).map(|()| needed),
    }
}

/// Tombstones of commits that are cleaned up are in checkpoints, which are not looked at.
fn ensure_reaches(table: &Snapshot, oldest: Option<u64>, since: i64) -> Result<(), DeltaError> {
    match oldest.map(|version| committed(table, version)).transpose()? {
        Some(committed) if committed < since => Ok(()),
        _ => Err(DeltaError::LogTooShort { location: table.location().clone() }),
    }
}

/// The time of the file of a commit.
fn committed(table: &Snapshot, version: u64) -> Result<i64, DeltaError> {
    let location = table.location();
    fs_err::metadata(location.commit_file(version))
        .and_then(|metadata| modified_millis(&metadata))
        .map_err(DeltaError::io(location))
}

fn add_file(
    table: &Snapshot,
    path: &str,
    vector: Option<&DeletionVector>,
    needed: &mut HashSet<PathBuf>,
) -> Result<(), DeltaError> {
    needed.insert(table.location().resolve(path)?);
    if let Some(vector) = vector {
        needed.extend(deletion_vector::file(table.location(), vector)?);
    }
    Ok(())
}

/// A file that nobody needs.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Unneeded {
    path: PathBuf,
    size: u64,
}

/// Looks for old files that are not needed. Hidden names are left alone, but for partitions and change data.
fn collect(
    table: &Snapshot,
    directory: &Path,
    before: i64,
    needed: &HashSet<PathBuf>,
    unneeded: &mut Vec<Unneeded>,
) -> Result<(), DeltaError> {
    let location = table.location();
    for entry in fs_err::read_dir(directory).map_err(DeltaError::io(location))? {
        let entry = entry.map_err(DeltaError::io(location))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with(['_', '.']) && !name.contains('=') && name != "_change_data" {
            continue;
        }
        let metadata = entry.metadata().map_err(DeltaError::io(location))?;
        if metadata.is_dir() {
            collect(table, &entry.path(), before, needed, unneeded)?;
        } else if metadata.is_file() && !needed.contains(&entry.path()) {
            let modified = modified_millis(&metadata).map_err(DeltaError::io(location))?;
            if modified < before {
                unneeded.push(Unneeded { path: entry.path(), size: metadata.len() });
            }
        }
    }
    Ok(())
}

fn delete(
    table: &Snapshot,
    request: &VacuumRequest,
    (retain, configured): (i64, i64),
    files: &[Unneeded],
) -> Result<(), DeltaError> {
    let size: u64 = files.iter().map(|file| file.size).sum();
    let mut parameters = BTreeMap::from([
        ("retentionCheckEnabled".to_owned(), "true".to_owned()),
        ("defaultRetentionMillis".to_owned(), configured.to_string()),
    ]);
    if request.retain_hours.is_some() {
        parameters.insert("specifiedRetentionMillis".to_owned(), retain.to_string());
    }
    let found = [("numFilesToDelete", files.len() as u64), ("sizeOfDataToDelete", size)];
    record(table, "VACUUM START", &request.user, &parameters, &found)?;
    for file in files {
        fs_err::remove_file(&file.path).map_err(DeltaError::io(table.location()))?;
    }
    let parameters = BTreeMap::from([("status".to_owned(), "COMPLETED".to_owned())]);
    record(table, "VACUUM END", &request.user, &parameters, &[("numDeletedFiles", files.len() as u64)])
}

/// A commit that says what happens and changes nothing.
fn record(
    table: &Snapshot,
    operation: &str,
    user: &str,
    parameters: &BTreeMap<String, String>,
    metrics: &[(&str, u64)],
) -> Result<(), DeltaError> {
    let mut attempt = 1;
    loop {
        let newest = Snapshot::open(&table.engine, table.location(), super::Pin::Latest)?;
        let mut info = commit_info(operation, user, Some(newest.version()));
        info.in_commit_timestamp = in_commit_timestamp(&mut newest.metadata().clone(), Some(&newest))?;
        info.isolation_level = "SnapshotIsolation";
        info.is_blind_append = true;
        info.operation_parameters.clone_from(parameters);
        info.operation_metrics =
            metrics.iter().map(|(key, value)| ((*key).to_owned(), value.to_string())).collect();
        match write_commit(table.location(), newest.version() + 1, &[Action::CommitInfo(info)]) {
            Err(DeltaError::Conflict { .. }) if attempt < super::transaction::ATTEMPTS => attempt += 1,
            result => return result,
        }
    }
}
