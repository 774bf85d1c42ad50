//! Functions that choose between values.

use datafusion::sql::sqlparser::ast::Expr;

use super::Row;
use super::Rule::{Engine, Expression};
use super::exactly;
use crate::sql::execute::query::syntax::case;

pub(super) const FUNCTIONS: &[Row] = &[
    ("coalesce", Engine("coalesce")),
    ("greatest", Engine("greatest")),
    ("if", Expression(choose)),
    ("iff", Expression(choose)),
    ("ifnull", Engine("nvl")),
    ("isnotnull", Expression(|arguments| Some(is_not_null(exactly::<1>(arguments)?)))),
    (
        "isnull",
        Expression(|arguments| {
            let [value] = exactly(arguments)?;
            Some(Expr::IsNull(Box::new(value)))
        }),
    ),
    ("least", Engine("least")),
    ("nullif", Engine("nullif")),
    ("nvl", Engine("nvl")),
    (
        "nvl2",
        Expression(|arguments| {
            let [value, set, unset] = exactly(arguments)?;
            Some(case(is_not_null([value]), set, Some(unset)))
        }),
    ),
];

fn choose(arguments: Vec<Expr>) -> Option<Expr> {
    let [condition, then, otherwise] = exactly(arguments)?;
    Some(case(condition, then, Some(otherwise)))
}

fn is_not_null([value]: [Expr; 1]) -> Expr {
    Expr::IsNotNull(Box::new(value))
}
