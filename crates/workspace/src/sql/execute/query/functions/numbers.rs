//! Numbers.

use datafusion::sql::sqlparser::ast::{BinaryOperator, DataType, Expr, UnaryOperator, Value};

use super::Row;
use super::Rule::{Engine, Expression};
use super::exactly;
use crate::sql::execute::query::syntax::{case, cast, literal};

pub(super) const FUNCTIONS: &[Row] = &[
    (
        "abs",
        Expression(|arguments| {
            let [value] = exactly(arguments)?;
            Some(case(less_than_zero(value.clone()), negated(value.clone()), Some(value)))
        }),
    ),
    ("uuid", Engine("uuid")),
];

fn less_than_zero(expr: Expr) -> Expr {
    let zero = cast(literal(Value::Number("0".into(), false)), DataType::Int(None));
    Expr::Nested(Box::new(Expr::BinaryOp {
        left: Box::new(expr),
        op: BinaryOperator::Lt,
        right: Box::new(zero),
    }))
}

fn negated(expr: Expr) -> Expr {
    Expr::UnaryOp { op: UnaryOperator::Minus, expr: Box::new(Expr::Nested(Box::new(expr))) }
}
