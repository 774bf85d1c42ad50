//! Statements that write rows.

use clxs_api::Identifier;
use datafusion::sql::sqlparser::ast as sqlparser;

use super::{ObjectName, TableReference};

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Insert {
    pub(crate) table: TableReference,
    pub(crate) overwrite: bool,
    /// Listed columns; empty means all in order.
    pub(crate) columns: Vec<Identifier>,
    pub(crate) by_name: bool,
    /// `REPLACE WHERE`: which rows go.
    pub(crate) replace_where: Option<sqlparser::Expr>,
    /// `PARTITION (column = value, …)`
    pub(crate) partition: Vec<Assignment>,
    pub(crate) source: Box<sqlparser::Query>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Delete {
    pub(crate) table: TableReference,
    pub(crate) alias: Option<Identifier>,
    pub(crate) predicate: Option<sqlparser::Expr>,
}

/// `column = value`; the column may be qualified.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Assignment {
    pub(crate) column: ObjectName,
    pub(crate) value: sqlparser::Expr,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Update {
    pub(crate) table: TableReference,
    pub(crate) alias: Option<Identifier>,
    pub(crate) assignments: Vec<Assignment>,
    pub(crate) predicate: Option<sqlparser::Expr>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Merge {
    pub(crate) table: TableReference,
    pub(crate) alias: Option<Identifier>,
    pub(crate) source: sqlparser::TableFactor,
    pub(crate) on: sqlparser::Expr,
    /// At least one.
    pub(crate) clauses: Vec<MergeClause>,
}

/// `WHEN … THEN …`
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct MergeClause {
    pub(crate) when: MergeWhen,
    pub(crate) condition: Option<sqlparser::Expr>,
    pub(crate) action: MergeAction,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MergeWhen {
    Matched,
    /// `NOT MATCHED [BY TARGET]`
    NotMatched,
    NotMatchedBySource,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum MergeAction {
    Delete,
    Update(Vec<Assignment>),
    /// `UPDATE SET *`
    UpdateAll,
    Insert {
        columns: Vec<Identifier>,
        values: Vec<sqlparser::Expr>,
    },
    /// `INSERT *`
    InsertAll,
}
