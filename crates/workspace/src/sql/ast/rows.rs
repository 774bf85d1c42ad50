//! Statements that write rows.

use clxs_api::Identifier;
use datafusion::sql::sqlparser::ast as sqlparser;

use super::TableReference;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Insert {
    pub(crate) table: TableReference,
    pub(crate) overwrite: bool,
    /// Listed columns; empty means all in order.
    pub(crate) columns: Vec<Identifier>,
    pub(crate) by_name: bool,
    pub(crate) source: Box<sqlparser::Query>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Delete {
    pub(crate) table: TableReference,
    pub(crate) alias: Option<Identifier>,
    pub(crate) predicate: Option<sqlparser::Expr>,
}
