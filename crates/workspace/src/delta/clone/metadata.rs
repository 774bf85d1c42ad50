//! Protocol and metadata of a clone.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::CloneRequest;
use crate::delta::action::{Metadata, Protocol};
use crate::delta::commit::now_millis;
use crate::delta::error::DeltaError;
use crate::delta::identity;
use crate::delta::property::{COLUMN_MAPPING_MODE, Property, property, required};
use crate::delta::snapshot::Snapshot;

/// Features that bind a table to its catalog.
const NOT_CLONED: &[&str] = &["catalogManaged", "catalogOwned-preview"];

/// Properties that speak of the source alone: its catalog, its versions.
const BOUND_TO_SOURCE: &[&str] = &[
    "delta.coordinatedCommits.",
    "delta.inCommitTimestampEnablement",
    "io.unitycatalog.tableId",
    "ucTableId",
];

/// What source, target and the overriding properties together need; never less than the target has.
pub(super) fn protocol(request: &CloneRequest, target: Option<&Snapshot>) -> Result<Protocol, DeltaError> {
    let source = request.source.protocol().without(NOT_CLONED);
    let both = target.map_or_else(|| source.clone(), |target| source.union(target.protocol()));
    required(&both, &request.properties, BTreeSet::new())
}

/// The source's metadata under the target's identity, with the properties overridden.
pub(super) fn metadata(request: &CloneRequest, target: Option<&Snapshot>) -> Result<Metadata, DeltaError> {
    let source = request.source.metadata();
    let mut configuration = source.configuration.clone();
    configuration.retain(|key, _| !BOUND_TO_SOURCE.iter().any(|bound| key.starts_with(bound)));
    for (key, value) in &request.properties {
        if let Property::Stored(_) = property(key, value)? {
            configuration.insert(key.clone(), value.clone());
        }
    }
    let mut metadata = Metadata {
        id: Uuid::new_v4().to_string(),
        name: None,
        description: None,
        created_time: Some(now_millis()),
        configuration,
        ..source.clone()
    };
    ensure_same_mapping(request, &metadata, source)?;
    if let Some(target) = target {
        let old = target.metadata();
        ensure_same_mapping(request, &metadata, old)?;
        keep_enablement(&mut metadata, old);
        metadata = identity::keep_high_water_marks(metadata, target)?;
        let (name, description) = (old.name.clone(), old.description.clone());
        metadata =
            Metadata { id: old.id.clone(), name, description, created_time: old.created_time, ..metadata };
    }
    Ok(metadata)
}

fn ensure_same_mapping(request: &CloneRequest, new: &Metadata, old: &Metadata) -> Result<(), DeltaError> {
    let (from, to) = (mapping_mode(old), mapping_mode(new));
    if from == to {
        return Ok(());
    }
    let (location, from, to) = (request.target.clone(), from.to_owned(), to.to_owned());
    Err(DeltaError::ColumnMappingModeChange { location, from, to })
}

fn mapping_mode(metadata: &Metadata) -> &str {
    metadata.configuration.get(COLUMN_MAPPING_MODE).map_or("none", String::as_str)
}

/// In-commit timestamps that the target already has keep their beginning.
fn keep_enablement(metadata: &mut Metadata, old: &Metadata) {
    let since =
        old.configuration.iter().filter(|(key, _)| key.starts_with("delta.inCommitTimestampEnablement"));
    metadata.configuration.extend(since.map(|(key, value)| (key.clone(), value.clone())));
}
