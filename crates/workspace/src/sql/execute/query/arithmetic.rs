//! Operators whose meaning depends on the types of their operands.

use datafusion::arrow::datatypes::DataType;
use datafusion::common::{DFSchema, Result};
use datafusion::logical_expr::planner::{ExprPlanner, PlannerResult, RawBinaryExpr};
use datafusion::logical_expr::{Expr, ExprSchemable};
use datafusion::sql::sqlparser::ast::BinaryOperator;

use super::udf::{Operation, SparkFunction, external};
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
            BinaryOperator::Divide => Some(Operation::Divide),
            BinaryOperator::Plus if both_integers(&left, &right) => Some(Operation::Add),
            BinaryOperator::Minus if both_integers(&left, &right) => Some(Operation::Subtract),
            BinaryOperator::Multiply if both_integers(&left, &right) => Some(Operation::Multiply),
            _ => None,
        };
        Ok(match operation {
            Some(operation) => PlannerResult::Planned(call(operation, expr)),
            None => PlannerResult::Original(expr),
        })
    }
}

fn call(operation: Operation, expr: RawBinaryExpr) -> Expr {
    SparkFunction::udf(operation).call(vec![expr.left, expr.right])
}

fn both_integers(left: &DataType, right: &DataType) -> bool {
    left.is_signed_integer() && right.is_signed_integer()
}

fn is_text(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)
}

/// Spark turns the text into a number, DataFusion the number into a text; and Spark divides decimals exactly.
fn refuse_mixed(op: &BinaryOperator, left: &DataType, right: &DataType) -> Result<(), SqlError> {
    let number = |data_type: &DataType| data_type.is_numeric() || *data_type == DataType::Boolean;
    let mixed = (is_text(left) && number(right)) || (number(left) && is_text(right));
    if mixed && !matches!(op, BinaryOperator::StringConcat) {
        let feature = format!("`{op}` between a STRING and a number");
        return Err(SqlError::unsupported_but(feature, "Write the CAST that is meant."));
    }
    let decimal =
        |data_type: &DataType| matches!(data_type, DataType::Decimal128(..) | DataType::Decimal256(..));
    if matches!(op, BinaryOperator::Divide) && (decimal(left) || decimal(right)) {
        return Err(SqlError::unsupported_but("division of DECIMAL", "CAST both operands to DOUBLE."));
    }
    Ok(())
}
