//! The bodies of routines in the place of their calls.
//!
//! Where a body has a subquery, or an argument gives another value each time, the arguments become columns of their
//! own below the node of the plan, and so does the result: names of the query could otherwise be taken for those of
//! the body, and not every node takes a subquery.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use datafusion::common::tree_node::{Transformed, TransformedResult as _, TreeNode as _, TreeNodeRecursion};
use datafusion::common::{Column, DFSchema, Result, TableReference};
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::{Expr, ExprSchemable as _, LogicalPlan, LogicalPlanBuilder};

use super::Routine;
use super::body::is_parameter;
use super::call::Call;
use super::substitute::substituted;
use crate::sql::SqlError;
use crate::sql::execute::query::{over, udf};

/// Tells the columns of arguments apart.
static CALLS: AtomicU64 = AtomicU64::new(0);

/// The body in the place of a call whose arguments need not be columns, if the expression is one; its arguments are
/// on rows of this schema.
///
/// # Errors
/// Those of the query engine.
pub(in crate::sql::execute::query) fn inlined(expr: &Expr, schema: &DFSchema) -> Result<Option<Expr>> {
    match Call::of(expr) {
        Some((routine, arguments)) if !needs_columns(routine, arguments) => {
            body_with(routine, &converted(routine, arguments, schema)?, schema).map(Some)
        }
        _ => Ok(None),
    }
}

/// Refuses the calls that are left in an expression on single rows, which cannot have more columns.
///
/// # Errors
/// `UNSUPPORTED_SQL_UDF_USAGE`
pub(in crate::sql::execute::query) fn require_inlined(expr: &Expr) -> Result<()> {
    let mut left = None;
    expr.apply(|part| {
        left = Call::of(part).map(|(routine, _)| routine.name.clone());
        Ok(if left.is_some() { TreeNodeRecursion::Stop } else { TreeNodeRecursion::Continue })
    })?;
    match left {
        Some(name) => {
            Err(udf::external(SqlError::unsupported_sql_udf_usage(name, "an expression on single rows")))
        }
        None => Ok(()),
    }
}

/// Arguments in the types of their parameters.
fn converted(routine: &Routine, arguments: &[Expr], schema: &DFSchema) -> Result<Vec<Expr>> {
    let arguments = arguments.iter().zip(&routine.parameters);
    let converted = arguments.map(|(argument, parameter)| {
        let given = argument.get_type(schema)?;
        Ok(udf::cast_to(argument.clone(), &given, parameter.data_type.clone()))
    });
    converted.collect()
}

fn body_with(routine: &Routine, arguments: &[Expr], schema: &DFSchema) -> Result<Expr> {
    let value = |column: &Column| {
        is_parameter(column, &routine.parameters).and_then(|index| arguments.get(index).cloned())
    };
    substituted(routine.body.clone(), schema, &value)
}

/// Whether arguments and result must be columns.
fn needs_columns(routine: &Routine, arguments: &[Expr]) -> bool {
    arguments.iter().any(Expr::is_volatile) || has_subquery(&routine.body)
}

fn has_subquery(expr: &Expr) -> bool {
    let is_subquery = |expr: &Expr| {
        matches!(
            expr,
            Expr::ScalarSubquery(_) | Expr::Exists(_) | Expr::InSubquery(_) | Expr::SetComparison(_)
        )
    };
    expr.exists(|expr| Ok(is_subquery(expr))).unwrap_or(true)
}

/// A node of a plan with the calls inlined whose arguments must be columns.
///
/// # Errors
/// `UNSUPPORTED_SQL_UDF_USAGE` in a node that does not have one input.
pub(in crate::sql::execute::query) fn with_arguments(mut plan: LogicalPlan) -> Result<LogicalPlan> {
    let wanted = Arc::clone(plan.schema());
    let mut changed = false;
    while let Some(call) = next_call(&plan)? {
        plan = with_columns(plan, &call)?;
        changed = true;
    }
    if !changed || plan.schema().fields().len() == wanted.fields().len() {
        return Ok(plan);
    }
    let columns =
        wanted.iter().map(|(relation, field)| Expr::Column(Column::from((relation, field.as_ref()))));
    LogicalPlanBuilder::from(plan).project(columns.collect::<Vec<_>>())?.build()
}

/// A call that must become columns and has none such in its arguments.
fn next_call(plan: &LogicalPlan) -> Result<Option<Expr>> {
    let mut found = None;
    plan.apply_expressions(|expr| {
        found = innermost(expr)?;
        Ok(if found.is_some() { TreeNodeRecursion::Stop } else { TreeNodeRecursion::Continue })
    })?;
    Ok(found)
}

fn innermost(expr: &Expr) -> Result<Option<Expr>> {
    let mut found = None;
    expr.apply_children(|child| {
        found = innermost(child)?;
        Ok(if found.is_some() { TreeNodeRecursion::Stop } else { TreeNodeRecursion::Continue })
    })?;
    let is_one = || Call::of(expr).is_some_and(|(routine, arguments)| needs_columns(routine, arguments));
    Ok(found.or_else(|| is_one().then(|| expr.clone())))
}

/// The node with a column in the place of a call.
fn with_columns(plan: LogicalPlan, call: &Expr) -> Result<LogicalPlan> {
    let Some((routine, arguments)) = Call::of(call) else { return Ok(plan) };
    let inputs = plan.inputs();
    let [input] = inputs.as_slice() else {
        let node = plan.display().to_string();
        let node = node.split(['(', ':']).next().unwrap_or_default().trim().to_owned();
        return Err(udf::external(SqlError::unsupported_sql_udf_usage(&routine.name, node)));
    };
    let (input, result) = with_result(input, routine, arguments, matches!(plan, LogicalPlan::Filter(_)))?;
    let names = NamePreserver::new(&plan);
    let in_place =
        |part: Expr| Ok(if part == *call { Transformed::yes(result.clone()) } else { Transformed::no(part) });
    let expressions = plan.expressions().into_iter().map(|expr| {
        let name = names.save(&expr);
        Ok(name.restore(expr.transform_up(in_place).data()?))
    });
    let expressions = expressions.collect::<Result<Vec<_>>>()?;
    plan.with_new_exprs(expressions, vec![input])
}

/// Rows with columns more, and what of them is the result of a call. In a condition that is all of the body: only there
/// the query engine finds EXISTS and IN.
fn with_result(
    input: &LogicalPlan,
    routine: &Routine,
    arguments: &[Expr],
    in_condition: bool,
) -> Result<(LogicalPlan, Expr)> {
    let number = CALLS.fetch_add(1, Ordering::Relaxed);
    let relation = TableReference::bare(format!("@arguments{number}"));
    let mut values = converted(routine, arguments, input.schema())?;
    let mut named = Vec::new();
    for (parameter, value) in routine.parameters.iter().zip(&mut values) {
        // What refers to no row can be mistaken for nothing in the body.
        if value.any_column_refs() || value.contains_outer() || value.is_volatile() {
            let column = Column::new(Some(relation.clone()), parameter.name.clone());
            let value = std::mem::replace(value, Expr::Column(column));
            named.push(value.alias_qualified(Some(relation.clone()), parameter.name.clone()));
        }
    }
    let mut rows = input.clone();
    if !named.is_empty() {
        let columns: Vec<_> = over::columns(input).chain(named).collect();
        rows = LogicalPlanBuilder::from(rows).project(columns)?.build()?;
    }
    let body = body_with(routine, &values, rows.schema())?;
    if in_condition {
        return Ok((rows, body));
    }
    let result = Column::new(Some(format!("@result{number}")), "value");
    let body = body.alias_qualified(result.relation.clone(), result.name.clone());
    let columns: Vec<_> = over::columns(input).chain([body]).collect();
    Ok((LogicalPlanBuilder::from(rows).project(columns)?.build()?, Expr::Column(result)))
}
