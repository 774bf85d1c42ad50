//! What DESCRIBE DETAIL says of a table.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::error::DeltaError;
use super::schema::{StructField, StructType};
use super::snapshot::{CLUSTERING, Snapshot};

/// The physical name of a column, in its metadata.
const PHYSICAL_NAME: &str = "delta.columnMapping.physicalName";

/// One row of DESCRIBE DETAIL (facts/sql.md §3). Times are in milliseconds since 1970.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TableDetail {
    /// Always `delta`.
    pub(crate) format: &'static str,
    pub(crate) id: String,
    pub(crate) name: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) location: String,
    pub(crate) created_at: Option<i64>,
    pub(crate) last_modified: i64,
    pub(crate) partition_columns: Vec<String>,
    /// Logical names; the parts of nested ones joined by dots.
    pub(crate) clustering_columns: Vec<String>,
    pub(crate) num_files: u64,
    /// Bytes.
    pub(crate) size_in_bytes: u64,
    pub(crate) properties: BTreeMap<String, String>,
    pub(crate) min_reader_version: i32,
    pub(crate) min_writer_version: i32,
    pub(crate) table_features: Vec<String>,
}

impl Snapshot {
    /// What DESCRIBE DETAIL says.
    ///
    /// # Errors
    /// Those of reading the log.
    pub(crate) fn detail(&self) -> Result<TableDetail, DeltaError> {
        let (metadata, protocol) = (self.metadata(), self.protocol());
        let files = self.files()?;
        Ok(TableDetail {
            format: "delta",
            id: metadata.id.clone(),
            name: metadata.name.clone(),
            description: metadata.description.clone(),
            location: self.location().to_string(),
            created_at: metadata.created_time,
            last_modified: self.timestamp()?,
            partition_columns: metadata.partition_columns.clone(),
            clustering_columns: self.clustering_columns()?,
            num_files: files.len() as u64,
            size_in_bytes: files.iter().map(|file| u64::try_from(file.size).unwrap_or_default()).sum(),
            properties: metadata.configuration.clone(),
            min_reader_version: protocol.min_reader_version,
            min_writer_version: protocol.min_writer_version,
            table_features: protocol.features().into_iter().collect(),
        })
    }

    /// The clustering columns by their logical names.
    ///
    /// # Errors
    /// Those of reading the log.
    pub(crate) fn clustering_columns(&self) -> Result<Vec<String>, DeltaError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Clustering {
            clustering_columns: Vec<Vec<String>>,
        }
        let Some(clustering) = self.domain_state::<Clustering>(CLUSTERING)? else { return Ok(Vec::new()) };
        Ok(clustering.clustering_columns.iter().map(|path| logical(self.schema(), path).join(".")).collect())
    }
}

fn logical(schema: &StructType, path: &[String]) -> Vec<String> {
    let Some((first, rest)) = path.split_first() else { return Vec::new() };
    let Some(field) = schema.fields().find(|field| physical_name(field) == first) else {
        return path.to_vec();
    };
    let rest = match &field.data_type {
        super::schema::DataType::Struct(nested) => logical(nested, rest),
        _ => rest.to_vec(),
    };
    std::iter::once(field.name.clone()).chain(rest).collect()
}

/// The name of a column in the data files.
pub(super) fn physical_name(field: &StructField) -> &str {
    match field.metadata.get(PHYSICAL_NAME) {
        Some(super::schema::MetadataValue::String(name)) => name,
        _ => &field.name,
    }
}
