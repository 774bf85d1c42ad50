//! Numbers.

use datafusion::sql::sqlparser::ast::Expr;

use super::Row;
use super::Rule::{Engine, Expression};
use crate::sql::execute::query::syntax::{call, integer, literal};
use datafusion::sql::sqlparser::ast::Value;

pub(super) const FUNCTIONS: &[Row] = &[
    ("bround", Expression(|arguments| Some(call("bround", with_literal_scale(arguments)?)))),
    ("ceil", Expression(|arguments| Some(call("ceil", with_literal_scale(arguments)?)))),
    ("ceiling", Expression(|arguments| Some(call("ceil", with_literal_scale(arguments)?)))),
    ("e", Expression(|arguments| arguments.is_empty().then(|| double("2.718281828459045E0")))),
    ("floor", Expression(|arguments| Some(call("floor", with_literal_scale(arguments)?)))),
    ("pi", Expression(|arguments| arguments.is_empty().then(|| double("3.141592653589793E0")))),
    ("round", Expression(|arguments| Some(call("round", with_literal_scale(arguments)?)))),
    ("uuid", Engine("uuid")),
];

/// The type of the result depends on the scale, which must be known.
fn with_literal_scale(mut arguments: Vec<Expr>) -> Option<Vec<Expr>> {
    if let Some(scale) = arguments.get_mut(1) {
        let number = integer(scale)?;
        *scale = plain(number);
    }
    Some(arguments)
}

fn plain(number: i64) -> Expr {
    let digits = literal(Value::Number(number.unsigned_abs().to_string(), false));
    if number >= 0 {
        return digits;
    }
    let op = datafusion::sql::sqlparser::ast::UnaryOperator::Minus;
    Expr::UnaryOp { op, expr: Box::new(digits) }
}

fn double(digits: &str) -> Expr {
    use datafusion::sql::sqlparser::ast::{DataType, ExactNumberInfo};
    crate::sql::execute::query::syntax::cast(
        crate::sql::execute::query::syntax::text(digits),
        DataType::Double(ExactNumberInfo::None),
    )
}
