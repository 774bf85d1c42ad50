//! The statements that make a protected table, guard it and fill it (facts/sql.md §7).

use std::collections::BTreeMap;
use std::fmt;

use clxs_api::{FullName, Identifier, Properties, SqlLiteral};
use serde::{Deserialize, Serialize};

use super::statement::write_properties;
use crate::inventory::{CopyMark, Guard, Guards, Known, TableDefinition};

/// `CREATE [OR REPLACE] TABLE` with guards: the table is never there without them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateTable {
    /// The table.
    pub name: FullName,
    /// The table it is made like.
    pub source: FullName,
    /// Whether it replaces a table of its name. Otherwise such a table is an error.
    pub replace: bool,
    /// Its columns and layout.
    pub definition: TableDefinition,
    /// Its guards.
    pub guards: Guards,
    /// Its comment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// The URL of its files, of an external table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// What it notes of the copy that it begins.
    pub mark: CopyMark,
}

/// `INSERT OVERWRITE` of all rows of a protected table, for a caller that is proven to see them as they are. However
/// often it runs, the rows are there once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FillTable {
    /// The table to read.
    pub source: FullName,
    /// The table to fill.
    pub destination: FullName,
    /// The columns that take values.
    pub columns: Vec<Identifier>,
    /// The guards of the source that the proof is about.
    pub guards: Guards,
    /// What must be true of the caller when the statement runs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known: Vec<Known>,
    /// The texts of the guards' functions that the proof is about.
    pub functions: BTreeMap<FullName, String>,
}

/// Notes in a table how far its copy has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarkCopy {
    /// The table.
    pub table: FullName,
    /// The table it is a copy of.
    pub source: FullName,
    /// The note.
    pub mark: CopyMark,
}

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

impl fmt::Display for CreateTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, replace, definition, guards, comment, location, mark, .. } = self;
        let create = if *replace { "CREATE OR REPLACE" } else { "CREATE" };
        let columns = definition.columns.iter().map(|column| {
            let mask = guards.masks.get(&column.name.to_lowercase()).map(mask_clause);
            format!(
                "{} {}{}",
                column.name,
                column.text,
                mask.map(|mask| format!(" {mask}")).unwrap_or_default()
            )
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
        let mut properties: Properties = definition.properties.clone();
        properties.extend(mark.properties());
        write_properties(f, &properties)
    }
}

impl fmt::Display for FillTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = self.columns.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let Self { source, destination, known, .. } = self;
        write!(f, "INSERT OVERWRITE TABLE {destination} ({columns}) SELECT {columns} FROM {source}")?;
        if known.is_empty() {
            return Ok(());
        }
        let facts = known.iter().map(ToString::to_string).collect::<Vec<_>>().join(" AND ");
        let message =
            SqlLiteral::new("you no longer see this table as it is, and masked rows are not copied");
        write!(f, " WHERE assert_true({facts}, {message}) IS NULL")
    }
}

impl fmt::Display for MarkCopy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ALTER TABLE {} SET", self.table)?;
        write_properties(f, &self.mark.properties())
    }
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

fn filter_clause(filter: &Guard) -> String {
    format!("ROW FILTER {} ON ({})", filter.function, filter.argument_list())
}

fn mask_clause(mask: &Guard) -> String {
    let using = mask.argument_list();
    let using = if using.is_empty() { using } else { format!(" USING COLUMNS ({using})") };
    format!("MASK {}{using}", mask.function)
}
