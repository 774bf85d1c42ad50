//! Statements, built from typed names.

use std::collections::BTreeMap;
use std::fmt;

use clxs_api::{FullName, Identifier, Properties, SqlLiteral};
use serde::{Deserialize, Serialize};

use super::{AlterTable, CreateFunction, CreateTable, FillTable, MarkCopy, SetMask, SetRowFilter};
use crate::inventory::Tags;
use crate::rewrite::is_same_view;
use crate::settings::{AsOf, CloneType, OnError, RowScope};
use crate::{Kind, Securable};

/// A statement. `Display` is its SQL text. A plan holds many of the small ones, so that the large ones are boxed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Statement {
    /// Clones a table.
    CloneTable(Box<CloneTable>),
    /// Makes or replaces an empty table, with its guards, that `CLONE` cannot make.
    CreateTable(Box<CreateTable>),
    /// Changes the definition of a table that is there.
    AlterTable(Box<AlterTable>),
    /// Notes how far its copy has come.
    MarkCopy(Box<MarkCopy>),
    /// Replaces its rows.
    FillTable(Box<FillTable>),
    /// Sets or drops a row filter.
    SetRowFilter(SetRowFilter),
    /// Sets or drops a column mask.
    SetMask(SetMask),
    /// Makes or replaces a view.
    CreateView(Box<CreateView>),
    /// Makes or replaces a function.
    CreateFunction(Box<CreateFunction>),
    /// Sets or, with nothing, removes the comment of a table or view.
    Comment {
        /// The table or view.
        table: FullName,
        /// The text.
        comment: Option<String>,
    },
    /// Sets or, with nothing, removes the comment of a column.
    CommentColumn {
        /// The table or view, and the column.
        column: FullName,
        /// The text.
        comment: Option<String>,
    },
    /// Sets tags of a securable.
    SetTags {
        /// The securable.
        securable: Securable,
        /// Keys and values; none may be empty of keys.
        tags: Tags,
    },
    /// Removes tags of a securable.
    UnsetTags {
        /// The securable.
        securable: Securable,
        /// The keys.
        keys: Vec<String>,
    },
    /// Sets tags of a column of a table.
    SetColumnTags {
        /// The table.
        table: FullName,
        /// The column.
        column: Identifier,
        /// Keys and values.
        tags: Tags,
    },
    /// Removes tags of a column of a table.
    UnsetColumnTags {
        /// The table.
        table: FullName,
        /// The column.
        column: Identifier,
        /// The keys.
        keys: Vec<String>,
    },
    /// Sets a tag of a column of a view, for which there is no `ALTER`.
    SetColumnTag {
        /// The view and the column.
        column: FullName,
        /// The key.
        key: String,
        /// The value.
        value: String,
    },
    /// Removes a tag of a column of a view.
    UnsetColumnTag {
        /// The view and the column.
        column: FullName,
        /// The key.
        key: String,
    },
    /// Brings a table back to a version.
    RestoreTable {
        /// The table.
        table: FullName,
        /// The version.
        version: u64,
    },
    /// Brings a dropped table back, with its files, grants, tags and guards.
    Undrop {
        /// What it was called.
        table: FullName,
        /// Its id: there may be several of the name.
        id: String,
    },
    /// Removes a securable. A catalog or schema must be empty.
    Drop(Securable),
    /// A statement of the user. Running it twice is not running it once.
    Hook {
        /// Its text.
        sql: String,
        /// What its failure means.
        on_error: OnError,
    },
}

impl Statement {
    /// Whether it copies rows, which may take hours.
    pub(crate) fn copies_rows(&self) -> bool {
        matches!(self, Self::CloneTable(_) | Self::FillTable(_))
    }

    /// Its text with the names of the session it is to run in.
    pub fn text(&self) -> StatementText {
        let session = match self {
            Self::CreateView(view) => Some((view.catalog.clone(), view.schema.clone())),
            Self::CreateFunction(function) => function.session(),
            // Names in a condition are those of the source.
            Self::FillTable(fill) if matches!(fill.rows, RowScope::Where(_)) => {
                fill.source.schema().map(|schema| (fill.source.catalog().clone(), schema.clone()))
            }
            _ => None,
        };
        let (catalog, schema) = session.unzip();
        StatementText { text: self.to_string(), catalog, schema }
    }
}

impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CloneTable(clone) => clone.fmt(f),
            Self::CreateTable(table) => table.fmt(f),
            Self::AlterTable(table) => table.fmt(f),
            Self::MarkCopy(mark) => mark.fmt(f),
            Self::FillTable(fill) => fill.fmt(f),
            Self::SetRowFilter(set) => set.fmt(f),
            Self::SetMask(set) => set.fmt(f),
            Self::CreateView(view) => view.fmt(f),
            Self::CreateFunction(function) => function.fmt(f),
            Self::Comment { table, comment: Some(text) } => {
                write!(f, "COMMENT ON TABLE {table} IS {}", SqlLiteral::new(text))
            }
            Self::Comment { table, comment: None } => write!(f, "COMMENT ON TABLE {table} IS NULL"),
            Self::CommentColumn { column, comment: Some(text) } => {
                write!(f, "COMMENT ON COLUMN {column} IS {}", SqlLiteral::new(text))
            }
            Self::CommentColumn { column, comment: None } => {
                write!(f, "COMMENT ON COLUMN {column} IS NULL")
            }
            Self::SetTags { securable: Securable { kind, name }, tags } => {
                write!(f, "ALTER {} {name} SET TAGS ({})", kind.keyword(), pairs(tags))
            }
            Self::UnsetTags { securable: Securable { kind, name }, keys } => {
                write!(f, "ALTER {} {name} UNSET TAGS ({})", kind.keyword(), literals(keys))
            }
            Self::SetColumnTags { table, column, tags } => {
                write!(f, "ALTER TABLE {table} ALTER COLUMN {column} SET TAGS ({})", pairs(tags))
            }
            Self::UnsetColumnTags { table, column, keys } => {
                write!(f, "ALTER TABLE {table} ALTER COLUMN {column} UNSET TAGS ({})", literals(keys))
            }
            Self::SetColumnTag { column, key, value } if value.is_empty() => {
                write!(f, "SET TAG ON COLUMN {column} {}", backticked(key))
            }
            Self::SetColumnTag { column, key, value } => {
                write!(f, "SET TAG ON COLUMN {column} {} = {}", backticked(key), backticked(value))
            }
            Self::UnsetColumnTag { column, key } => {
                write!(f, "UNSET TAG ON COLUMN {column} {}", backticked(key))
            }
            Self::RestoreTable { table, version } => {
                write!(f, "RESTORE TABLE {table} TO VERSION AS OF {version}")
            }
            Self::Undrop { id, .. } => write!(f, "UNDROP TABLE WITH ID {}", SqlLiteral::new(id)),
            Self::Drop(securable) => {
                write!(f, "DROP {} IF EXISTS {}", securable.kind.keyword(), securable.name)
            }
            Self::Hook { sql, .. } => f.write_str(sql),
        }
    }
}

/// A statement with the names that unqualified names in it resolve to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StatementText {
    /// The SQL text.
    pub text: String,
    /// The catalog of the session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub catalog: Option<Identifier>,
    /// The schema of the session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema: Option<Identifier>,
}

/// `CREATE [OR REPLACE] TABLE … CLONE` (facts/sql.md §2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CloneTable {
    /// The table to clone.
    pub source: FullName,
    /// The clone.
    pub destination: FullName,
    /// Whether data files are copied.
    pub clone_type: CloneType,
    /// Whether the clone replaces a table of its name. Otherwise such a table is an error.
    pub replace: bool,
    /// The version to clone.
    pub as_of: AsOf,
    /// The URL of its files, of an external table that is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// Properties on top of the source's.
    #[serde(default, skip_serializing_if = "Properties::is_empty")]
    pub properties: Properties,
    /// The version of the source that the plan was made for, where it was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_version: Option<u64>,
    /// The id of the source the plan was made for: versions of a source that was made again are other versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_table_id: Option<String>,
}

/// `CREATE [OR REPLACE] VIEW`, of a metric view too, `CREATE MATERIALIZED VIEW` and `CREATE STREAMING TABLE`
/// (facts/sql.md §9).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateView {
    /// The view.
    pub name: FullName,
    /// What kind of view it is.
    #[serde(default = "sql_view", skip_serializing_if = "is_sql_view")]
    pub kind: Kind,
    /// Its query, or the YAML of a metric view.
    pub definition: String,
    /// Its columns with their comments; empty when the query names them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<(Identifier, Option<String>)>,
    /// Its comment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Its properties.
    #[serde(default, skip_serializing_if = "Properties::is_empty")]
    pub properties: Properties,
    /// How it follows changes of what it reads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema_mode: Option<SchemaMode>,
    /// The catalog that names of fewer than three parts are in.
    pub catalog: Identifier,
    /// The schema that names of one part are in.
    pub schema: Identifier,
    /// The columns that its query had when the source's view was made, where it may have more today.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub query_columns: Vec<Identifier>,
}

impl CreateView {
    /// The same view of a query that names its columns. A view shows the columns that its query had when it was made, also
    /// when `*` stands for more by now (Databricks, `CREATE VIEW`, schema binding), and nobody can make such a view as it is
    /// written: `CREATE_VIEW_COLUMN_ARITY_MISMATCH`.
    pub(crate) fn of_named_columns(&self) -> Option<Self> {
        if self.query_columns.is_empty() {
            return None;
        }
        let columns: Vec<_> = self.query_columns.iter().map(Identifier::to_string).collect();
        let query = self.definition.trim().trim_end_matches(';');
        // The query may end in a comment.
        let definition = format!("SELECT {} FROM (\n{query}\n)", columns.join(", "));
        Some(Self { definition, query_columns: Vec::new(), ..self.clone() })
    }

    /// Whether a view of this text would show the same.
    pub(crate) fn has_text(&self, text: &str) -> bool {
        let is_same = |view: &Self| is_same_view(view.kind, &view.definition, text);
        is_same(self) || self.of_named_columns().as_ref().is_some_and(is_same)
    }
}

fn sql_view() -> Kind {
    Kind::View
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape that serde asks for")]
fn is_sql_view(kind: &Kind) -> bool {
    *kind == Kind::View
}

/// How a view follows changes of what it reads: `WITH SCHEMA …`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SchemaMode {
    /// Any change breaks it.
    Binding,
    /// Changes are cast away; the platform's default.
    Compensation,
    /// Column types follow.
    TypeEvolution,
    /// Columns and types follow.
    Evolution,
}

impl SchemaMode {
    /// Reads the property `view.schemaMode` (facts/settled.md §4), tolerant of its spelling.
    pub fn from_property(text: &str) -> Option<Self> {
        match text.trim().to_uppercase().replace('_', " ").as_str() {
            "BINDING" => Some(Self::Binding),
            "COMPENSATION" => Some(Self::Compensation),
            "TYPE EVOLUTION" => Some(Self::TypeEvolution),
            "EVOLUTION" => Some(Self::Evolution),
            _ => None,
        }
    }

    fn sql(self) -> &'static str {
        match self {
            Self::Binding => "BINDING",
            Self::Compensation => "COMPENSATION",
            Self::TypeEvolution => "TYPE EVOLUTION",
            Self::Evolution => "EVOLUTION",
        }
    }
}

impl fmt::Display for CloneTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let create = if self.replace { "CREATE OR REPLACE" } else { "CREATE" };
        write!(f, "{create} TABLE {} {} CLONE {}", self.destination, self.clone_type, self.source)?;
        f.write_str(&self.as_of.clause())?;
        write_properties(f, &self.properties)?;
        match &self.location {
            Some(location) => write!(f, " LOCATION {}", SqlLiteral::new(location)),
            None => Ok(()),
        }
    }
}

impl fmt::Display for CreateView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let create = match self.kind {
            Kind::MaterializedView => "CREATE OR REPLACE MATERIALIZED VIEW",
            Kind::StreamingTable => "CREATE OR REFRESH STREAMING TABLE",
            _ => "CREATE OR REPLACE VIEW",
        };
        write!(f, "{create} {}", self.name)?;
        if !self.columns.is_empty() {
            let columns: Vec<_> =
                self.columns.iter().map(|(name, comment)| column(name, comment.as_deref())).collect();
            write!(f, " ({})", columns.join(", "))?;
        }
        if self.kind == Kind::MetricView {
            f.write_str(" WITH METRICS LANGUAGE YAML")?;
        }
        if let Some(mode) = self.schema_mode {
            write!(f, " WITH SCHEMA {}", mode.sql())?;
        }
        if let Some(comment) = &self.comment {
            write!(f, " COMMENT {}", SqlLiteral::new(comment))?;
        }
        write_properties(f, &self.properties)?;
        if self.kind == Kind::MetricView {
            let tag = dollar_tag(&self.definition);
            return write!(f, " AS {tag}{}{tag}", self.definition);
        }
        write!(f, " AS {}", self.definition)
    }
}

fn column(name: &Identifier, comment: Option<&str>) -> String {
    match comment {
        Some(text) => format!("{name} COMMENT {}", SqlLiteral::new(text)),
        None => name.to_string(),
    }
}

pub(super) fn write_properties(f: &mut fmt::Formatter<'_>, properties: &Properties) -> fmt::Result {
    if properties.is_empty() {
        return Ok(());
    }
    write!(f, " TBLPROPERTIES ({})", pairs(properties))
}

fn pairs(pairs: &BTreeMap<String, String>) -> String {
    let pairs =
        pairs.iter().map(|(key, value)| format!("{} = {}", SqlLiteral::new(key), SqlLiteral::new(value)));
    pairs.collect::<Vec<_>>().join(", ")
}

/// Dollars with a tag that the text does not hold, to quote it whole.
pub(super) fn dollar_tag(text: &str) -> String {
    let mut tags = std::iter::once("$$".to_owned()).chain((0..).map(|number| format!("$body{number}$")));
    tags.find(|tag| !text.contains(tag.as_str())).unwrap_or_default()
}

pub(super) fn literals(texts: &[String]) -> String {
    texts.iter().map(|text| SqlLiteral::new(text).to_string()).collect::<Vec<_>>().join(", ")
}

/// Keys and values of `SET TAG` are written as names, and may be longer than names may be.
fn backticked(text: &str) -> String {
    format!("`{}`", text.replace('`', "``"))
}
