//! Aggregates.

use datafusion::sql::sqlparser::ast::{
    BinaryOperator, DataType, DuplicateTreatment, Expr, Function, FunctionArg, FunctionArgExpr,
    FunctionArguments, NullTreatment, OrderByExpr, Value,
};

use super::Row;
use super::Rule::{Engine, Expression};
use super::{exactly, renamed};
use crate::sql::execute::query::syntax::{call, case, cast, literal, text};

pub(super) const FUNCTIONS: &[Row] = &[
    ("approx_count_distinct", Expression(distinct_count)),
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
    ("grouping", Expression(|arguments| Some(cast(call("grouping", arguments), DataType::TinyInt(None))))),
    ("max", Engine("max")),
    ("mean", Engine("avg")),
    ("min", Engine("min")),
];

/// The platform estimates it, with a standard deviation of 5 % where nothing else is asked for.
fn distinct_count(arguments: Vec<Expr>) -> Option<Expr> {
    let value = arguments.into_iter().next()?;
    let mut count = call("count", vec![value]);
    if let Expr::Function(Function { args: FunctionArguments::List(list), .. }) = &mut count {
        list.duplicate_treatment = Some(DuplicateTreatment::Distinct);
    }
    Some(count)
}

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
        ([], "percentile_cont" | "percentile_disc") => return None,
        ([], _) => {}
        ([key], "listagg") => {
            if super::arguments(&function)?.len() < 2 {
                add(&mut function, text(""))?;
            }
            add(&mut function, key.expr.clone())?;
            add(&mut function, literal(Value::Boolean(key.options.asc != Some(false))))?;
        }
        ([key], "percentile_cont" | "percentile_disc") => within(&mut function, key, engine)?,
        _ => return None,
    }
    Some(renamed(function, engine))
}

/// `percentile_cont(share) WITHIN GROUP (ORDER BY value)`
fn within(function: &mut Function, key: &OrderByExpr, engine: &str) -> Option<()> {
    let [share] = exactly(super::arguments(function)?)?;
    let descending = key.options.asc == Some(false);
    let share = match descending {
        true if engine == "percentile_disc" => return None,
        true => Expr::BinaryOp { left: Box::new(one()), op: BinaryOperator::Minus, right: Box::new(share) },
        false => share,
    };
    let FunctionArguments::List(list) = &mut function.args else { return None };
    list.args.clear();
    add(function, key.expr.clone())?;
    add(function, share)
}

fn one() -> Expr {
    literal(Value::Number("1".into(), false))
}

fn add(function: &mut Function, argument: Expr) -> Option<()> {
    let FunctionArguments::List(list) = &mut function.args else { return None };
    list.args.push(FunctionArg::Unnamed(FunctionArgExpr::Expr(argument)));
    Some(())
}
