//! Operators whose meaning depends on the types of their operands.

use datafusion::arrow::datatypes::DataType;
use datafusion::common::{DFSchema, Result, ScalarValue};
use datafusion::logical_expr::planner::{ExprPlanner, PlannerResult, RawBinaryExpr};
use datafusion::logical_expr::{Expr, ExprSchemable};
use datafusion::sql::sqlparser::ast::BinaryOperator;

use super::decimal::Decimal;
use super::udf::{ADD, DIVIDE, INT_DIVIDE, MULTIPLY, REMAINDER, SUBTRACT};

/// Plans arithmetic as Spark's.
#[derive(Debug)]
pub(super) struct SparkOperators;

impl ExprPlanner for SparkOperators {
    fn plan_binary_op(&self, expr: RawBinaryExpr, schema: &DFSchema) -> Result<PlannerResult<RawBinaryExpr>> {
        let operation = match expr.op {
            BinaryOperator::Divide => &DIVIDE,
            BinaryOperator::Plus => &ADD,
            BinaryOperator::Minus => &SUBTRACT,
            BinaryOperator::Multiply => &MULTIPLY,
            BinaryOperator::Modulo => &REMAINDER,
            BinaryOperator::MyIntegerDivide => &INT_DIVIDE,
            _ => return Ok(PlannerResult::Original(expr)),
        };
        let (left, right) = (expr.left.get_type(schema)?, expr.right.get_type(schema)?);
        let operands = vec![literal_beside(expr.left, &right), literal_beside(expr.right, &left)];
        Ok(PlannerResult::Planned(operation.udf().call(operands)))
    }
}

/// A whole number written beside a DECIMAL has just the digits it needs; a TINYINT has all of its type.
pub(super) fn literal_beside(expr: Expr, other: &DataType) -> Expr {
    let number = match (&expr, other) {
        (Expr::Literal(value, None), DataType::Decimal128(..)) => whole(value),
        (Expr::Cast(cast), DataType::Decimal128(..)) => match (cast.expr.as_ref(), cast.field.data_type()) {
            (Expr::Literal(value, None), DataType::Int16 | DataType::Int32 | DataType::Int64) => whole(value),
            _ => None,
        },
        _ => None,
    };
    let value = number.and_then(|number| {
        let digits = u8::try_from(number.unscaled.to_string().trim_start_matches('-').len()).ok()?;
        number.into_value(digits, 0).ok()
    });
    value.map_or(expr, |value| Expr::Literal(value, None))
}

fn whole(value: &ScalarValue) -> Option<Decimal> {
    value.data_type().is_signed_integer().then(|| Decimal::from_value(value)).flatten()
}
