//! Changes the definition of a table that is there.

use std::fmt;

use clxs_api::{FullName, Properties};
use serde::{Deserialize, Serialize};

use super::statement::{literals, write_properties};
use crate::inventory::Column;

/// `ALTER TABLE`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlterTable {
    /// The table.
    pub table: FullName,
    /// What is changed.
    pub change: TableChange,
}

/// What is changed of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TableChange {
    /// It gets these columns behind its own. They take nulls and have no values of their own, which the platform does not
    /// take here.
    AddColumns(Vec<Column>),
    /// New rows are clustered by this: `CLUSTER BY (id)`, `CLUSTER BY NONE`.
    Cluster(String),
    /// It gets these properties.
    SetProperties(Properties),
    /// It loses the properties with these keys.
    UnsetProperties(Vec<String>),
}

impl fmt::Display for AlterTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ALTER TABLE {} ", self.table)?;
        match &self.change {
            TableChange::AddColumns(columns) => {
                let columns: Vec<_> = columns.iter().map(ToString::to_string).collect();
                write!(f, "ADD COLUMNS ({})", columns.join(", "))
            }
            TableChange::Cluster(clause) => f.write_str(clause),
            TableChange::SetProperties(properties) => {
                f.write_str("SET")?;
                write_properties(f, properties)
            }
            TableChange::UnsetProperties(keys) => {
                write!(f, "UNSET TBLPROPERTIES IF EXISTS ({})", literals(keys))
            }
        }
    }
}
