//! `CREATE TABLE` with everything, and the statement that fills it: for tables that `CLONE` cannot make.

use std::fmt;

use clxs_api::{FullName, Identifier, Properties, SqlLiteral};
use serde::{Deserialize, Serialize};

use super::statement::write_properties;
use crate::inventory::{Column, ColumnValue, Origin, TableShape};
use crate::settings::{AsOf, RowScope};

/// The property that allows defaults of columns, without which the platform refuses them.
const DEFAULTS: &str = "delta.feature.allowColumnDefaults";

/// Makes or replaces a table by a definition of its own. It has no rows then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MakeTable {
    /// The table.
    pub name: FullName,
    /// Whether it replaces a table of its name. Otherwise such a table is an error.
    pub replace: bool,
    /// What it is.
    pub definition: TableShape,
    /// Its comment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// The URL of its files, of an external table that is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// What it is made of; noted in its properties.
    pub origin: Origin,
}

/// Replaces the rows of a table by those of another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopyRows {
    /// The table to read.
    pub source: FullName,
    /// The table to write.
    pub destination: FullName,
    /// The columns that are given; the table computes the others.
    pub columns: Vec<Identifier>,
    /// The version to read.
    pub as_of: AsOf,
    /// Which rows.
    pub rows: RowScope,
}

/// Notes what a table is made of, before its rows are replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteOrigin {
    /// The table.
    pub table: FullName,
    /// What it is made of.
    pub origin: Origin,
}

impl fmt::Display for NoteOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ALTER TABLE {} SET", self.table)?;
        write_properties(f, &self.origin.properties())
    }
}

impl fmt::Display for MakeTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let create = if self.replace { "CREATE OR REPLACE" } else { "CREATE" };
        let TableShape { columns, partitioned_by, clustered_by, .. } = &self.definition;
        let columns: Vec<_> = columns.iter().map(column).collect();
        write!(f, "{create} TABLE {} ({}) USING DELTA", self.name, columns.join(", "))?;
        if !partitioned_by.is_empty() {
            write!(f, " PARTITIONED BY ({})", list(partitioned_by))?;
        }
        if !clustered_by.is_empty() {
            write!(f, " CLUSTER BY ({})", list(clustered_by))?;
        }
        if let Some(location) = &self.location {
            write!(f, " LOCATION {}", SqlLiteral::new(location))?;
        }
        if let Some(comment) = &self.comment {
            write!(f, " COMMENT {}", SqlLiteral::new(comment))?;
        }
        write_properties(f, &self.all_properties())
    }
}

impl MakeTable {
    fn all_properties(&self) -> Properties {
        let has_default = |column: &Column| matches!(column.value, Some(ColumnValue::Default(_)));
        let defaults = self.definition.columns.iter().any(has_default);
        let defaults = defaults.then(|| (DEFAULTS.to_owned(), "supported".to_owned()));
        let mut properties = self.definition.properties.clone();
        properties.extend(defaults);
        properties.extend(self.origin.properties());
        properties
    }
}

impl fmt::Display for CopyRows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = list(&self.columns);
        write!(f, "INSERT OVERWRITE {} ({columns}) {}", self.destination, self.query())
    }
}

impl CopyRows {
    /// The query that gives the rows.
    pub(crate) fn query(&self) -> String {
        let condition = match &self.rows {
            RowScope::All => String::new(),
            RowScope::None => " WHERE false".to_owned(),
            RowScope::Where(condition) => format!(" WHERE ({condition})"),
        };
        format!("SELECT {} FROM {}{}{condition}", list(&self.columns), self.source, self.as_of.clause())
    }
}

fn column(column: &Column) -> String {
    let Column { name, type_text, nullable, value, comment } = column;
    let null = if *nullable { "" } else { " NOT NULL" };
    let comment = comment.as_ref().map(|text| format!(" COMMENT {}", SqlLiteral::new(text)));
    let value = value.as_ref().map(value_clause).unwrap_or_default();
    format!("{name} {type_text}{null}{value}{}", comment.unwrap_or_default())
}

fn value_clause(value: &ColumnValue) -> String {
    match value {
        ColumnValue::Default(expression) => format!(" DEFAULT {expression}"),
        ColumnValue::Generated(expression) => format!(" GENERATED ALWAYS AS ({expression})"),
        ColumnValue::Identity { start, step, always, .. } => {
            let when = if *always { "ALWAYS" } else { "BY DEFAULT" };
            format!(" GENERATED {when} AS IDENTITY (START WITH {start} INCREMENT BY {step})")
        }
    }
}

fn list(names: &[Identifier]) -> String {
    names.iter().map(Identifier::to_string).collect::<Vec<_>>().join(", ")
}
