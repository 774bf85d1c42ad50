//! Operators whose meaning depends on the types of their operands.

use datafusion::arrow::datatypes::DataType;
use datafusion::common::{DFSchema, Result};
use datafusion::logical_expr::planner::{ExprPlanner, PlannerResult, RawBinaryExpr};
use datafusion::logical_expr::{Expr, ExprSchemable};
use datafusion::sql::sqlparser::ast::BinaryOperator;

use super::casts::{Kind, is_mixed, kind};
use super::udf::{ADD, DIVIDE, Definition, MULTIPLY, SUBTRACT, external};
use crate::sql::SqlError;

/// Plans `/` as Spark's division and integer arithmetic with a check for overflow, and refuses operands that
/// DataFusion would convert otherwise than Spark.
#[derive(Debug)]
pub(super) struct SparkOperators;

impl ExprPlanner for SparkOperators {
    fn plan_binary_op(&self, expr: RawBinaryExpr, schema: &DFSchema) -> Result<PlannerResult<RawBinaryExpr>> {
        let left = expr.left.get_type(schema)?;
        let right = expr.right.get_type(schema)?;
        refuse_mixed(&expr.op, &left, &right).map_err(external)?;
        let operation = match expr.op {
            BinaryOperator::Divide => Some(&DIVIDE),
            BinaryOperator::Plus if both_integers(&left, &right) => Some(&ADD),
            BinaryOperator::Minus if both_integers(&left, &right) => Some(&SUBTRACT),
            BinaryOperator::Multiply if both_integers(&left, &right) => Some(&MULTIPLY),
            _ => None,
        };
        Ok(match operation {
            Some(operation) => PlannerResult::Planned(call(operation, expr)),
            None => PlannerResult::Original(expr),
        })
    }
}

fn call(operation: &'static Definition, expr: RawBinaryExpr) -> Expr {
    operation.udf().call(vec![expr.left, expr.right])
}

fn both_integers(left: &DataType, right: &DataType) -> bool {
    left.is_signed_integer() && right.is_signed_integer()
}

/// Operands of kinds that Spark converts otherwise, or that give a type of their own there; and Spark divides
/// decimals exactly.
fn refuse_mixed(op: &BinaryOperator, left: &DataType, right: &DataType) -> Result<(), SqlError> {
    let (left_kind, right_kind) = (kind(left), kind(right));
    if is_mixed(left_kind, right_kind) && !matches!(op, BinaryOperator::StringConcat) {
        let feature = format!("`{op}` between a STRING and a number");
        return Err(SqlError::unsupported_but(feature, "Write the CAST that is meant."));
    }
    let time = |kind| matches!(kind, Kind::Date | Kind::Timestamp);
    let arithmetic = matches!(op, BinaryOperator::Plus | BinaryOperator::Minus);
    let odd = |left, right| time(left) && (time(right) || right == Kind::Number);
    if arithmetic && (odd(left_kind, right_kind) || odd(right_kind, left_kind)) {
        let feature = format!("`{op}` between a date and a date or a number");
        return Err(SqlError::unsupported_but(feature, "Add or subtract an INTERVAL."));
    }
    let decimal =
        |data_type: &DataType| matches!(data_type, DataType::Decimal128(..) | DataType::Decimal256(..));
    if matches!(op, BinaryOperator::Divide) && (decimal(left) || decimal(right)) {
        return Err(SqlError::unsupported_but("division of DECIMAL", "CAST both operands to DOUBLE."));
    }
    Ok(())
}
