//! CREATE TABLE: the first version of a table, or the one that replaces another.

use std::collections::{BTreeMap, BTreeSet};

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use uuid::Uuid;

use super::action::{Action, AddFile, DomainMetadata, Format, Metadata, Protocol};
use super::checkpoint::checkpoint_if_due;
use super::column::{self, PhysicalNames};
use super::commit::{assign_row_ids, commit_info, in_commit_timestamp, now_millis, write_commit};
use super::engine::DeltaEngine;
use super::error::{Conflict, DeltaError};
use super::location::TableLocation;
use super::log::is_table;
use super::property::{COLUMN_MAPPING_MODE, CONSTRAINTS, MAX_COLUMN_ID, Property, property, required};
use super::schema::StructType;
use super::snapshot::{CLUSTERING, Pin, Snapshot};

/// A table to be created.
#[derive(Debug, Clone)]
pub(crate) struct NewTable {
    /// With metadata for comments, defaults, generation and identity, as Delta writes it.
    pub(crate) schema: StructType,
    pub(crate) partition_columns: Vec<String>,
    pub(crate) cluster_columns: Vec<String>,
    pub(crate) properties: Vec<(String, String)>,
    /// CHECK constraints: names and expressions.
    pub(crate) constraints: Vec<(String, String)>,
    pub(crate) description: Option<String>,
    pub(crate) replace: Replace,
    /// For the history: whether the workspace manages the location.
    pub(crate) managed: bool,
    pub(crate) user: String,
}

/// Whether a table that is there is replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Replace {
    Never,
    /// Whatever its version is.
    Latest,
    /// At this version and no other one.
    Version(u64),
}

impl Replace {
    /// Replaces a table that is there, or makes a new one.
    pub(crate) fn latest_if(is_there: bool) -> Self {
        if is_there { Self::Latest } else { Self::Never }
    }
}

/// Creates a table without rows. Returns its version: 0, or the next one when a table is replaced.
///
/// # Errors
/// [`DeltaError::TableExists`]; columns and properties that cannot be; [`DeltaError::Conflict`].
pub(crate) fn create_table(
    engine: &DeltaEngine,
    location: &TableLocation,
    table: &NewTable,
) -> Result<u64, DeltaError> {
    let created = CreatedTable::new(engine, location, table)?;
    created.commit(engine, location, table, Vec::new(), &BTreeMap::new())
}

/// A table that is about to be: what its first commit says, but for its files.
#[derive(Debug)]
pub(super) struct CreatedTable {
    pub(super) protocol: Protocol,
    pub(super) metadata: Metadata,
    pub(super) schema: StructType,
    domains: Vec<DomainMetadata>,
    replaced: Option<Snapshot>,
}

impl CreatedTable {
    pub(super) fn new(
        engine: &DeltaEngine,
        location: &TableLocation,
        table: &NewTable,
    ) -> Result<Self, DeltaError> {
        let replaced = replaced(engine, location, table.replace)?;
        let mut schema = schema_json(location, &table.schema)?;
        column::unmap_columns(&mut schema);
        let mut configuration = configuration(table)?;
        let own = replaced.as_ref().map_or_else(Protocol::basic, |old| old.protocol().clone());
        let protocol = protocol(table, &own, column::needed_features(&mut schema))?;
        map_columns(&mut schema, &mut configuration, replaced.as_ref())?;
        let domains = clustering(location, table, &mut schema, replaced.as_ref())?;
        let metadata = Metadata {
            id: replaced.as_ref().map_or_else(|| Uuid::new_v4().to_string(), |old| old.metadata().id.clone()),
            name: None,
            description: table.description.clone(),
            format: Format::default(),
            schema_string: schema.to_string(),
            partition_columns: resolved(location, &mut schema, &table.partition_columns)?,
            configuration,
            created_time: Some(now_millis()),
        };
        column::ensure_no_change_columns(&mut schema, &metadata)?;
        let schema = parse_schema(location, &metadata.schema_string)?;
        Ok(Self { protocol, metadata, schema, domains, replaced })
    }

    /// Commits the table with its first files.
    pub(super) fn commit(
        mut self,
        engine: &DeltaEngine,
        location: &TableLocation,
        table: &NewTable,
        mut files: Vec<AddFile>,
        metrics: &BTreeMap<String, String>,
    ) -> Result<u64, DeltaError> {
        let replaced = self.replaced.as_ref();
        let row_ids = assign_row_ids(&mut files, &self.protocol, location, replaced)?;
        let operation = operation(table.replace != Replace::Never, !metrics.is_empty());
        let mut info = commit_info(operation, &table.user, replaced.map(Snapshot::version));
        info.in_commit_timestamp = in_commit_timestamp(&mut self.metadata, replaced)?;
        let metadata = self.metadata;
        info.is_blind_append = replaced.is_none();
        info.operation_parameters = parameters(table, &metadata);
        info.operation_metrics = metrics.clone();
        let version = replaced.map_or(0, |old| old.version() + 1);
        let removes = replaced.map(Snapshot::files).transpose()?.unwrap_or_default();
        let deleted = now_millis();

        let mut actions = vec![
            Action::CommitInfo(info),
            Action::Protocol(self.protocol),
            Action::MetaData(metadata.clone()),
        ];
        actions.extend(self.domains.into_iter().chain(row_ids).map(Action::DomainMetadata));
        actions.extend(removes.into_iter().map(|file| Action::Remove(file.into_remove(deleted))));
        actions.extend(files.into_iter().map(Action::Add));
        write_commit(location, version, &actions)?;
        checkpoint_if_due(engine, location, version, &metadata);
        Ok(version)
    }
}

fn replaced(
    engine: &DeltaEngine,
    location: &TableLocation,
    replace: Replace,
) -> Result<Option<Snapshot>, DeltaError> {
    match is_table(location)? {
        false => Ok(None),
        true if replace == Replace::Never => Err(DeltaError::TableExists { location: location.clone() }),
        true => {
            let old = Snapshot::open(engine, location, Pin::Latest)?;
            if matches!(replace, Replace::Version(version) if version != old.version()) {
                return Err(DeltaError::conflict(location, old.version(), Conflict::Version));
            }
            old.protocol().ensure_allows(location, |feature| feature.append, "CREATE OR REPLACE TABLE")?;
            old.ensure_not_append_only("CREATE OR REPLACE TABLE")?;
            Ok(Some(old))
        }
    }
}

/// The properties and constraints as they are stored.
fn configuration(table: &NewTable) -> Result<BTreeMap<String, String>, DeltaError> {
    let mut configuration = BTreeMap::new();
    // The highest id is among the properties that SHOW CREATE TABLE shows; the columns get ids of their own here.
    for (key, value) in table.properties.iter().filter(|(key, _)| key != MAX_COLUMN_ID) {
        if let Property::Stored(_) = property(key, value)? {
            configuration.insert(key.clone(), value.clone());
        }
    }
    let constraints = table.constraints.iter();
    configuration.extend(
        constraints
            .map(|(name, expression)| (format!("{CONSTRAINTS}{}", name.to_lowercase()), expression.clone())),
    );
    Ok(configuration)
}

/// The protocol with all that the table needs.
fn protocol(
    table: &NewTable,
    own: &Protocol,
    mut features: BTreeSet<&'static str>,
) -> Result<Protocol, DeltaError> {
    if !table.constraints.is_empty() {
        features.insert("checkConstraints");
    }
    if !table.cluster_columns.is_empty() {
        features.extend(["clustering", "domainMetadata"]);
    }
    required(own, table.properties.iter().filter(|(key, _)| key != MAX_COLUMN_ID), features)
}

fn operation(replace: bool, with_rows: bool) -> &'static str {
    match (replace, with_rows) {
        (false, false) => "CREATE TABLE",
        (false, true) => "CREATE TABLE AS SELECT",
        (true, false) => "CREATE OR REPLACE TABLE",
        (true, true) => "CREATE OR REPLACE TABLE AS SELECT",
    }
}

/// The schema as JSON that can be edited.
fn schema_json(location: &TableLocation, schema: &StructType) -> Result<Value, DeltaError> {
    serde_json::to_value(schema).map_err(|error| invalid_schema(location, &error))
}

/// The schema of a schema string: as the kernel has it, or as JSON that can be edited.
pub(super) fn parse_schema<T: DeserializeOwned>(
    location: &TableLocation,
    text: &str,
) -> Result<T, DeltaError> {
    serde_json::from_str(text).map_err(|error| invalid_schema(location, &error))
}

fn invalid_schema(location: &TableLocation, error: &serde_json::Error) -> DeltaError {
    DeltaError::InvalidSchema { location: location.clone(), reason: error.to_string() }
}

fn map_columns(
    schema: &mut Value,
    configuration: &mut BTreeMap<String, String>,
    replaced: Option<&Snapshot>,
) -> Result<(), DeltaError> {
    if configuration.get(COLUMN_MAPPING_MODE).is_none_or(|mode| mode == "none") {
        return column::ensure_valid_names(schema);
    }
    let used = replaced.and_then(|old| old.metadata().configuration.get(MAX_COLUMN_ID)?.parse().ok());
    let max_id = column::map_columns(schema, PhysicalNames::Fresh, used.unwrap_or(0));
    configuration.insert(MAX_COLUMN_ID.to_owned(), max_id.to_string());
    Ok(())
}

/// The names as the schema spells them.
fn resolved(
    location: &TableLocation,
    schema: &mut Value,
    names: &[String],
) -> Result<Vec<String>, DeltaError> {
    names
        .iter()
        .map(|name| {
            let column = column::column_mut(schema, name).and_then(|column| column["name"].as_str());
            column.map(str::to_owned).ok_or_else(|| DeltaError::ColumnNotFound {
                location: location.clone(),
                column: name.clone(),
            })
        })
        .collect()
}

fn clustering(
    location: &TableLocation,
    table: &NewTable,
    schema: &mut Value,
    replaced: Option<&Snapshot>,
) -> Result<Vec<DomainMetadata>, DeltaError> {
    if table.cluster_columns.is_empty() {
        let old = replaced.map(|old| old.domain(CLUSTERING)).transpose()?.flatten();
        return Ok(old.into_iter().map(|domain| DomainMetadata { removed: true, ..domain }).collect());
    }
    let mut columns = Vec::new();
    for name in resolved(location, schema, &table.cluster_columns)? {
        columns.extend(
            column::column_mut(schema, &name).map(|column| [column::physical_name(column).to_owned()]),
        );
    }
    let configuration = json!({"clusteringColumns": columns, "domainName": CLUSTERING}).to_string();
    Ok(vec![DomainMetadata { domain: CLUSTERING.to_owned(), configuration, removed: false }])
}

fn parameters(table: &NewTable, metadata: &Metadata) -> BTreeMap<String, String> {
    [
        ("isManaged", table.managed.to_string()),
        ("description", json!(table.description).to_string()),
        ("partitionBy", json!(metadata.partition_columns).to_string()),
        ("clusterBy", json!(table.cluster_columns).to_string()),
        ("properties", json!(metadata.configuration).to_string()),
    ]
    .map(|(key, value)| (key.to_owned(), value))
    .into()
}

#[cfg(test)]
mod tests;
