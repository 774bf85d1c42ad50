//! Functions of windows, and what Spark refuses of windows.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    DuplicateTreatment, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Visit, Visitor,
    WindowType,
};

use super::Row;
use super::Rule::{Engine, EngineInt};
use crate::sql::SqlError;
use crate::sql::execute::query::over::has_subquery;
use crate::sql::execute::query::syntax::{arguments, integer, without_int_cast};

pub(super) const FUNCTIONS: &[Row] = &[
    ("cume_dist", Engine("cume_dist")),
    ("dense_rank", EngineInt("dense_rank")),
    ("lag", Engine("lag")),
    ("lead", Engine("lead")),
    ("nth_value", Engine("nth_value")),
    ("ntile", EngineInt("ntile")),
    ("percent_rank", Engine("percent_rank")),
    ("rank", EngineInt("rank")),
    ("row_number", EngineInt("row_number")),
];

/// Functions of windows that need rows in an order.
const ORDERED: &[&str] =
    &["cume_dist", "dense_rank", "lag", "lead", "nth_value", "ntile", "percent_rank", "rank", "row_number"];

/// Checks a call of a function of windows, or of an aggregate with `OVER`.
///
/// # Errors
/// `WINDOW_FUNCTION_WITHOUT_OVER_CLAUSE`, `WINDOW_FUNCTION_FRAME_NOT_ORDERED`, `DISTINCT_WINDOW_FUNCTION_UNSUPPORTED`,
/// `DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE`
pub(super) fn check(function: &Function, name: &str) -> Result<(), SqlError> {
    let ordered = ORDERED.contains(&name);
    match &function.over {
        None if ordered => Err(SqlError::window_function_without_over(name)),
        Some(WindowType::WindowSpec(spec))
            if ordered && spec.window_name.is_none() && spec.order_by.is_empty() =>
        {
            Err(SqlError::window_function_frame_not_ordered(name))
        }
        Some(_) if is_distinct(function) => Err(SqlError::distinct_window_function_unsupported(name)),
        Some(_) if name == "ntile" => {
            match arguments(function).as_deref().and_then(|list| integer(list.first()?)) {
                Some(buckets) if buckets <= 0 => Err(SqlError::value_out_of_parameter_range("ntile", 0)),
                _ => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

/// Refuses functions of windows in a clause that chooses rows before there are windows. Subqueries have their own.
///
/// # Errors
/// `WINDOW_FUNCTION_NOT_ALLOWED_IN_CLAUSE`
pub(in crate::sql::execute::query) fn refuse_in(
    clause: &str,
    condition: Option<&Expr>,
) -> Result<(), SqlError> {
    let calls_one = |condition: &Expr| !has_subquery(condition) && condition.visit(&mut Windows).is_break();
    if condition.is_some_and(calls_one) {
        return Err(SqlError::window_function_not_allowed(clause));
    }
    Ok(())
}

/// Breaks at a function with OVER.
struct Windows;

impl Visitor for Windows {
    type Break = ();

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        match expr {
            Expr::Function(function) if function.over.is_some() => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        }
    }
}

fn is_distinct(function: &Function) -> bool {
    matches!(&function.args, FunctionArguments::List(list)
        if list.duplicate_treatment == Some(DuplicateTreatment::Distinct))
}

/// Positions and counts of rows must stay plain numbers.
pub(super) fn unwrap_counts(function: &mut Function, name: &str) {
    let first = match name {
        "lag" | "lead" | "nth_value" => 1,
        "ntile" => 0,
        _ => return,
    };
    let FunctionArguments::List(list) = &mut function.args else { return };
    if let Some(FunctionArg::Unnamed(FunctionArgExpr::Expr(count))) = list.args.get_mut(first) {
        let typed = std::mem::replace(count, Expr::Tuple(Vec::new()));
        *count = without_int_cast(typed);
    }
}
