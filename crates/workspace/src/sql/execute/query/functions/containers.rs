//! Arrays and structs.

use datafusion::sql::sqlparser::ast::{Expr, Value};

use super::Row;
use super::Rule::{Engine, Expression};
use crate::sql::execute::query::syntax::{call, literal, text};

pub(super) const FUNCTIONS: &[Row] = &[
    ("array", Engine("make_array")),
    ("map", Expression(map)),
    ("named_struct", Expression(named)),
    ("struct", Expression(numbered)),
];

/// DataFusion takes no function of ours without arguments.
#[expect(clippy::unnecessary_wraps, reason = "other functions have forms that are refused")]
fn map(arguments: Vec<Expr>) -> Option<Expr> {
    Some(if arguments.is_empty() {
        call("@empty_map", vec![literal(Value::Null)])
    } else {
        call("map", arguments)
    })
}

/// Names are texts, each with a value.
fn named(arguments: Vec<Expr>) -> Option<Expr> {
    let literal =
        |name: &Expr| matches!(name, Expr::Value(value) if value.value.clone().into_string().is_some());
    let even = arguments.len().is_multiple_of(2);
    (even && arguments.iter().step_by(2).all(literal)).then(|| call("named_struct", arguments))
}

fn numbered(arguments: Vec<Expr>) -> Option<Expr> {
    (!arguments.is_empty()).then(|| call("named_struct", fields(arguments)))
}

/// Names and values: columns keep their names, other values are called by their positions.
pub(super) fn fields(values: Vec<Expr>) -> Vec<Expr> {
    let field = |(position, value): (usize, Expr)| {
        let name = match &value {
            Expr::Identifier(name) | Expr::Named { name, .. } => name.value.clone(),
            Expr::CompoundIdentifier(parts) => {
                parts.last().map(|name| name.value.clone()).unwrap_or_default()
            }
            _ => format!("col{}", position + 1),
        };
        let value = match value {
            Expr::Named { expr, .. } => *expr,
            value => value,
        };
        [text(name), value]
    };
    values.into_iter().enumerate().flat_map(field).collect()
}
