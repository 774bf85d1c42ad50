//! Parts of dates and timestamps.

use datafusion::sql::sqlparser::ast::{DateTimeField, Expr, ExtractSyntax};

use super::Row;
use super::Rule::Expression;
use super::exactly;

pub(super) const FUNCTIONS: &[Row] = &[
    ("day", Expression(|arguments| part(arguments, DateTimeField::Day))),
    ("dayofmonth", Expression(|arguments| part(arguments, DateTimeField::Day))),
    ("hour", Expression(|arguments| part(arguments, DateTimeField::Hour))),
    ("minute", Expression(|arguments| part(arguments, DateTimeField::Minute))),
    ("month", Expression(|arguments| part(arguments, DateTimeField::Month))),
    ("quarter", Expression(|arguments| part(arguments, DateTimeField::Quarter))),
    ("year", Expression(|arguments| part(arguments, DateTimeField::Year))),
];

fn part(arguments: Vec<Expr>, field: DateTimeField) -> Option<Expr> {
    let [time] = exactly(arguments)?;
    Some(Expr::Extract { field, syntax: ExtractSyntax::From, expr: Box::new(time) })
}
