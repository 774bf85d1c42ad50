//! Row filters, column masks and policies by attribute.

use clxs_api::policy::{FunctionArgument, MatchColumn};
use clxs_api::{Identifier, SecurableKind};

use super::ObjectName;
use crate::metastore::{GuardArgument, PolicyEffect};

/// The function of a row filter, or of a column mask with what it is given besides the column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GuardClause {
    pub(crate) function: ObjectName,
    /// Columns as written.
    pub(crate) arguments: Vec<GuardArgument>,
}

/// `CREATE [OR REPLACE] POLICY`
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CreatePolicy {
    pub(crate) policy: PolicyName,
    pub(crate) replace: bool,
    pub(crate) comment: Option<String>,
    pub(crate) effect: PolicyEffect,
    pub(crate) function: ObjectName,
    pub(crate) to: Vec<String>,
    pub(crate) except: Vec<String>,
    /// A condition as written.
    pub(crate) when: Option<String>,
    /// Conditions as written.
    pub(crate) columns: Vec<MatchColumn>,
    pub(crate) using: Vec<FunctionArgument>,
}

/// A policy as statements name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PolicyName {
    pub(crate) name: Identifier,
    pub(crate) on: PolicyTarget,
}

/// What policies are on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PolicyTarget {
    pub(crate) kind: SecurableKind,
    pub(crate) name: ObjectName,
}
