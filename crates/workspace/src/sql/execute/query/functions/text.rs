//! Texts.

use datafusion::sql::sqlparser::ast::{BinaryOperator, Expr, Value};

use super::Row;
use super::Rule::{Engine, Expression};
use crate::sql::execute::query::syntax::{call, integer};
use crate::sql::execute::query::udf;

pub(super) const FUNCTIONS: &[Row] = &[
    ("char_length", Engine("character_length")),
    ("character_length", Engine("character_length")),
    ("concat", Expression(|arguments| arguments.into_iter().map(to_text).reduce(concatenated))),
    ("concat_ws", Engine("concat_ws")),
    ("contains", Engine("contains")),
    ("endswith", Engine("ends_with")),
    ("lcase", Engine("lower")),
    ("len", Engine("character_length")),
    ("length", Engine("character_length")),
    ("lower", Engine("lower")),
    ("ltrim", Engine("ltrim")),
    ("md5", Engine("md5")),
    ("reverse", Engine("reverse")),
    ("rtrim", Engine("rtrim")),
    ("startswith", Engine("starts_with")),
    ("substr", Expression(substring)),
    ("substring", Expression(substring)),
    ("trim", Engine("btrim")),
    ("ucase", Engine("upper")),
    ("upper", Engine("upper")),
];

/// Positions below 1 count from the end in Spark and from before the start in DataFusion.
fn substring(arguments: Vec<Expr>) -> Option<Expr> {
    let from = arguments.get(1).and_then(integer)?;
    (from >= 1).then(|| call("substr", arguments))
}

/// The text of a value as Spark's `CAST(… AS STRING)` writes it.
pub(in crate::sql::execute::query) fn to_text(expr: Expr) -> Expr {
    match &expr {
        Expr::Value(value) if matches!(value.value, Value::SingleQuotedString(_)) => expr,
        _ => call(udf::TO_TEXT.name, vec![expr]),
    }
}

/// `left || right`, which is null when either is null; DataFusion's `concat` skips nulls instead.
pub(in crate::sql::execute::query) fn concatenated(left: Expr, right: Expr) -> Expr {
    Expr::BinaryOp { left: Box::new(left), op: BinaryOperator::StringConcat, right: Box::new(right) }
}
