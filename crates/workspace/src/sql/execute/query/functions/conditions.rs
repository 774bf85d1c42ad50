//! Functions that choose between values.

use datafusion::sql::sqlparser::ast::{BinaryOperator, DataType, Expr, Value};

use super::Row;
use super::Rule::{Engine, Expression};
use super::exactly;
use crate::sql::execute::query::syntax::{call, case, cast, literal};

pub(super) const FUNCTIONS: &[Row] = &[
    ("coalesce", Engine("coalesce")),
    ("decode", Expression(decode)),
    ("if", Expression(choose)),
    ("iff", Expression(choose)),
    ("ifnull", Engine("coalesce")),
    ("isnotnull", Expression(|arguments| Some(is_not_null(exactly::<1>(arguments)?)))),
    (
        "isnull",
        Expression(|arguments| {
            let [value] = exactly(arguments)?;
            Some(Expr::IsNull(Box::new(value)))
        }),
    ),
    (
        "nullif",
        Expression(|arguments| {
            let [value, unwanted] = exactly(arguments)?;
            let same = equal(value.clone(), unwanted);
            Some(case(same, literal(Value::Null), Some(value)))
        }),
    ),
    (
        "nullifzero",
        Expression(|arguments| {
            let [value] = exactly(arguments)?;
            Some(case(equal(value.clone(), zero()), literal(Value::Null), Some(value)))
        }),
    ),
    ("nvl", Engine("coalesce")),
    (
        "nvl2",
        Expression(|arguments| {
            let [value, set, unset] = exactly(arguments)?;
            Some(case(is_not_null([value]), set, Some(unset)))
        }),
    ),
    (
        "zeroifnull",
        Expression(|arguments| {
            let [value] = exactly(arguments)?;
            Some(call("coalesce", vec![value, zero()]))
        }),
    ),
];

fn equal(left: Expr, right: Expr) -> Expr {
    let equal = Expr::BinaryOp { left: Box::new(left), op: BinaryOperator::Eq, right: Box::new(right) };
    Expr::Nested(Box::new(equal))
}

fn zero() -> Expr {
    cast(literal(Value::Number("0".into(), false)), DataType::Int(None))
}

fn choose(arguments: Vec<Expr>) -> Option<Expr> {
    let [condition, then, otherwise] = exactly(arguments)?;
    Some(case(boolean(condition), then, Some(otherwise)))
}

fn is_not_null([value]: [Expr; 1]) -> Expr {
    Expr::IsNotNull(Box::new(value))
}

/// NULL as a condition is not true.
pub(super) fn boolean(condition: Expr) -> Expr {
    match &condition {
        Expr::Value(value) if value.value == Value::Null => literal(Value::Boolean(false)),
        _ => condition,
    }
}

/// Of two arguments it reads bytes; else it is a CASE in which null is like null.
fn decode(arguments: Vec<Expr>) -> Option<Expr> {
    if arguments.len() == 2 {
        return Some(call("decode", arguments));
    }
    let mut arguments = arguments.into_iter();
    let value = arguments.next()?;
    let rest: Vec<Expr> = arguments.collect();
    let (pairs, otherwise) = rest.as_chunks::<2>();
    let otherwise = otherwise.first().cloned();
    pairs.iter().rev().fold(otherwise, |otherwise, [search, result]| {
        let op = BinaryOperator::Spaceship;
        let same = Expr::BinaryOp { left: Box::new(value.clone()), op, right: Box::new(search.clone()) };
        Some(case(same, result.clone(), otherwise))
    })
}
