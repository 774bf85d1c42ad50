//! How every table that takes part stands to its source.

use std::fmt;

use clxs_api::FullName;
use serde::Serialize;

use super::{Drift, drift};
use crate::inventory::{Inventories, Table};
use crate::plan::Obstacle;
use crate::plan::check::check;
use crate::settings::{ObjectType, Settings};
use crate::{Kind, Result};

/// A table of the source and how the destination's stands to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableDrift {
    /// The table of the source.
    pub table: FullName,
    /// How it stands.
    #[serde(flatten)]
    pub state: DriftState,
}

/// How a table of the destination stands to its source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum DriftState {
    /// The destination lacks it.
    NeverCloned,
    /// It is what cloning would make.
    InSync,
    /// It is not.
    Drifted {
        /// How it differs.
        #[serde(flatten)]
        drift: Drift,
    },
}

impl fmt::Display for DriftState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NeverCloned => f.write_str("never_cloned"),
            Self::InSync => f.write_str("in_sync"),
            Self::Drifted { drift: Drift::VersionDrift { .. } } => f.write_str("version_drift"),
            Self::Drifted { drift } if drift.is_edit() => f.write_str("target_edited"),
            Self::Drifted { drift: Drift::UnableToCompare { .. } } => f.write_str("unable_to_compare"),
            Self::Drifted { .. } => f.write_str("drifted"),
        }
    }
}

/// How every table that takes part stands.
///
/// # Errors
/// Those of [`crate::plan::plan`].
pub fn drifts(inventories: &Inventories, settings: &Settings) -> Result<Vec<TableDrift>> {
    check(inventories, settings)?;
    let catalog = FullName::of_catalog(settings.source.to_lowercase());
    let mut drifts = Vec::new();
    for (schema_name, schema) in inventories.source.taking_part() {
        let schema_name = catalog.child(schema_name.clone());
        for (name, source) in schema.tables.iter().filter(|(_, table)| table.kind == Kind::Table) {
            let table = schema_name.child(name.clone());
            if settings.selection.skips(&table, ObjectType::Table).is_some() {
                continue;
            }
            let state = match inventories.destination.table(&table) {
                None => DriftState::NeverCloned,
                Some(own) => standing(source, &table, own, settings)
                    .map_or(DriftState::InSync, |drift| DriftState::Drifted { drift }),
            };
            drifts.push(TableDrift { table, state });
        }
    }
    Ok(drifts)
}

/// Edits come first, as in a plan.
fn standing(source: &Table, name: &FullName, own: &Table, settings: &Settings) -> Option<Drift> {
    let drift = drift(source, name, own, settings);
    if drift.as_ref().is_some_and(Drift::is_edit) {
        return drift;
    }
    Obstacle::of(settings, name, (source, own), drift.is_some()).map(Obstacle::drift).or(drift)
}
