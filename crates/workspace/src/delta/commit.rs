//! Writing commits: newline-delimited JSON, put if absent, on disk before it counts.

use std::io::{self, BufWriter, ErrorKind, Write as _};
use std::path::Path;

use chrono::Utc;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::action::{Action, AddFile, CommitInfo, DomainMetadata, Metadata, Protocol};
use super::durable::{create_directories, sync, sync_together};
use super::error::{Conflict, DeltaError};
use super::location::TableLocation;
use super::snapshot::Snapshot;

/// The property that asks for a timestamp in each commit.
pub(super) const IN_COMMIT_TIMESTAMPS: &str = "delta.enableInCommitTimestamps";
const ENABLEMENT_VERSION: &str = "delta.inCommitTimestampEnablementVersion";
const ENABLEMENT_TIMESTAMP: &str = "delta.inCommitTimestampEnablementTimestamp";
const ROW_TRACKING: &str = "delta.rowTracking";

/// Milliseconds since 1970.
pub(super) fn now_millis() -> i64 {
    Utc::now().timestamp_millis()
}

/// A `commitInfo` of now, on top of a version or for a new table.
pub(super) fn commit_info(operation: &str, user: &str, read: Option<u64>) -> CommitInfo {
    CommitInfo {
        timestamp: now_millis(),
        user_name: Some(user.to_owned()),
        operation: operation.to_owned(),
        read_version: read.and_then(|version| i64::try_from(version).ok()),
        isolation_level: "WriteSerializable",
        engine_info: concat!("clxs/", env!("CARGO_PKG_VERSION")).to_owned(),
        txn_id: Uuid::new_v4().to_string(),
        ..CommitInfo::default()
    }
}

/// Writes a version: either all of it is there, durably, or nothing. Only version 0 makes the log: a table
/// that was dropped meanwhile does not come back.
///
/// A version appears under its name when its content is durable, and the name is durable before this returns: the
/// disk is waited for twice. A table whose folder is made here nobody knows before the caller has noted it in the
/// metastore, so that the order does not matter: its content, its name and its folders are waited for once.
///
/// # Errors
/// [`DeltaError::Conflict`] when the version exists.
pub(super) fn write_commit(
    location: &TableLocation,
    version: u64,
    actions: &[Action],
) -> Result<(), DeltaError> {
    let (log, commit) = (location.log(), location.commit_file(version));
    let unknown = version == 0 && !location.path().exists();
    let mut unsynced = match version {
        0 => create_directories(&log).map_err(DeltaError::io(location))?,
        _ => Vec::new(),
    };
    let temporary = log.join(format!(".{version:020}.{}.tmp", Uuid::new_v4()));
    let written = write_lines(&temporary, actions)
        .and_then(|()| if unknown { Ok(()) } else { sync(&temporary) })
        // A hard link fails when the name exists, which a rename does not.
        .and_then(|()| fs_err::hard_link(&temporary, &commit));
    discard(&temporary);
    match written {
        Ok(()) => {
            unsynced.extend(unknown.then_some(commit).into_iter().chain([log]));
            sync_together(&unsynced).map_err(DeltaError::io(location))
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            Err(DeltaError::conflict(location, version, Conflict::Version))
        }
        Err(error) => Err(DeltaError::io(location)(error)),
    }
}

/// The version stands or falls with its link: a temporary file that stays is one that no reader looks at.
fn discard(temporary: &Path) {
    if let Err(error) = fs_err::remove_file(temporary)
        && error.kind() != ErrorKind::NotFound
    {
        tracing::warn!(%error, "a temporary file of a commit stays");
    }
}

fn write_lines(path: &Path, actions: &[Action]) -> io::Result<()> {
    let mut file = BufWriter::new(fs_err::File::create(path)?);
    for action in actions {
        serde_json::to_writer(&mut file, action)?;
        file.write_all(b"\n")?;
    }
    file.flush()
}

/// The in-commit timestamp of the next version, when its metadata asks for one; notes in the metadata since
/// when, if the table has not always had them (Delta protocol, "In-Commit Timestamps").
pub(super) fn in_commit_timestamp(
    metadata: &mut Metadata,
    previous: Option<&Snapshot>,
) -> Result<Option<i64>, DeltaError> {
    if !metadata.is_enabled(IN_COMMIT_TIMESTAMPS) {
        return Ok(None);
    }
    let Some(previous) = previous else { return Ok(Some(now_millis())) };
    let timestamp = now_millis().max(previous.timestamp()? + 1);
    if !previous.is_enabled(IN_COMMIT_TIMESTAMPS) {
        let since = [
            (ENABLEMENT_VERSION, (previous.version() + 1).to_string()),
            (ENABLEMENT_TIMESTAMP, timestamp.to_string()),
        ];
        metadata.configuration.extend(since.map(|(key, value)| (key.to_owned(), value)));
    }
    Ok(Some(timestamp))
}

/// The state of the domain of row tracking.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RowTracking {
    row_id_high_water_mark: i64,
}

/// Gives the files of a commit their row ids, when the table tracks rows (Delta protocol, "Row Tracking").
/// Returns the domain that records how far ids are used.
///
/// # Errors
/// [`DeltaError::RowTrackingWithoutStats`] when a file does not say how many rows it has; [`DeltaError::Json`]
/// when the domain does not say how far ids are used.
pub(super) fn assign_row_ids(
    adds: &mut [AddFile],
    protocol: &Protocol,
    location: &TableLocation,
    previous: Option<&Snapshot>,
) -> Result<Option<DomainMetadata>, DeltaError> {
    if !protocol.supports("rowTracking") {
        return Ok(None);
    }
    let version = previous.map_or(0, |previous| previous.version() + 1);
    let used = previous.map(|previous| previous.domain_state(ROW_TRACKING)).transpose()?.flatten();
    let mut state = used.unwrap_or(RowTracking { row_id_high_water_mark: -1 });
    for add in adds.iter_mut().filter(|add| add.base_row_id.is_none()) {
        let records = add.num_records().ok_or_else(|| DeltaError::RowTrackingWithoutStats {
            location: location.clone(),
            path: add.path.clone(),
        })?;
        add.base_row_id = Some(state.row_id_high_water_mark + 1);
        add.default_row_commit_version = i64::try_from(version).ok();
        state.row_id_high_water_mark += records;
    }
    let configuration = serde_json::json!(state).to_string();
    Ok(Some(DomainMetadata { domain: ROW_TRACKING.to_owned(), configuration, removed: false }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_writer_of_a_version_gets_a_conflict_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let location = TableLocation::new(folder.path()).unwrap();
        let action = |user| Action::CommitInfo(commit_info("WRITE", user, None));
        write_commit(&location, 0, &[action("first")]).unwrap();
        let second = write_commit(&location, 0, &[action("second")]);
        assert!(matches!(second, Err(DeltaError::Conflict { version: 0, reason: Conflict::Version, .. })));
        let names: Vec<_> =
            fs_err::read_dir(location.log()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["00000000000000000000.json"]);
        assert!(fs_err::read_to_string(location.commit_file(0)).unwrap().contains("first"));
    }

    #[test]
    fn a_table_that_is_gone_does_not_come_back_with_its_next_version() {
        let folder = tempfile::tempdir().unwrap();
        let location = TableLocation::new(folder.path().join("dropped")).unwrap();
        let action = Action::CommitInfo(commit_info("WRITE", "late", Some(0)));
        assert!(matches!(write_commit(&location, 1, &[action]), Err(DeltaError::Io { .. })));
        assert!(!location.path().exists());
    }
}
