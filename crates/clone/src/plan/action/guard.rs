//! The statements that set and drop the guards of a table that is there (facts/sql.md §7).

use std::fmt;

use clxs_api::{FullName, Identifier};
use serde::{Deserialize, Serialize};

use crate::inventory::Guard;

/// Sets or, with nothing, drops the row filter of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetRowFilter {
    /// The table.
    pub table: FullName,
    /// The filter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<Guard>,
}

/// Sets or, with nothing, drops the mask of a column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetMask {
    /// The table.
    pub table: FullName,
    /// The column.
    pub column: Identifier,
    /// The mask.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mask: Option<Guard>,
}

impl fmt::Display for SetRowFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.filter {
            Some(filter) => write!(f, "ALTER TABLE {} SET {}", self.table, filter_clause(filter)),
            None => write!(f, "ALTER TABLE {} DROP ROW FILTER", self.table),
        }
    }
}

impl fmt::Display for SetMask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { table, column, mask } = self;
        match mask {
            Some(mask) => write!(f, "ALTER TABLE {table} ALTER COLUMN {column} SET {}", mask_clause(mask)),
            None => write!(f, "ALTER TABLE {table} ALTER COLUMN {column} DROP MASK"),
        }
    }
}

pub(super) fn filter_clause(filter: &Guard) -> String {
    format!("ROW FILTER {} ON ({})", filter.function, filter.argument_list())
}

pub(super) fn mask_clause(mask: &Guard) -> String {
    let using = mask.argument_list();
    let using = if using.is_empty() { using } else { format!(" USING COLUMNS ({using})") };
    format!("MASK {}{using}", mask.function)
}
