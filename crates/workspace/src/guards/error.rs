//! Why a table's guards cannot be told.

use clxs_api::FullName;
use thiserror::Error;

use crate::metastore::MetastoreError;

/// Why a table's guards cannot be told: it is not to be read then.
#[derive(Debug, Error)]
pub(crate) enum GuardError {
    /// Policies give it more than one row filter.
    #[error(
        "Table {table} has access control policies resulting in multiple row filters [{}, {}] inherited from policies \
         or from explicitly defined row filters. Please contact the table owner or policy definer to resolve the issue \
         such that at most one row filter applies to this table and then retry the query again",
        functions[0].dotted(), functions[1].dotted()
    )]
    MultipleRowFilters { table: FullName, functions: [FullName; 2] },
    /// A policy gives it a row filter, and it has one of its own.
    #[error(
        "Table {table} has a row filter of its own and one that policies give it. Drop one of them, so that at most one \
         row filter applies to this table"
    )]
    PolicyAndOwnRowFilter { table: FullName },
    /// A column has more than one mask.
    #[error(
        "Column {column} of table {table} has multiple column masks [{}, {}] inherited from policies or from explicitly \
         defined column masks. Please contact the table owner or policy definer to resolve the issue such that at most \
         one mask applies to each column and then retry the query again",
        functions[0].dotted(), functions[1].dotted()
    )]
    MultipleMasks { table: FullName, column: String, functions: [FullName; 2] },
    /// The function of a policy is given a column that another policy masks.
    #[error(
        "Column {column} of table {table} is an argument of the policy {policy}, and another policy masks it"
    )]
    MaskedArgument { table: FullName, column: String, policy: String },
    /// The alias of an argument stands for several columns.
    #[error(
        "The alias {alias} of policy {policy} had {matches} matches on table {table}, exactly 1 match is allowed"
    )]
    AmbiguousColumn { table: FullName, policy: String, alias: String, matches: usize },
    /// A stored condition cannot be read.
    #[error("the condition {condition} of policy {policy} cannot be read: {reason}")]
    Condition { policy: String, condition: String, reason: String },
    /// The metastore failed.
    #[error(transparent)]
    Metastore(#[from] MetastoreError),
}
