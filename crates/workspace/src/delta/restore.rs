//! RESTORE: a table as it was.

use std::collections::{BTreeMap, HashMap};

use serde_json::json;

use super::action::{AddFile, DomainMetadata};
use super::deletion_vector;
use super::engine::DeltaEngine;
use super::error::DeltaError;
use super::identity;
use super::location::TableLocation;
use super::snapshot::{CLUSTERING, Pin, Snapshot};
use super::transaction::DataChange;

/// What a RESTORE did: counts of files, and bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct RestoreMetrics {
    pub(crate) table_size: i64,
    pub(crate) num_files: u64,
    pub(crate) num_removed_files: u64,
    pub(crate) num_restored_files: u64,
    pub(crate) removed_size: i64,
    pub(crate) restored_size: i64,
}

/// Makes an earlier version of a table its newest one.
///
/// # Errors
/// Those of time travel; [`DeltaError::FileNotFound`] when a file of that version is gone; [`DeltaError::Conflict`]. Tables that
/// only take rows are restored too (delta-io/delta, `commitLarge`, which asks for no `delta.appendOnly`); that the platform does so is UNCONFIRMED.
pub(crate) fn restore(
    engine: &DeltaEngine,
    location: &TableLocation,
    pin: Pin,
    user: &str,
) -> Result<RestoreMetrics, DeltaError> {
    let table = Snapshot::open(engine, location, Pin::Latest)?;
    table.protocol().ensure_allows(location, |feature| feature.delete && feature.append, "RESTORE")?;
    let wanted = Snapshot::travel(engine, location, pin)?;
    let (adds, removes) = difference(&wanted, &table)?;
    adds.iter().try_for_each(|file| ensure_available(location, file))?;
    let metrics = metrics(&wanted, &adds, &removes)?;
    let protocol = table.protocol().union(wanted.protocol());
    let metadata = identity::keep_high_water_marks(wanted.metadata().clone(), &table)?;
    let change = DataChange {
        parameters: parameters(pin),
        metrics: metrics.recorded(),
        removes,
        adds,
        protocol: (protocol != *table.protocol()).then_some(protocol),
        metadata: (metadata != *table.metadata()).then_some(metadata),
        domains: clustering(&wanted, &table)?,
        ..DataChange::new("RESTORE", user)
    };
    change.commit(table)?;
    Ok(metrics)
}

/// The files that come back, and those that go.
fn difference(wanted: &Snapshot, table: &Snapshot) -> Result<(Vec<AddFile>, Vec<AddFile>), DeltaError> {
    let key = |file: &AddFile| {
        let (path, vector) = file.key();
        (path.to_owned(), vector)
    };
    let mut live: HashMap<_, _> = table.files()?.into_iter().map(|file| (key(&file), file)).collect();
    let adds = wanted.files()?.into_iter().filter(|file| live.remove(&key(file)).is_none()).collect();
    let mut removes: Vec<AddFile> = live.into_values().collect();
    removes.sort_by(|a, b| a.path.cmp(&b.path));
    Ok((adds, removes))
}

fn ensure_available(location: &TableLocation, file: &AddFile) -> Result<(), DeltaError> {
    let vector = file.deletion_vector.as_ref().map(|vector| deletion_vector::file(location, vector));
    let paths = [Some(location.resolve(&file.path)?), vector.transpose()?.flatten()];
    match paths.into_iter().flatten().find(|path| !path.exists()) {
        None => Ok(()),
        Some(missing) => {
            let path = missing.display().to_string();
            Err(DeltaError::FileNotFound { location: location.clone(), path })
        }
    }
}

fn clustering(wanted: &Snapshot, table: &Snapshot) -> Result<Vec<DomainMetadata>, DeltaError> {
    let (wanted, current) = (wanted.domain(CLUSTERING)?, table.domain(CLUSTERING)?);
    Ok(match (wanted, current) {
        (wanted, current) if wanted == current => Vec::new(),
        (Some(wanted), _) => vec![wanted],
        (None, current) => {
            current.into_iter().map(|domain| DomainMetadata { removed: true, ..domain }).collect()
        }
    })
}

fn metrics(wanted: &Snapshot, adds: &[AddFile], removes: &[AddFile]) -> Result<RestoreMetrics, DeltaError> {
    let size = |files: &[AddFile]| files.iter().map(|file| file.size).sum();
    let files = wanted.files()?;
    Ok(RestoreMetrics {
        table_size: size(&files),
        num_files: files.len() as u64,
        num_removed_files: removes.len() as u64,
        num_restored_files: adds.len() as u64,
        removed_size: size(removes),
        restored_size: size(adds),
    })
}

/// As the history has them: JSON, `null` for what was not given.
fn parameters(pin: Pin) -> BTreeMap<String, String> {
    let (version, timestamp) = match pin {
        Pin::Latest => (None, None),
        Pin::Version(version) => (Some(version), None),
        Pin::Timestamp(millis) => (None, Some(super::log::display_time(millis))),
    };
    [("version", json!(version).to_string()), ("timestamp", json!(timestamp).to_string())]
        .map(|(key, value)| (key.to_owned(), value))
        .into()
}

impl RestoreMetrics {
    fn recorded(&self) -> BTreeMap<String, String> {
        [
            ("tableSizeAfterRestore", self.table_size.to_string()),
            ("numOfFilesAfterRestore", self.num_files.to_string()),
            ("numRemovedFiles", self.num_removed_files.to_string()),
            ("numRestoredFiles", self.num_restored_files.to_string()),
            ("removedFilesSize", self.removed_size.to_string()),
            ("restoredFilesSize", self.restored_size.to_string()),
        ]
        .map(|(key, value)| (key.to_owned(), value))
        .into()
    }
}
