//! The schema as JSON, edited in place so that nothing in it is lost: column mapping, comments, features.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::action::Metadata;
use super::error::DeltaError;

const ID: &str = "delta.columnMapping.id";
const PHYSICAL_NAME: &str = "delta.columnMapping.physicalName";

/// What a column must have in its metadata, or be, to need a feature.
const FEATURE_OF_METADATA: &[(&str, &str)] = &[
    ("delta.generationExpression", "generatedColumns"),
    ("delta.identity.start", "identityColumns"),
    ("delta.invariants", "invariants"),
    ("delta.typeChanges", "typeWidening"),
    ("CURRENT_DEFAULT", "allowColumnDefaults"),
];
const FEATURE_OF_TYPE: &[(&str, &str)] = &[("timestamp_ntz", "timestampNtz"), ("variant", "variantType")];

/// Characters that Parquet names may not have; column mapping keeps them out of the files.
const INVALID: &[char] = &[' ', ',', ';', '{', '}', '(', ')', '\n', '\t', '='];

/// Calls `visit` for every column, nested ones too, outer ones first.
fn visit_columns(schema: &mut Value, visit: &mut impl FnMut(&mut Map<String, Value>)) {
    for field in schema.get_mut("fields").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(field) = field.as_object_mut() {
            visit(field);
        }
        if let Some(data_type) = field.get_mut("type") {
            visit_columns(data_type, visit);
        }
    }
    for part in ["elementType", "keyType", "valueType"] {
        if let Some(data_type) = schema.get_mut(part) {
            visit_columns(data_type, visit);
        }
    }
}

/// The features that the columns need.
pub(super) fn needed_features(schema: &mut Value) -> BTreeSet<&'static str> {
    let mut features = BTreeSet::new();
    let text = schema.to_string();
    for (data_type, feature) in FEATURE_OF_TYPE {
        // The types of elements, keys and values are no columns: look for the type's name wherever it stands.
        if ["type", "elementType", "keyType", "valueType"]
            .iter()
            .any(|place| text.contains(&format!("\"{place}\":\"{data_type}\"")))
        {
            features.insert(*feature);
        }
    }
    visit_columns(schema, &mut |field| {
        let metadata = field.get("metadata");
        let has = |key: &str| metadata.and_then(|metadata| metadata.get(key)).is_some();
        features.extend(FEATURE_OF_METADATA.iter().filter(|(key, _)| has(key)).map(|(_, feature)| *feature));
    });
    features
}

/// How columns get their physical names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PhysicalNames {
    /// Of a new table: no name ever clashes with one to come.
    Fresh,
    /// Of a table that has files: the names that are in them.
    Logical,
}

/// Gives every column that has none an id and a physical name. Returns the highest id.
pub(super) fn map_columns(schema: &mut Value, names: PhysicalNames, max_id: i64) -> i64 {
    let mut max_id = max_id;
    visit_columns(schema, &mut |field| {
        let name = match names {
            PhysicalNames::Fresh => json!(format!("col-{}", Uuid::new_v4())),
            PhysicalNames::Logical => field["name"].clone(),
        };
        let metadata = field.entry("metadata").or_insert_with(|| json!({}));
        if metadata.get(ID).is_none() {
            max_id += 1;
            metadata[ID] = json!(max_id);
            metadata[PHYSICAL_NAME] = name;
        }
    });
    max_id
}

/// Takes ids and physical names out again: those of a source table mean nothing in another one.
pub(super) fn unmap_columns(schema: &mut Value) {
    visit_columns(schema, &mut |field| {
        if let Some(metadata) = field.get_mut("metadata").and_then(Value::as_object_mut) {
            metadata.retain(|key, _| !key.starts_with("delta.columnMapping."));
        }
    });
}

/// Checks that the files can have the names of the columns.
pub(super) fn ensure_valid_names(schema: &mut Value) -> Result<(), DeltaError> {
    let mut invalid = None;
    visit_columns(schema, &mut |field| {
        let name = field["name"].as_str().unwrap_or_default();
        if name.contains(INVALID) && invalid.is_none() {
            invalid = Some(name.to_owned());
        }
    });
    invalid.map_or(Ok(()), |column| Err(DeltaError::InvalidColumnName { column }))
}

/// Whether both name the same column: case does not count, that of letters beyond ASCII neither.
pub(super) fn is_same(name: &str, other: &str) -> bool {
    name == other || name.to_lowercase() == other.to_lowercase()
}

/// The columns that a change data feed adds.
const CHANGE_COLUMNS: &[&str] = &["_change_type", "_commit_version", "_commit_timestamp"];

/// Checks that a table that feeds changes has no columns of the feed.
pub(super) fn ensure_no_change_columns(schema: &mut Value, metadata: &Metadata) -> Result<(), DeltaError> {
    let taken = CHANGE_COLUMNS.iter().find(|name| column_mut(schema, name).is_some());
    match taken.filter(|_| metadata.is_enabled("delta.enableChangeDataFeed")) {
        Some(column) => Err(DeltaError::ChangeColumn { column: (*column).to_owned() }),
        None => Ok(()),
    }
}

/// A column of the top level, by its name in any case.
pub(super) fn column_mut<'a>(schema: &'a mut Value, name: &str) -> Option<&'a mut Value> {
    schema["fields"]
        .as_array_mut()?
        .iter_mut()
        .find(|field| field["name"].as_str().is_some_and(|field| is_same(field, name)))
}

/// The physical name of a column.
pub(super) fn physical_name(column: &Value) -> &str {
    column["metadata"][PHYSICAL_NAME].as_str().or_else(|| column["name"].as_str()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schema() -> Value {
        json!({"type": "struct", "fields": [
            {"name": "id", "type": "long", "nullable": false, "metadata": {"delta.identity.start": 1}},
            {"name": "a b", "type": {"type": "array", "elementType": "timestamp_ntz", "containsNull": true},
             "nullable": true, "metadata": {}},
            {"name": "s", "type": {"type": "struct", "fields": [
                {"name": "x", "type": "string", "nullable": true, "metadata": {}}]},
             "nullable": true, "metadata": {}}]})
    }

    #[test]
    fn nested_columns_are_mapped_once() {
        let mut schema = schema();
        assert_eq!(map_columns(&mut schema, PhysicalNames::Logical, 0), 4);
        let mapped = schema.clone();
        assert_eq!(map_columns(&mut schema, PhysicalNames::Fresh, 4), 4);
        assert_eq!(schema, mapped);
        assert_eq!(physical_name(column_mut(&mut schema, "A B").unwrap()), "a b");
    }

    #[test]
    fn features_come_from_types_and_metadata() {
        let features: Vec<_> = needed_features(&mut schema()).into_iter().collect();
        assert_eq!(features, ["identityColumns", "timestampNtz"]);
    }

    #[test]
    fn names_that_files_cannot_have_are_refused() {
        let error = ensure_valid_names(&mut schema()).unwrap_err();
        assert!(matches!(error, DeltaError::InvalidColumnName { column } if column == "a b"));
    }
}
