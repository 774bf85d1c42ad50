//! Conversions that Spark and DataFusion make alike; all others are refused, because the result would be wrong
//! without a word: `CAST(timestamp AS BIGINT)` gives seconds in Spark and microseconds in DataFusion.

use datafusion::arrow::datatypes::DataType;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::common::{DFSchema, Result};
use datafusion::logical_expr::utils::merge_schema;
use datafusion::logical_expr::{Expr, ExprSchemable, LogicalPlan};

use super::udf::external;
use crate::delta::schema::{DataType as SparkType, TryFromArrow};
use crate::sql::SqlError;
use crate::sql::execute::types::result_type_text;

/// Refuses a plan as the planner made it, before types are made to agree.
///
/// # Errors
/// `UNSUPPORTED_FEATURE` naming the two types.
pub(super) fn check_plan(plan: &LogicalPlan) -> Result<()> {
    plan.apply_with_subqueries(|node| {
        let schema = merge_schema(&node.inputs());
        node.apply_expressions(|expr| {
            check_expr(expr, &schema)?;
            Ok(TreeNodeRecursion::Continue)
        })
    })?;
    Ok(())
}

/// Refuses an expression on rows of this schema.
///
/// # Errors
/// Those of [`check_plan`].
pub(super) fn check_expr(expr: &Expr, schema: &DFSchema) -> Result<()> {
    expr.apply(|part| {
        match part {
            Expr::Cast(cast) => require_alike(&cast.expr, cast.field.data_type(), schema)?,
            Expr::TryCast(cast) => require_alike(&cast.expr, cast.field.data_type(), schema)?,
            Expr::InList(list) => {
                list.list.iter().try_for_each(|item| require_comparable(&list.expr, item, schema))?;
            }
            Expr::Between(between) => {
                require_comparable(&between.expr, &between.low, schema)?;
                require_comparable(&between.expr, &between.high, schema)?;
            }
            _ => {}
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    Ok(())
}

fn require_alike(expr: &Expr, to: &DataType, schema: &DFSchema) -> Result<()> {
    let from = expr.get_type(schema)?;
    if from == *to || is_alike(kind(&from), kind(to)) {
        return Ok(());
    }
    let feature = format!("CAST from {} to {}", spark_name(&from), spark_name(to));
    Err(external(SqlError::unsupported_but(feature, "CAST by way of a type between them.")))
}

/// The name of a type as Spark writes it.
pub(super) fn spark_name(data_type: &DataType) -> String {
    let known = SparkType::try_from_arrow(data_type).map(|data_type| result_type_text(&data_type));
    known.unwrap_or_else(|_| data_type.to_string())
}

fn require_comparable(left: &Expr, right: &Expr, schema: &DFSchema) -> Result<()> {
    let (left, right) = (kind(&left.get_type(schema)?), kind(&right.get_type(schema)?));
    if !is_mixed(left, right) {
        return Ok(());
    }
    let feature = "comparing a STRING with a number";
    Err(external(SqlError::unsupported_but(feature, "Write the CAST that is meant.")))
}

/// What a type is, as far as conversions go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Null,
    Truth,
    Number,
    Text,
    Date,
    Timestamp,
    Other,
}

/// What an Arrow type is.
pub(super) fn kind(data_type: &DataType) -> Kind {
    match data_type {
        DataType::Null => Kind::Null,
        DataType::Boolean => Kind::Truth,
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => Kind::Text,
        DataType::Date32 => Kind::Date,
        DataType::Timestamp(..) => Kind::Timestamp,
        other if other.is_numeric() => Kind::Number,
        _ => Kind::Other,
    }
}

/// Spark turns the text into a number, DataFusion the number into a text.
pub(super) fn is_mixed(left: Kind, right: Kind) -> bool {
    let number = |kind| matches!(kind, Kind::Number | Kind::Truth);
    (left == Kind::Text && number(right)) || (number(left) && right == Kind::Text)
}

/// Casts to texts are ours, so none is left here.
fn is_alike(from: Kind, to: Kind) -> bool {
    let number = |kind| matches!(kind, Kind::Number | Kind::Truth);
    let time = |kind| matches!(kind, Kind::Date | Kind::Timestamp);
    match from {
        Kind::Null => true,
        Kind::Number | Kind::Truth => number(to),
        Kind::Text => number(to) || time(to) || to == Kind::Text,
        Kind::Date | Kind::Timestamp => time(to),
        Kind::Other => false,
    }
}
