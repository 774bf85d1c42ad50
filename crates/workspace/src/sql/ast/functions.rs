//! Functions that users make.

use clxs_api::Identifier;
use clxs_api::function::SqlDataAccess;
use datafusion::sql::sqlparser::ast as sqlparser;

use super::{ObjectName, OnExisting};
use crate::delta::schema::{DataType, StructField};
use crate::metastore::{Environment, Language};

/// `CREATE FUNCTION` (facts/sql.md §10).
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CreateFunction {
    pub(crate) name: ObjectName,
    pub(crate) on_existing: OnExisting,
    /// With metadata for comments and defaults, as columns have them.
    pub(crate) parameters: Vec<StructField>,
    /// Absent when it follows from the body.
    pub(crate) returns: Option<FunctionResult>,
    pub(crate) language: Language,
    pub(crate) deterministic: Option<bool>,
    pub(crate) data_access: Option<SqlDataAccess>,
    pub(crate) comment: Option<String>,
    pub(crate) handler: Option<String>,
    pub(crate) environment: Option<Environment>,
    /// The body, when it is SQL.
    pub(crate) body: Option<FunctionBody>,
    /// The body as written.
    pub(crate) definition: String,
}

/// What a function gives.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum FunctionResult {
    Value(DataType),
    /// Without columns they follow from the body.
    Table(Option<Vec<StructField>>),
}

/// The body of a function in SQL.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum FunctionBody {
    Expression(Box<sqlparser::Expr>),
    Query(Box<sqlparser::Query>),
}

/// `ALTER FUNCTION … OWNER TO`
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AlterFunction {
    pub(crate) name: ObjectName,
    pub(crate) owner: Identifier,
}
