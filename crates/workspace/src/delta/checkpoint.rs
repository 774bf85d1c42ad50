//! Checkpoints: they make logs short to read. Nothing depends on them.

use std::io;

use super::action::Metadata;
use super::durable::sync_together;
use super::engine::DeltaEngine;
use super::error::DeltaError;
use super::location::TableLocation;
use super::snapshot::{Pin, Snapshot};

/// Versions between two checkpoints, when the table does not say.
const DEFAULT_INTERVAL: u64 = 10;

/// Writes a checkpoint of a version that was just committed, when it is time for one. A failure is logged and
/// otherwise ignored: the version stands without.
pub(super) fn checkpoint_if_due(
    engine: &DeltaEngine,
    location: &TableLocation,
    version: u64,
    metadata: &Metadata,
) {
    let interval = metadata.configuration.get("delta.checkpointInterval").and_then(|text| text.parse().ok());
    let interval = interval.unwrap_or(DEFAULT_INTERVAL);
    if version == 0 || interval == 0 || !version.is_multiple_of(interval) {
        return;
    }
    if let Err(error) = checkpoint(engine, location, version) {
        tracing::warn!(%location, version, %error, "no checkpoint was written");
    }
}

fn checkpoint(engine: &DeltaEngine, location: &TableLocation, version: u64) -> Result<(), DeltaError> {
    let snapshot = Snapshot::open(engine, location, Pin::Version(version))?;
    snapshot.read(|| snapshot.kernel.checkpoint(engine.kernel().as_ref(), None))?;
    make_durable(location, version).map_err(DeltaError::io(location))
}

/// The kernel leaves it to the operating system when its files reach the disk. Half a checkpoint would hide the
/// commits before it.
fn make_durable(location: &TableLocation, version: u64) -> io::Result<()> {
    let checkpoint = format!("{version:020}.checkpoint.");
    let mut unsynced = vec![location.log()];
    for entry in fs_err::read_dir(location.log())? {
        let entry = entry?;
        let name = entry.file_name();
        if name == "_last_checkpoint" || name.to_string_lossy().starts_with(&checkpoint) {
            unsynced.push(entry.path());
        }
    }
    sync_together(&unsynced)
}
