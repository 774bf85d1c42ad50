//! What guards ask about the caller, and how it stands in the texts of their functions.

use std::collections::BTreeMap;
use std::fmt;

use clxs_api::SqlLiteral;
use serde::{Deserialize, Serialize};
use sqlparser::ast::{
    BinaryOperator, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Value,
};

/// Something about the caller that a guard asks. `Display` is SQL.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Premise {
    /// Whether the caller is in this group of the account.
    AccountGroup(String),
    /// Whether the caller is in this group of the workspace.
    WorkspaceGroup(String),
    /// Whether the caller is this user.
    User(String),
}

impl fmt::Display for Premise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AccountGroup(group) => write!(f, "is_account_group_member({})", SqlLiteral::new(group)),
            Self::WorkspaceGroup(group) => write!(f, "is_member({})", SqlLiteral::new(group)),
            Self::User(user) => write!(f, "current_user() = {}", SqlLiteral::new(user)),
        }
    }
}

/// What is true of the caller. `Display` is SQL that says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// What was asked.
    pub premise: Premise,
    /// The answer.
    pub holds: bool,
}

impl fmt::Display for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.holds { write!(f, "({})", self.premise) } else { write!(f, "NOT ({})", self.premise) }
    }
}

/// Answers to premises.
pub(in crate::inventory) type Answers = BTreeMap<Premise, bool>;

/// What an expression asks about the caller, if that is all it does: it is true when one of these is.
pub(super) fn questions(expression: &Expr) -> Option<Vec<Premise>> {
    match expression {
        Expr::Function(function) => {
            let group = text(only_argument(function)?)?;
            match name_of(function).as_str() {
                "is_account_group_member" => Some(vec![Premise::AccountGroup(group)]),
                "is_member" => Some(vec![Premise::WorkspaceGroup(group)]),
                _ => None,
            }
        }
        Expr::BinaryOp { left, op: BinaryOperator::Eq, right } => {
            let user = if is_caller(left) { text(right) } else { text(left).filter(|_| is_caller(right)) };
            user.map(|user| vec![Premise::User(user)])
        }
        Expr::InList { expr, list, negated: false } if is_caller(expr) => {
            list.iter().map(|user| text(user).map(Premise::User)).collect()
        }
        _ => None,
    }
}

pub(in crate::inventory) fn name_of(function: &Function) -> String {
    function.name.to_string().to_lowercase()
}

fn only_argument(function: &Function) -> Option<&Expr> {
    match arguments(function)?.as_slice() {
        [one] => Some(one),
        _ => None,
    }
}

/// Plain arguments; nothing when a call has more to it.
pub(in crate::inventory) fn arguments(function: &Function) -> Option<Vec<&Expr>> {
    if function.filter.is_some() || function.over.is_some() {
        return None;
    }
    match &function.args {
        FunctionArguments::None => Some(Vec::new()),
        FunctionArguments::List(list) => list
            .args
            .iter()
            .map(|argument| match argument {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(expression)) => Some(expression),
                _ => None,
            })
            .collect(),
        FunctionArguments::Subquery(_) => None,
    }
}

/// Within a guard both mean who reads.
fn is_caller(expression: &Expr) -> bool {
    matches!(expression, Expr::Function(function)
        if ["current_user", "session_user"].contains(&name_of(function).as_str())
            && arguments(function).is_some_and(|arguments| arguments.is_empty()))
}

/// A text. One that is written with a quote may have been two on Databricks (facts/settled.md §9), and which characters
/// a backslash stands for is not judged.
pub(in crate::inventory) fn text(expression: &Expr) -> Option<String> {
    let Expr::Value(value) = expression else { return None };
    match &value.value {
        Value::SingleQuotedString(text) | Value::DoubleQuotedString(text) => {
            Some(text.clone()).filter(|text| !text.contains(['\'', '"', '\\']))
        }
        _ => None,
    }
}
