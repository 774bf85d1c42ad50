//! Arrays and structs.

use datafusion::sql::sqlparser::ast::Expr;

use super::Row;
use super::Rule::{Engine, Expression};
use crate::sql::execute::query::syntax::{call, text};

pub(super) const FUNCTIONS: &[Row] =
    &[("array", Engine("make_array")), ("named_struct", Expression(named)), ("struct", Expression(numbered))];

/// Names are texts, each with a value.
fn named(arguments: Vec<Expr>) -> Option<Expr> {
    let literal =
        |name: &Expr| matches!(name, Expr::Value(value) if value.value.clone().into_string().is_some());
    let even = arguments.len().is_multiple_of(2);
    (even && arguments.iter().step_by(2).all(literal)).then(|| call("named_struct", arguments))
}

/// Columns keep their names, other values are called by their positions.
fn numbered(arguments: Vec<Expr>) -> Option<Expr> {
    let name = |position: usize, value: &Expr| match value {
        Expr::Identifier(name) => Some(name.value.clone()),
        Expr::CompoundIdentifier(_) | Expr::Named { .. } => None,
        _ => Some(format!("col{}", position + 1)),
    };
    let mut fields = Vec::new();
    for (position, value) in arguments.into_iter().enumerate() {
        fields.push(text(name(position, &value)?));
        fields.push(value);
    }
    (!fields.is_empty()).then(|| call("named_struct", fields))
}
