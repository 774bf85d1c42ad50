//! Protocol and metadata of a clone.

use serde_json::Value;
use uuid::Uuid;

use super::CloneRequest;
use crate::delta::action::{Metadata, Protocol};
use crate::delta::commit::now_millis;
use crate::delta::error::DeltaError;
use crate::delta::property::{COLUMN_MAPPING_MODE, Property, property};
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

const HIGH_WATER_MARK: &str = "delta.identity.highWaterMark";

/// What source, target and the overriding properties together need; never less than the target has.
pub(super) fn protocol(request: &CloneRequest, target: Option<&Snapshot>) -> Result<Protocol, DeltaError> {
    let source = request.source.protocol().without(NOT_CLONED);
    let both = target.map_or_else(|| source.clone(), |target| source.union(target.protocol()));
    request
        .properties
        .iter()
        .try_fold(both, |protocol, (key, value)| Ok(property(key, value)?.apply(&protocol)))
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
        metadata.schema_string = keep_high_water_marks(&metadata.schema_string, &old.schema_string);
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

/// The source's schema, in which identity columns do not go back behind what the target has given out.
fn keep_high_water_marks(source: &str, target: &str) -> String {
    let (Ok(mut schema), Ok(old)) =
        (serde_json::from_str::<Value>(source), serde_json::from_str::<Value>(target))
    else {
        return source.to_owned();
    };
    let mut changed = false;
    for field in schema["fields"].as_array_mut().into_iter().flatten() {
        let mark = |field: &Value| field["metadata"][HIGH_WATER_MARK].as_i64();
        let same = old["fields"].as_array().into_iter().flatten().find(|o| o["name"] == field["name"]);
        let (Some(old), Some(new)) = (same.and_then(mark), mark(field)) else { continue };
        let descending = field["metadata"]["delta.identity.step"].as_i64().is_some_and(|step| step < 0);
        let kept = if descending { old.min(new) } else { old.max(new) };
        if kept != new {
            field["metadata"][HIGH_WATER_MARK] = kept.into();
            changed = true;
        }
    }
    if changed { schema.to_string() } else { source.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema(mark: i64, step: i64) -> String {
        format!(
            r#"{{"type":"struct","fields":[{{"name":"id","type":"long","nullable":true,"metadata":{{"delta.identity.step":{step},"delta.identity.highWaterMark":{mark}}}}}]}}"#
        )
    }

    #[test]
    fn identity_columns_never_go_back() {
        assert_eq!(keep_high_water_marks(&schema(5, 1), &schema(9, 1)), schema(9, 1));
        assert_eq!(keep_high_water_marks(&schema(9, 1), &schema(5, 1)), schema(9, 1));
        assert_eq!(keep_high_water_marks(&schema(-5, -1), &schema(-9, -1)), schema(-9, -1));
    }
}
