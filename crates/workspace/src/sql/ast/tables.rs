//! Tables, clones and views: what makes and changes them.

use clxs_api::Identifier;
use datafusion::sql::sqlparser::ast as sqlparser;

use super::{
    AsOf, DropConstraint, GuardClause, KeyConstraint, ObjectName, OnExisting, PropertyList, TableReference,
    TagChange,
};
use crate::delta::ColumnPlace;
use crate::delta::schema::StructField;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CreateTable {
    pub(crate) name: TableReference,
    pub(crate) on_existing: OnExisting,
    /// Columns in order; with metadata for comments, defaults, generation and identity, as Delta writes it.
    pub(crate) columns: Vec<StructField>,
    /// `USING …`, in lower case; Delta when absent.
    pub(crate) provider: Option<String>,
    pub(crate) partition_columns: Vec<Identifier>,
    pub(crate) cluster_columns: Vec<Identifier>,
    pub(crate) location: Option<String>,
    pub(crate) comment: Option<String>,
    pub(crate) properties: PropertyList,
    pub(crate) constraints: Vec<CheckConstraint>,
    /// Primary and foreign keys.
    pub(crate) keys: Vec<KeyConstraint>,
    pub(crate) row_filter: Option<GuardClause>,
    pub(crate) masks: Vec<(Identifier, GuardClause)>,
    pub(crate) query: Option<Box<sqlparser::Query>>,
}

/// A CHECK constraint with its expression as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CheckConstraint {
    pub(crate) name: Identifier,
    pub(crate) expression: String,
}

/// `CREATE TABLE … CLONE …` (facts/sql.md §2).
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CloneTable {
    pub(crate) target: TableReference,
    pub(crate) on_existing: OnExisting,
    pub(crate) shallow: bool,
    pub(crate) source: TableReference,
    pub(crate) as_of: Option<AsOf>,
    pub(crate) properties: PropertyList,
    pub(crate) location: Option<String>,
}

/// `ALTER TABLE`, `ALTER VIEW` and `ALTER MATERIALIZED VIEW`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AlterTable {
    pub(crate) name: ObjectName,
    pub(crate) kind: AlteredKind,
    pub(crate) action: AlterTableAction,
}

/// What the statement says that it alters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AlteredKind {
    Table,
    View,
    MaterializedView,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum AlterTableAction {
    SetProperties(PropertyList),
    UnsetProperties {
        keys: Vec<String>,
        if_exists: bool,
    },
    SetOwner(Identifier),
    AddCheck(CheckConstraint),
    AddKey(KeyConstraint),
    DropConstraint(DropConstraint),
    /// `ALTER COLUMN a COMMENT 'x', b COMMENT 'y', …`
    CommentColumns(Vec<(Identifier, String)>),
    /// Of the table, or of a column.
    Tags {
        column: Option<Identifier>,
        change: TagChange,
    },
    /// `ALTER VIEW … WITH SCHEMA`: as [`CreateView::schema_mode`].
    SetSchemaMode(String),
    RenameTo(ObjectName),
    /// `ADD COLUMNS`
    AddColumns(Vec<(StructField, ColumnPlace)>),
    RenameColumn {
        column: Identifier,
        to: Identifier,
    },
    DropColumns {
        columns: Vec<Identifier>,
        if_exists: bool,
    },
    SetNotNull(Identifier),
    DropNotNull(Identifier),
    /// The expression as written.
    SetDefault {
        column: Identifier,
        expression: String,
    },
    DropDefault(Identifier),
    SetRowFilter(GuardClause),
    DropRowFilter,
    SetMask {
        column: Identifier,
        mask: GuardClause,
    },
    DropMask(Identifier),
    /// `CLUSTER BY`; no columns are `NONE`.
    ClusterBy(Vec<Identifier>),
    /// `ALTER VIEW … AS query`, the query exactly as written.
    SetQuery {
        definition: String,
        query: Box<sqlparser::Query>,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CreateView {
    pub(crate) name: ObjectName,
    pub(crate) on_existing: OnExisting,
    /// Names and comments of the output columns, when they are listed.
    pub(crate) columns: Vec<ViewColumn>,
    pub(crate) comment: Option<String>,
    pub(crate) properties: PropertyList,
    /// `WITH SCHEMA …`: `BINDING`, `COMPENSATION`, `TYPE EVOLUTION` or `EVOLUTION`.
    pub(crate) schema_mode: Option<String>,
    /// The query or YAML exactly as written.
    pub(crate) definition: String,
    pub(crate) body: ViewBody,
}

/// `CREATE MATERIALIZED VIEW`
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CreateMaterializedView {
    pub(crate) name: ObjectName,
    pub(crate) on_existing: OnExisting,
    /// Names and comments of the columns, when they are listed.
    pub(crate) columns: Vec<ViewColumn>,
    pub(crate) comment: Option<String>,
    pub(crate) properties: PropertyList,
    /// The query exactly as written.
    pub(crate) definition: String,
    pub(crate) query: Box<sqlparser::Query>,
}

/// What a view is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ViewBody {
    Query(Box<sqlparser::Query>),
    /// `WITH METRICS LANGUAGE YAML`
    Metrics,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ViewColumn {
    pub(crate) name: Identifier,
    pub(crate) comment: Option<String>,
}

/// `RESTORE TABLE … TO …`
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Restore {
    pub(crate) table: TableReference,
    pub(crate) as_of: AsOf,
}

/// `OPTIMIZE` and `REORG TABLE … APPLY (PURGE)`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Optimize {
    pub(crate) table: TableReference,
    pub(crate) predicate: Option<sqlparser::Expr>,
    /// `ZORDER BY`
    pub(crate) order: Vec<Identifier>,
    pub(crate) purge: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Vacuum {
    pub(crate) table: TableReference,
    pub(crate) retain_hours: Option<f64>,
    pub(crate) dry_run: bool,
}
