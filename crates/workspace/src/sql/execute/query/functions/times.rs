//! Dates and timestamps whose functions name a unit.

use datafusion::sql::sqlparser::ast::Expr;

use super::Row;
use super::Rule::Expression;
use crate::sql::execute::query::special::part;
use crate::sql::execute::query::syntax::{call, text};

pub(super) const FUNCTIONS: &[Row] = &[
    ("date_add", Expression(|arguments| Some(with_unit("timestampadd", "date_add", arguments)))),
    ("date_diff", Expression(|arguments| Some(with_unit("timestampdiff", "datediff", arguments)))),
    ("date_part", Expression(extract)),
    ("dateadd", Expression(|arguments| Some(with_unit("timestampadd", "date_add", arguments)))),
    ("datediff", Expression(|arguments| Some(with_unit("timestampdiff", "datediff", arguments)))),
    ("datepart", Expression(extract)),
    ("timestampadd", Expression(|arguments| Some(with_unit("timestampadd", "timestampadd", arguments)))),
    ("timestampdiff", Expression(|arguments| Some(with_unit("timestampdiff", "timestampdiff", arguments)))),
];

/// Three arguments begin with a unit, which looks like a column.
fn with_unit(function: &str, without: &str, mut arguments: Vec<Expr>) -> Expr {
    let three = arguments.len() == 3;
    match arguments.first_mut() {
        Some(unit @ Expr::Identifier(_)) if three => {
            *unit = text(unit.to_string());
            call(function, arguments)
        }
        _ => call(without, arguments),
    }
}

/// `date_part('YEAR', value)`
#[expect(clippy::needless_pass_by_value, reason = "the shape of all rewrites")]
fn extract(arguments: Vec<Expr>) -> Option<Expr> {
    let [Expr::Value(field), value] = arguments.as_slice() else { return None };
    let field = field.clone().into_string()?;
    Some(call(part(&field).ok()?, vec![value.clone()]))
}
