//! Aggregates, and functions that number rows.

use datafusion::sql::sqlparser::ast::Value;

use super::Row;
use super::Rule::{Engine, EngineInt, Expression};
use super::exactly;
use crate::sql::execute::query::syntax::{call, case, literal};

pub(super) const FUNCTIONS: &[Row] = &[
    ("avg", Engine("avg")),
    ("count", Engine("count")),
    (
        "count_if",
        Expression(|arguments| {
            let [condition] = exactly(arguments)?;
            Some(call("count", vec![case(super::conditions::boolean(condition), literal(Value::Boolean(true)), None)]))
        }),
    ),
    ("dense_rank", EngineInt("dense_rank")),
    ("max", Engine("max")),
    ("mean", Engine("avg")),
    ("min", Engine("min")),
    ("rank", EngineInt("rank")),
    ("row_number", EngineInt("row_number")),
    ("sum", Engine("sum")),
];
