//! Aggregates, and functions that number rows.

use datafusion::sql::sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, NullTreatment, Value,
};

use super::Row;
use super::Rule::{Engine, EngineInt, Expression};
use super::{exactly, renamed};
use crate::sql::execute::query::syntax::{call, case, literal, text};

pub(super) const FUNCTIONS: &[Row] = &[
    ("avg", Engine("avg")),
    ("count", Engine("count")),
    (
        "count_if",
        Expression(|arguments| {
            let [condition] = exactly(arguments)?;
            let condition = super::conditions::boolean(condition);
            Some(call("count", vec![case(condition, literal(Value::Boolean(true)), None)]))
        }),
    ),
    ("cume_dist", Engine("cume_dist")),
    ("dense_rank", EngineInt("dense_rank")),
    ("max", Engine("max")),
    ("mean", Engine("avg")),
    ("min", Engine("min")),
    ("percent_rank", Engine("percent_rank")),
    ("rank", EngineInt("rank")),
    ("row_number", EngineInt("row_number")),
];

/// Aggregates that skip nulls when their second argument says so.
const SKIPPING: &[&str] = &["any_value", "first", "last"];

/// A call of an aggregate of ours: `IGNORE NULLS` and `WITHIN GROUP` become arguments.
pub(super) fn ours(mut function: Function, engine: &str) -> Option<Expr> {
    match function.null_treatment.take() {
        Some(NullTreatment::IgnoreNulls) if SKIPPING.contains(&engine) => {
            add(&mut function, literal(Value::Boolean(true)))?;
        }
        Some(NullTreatment::IgnoreNulls) => return None,
        _ => {}
    }
    let order = std::mem::take(&mut function.within_group);
    match (order.as_slice(), engine) {
        ([], _) => {}
        ([key], "listagg") => {
            if super::arguments(&function)?.len() < 2 {
                add(&mut function, text(""))?;
            }
            add(&mut function, key.expr.clone())?;
            add(&mut function, literal(Value::Boolean(key.options.asc != Some(false))))?;
        }
        _ => return None,
    }
    Some(renamed(function, engine))
}

fn add(function: &mut Function, argument: Expr) -> Option<()> {
    let FunctionArguments::List(list) = &mut function.args else { return None };
    list.args.push(FunctionArg::Unnamed(FunctionArgExpr::Expr(argument)));
    Some(())
}
