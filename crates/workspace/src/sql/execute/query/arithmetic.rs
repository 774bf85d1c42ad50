//! Operators whose meaning depends on the types of their operands.

use datafusion::arrow::datatypes::{DataType, Field};
use datafusion::common::{Column, DFSchema, Result, ScalarValue, TableReference};
use datafusion::logical_expr::planner::{ExprPlanner, PlannerResult, RawBinaryExpr};
use datafusion::logical_expr::{BinaryExpr, Expr, ExprSchemable, Operator, col, lit};
use datafusion::sql::sqlparser::ast::BinaryOperator;

use super::coerce;
use super::decimal::Decimal;
use super::udf::{ADD, DIVIDE, FIELD, INT_DIVIDE, MULTIPLY, REMAINDER, SUBTRACT};

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
            _ => return compared(expr, schema),
        };
        let (left, right) = (expr.left.get_type(schema)?, expr.right.get_type(schema)?);
        let operands = vec![literal_beside(expr.left, &right), literal_beside(expr.right, &left)];
        Ok(PlannerResult::Planned(operation.udf().call(operands)))
    }

    /// `column.field`
    fn plan_compound_identifier(
        &self,
        field: &Field,
        qualifier: Option<&TableReference>,
        nested: &[String],
    ) -> Result<PlannerResult<Vec<Expr>>> {
        let column = col(Column::from((qualifier, field)));
        let value = nested.iter().fold(column, |value, name| FIELD.udf().call(vec![value, lit(name)]));
        let name = nested.last().map_or(field.name(), |name| name);
        Ok(PlannerResult::Planned(value.alias(name)))
    }
}

/// Comparisons and logic in common types, or Spark's refusal of them.
fn compared(expr: RawBinaryExpr, schema: &DFSchema) -> Result<PlannerResult<RawBinaryExpr>> {
    let op = match expr.op {
        BinaryOperator::Eq => Operator::Eq,
        BinaryOperator::NotEq => Operator::NotEq,
        BinaryOperator::Lt => Operator::Lt,
        BinaryOperator::LtEq => Operator::LtEq,
        BinaryOperator::Gt => Operator::Gt,
        BinaryOperator::GtEq => Operator::GtEq,
        BinaryOperator::Spaceship => Operator::IsNotDistinctFrom,
        BinaryOperator::And => Operator::And,
        BinaryOperator::Or => Operator::Or,
        _ => return Ok(PlannerResult::Original(expr)),
    };
    let binary = BinaryExpr::new(Box::new(expr.left), op, Box::new(expr.right));
    Ok(PlannerResult::Planned(coerce::compared(binary, schema)?))
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
