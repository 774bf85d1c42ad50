//! Changes of columns: files stay as they are, so a column keeps the name and the type it has in them.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Edit;
use crate::delta::action::DomainMetadata;
use crate::delta::column::{self, PhysicalNames};
use crate::delta::error::DeltaError;
use crate::delta::property::{COLUMN_MAPPING_MODE, MAX_COLUMN_ID};
use crate::delta::schema::StructField;
use crate::delta::snapshot::CLUSTERING;

/// A change of columns.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ColumnChange {
    /// `ADD COLUMNS`
    Add(Vec<(StructField, ColumnPlace)>),
    Rename {
        column: String,
        to: String,
    },
    Drop {
        columns: Vec<String>,
        if_exists: bool,
    },
    /// That no row of a version has a null in it, is for the caller to find out.
    SetNotNull {
        column: String,
        met_at: u64,
    },
    DropNotNull {
        column: String,
    },
    /// The default of rows to come; none drops it.
    Default {
        column: String,
        expression: Option<String>,
    },
    /// `CLUSTER BY`; no columns are `NONE`.
    Cluster(Vec<String>),
}

/// Where a new column stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ColumnPlace {
    Last,
    First,
    After(String),
}

impl Edit<'_> {
    pub(super) fn change_columns(&mut self, change: &ColumnChange) -> Result<(), DeltaError> {
        match change {
            ColumnChange::Add(columns) => {
                columns.iter().try_for_each(|(field, place)| self.add_column(field, place))
            }
            ColumnChange::Rename { column, to } => self.rename_column(column, to),
            ColumnChange::Drop { columns, if_exists } => {
                columns.iter().try_for_each(|column| self.drop_column(column, *if_exists))
            }
            ColumnChange::SetNotNull { column, .. } => self.set_nullable(column, false),
            ColumnChange::DropNotNull { column } => self.set_nullable(column, true),
            ColumnChange::Default { column, expression } => self.set_default(column, expression.as_deref()),
            ColumnChange::Cluster(columns) => self.cluster(columns),
        }
    }

    fn add_column(&mut self, field: &StructField, place: &ColumnPlace) -> Result<(), DeltaError> {
        self.ensure_free(&field.name)?;
        let added = serde_json::to_value(field).map_err(|error| DeltaError::InvalidSchema {
            location: self.location.clone(),
            reason: error.to_string(),
        })?;
        let position = match place {
            ColumnPlace::Last => self.fields().len(),
            ColumnPlace::First => 0,
            ColumnPlace::After(column) => self.position(column)? + 1,
        };
        self.fields().insert(position, added);
        self.protocol = self.protocol.with(column::needed_features(&mut self.schema));
        if !self.is_mapped() {
            return column::ensure_valid_names(&mut self.schema);
        }
        let used = self.metadata.configuration.get(MAX_COLUMN_ID).and_then(|text| text.parse().ok());
        let max_id = column::map_columns(&mut self.schema, PhysicalNames::Fresh, used.unwrap_or(0));
        self.metadata.configuration.insert(MAX_COLUMN_ID.to_owned(), max_id.to_string());
        Ok(())
    }

    fn rename_column(&mut self, name: &str, to: &str) -> Result<(), DeltaError> {
        self.ensure_mapped("RENAME COLUMN")?;
        let position = self.position(name)?;
        if !column::is_same(name, to) {
            self.ensure_free(to)?;
        }
        self.fields()[position]["name"] = json!(to);
        for partition in &mut self.metadata.partition_columns {
            if column::is_same(partition, name) {
                to.clone_into(partition);
            }
        }
        Ok(())
    }

    fn drop_column(&mut self, name: &str, if_exists: bool) -> Result<(), DeltaError> {
        self.ensure_mapped("DROP COLUMN")?;
        let position = match self.position(name) {
            Err(_) if if_exists => return Ok(()),
            position => position?,
        };
        let refused = |reason| DeltaError::ColumnStays {
            location: self.location.clone(),
            column: name.to_owned(),
            reason,
        };
        if self.metadata.partition_columns.iter().any(|partition| column::is_same(partition, name)) {
            return Err(refused("partition"));
        }
        if self.clustering.iter().any(|clustered| column::is_same(clustered, name)) {
            return Err(refused("clustering"));
        }
        if self.fields().len() == 1 {
            return Err(DeltaError::ColumnStays {
                location: self.location.clone(),
                column: name.to_owned(),
                reason: "only",
            });
        }
        self.fields().remove(position);
        Ok(())
    }

    fn set_nullable(&mut self, name: &str, nullable: bool) -> Result<(), DeltaError> {
        let position = self.position(name)?;
        self.fields()[position]["nullable"] = json!(nullable);
        Ok(())
    }

    fn set_default(&mut self, name: &str, expression: Option<&str>) -> Result<(), DeltaError> {
        let position = self.position(name)?;
        if expression.is_some() && !self.protocol.supports("allowColumnDefaults") {
            return Err(DeltaError::DefaultsNotEnabled { command: "ALTER TABLE" });
        }
        let metadata = &mut self.fields()[position]["metadata"];
        match expression {
            Some(expression) => metadata["CURRENT_DEFAULT"] = json!(expression),
            None => {
                if let Some(metadata) = metadata.as_object_mut() {
                    metadata.remove("CURRENT_DEFAULT");
                }
            }
        }
        Ok(())
    }

    fn cluster(&mut self, names: &[String]) -> Result<(), DeltaError> {
        if !self.metadata.partition_columns.is_empty() {
            return Err(DeltaError::ClusteringOfPartitions { location: self.location.clone() });
        }
        let mut columns = Vec::new();
        for name in names {
            let position = self.position(name)?;
            columns.push([column::physical_name(&self.fields()[position]).to_owned()]);
        }
        self.protocol = self.protocol.with(["clustering", "domainMetadata"]);
        let configuration = json!({"clusteringColumns": columns, "domainName": CLUSTERING}).to_string();
        self.domains = vec![DomainMetadata { domain: CLUSTERING.to_owned(), configuration, removed: false }];
        Ok(())
    }

    /// The columns; a schema that has no list of them has none.
    fn fields(&mut self) -> &mut Vec<Value> {
        if !self.schema["fields"].is_array() {
            self.schema["fields"] = Value::Array(Vec::new());
        }
        match &mut self.schema["fields"] {
            Value::Array(fields) => fields,
            _ => &mut self.no_fields,
        }
    }

    fn position(&mut self, name: &str) -> Result<usize, DeltaError> {
        let location = self.location.clone();
        let is_it = |field: &Value| field["name"].as_str().is_some_and(|field| column::is_same(field, name));
        self.fields()
            .iter()
            .position(is_it)
            .ok_or_else(|| DeltaError::ColumnNotFound { location, column: name.to_owned() })
    }

    fn ensure_free(&mut self, name: &str) -> Result<(), DeltaError> {
        match self.position(name) {
            Err(_) => Ok(()),
            Ok(_) => {
                Err(DeltaError::ColumnExists { location: self.location.clone(), column: name.to_owned() })
            }
        }
    }

    fn is_mapped(&self) -> bool {
        self.metadata.configuration.get(COLUMN_MAPPING_MODE).is_some_and(|mode| mode != "none")
    }

    fn ensure_mapped(&self, operation: &'static str) -> Result<(), DeltaError> {
        if self.is_mapped() {
            return Ok(());
        }
        Err(DeltaError::ColumnMappingNeeded { location: self.location.clone(), operation })
    }
}

impl ColumnChange {
    pub(super) fn operation(&self) -> &'static str {
        match self {
            Self::Add(_) => "ADD COLUMNS",
            Self::Rename { .. } => "RENAME COLUMN",
            Self::Drop { .. } => "DROP COLUMNS",
            Self::Cluster(_) => "CLUSTER BY",
            Self::SetNotNull { .. } | Self::DropNotNull { .. } | Self::Default { .. } => "CHANGE COLUMN",
        }
    }

    /// As the history has them (open Delta, `DeltaOperations`).
    pub(super) fn parameters(&self, clustering: &BTreeSet<String>) -> Vec<(&'static str, String)> {
        let changed = |column: &str| vec![("column", json!({ "name": column }).to_string())];
        match self {
            Self::Add(columns) => {
                let columns: Vec<_> = columns.iter().map(|(field, _)| json!({ "column": field })).collect();
                vec![("columns", json!(columns).to_string())]
            }
            Self::Rename { column, to } => {
                vec![("oldColumnPath", column.clone()), ("newColumnPath", to.clone())]
            }
            Self::Drop { columns, .. } => vec![("columns", json!(columns).to_string())],
            Self::SetNotNull { column, .. } | Self::DropNotNull { column } | Self::Default { column, .. } => {
                changed(column)
            }
            Self::Cluster(columns) => {
                let old: Vec<_> = clustering.iter().cloned().collect();
                vec![("oldClusteringColumns", old.join(",")), ("newClusteringColumns", columns.join(","))]
            }
        }
    }
}
