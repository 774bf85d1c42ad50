//! CREATE TABLE … CLONE: a table's files and state, at a version, as a commit of another table.
//!
//! Source snapshot → [`files::FileChanges`] (what to copy, add and remove) → [`copy`] → one commit.
//! Data first, log last: a crash leaves files that no log knows.

mod copy;
mod files;
mod metadata;

use super::action::{Action, CloneSource, DomainMetadata};
use super::checkpoint::checkpoint_if_due;
use super::commit::{assign_row_ids, commit_info, in_commit_timestamp, now_millis, write_commit};
use super::engine::DeltaEngine;
use super::error::DeltaError;
use super::history::CommitSummary;
use super::location::TableLocation;
use super::log::{Log, is_table};
use super::snapshot::{CLUSTERING, Pin, Snapshot};
use files::FileChanges;

/// A clone to be made.
#[derive(Debug)]
pub(crate) struct CloneRequest {
    /// Pinned: what is committed to the source meanwhile is not looked at.
    pub(crate) source: Snapshot,
    /// The full name, for the history.
    pub(crate) source_name: String,
    pub(crate) target: TableLocation,
    pub(crate) shallow: bool,
    /// Whether a table at the target is replaced, copying only what it has not.
    pub(crate) replace: bool,
    /// TBLPROPERTIES, which override those of the source.
    pub(crate) properties: Vec<(String, String)>,
    pub(crate) user: String,
}

/// The result row of CLONE (`facts/settled.md` §5), in its order. Sizes are in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct CloneMetrics {
    pub(crate) source_table_size: i64,
    pub(crate) source_num_of_files: i64,
    pub(crate) num_removed_files: i64,
    pub(crate) num_copied_files: i64,
    pub(crate) removed_files_size: i64,
    pub(crate) copied_files_size: i64,
}

/// Makes a clone: version 0 of a new table, or the next version of the one that is replaced.
///
/// # Errors
/// Those of reading the source; its features that cannot be cloned; properties that cannot be set;
/// [`DeltaError::FileNotFound`] for a file of the source that is gone; [`DeltaError::Conflict`] when somebody
/// else commits to the target meanwhile.
pub(crate) fn clone_table(engine: &DeltaEngine, request: &CloneRequest) -> Result<CloneMetrics, DeltaError> {
    let source = &request.source;
    source.protocol().ensure_allows(source.location(), |feature| feature.clone, "CLONE")?;
    let target = existing_target(engine, request)?;
    let protocol = metadata::protocol(request, target.as_ref())?;
    let mut metadata = metadata::metadata(request, target.as_ref())?;

    let mut directory = target_directory(request, target.as_ref())?;
    let mut changes = FileChanges::new(request, target.as_ref(), &directory)?;
    if changes.overwrites {
        directory = fresh_directory();
        changes = FileChanges::new(request, target.as_ref(), &directory)?;
    }
    changes.copy(request)?;
    let metrics = changes.metrics(request);

    let row_ids = assign_row_ids(&mut changes.adds, &protocol, &request.target, target.as_ref())?;
    let mut info = commit_info("CLONE", &request.user, target.as_ref().map(Snapshot::version));
    info.in_commit_timestamp = in_commit_timestamp(&mut metadata, target.as_ref())?;
    info.isolation_level = "Serializable";
    info.operation_parameters = parameters(request);
    info.operation_metrics = metrics.recorded();
    info.clone_source = Some(CloneSource { table_id: source.metadata().id.clone(), directory });

    let mut actions =
        vec![Action::CommitInfo(info), Action::Protocol(protocol), Action::MetaData(metadata.clone())];
    actions
        .extend(clustering(source, target.as_ref())?.into_iter().chain(row_ids).map(Action::DomainMetadata));
    if !request.shallow {
        actions.extend(source.transactions()?.into_iter().map(Action::Txn));
    }
    let deleted = now_millis();
    actions.extend(changes.removes.into_iter().map(|file| Action::Remove(file.into_remove(deleted))));
    actions.extend(changes.adds.into_iter().map(Action::Add));
    let version = target.map_or(0, |target| target.version() + 1);
    write_commit(&request.target, version, &actions)?;
    checkpoint_if_due(engine, &request.target, version, &metadata);
    Ok(metrics)
}

fn existing_target(engine: &DeltaEngine, request: &CloneRequest) -> Result<Option<Snapshot>, DeltaError> {
    let location = request.target.clone();
    if request.target.is_same(request.source.location()) {
        return Err(DeltaError::CloneSameTable { location });
    }
    match is_table(&request.target)? {
        false => Ok(None),
        true if !request.replace => Err(DeltaError::CloneTargetExists { location }),
        true => {
            let target = Snapshot::open(engine, &request.target, Pin::Latest)?;
            target.protocol().ensure_allows(&location, |feature| feature.clone, "CLONE")?;
            Ok(Some(target))
        }
    }
}

/// Below which directory of the target the source's relative paths go. A target that holds a deep clone of the
/// same table goes on with its directory, so that equal paths are equal files. Any other content gets out of
/// the way: its files must stay as they are until the commit, and for time travel after it.
fn target_directory(request: &CloneRequest, target: Option<&Snapshot>) -> Result<String, DeltaError> {
    if target.is_none() {
        return Ok(String::new());
    }
    let last = last_clone(&request.target)?;
    let same = last.filter(|source| source.table_id == request.source.metadata().id);
    Ok(match same {
        Some(source) => source.directory,
        None => fresh_directory(),
    })
}

fn fresh_directory() -> String {
    format!("clone-{}/", uuid::Uuid::new_v4().simple())
}

/// What the newest clone in the target's history was made of, when it was a deep one.
fn last_clone(target: &TableLocation) -> Result<Option<CloneSource>, DeltaError> {
    for version in Log::list(target)?.newest_first() {
        let commit = CommitSummary::read(target, version)?;
        if commit.operation.as_deref() == Some("CLONE") {
            let deep = commit.operation_parameters.get("isShallow").is_some_and(|shallow| shallow == "false");
            return Ok(commit.clone_source.filter(|_| deep));
        }
    }
    Ok(None)
}

/// The clustering of the source; the removal of that of the target when the source has none.
fn clustering(source: &Snapshot, target: Option<&Snapshot>) -> Result<Option<DomainMetadata>, DeltaError> {
    if let Some(domain) = source.domain(CLUSTERING)? {
        return Ok(Some(domain));
    }
    let old = target.map(|target| target.domain(CLUSTERING)).transpose()?.flatten();
    Ok(old.map(|domain| DomainMetadata { removed: true, ..domain }))
}

fn parameters(request: &CloneRequest) -> std::collections::BTreeMap<String, String> {
    [
        ("source", request.source_name.clone()),
        ("sourceVersion", request.source.version().to_string()),
        ("isShallow", request.shallow.to_string()),
    ]
    .map(|(key, value)| (key.to_owned(), value))
    .into()
}

impl CloneMetrics {
    /// As the history records them.
    fn recorded(&self) -> std::collections::BTreeMap<String, String> {
        [
            ("sourceTableSize", self.source_table_size),
            ("sourceNumOfFiles", self.source_num_of_files),
            ("numRemovedFiles", self.num_removed_files),
            ("numCopiedFiles", self.num_copied_files),
            ("removedFilesSize", self.removed_files_size),
            ("copiedFilesSize", self.copied_files_size),
        ]
        .map(|(key, value)| (key.to_owned(), value.to_string()))
        .into()
    }
}

#[cfg(test)]
mod tests;
