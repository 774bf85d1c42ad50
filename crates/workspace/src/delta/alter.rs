//! ALTER TABLE and COMMENT ON: commits that change metadata and nothing else.

mod columns;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::action::{Action, DomainMetadata, Metadata, Protocol};
use super::checkpoint::checkpoint_if_due;
use super::column::{self, PhysicalNames};
use super::commit::{commit_info, in_commit_timestamp, write_commit};
use super::create::parse_schema;
use super::engine::DeltaEngine;
use super::error::{Conflict, DeltaError};
use super::location::TableLocation;
use super::property::{
    COLUMN_MAPPING_MODE, CONSTRAINTS, MAX_COLUMN_ID, Property, is_internal, property, required,
};
use super::schema::StructType;
use super::snapshot::{Pin, Snapshot};
use super::transaction::ATTEMPTS;
pub(crate) use columns::{ColumnChange, ColumnPlace};

/// A change of a table's metadata.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum MetadataChange {
    SetProperties(Vec<(String, String)>),
    UnsetProperties {
        keys: Vec<String>,
        if_exists: bool,
    },
    /// The comment of the table.
    SetDescription(Option<String>),
    CommentColumn {
        column: String,
        comment: Option<String>,
    },
    /// A CHECK constraint that all rows of a version meet, which is for the caller to find out.
    AddCheck {
        name: String,
        expression: String,
        met_at: u64,
    },
    DropConstraint {
        name: String,
        if_exists: bool,
    },
    Columns(ColumnChange),
}

/// Changes a table's metadata. Returns the new version.
///
/// # Errors
/// Those of opening the table, and of a change that cannot be; [`DeltaError::Conflict`] when somebody else
/// committed since the version whose rows were found to meet a constraint.
pub(crate) fn alter(
    engine: &DeltaEngine,
    location: &TableLocation,
    change: &MetadataChange,
    user: &str,
) -> Result<u64, DeltaError> {
    let mut attempt = 1;
    loop {
        match alter_latest(engine, location, change, user) {
            Err(DeltaError::Conflict { reason: Conflict::Version, .. }) if attempt < ATTEMPTS => attempt += 1,
            result => return result,
        }
    }
}

fn alter_latest(
    engine: &DeltaEngine,
    location: &TableLocation,
    change: &MetadataChange,
    user: &str,
) -> Result<u64, DeltaError> {
    let snapshot = Snapshot::open(engine, location, Pin::Latest)?;
    snapshot.protocol().ensure_allows(location, |feature| feature.clone, "ALTER TABLE")?;
    change.ensure_valid_at(&snapshot)?;
    let mut edit = Edit::new(&snapshot)?;
    edit.apply(change)?;
    let clustering = edit.clustering.clone();
    let Edit { protocol, mut metadata, mut schema, domains, .. } = edit;
    column::ensure_no_change_columns(&mut schema, &metadata)?;
    metadata.schema_string = schema.to_string();
    parse_schema::<StructType>(location, &metadata.schema_string)?;

    let mut info = commit_info(change.operation(), user, Some(snapshot.version()));
    info.in_commit_timestamp = in_commit_timestamp(&mut metadata, Some(&snapshot))?;
    info.operation_parameters =
        change.parameters(&clustering).into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    let mut actions = vec![Action::CommitInfo(info)];
    actions.extend((protocol != *snapshot.protocol()).then_some(Action::Protocol(protocol)));
    actions.push(Action::MetaData(metadata.clone()));
    actions.extend(domains.into_iter().map(Action::DomainMetadata));
    let version = snapshot.version() + 1;
    write_commit(location, version, &actions)?;
    checkpoint_if_due(engine, location, version, &metadata);
    Ok(version)
}

struct Edit<'a> {
    location: &'a TableLocation,
    protocol: Protocol,
    metadata: Metadata,
    schema: Value,
    domains: Vec<DomainMetadata>,
    /// The clustering columns before the change.
    clustering: BTreeSet<String>,
    /// The columns of a schema that is none.
    no_fields: Vec<Value>,
}

impl<'a> Edit<'a> {
    fn new(snapshot: &'a Snapshot) -> Result<Self, DeltaError> {
        let (location, metadata) = (snapshot.location(), snapshot.metadata().clone());
        let schema = parse_schema(location, &metadata.schema_string)?;
        let (domains, clustering) = (Vec::new(), snapshot.clustering_columns()?.into_iter().collect());
        let protocol = snapshot.protocol().clone();
        Ok(Self { location, protocol, metadata, schema, domains, clustering, no_fields: Vec::new() })
    }

    fn apply(&mut self, change: &MetadataChange) -> Result<(), DeltaError> {
        match change {
            MetadataChange::SetProperties(properties) => {
                self.protocol = required(&self.protocol, properties, BTreeSet::new())?;
                properties.iter().try_for_each(|(key, value)| self.set_property(key, value))
            }
            MetadataChange::UnsetProperties { keys, if_exists } => {
                keys.iter().try_for_each(|key| self.unset_property(key, *if_exists))
            }
            MetadataChange::SetDescription(description) => {
                self.metadata.description.clone_from(description);
                Ok(())
            }
            MetadataChange::CommentColumn { column, comment } => self.comment(column, comment.as_deref()),
            MetadataChange::AddCheck { name, expression, .. } => self.add_check(name, expression),
            MetadataChange::DropConstraint { name, if_exists } => self.drop_constraint(name, *if_exists),
            MetadataChange::Columns(change) => self.change_columns(change),
        }
    }

    fn set_property(&mut self, key: &str, value: &str) -> Result<(), DeltaError> {
        let property = property(key, value)?;
        if key == COLUMN_MAPPING_MODE {
            self.set_column_mapping(value)?;
        }
        if let Property::Stored(_) = property {
            self.metadata.configuration.insert(key.to_owned(), value.to_owned());
        }
        Ok(())
    }

    /// Only from none to name: then the columns keep the names that they have in the files.
    fn set_column_mapping(&mut self, mode: &str) -> Result<(), DeltaError> {
        let old = self.metadata.configuration.get(COLUMN_MAPPING_MODE).map_or("none", String::as_str);
        match (old, mode) {
            (old, new) if old == new => Ok(()),
            ("none", "name") => {
                let max_id = column::map_columns(&mut self.schema, PhysicalNames::Logical, 0);
                self.metadata.configuration.insert(MAX_COLUMN_ID.to_owned(), max_id.to_string());
                Ok(())
            }
            (old, new) => Err(DeltaError::ColumnMappingModeChange {
                location: self.location.clone(),
                from: old.to_owned(),
                to: new.to_owned(),
            }),
        }
    }

    fn unset_property(&mut self, key: &str, if_exists: bool) -> Result<(), DeltaError> {
        if key == COLUMN_MAPPING_MODE || is_internal(key) || key.starts_with(CONSTRAINTS) {
            return Err(DeltaError::UnsupportedProperty {
                key: key.to_owned(),
                value: String::new(),
                reason: "the columns, rows or constraints of the table depend on it".to_owned(),
            });
        }
        match self.metadata.configuration.remove(key) {
            None if !if_exists => {
                Err(DeltaError::PropertyNotFound { location: self.location.clone(), key: key.to_owned() })
            }
            _ => Ok(()),
        }
    }

    fn comment(&mut self, name: &str, comment: Option<&str>) -> Result<(), DeltaError> {
        let column = column::column_mut(&mut self.schema, name).ok_or_else(|| {
            DeltaError::ColumnNotFound { location: self.location.clone(), column: name.to_owned() }
        })?;
        match comment {
            Some(comment) => column["metadata"]["comment"] = json!(comment),
            None => {
                if let Some(metadata) = column["metadata"].as_object_mut() {
                    metadata.remove("comment");
                }
            }
        }
        Ok(())
    }

    fn add_check(&mut self, name: &str, expression: &str) -> Result<(), DeltaError> {
        let key = format!("{CONSTRAINTS}{}", name.to_lowercase());
        if self.metadata.configuration.contains_key(&key) {
            let (location, name) = (self.location.clone(), name.to_owned());
            return Err(DeltaError::ConstraintExists { location, name });
        }
        self.protocol = self.protocol.with(["checkConstraints"]);
        self.metadata.configuration.insert(key, expression.to_owned());
        Ok(())
    }

    fn drop_constraint(&mut self, name: &str, if_exists: bool) -> Result<(), DeltaError> {
        let key = format!("{CONSTRAINTS}{}", name.to_lowercase());
        match self.metadata.configuration.remove(&key) {
            None if !if_exists => {
                Err(DeltaError::ConstraintNotFound { location: self.location.clone(), name: name.to_owned() })
            }
            _ => Ok(()),
        }
    }
}

impl MetadataChange {
    /// Rows that nobody has looked at might not meet a new constraint.
    fn ensure_valid_at(&self, snapshot: &Snapshot) -> Result<(), DeltaError> {
        match self {
            Self::AddCheck { met_at, .. } | Self::Columns(ColumnChange::SetNotNull { met_at, .. })
                if *met_at != snapshot.version() =>
            {
                Err(DeltaError::conflict(snapshot.location(), snapshot.version(), Conflict::Rows))
            }
            _ => Ok(()),
        }
    }

    fn operation(&self) -> &'static str {
        match self {
            Self::SetProperties(_) | Self::SetDescription(_) => "SET TBLPROPERTIES",
            Self::UnsetProperties { .. } => "UNSET TBLPROPERTIES",
            Self::CommentColumn { .. } => "CHANGE COLUMN",
            Self::AddCheck { .. } => "ADD CONSTRAINT",
            Self::DropConstraint { .. } => "DROP CONSTRAINT",
            Self::Columns(change) => change.operation(),
        }
    }

    fn parameters(&self, clustering: &BTreeSet<String>) -> Vec<(&'static str, String)> {
        match self {
            Self::SetProperties(properties) => {
                let properties: serde_json::Map<_, _> =
                    properties.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
                vec![("properties", Value::from(properties).to_string())]
            }
            Self::SetDescription(description) => {
                vec![("properties", json!({ "comment": description }).to_string())]
            }
            Self::UnsetProperties { keys, if_exists } => {
                vec![("properties", json!(keys).to_string()), ("ifExists", if_exists.to_string())]
            }
            Self::CommentColumn { column, comment } => {
                vec![("column", json!({ "name": column, "metadata": { "comment": comment } }).to_string())]
            }
            Self::AddCheck { name, expression, .. } => {
                vec![("name", name.clone()), ("expr", expression.clone())]
            }
            Self::DropConstraint { name, .. } => vec![("name", name.clone())],
            Self::Columns(change) => change.parameters(clustering),
        }
    }
}
