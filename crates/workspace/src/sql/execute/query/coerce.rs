//! Types made to agree as Spark makes them agree, before DataFusion would do it its own way: every conversion is
//! written into the plan, by a cast of ours where DataFusion's gives another value.

use std::sync::Arc;

use datafusion::arrow::datatypes::DataType;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{DFSchema, Result, ScalarValue};
use datafusion::logical_expr::expr::{Between, Case, InList, Like, ScalarFunction};
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::utils::merge_schema;
use datafusion::logical_expr::{
    AggregateUDF, BinaryExpr, Expr, ExprSchemable, LogicalPlan, LogicalPlanBuilder, Operator, Union,
    WindowFunctionDefinition, col,
};

use super::arithmetic::literal_beside;
use super::casts::{Kind, kind, spark_name};
use super::udf::{cast_to, decimal_average, external, is_interval, try_cast_to};
use super::{common_type, routines};
use crate::sql::SqlError;

/// A plan as the planner made it, with Spark's conversions.
///
/// # Errors
/// `DATATYPE_MISMATCH` for types that Spark does not unify.
pub(super) fn plan(plan: LogicalPlan) -> Result<LogicalPlan> {
    Ok(plan.transform_up_with_subqueries(node)?.data)
}

/// An expression on rows of this schema, with Spark's conversions.
///
/// # Errors
/// Those of [`plan`].
pub(super) fn expression(expr: Expr, schema: &DFSchema) -> Result<Expr> {
    let expr = in_node(expr, schema)?;
    routines::require_inlined(&expr)?;
    Ok(expr)
}

/// An expression of a node of a plan, whose calls of routines may still want columns.
fn in_node(expr: Expr, schema: &DFSchema) -> Result<Expr> {
    Ok(expr.transform_up(|part| coerced(part, schema))?.data)
}

fn node(plan: LogicalPlan) -> Result<Transformed<LogicalPlan>> {
    let plan = match plan {
        LogicalPlan::Union(union) => return Ok(Transformed::yes(unified(union)?)),
        LogicalPlan::TableScan(_) | LogicalPlan::EmptyRelation(_) => return Ok(Transformed::no(plan)),
        plan => plan,
    };
    let schema = merge_schema(&plan.inputs());
    let names = NamePreserver::new(&plan);
    let rewritten = plan.map_expressions(|expr| {
        let name = names.save(&expr);
        Ok(Transformed::yes(name.restore(in_node(expr, &schema)?)))
    })?;
    rewritten.map_data(|plan| routines::with_arguments(plan.recompute_schema()?))
}

/// The rows of a UNION, each column in the common type of all its inputs.
fn unified(union: Union) -> Result<LogicalPlan> {
    let mut types: Vec<DataType> = Vec::new();
    for input in &union.inputs {
        let given = input.schema().fields().iter().map(|field| field.data_type().clone());
        types = if types.is_empty() { given.collect() } else { common_columns(&types, given)? };
    }
    let inputs = union.inputs.into_iter().map(|input| Ok(Arc::new(as_types(input, &types)?)));
    Ok(LogicalPlan::Union(Union::try_new_with_loose_types(inputs.collect::<Result<_>>()?)?))
}

fn common_columns(left: &[DataType], right: impl Iterator<Item = DataType>) -> Result<Vec<DataType>> {
    let columns = left.iter().zip(right).enumerate();
    columns
        .map(|(position, (left, right))| {
            common_type::of(left, &right).ok_or_else(|| {
                let (left, right) = (spark_name(left), spark_name(&right));
                external(SqlError::incompatible_column_type(position + 1, &left, &right))
            })
        })
        .collect()
}

fn as_types(input: Arc<LogicalPlan>, types: &[DataType]) -> Result<LogicalPlan> {
    let given: Vec<_> =
        input.schema().iter().map(|(table, field)| (table.cloned(), Arc::clone(field))).collect();
    if given.iter().zip(types).all(|((_, field), wanted)| field.data_type() == wanted) {
        return Ok(Arc::unwrap_or_clone(input));
    }
    let columns = given.iter().zip(types).map(|((table, field), wanted)| {
        let column = col(datafusion::common::Column::from((table.as_ref(), field.as_ref())));
        converted(column, field.data_type(), wanted).alias_qualified(table.clone(), field.name())
    });
    LogicalPlanBuilder::from(input).project(columns.collect::<Vec<_>>())?.build()
}

/// Functions of DataFusion whose arguments have one type.
const UNIFIED: &[&str] = &["coalesce", "make_array"];

/// What is averaged: a text and NULL as DOUBLE.
fn averaged(args: Vec<Expr>, schema: &DFSchema) -> Result<Vec<Expr>> {
    args.into_iter()
        .map(|arg| {
            let given = arg.get_type(schema)?;
            match kind(&given) {
                Kind::Text | Kind::Null => Ok(converted(arg, &given, &DataType::Float64)),
                Kind::Number => Ok(arg),
                _ => Err(external(SqlError::unexpected_input_type(1, "\"NUMERIC\"", &spark_name(&given)))),
            }
        })
        .collect()
}

/// The average of a DECIMAL is rounded by ours.
fn average(func: Arc<AggregateUDF>, args: &[Expr], schema: &DFSchema) -> Result<Arc<AggregateUDF>> {
    match args.first().map(|arg| arg.get_type(schema)).transpose()? {
        Some(DataType::Decimal128(..)) => Ok(decimal_average().unwrap_or(func)),
        _ => Ok(func),
    }
}

/// Arithmetic that is called by name.
const NARROWED: &[&str] =
    &["mod", "pmod", "try_add", "try_divide", "try_mod", "try_multiply", "try_subtract"];

fn coerced(expr: Expr, schema: &DFSchema) -> Result<Transformed<Expr>> {
    if let Some(body) = routines::inlined(&expr, schema)? {
        return Ok(Transformed::yes(body));
    }
    let changed = match expr {
        Expr::Cast(cast) => {
            let (given, wanted) = (cast.expr.get_type(schema)?, cast.field.data_type().clone());
            cast_to(*cast.expr, &given, wanted)
        }
        Expr::TryCast(cast) => {
            let (given, wanted) = (cast.expr.get_type(schema)?, cast.field.data_type().clone());
            try_cast_to(*cast.expr, &given, wanted)
        }
        Expr::Case(case) => branches(case, schema)?,
        Expr::InList(list) => in_list(list, schema)?,
        Expr::Between(between) => in_range(between, schema)?,
        Expr::BinaryExpr(binary) if is_comparison(binary.op) => compared(binary, schema)?,
        Expr::Like(like) => texts_alike(like, schema)?,
        Expr::ScalarFunction(function) if UNIFIED.contains(&function.func.name()) => {
            let name = function.func.name().to_owned();
            let args = to_common_type(function.args, schema, &name)?;
            Expr::ScalarFunction(ScalarFunction { func: function.func, args })
        }
        Expr::ScalarFunction(function)
            if NARROWED.contains(&function.func.name()) && function.args.len() == 2 =>
        {
            let types =
                function.args.iter().map(|value| value.get_type(schema)).collect::<Result<Vec<_>>>()?;
            let args = function.args.into_iter().zip(types.iter().rev());
            let args = args.map(|(value, other)| literal_beside(value, other)).collect();
            Expr::ScalarFunction(ScalarFunction { func: function.func, args })
        }
        Expr::AggregateFunction(mut call) if call.func.name() == "avg" => {
            call.params.args = averaged(call.params.args, schema)?;
            call.func = average(call.func, &call.params.args, schema)?;
            Expr::AggregateFunction(call)
        }
        Expr::WindowFunction(mut call) => {
            if let WindowFunctionDefinition::AggregateUDF(func) = &call.fun
                && func.name() == "avg"
            {
                let func = Arc::clone(func);
                call.params.args = averaged(call.params.args, schema)?;
                call.fun = WindowFunctionDefinition::AggregateUDF(average(func, &call.params.args, schema)?);
            }
            Expr::WindowFunction(call)
        }
        other => return Ok(Transformed::no(other)),
    };
    Ok(Transformed::yes(changed))
}

/// A value of one type as another that Spark converts it to without being asked.
pub(super) fn converted(expr: Expr, given: &DataType, wanted: &DataType) -> Expr {
    if given == wanted {
        return expr;
    }
    match (&expr, given) {
        (Expr::Literal(ScalarValue::Null, _), _) => {
            ScalarValue::try_from(wanted).map_or(expr, |null| Expr::Literal(null, None))
        }
        _ => cast_to(expr, given, wanted.clone()),
    }
}

/// Brings expressions to their common type.
fn alike<const N: usize>(
    exprs: [Expr; N],
    schema: &DFSchema,
    mismatch: impl Fn(&DataType, &DataType) -> SqlError,
) -> Result<[Expr; N]> {
    let types = exprs.iter().map(|expr| expr.get_type(schema)).collect::<Result<Vec<_>>>()?;
    let mut common = DataType::Null;
    for data_type in &types {
        common = common_type::of(&common, data_type).ok_or_else(|| external(mismatch(&common, data_type)))?;
    }
    let mut types = types.iter();
    Ok(exprs.map(|expr| match types.next() {
        Some(given) => converted(expr, given, &common),
        None => expr,
    }))
}

fn is_comparison(op: Operator) -> bool {
    op.supports_propagation() || matches!(op, Operator::IsDistinctFrom | Operator::IsNotDistinctFrom)
}

/// Both sides of a comparison in their common type; maps are not compared.
fn compared(binary: BinaryExpr, schema: &DFSchema) -> Result<Expr> {
    let BinaryExpr { left, op, right } = binary;
    if matches!(op, Operator::And | Operator::Or) {
        return Ok(Expr::BinaryExpr(BinaryExpr { left, op, right }));
    }
    let mismatch = |left: &DataType, right: &DataType| {
        if is_interval(left) || is_interval(right) {
            SqlError::unsupported("comparing an INTERVAL")
        } else {
            SqlError::different_types(op, left, right)
        }
    };
    let [left, right] = alike([*left, *right], schema, mismatch)?;
    let data_type = left.get_type(schema)?;
    if matches!(data_type, DataType::Map(..)) {
        return Err(external(SqlError::invalid_ordering(&spark_name(&data_type))));
    }
    Ok(Expr::BinaryExpr(BinaryExpr { left: Box::new(left), op, right: Box::new(right) }))
}

fn in_range(between: Between, schema: &DFSchema) -> Result<Expr> {
    let Between { expr, negated, low, high } = between;
    let mismatch = |left: &DataType, right: &DataType| SqlError::different_types("BETWEEN", left, right);
    let [expr, low, high] = alike([*expr, *low, *high], schema, mismatch)?;
    Ok(Expr::Between(Between { expr: Box::new(expr), negated, low: Box::new(low), high: Box::new(high) }))
}

fn in_list(list: InList, schema: &DFSchema) -> Result<Expr> {
    let InList { expr, list, negated } = list;
    let mut values = vec![*expr];
    values.extend(list);
    let mut values = to_common_type(values, schema, "IN")?.into_iter();
    let Some(expr) = values.next() else {
        return Err(external(SqlError::internal("IN without a value")));
    };
    Ok(Expr::InList(InList { expr: Box::new(expr), list: values.collect(), negated }))
}

/// Values in their common type.
fn to_common_type(values: Vec<Expr>, schema: &DFSchema, what: &str) -> Result<Vec<Expr>> {
    let types = values.iter().map(|value| value.get_type(schema)).collect::<Result<Vec<_>>>()?;
    let common = common_type::of_all(&types)
        .ok_or_else(|| external(SqlError::data_diff_types(what, types.iter().map(spark_name))))?;
    Ok(values.into_iter().zip(&types).map(|(value, given)| converted(value, given, &common)).collect())
}

/// The branches of CASE in their common type, and its conditions BOOLEAN.
fn branches(case: Case, schema: &DFSchema) -> Result<Expr> {
    let Case { expr, when_then_expr, else_expr } = case;
    let (mut conditions, mut results): (Vec<Expr>, Vec<Expr>) =
        when_then_expr.into_iter().map(|(when, then)| (*when, *then)).unzip();
    let has_else = else_expr.is_some();
    results.extend(else_expr.map(|otherwise| *otherwise));
    let mut results = to_common_type(results, schema, "CASE")?;
    let otherwise = if has_else { results.pop() } else { None };
    let operand = match expr {
        None => {
            conditions.iter().try_for_each(|condition| require_boolean(condition, schema))?;
            None
        }
        Some(operand) => {
            conditions.push(*operand);
            conditions = to_common_type(conditions, schema, "CASE")?;
            conditions.pop()
        }
    };
    let pairs = conditions.into_iter().map(Box::new).zip(results.into_iter().map(Box::new));
    Ok(Expr::Case(Case {
        expr: operand.map(Box::new),
        when_then_expr: pairs.collect(),
        else_expr: otherwise.map(Box::new),
    }))
}

fn require_boolean(condition: &Expr, schema: &DFSchema) -> Result<()> {
    match condition.get_type(schema)? {
        DataType::Boolean => Ok(()),
        other => Err(external(SqlError::unexpected_input_type(1, "\"BOOLEAN\"", &spark_name(&other)))),
    }
}

/// LIKE compares texts.
fn texts_alike(like: Like, schema: &DFSchema) -> Result<Expr> {
    let text = |expr: Expr| -> Result<Box<Expr>> {
        let given = expr.get_type(schema)?;
        Ok(Box::new(converted(expr, &given, &DataType::Utf8)))
    };
    Ok(Expr::Like(Like { expr: text(*like.expr)?, pattern: text(*like.pattern)?, ..like }))
}
