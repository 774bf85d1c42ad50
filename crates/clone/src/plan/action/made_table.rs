//! The statements that make a table which `CLONE` cannot make, fill it and note how far that has come: a table with
//! guards (facts/sql.md §7), or with some of its source's rows or none.

use std::collections::BTreeMap;
use std::fmt;

use clxs_api::{FullName, Identifier, Properties, SqlLiteral};
use serde::{Deserialize, Serialize};

use super::guard::{filter_clause, mask_clause};
use super::statement::write_properties;
use crate::Securable;
use crate::inventory::{
    APPEND_ONLY, ColumnValue, CopyMark, DEFAULTS, Guards, Known, Policies, TableDefinition,
};
use crate::settings::{AsOf, RowScope};

/// `CREATE [OR REPLACE] TABLE` with guards: the table is never there without them. It has no rows then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateTable {
    /// The table.
    pub name: FullName,
    /// Whether it replaces a table of its name. Otherwise such a table is an error.
    pub replace: bool,
    /// Its columns, layout and properties.
    pub definition: TableDefinition,
    /// Its guards.
    #[serde(default, skip_serializing_if = "Guards::is_empty")]
    pub guards: Guards,
    /// Its comment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// The URL of its files, of an external table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// What it notes of the copy that it begins, or that it is when no rows come.
    pub mark: CopyMark,
}

/// `INSERT OVERWRITE` of the rows of a table. However often it runs, they are there once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FillTable {
    /// The table to read.
    pub source: FullName,
    /// The table to fill.
    pub destination: FullName,
    /// The columns that take values.
    pub columns: Vec<Identifier>,
    /// The version to read.
    pub as_of: AsOf,
    /// Which rows.
    pub rows: RowScope,
    /// Why they are the source's own, where the source has guards.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<Proof>,
}

/// What must hold of a source with guards while its rows are copied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// Its guards.
    pub guards: Guards,
    /// The texts of their functions.
    pub functions: BTreeMap<FullName, String>,
    /// What must be true of the caller.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known: Vec<Known>,
    /// The policies over it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub policies: Vec<(Securable, Policies)>,
    /// Its version, where one is asked for: no statement reads an earlier one (facts/settled.md §5).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
}

/// Notes in a table how far its copy has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarkCopy {
    /// The table.
    pub table: FullName,
    /// The note.
    pub mark: CopyMark,
    /// What `delta.appendOnly` is set to with it; as it is when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub append_only: Option<String>,
}

impl fmt::Display for CreateTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, replace, definition, guards, comment, location, .. } = self;
        let create = if *replace { "CREATE OR REPLACE" } else { "CREATE" };
        let columns = definition.columns.iter().map(|column| {
            let mask = guards.masks.get(&column.name.to_lowercase());
            mask.map_or_else(|| column.to_string(), |mask| format!("{column} {}", mask_clause(mask)))
        });
        write!(f, "{create} TABLE {name} ({}) USING DELTA", columns.collect::<Vec<_>>().join(", "))?;
        if let Some(filter) = &guards.row_filter {
            write!(f, " WITH {}", filter_clause(filter))?;
        }
        for clause in &definition.clauses {
            write!(f, " {clause}")?;
        }
        if let Some(location) = location {
            write!(f, " LOCATION {}", SqlLiteral::new(location))?;
        }
        if let Some(comment) = comment {
            write!(f, " COMMENT {}", SqlLiteral::new(comment))?;
        }
        write_properties(f, &self.all_properties())
    }
}

impl CreateTable {
    fn all_properties(&self) -> Properties {
        let mut columns = self.definition.columns.iter();
        let defaults = columns.any(|column| matches!(column.value, Some(ColumnValue::Default(_))));
        let mut properties = self.definition.properties.clone();
        properties.extend(defaults.then(|| (DEFAULTS.to_owned(), "supported".to_owned())));
        properties.extend(self.mark.properties());
        properties
    }
}

impl fmt::Display for FillTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "INSERT OVERWRITE TABLE {} ({}) {}", self.destination, self.column_list(), self.query())
    }
}

impl FillTable {
    /// The query that gives the rows. It gives none to a caller of whom what was proven is no longer true.
    pub(crate) fn query(&self) -> String {
        let known = self.proof.as_ref().map(|proof| proof.known.as_slice()).unwrap_or_default();
        let condition = match &self.rows {
            RowScope::All => None,
            RowScope::None => Some("false".to_owned()),
            RowScope::Where(condition) => Some(format!("({condition})")),
        };
        let conditions: Vec<_> = still_true(known).into_iter().chain(condition).collect();
        let filter = if conditions.is_empty() {
            String::new()
        } else {
            format!(" WHERE {}", conditions.join(" AND "))
        };
        format!("SELECT {} FROM {}{}{filter}", self.column_list(), self.source, self.as_of.clause())
    }

    fn column_list(&self) -> String {
        self.columns.iter().map(Identifier::to_string).collect::<Vec<_>>().join(", ")
    }
}

fn still_true(known: &[Known]) -> Option<String> {
    let facts = known.iter().map(ToString::to_string).collect::<Vec<_>>().join(" AND ");
    let message = SqlLiteral::new("you no longer see this table as it is, and masked rows are not copied");
    (!known.is_empty()).then(|| format!("assert_true({facts}, {message}) IS NULL"))
}

impl fmt::Display for MarkCopy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut properties = self.mark.properties();
        properties.extend(self.append_only.clone().map(|value| (APPEND_ONLY.to_owned(), value)));
        write!(f, "ALTER TABLE {} SET", self.table)?;
        write_properties(f, &properties)
    }
}
