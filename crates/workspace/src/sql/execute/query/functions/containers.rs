//! Arrays, maps and structs.

use datafusion::sql::sqlparser::ast::Expr;

use super::Row;
use super::Rule::{Engine, Expression};
use crate::sql::execute::query::syntax::call;

pub(super) const FUNCTIONS: &[Row] =
    &[("array", Engine("make_array")), ("map", Expression(map)), ("named_struct", Engine("named_struct"))];

/// Keys and values alternate in Spark; DataFusion takes an array of each.
fn map(arguments: Vec<Expr>) -> Option<Expr> {
    if !arguments.len().is_multiple_of(2) {
        return None;
    }
    let (keys, values): (Vec<_>, Vec<_>) =
        arguments.into_iter().enumerate().partition(|(index, _)| index % 2 == 0);
    let array =
        |items: Vec<(usize, Expr)>| call("make_array", items.into_iter().map(|(_, item)| item).collect());
    Some(call("map", vec![array(keys), array(values)]))
}
