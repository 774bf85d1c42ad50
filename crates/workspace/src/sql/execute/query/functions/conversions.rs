//! Types called as functions: `int('1')` is `CAST('1' AS INT)`.

use datafusion::sql::sqlparser::ast::{DataType, ExactNumberInfo, Expr, TimezoneInfo};

use super::Row;
use super::Rule::Expression;
use super::exactly;
use crate::sql::execute::query::syntax::cast;

pub(super) const FUNCTIONS: &[Row] = &[
    ("bigint", Expression(|arguments| converted(arguments, DataType::BigInt(None)))),
    ("binary", Expression(|arguments| converted(arguments, DataType::Binary(None)))),
    ("boolean", Expression(|arguments| converted(arguments, DataType::Boolean))),
    ("date", Expression(|arguments| converted(arguments, DataType::Date))),
    ("decimal", Expression(|arguments| converted(arguments, DataType::Decimal(ExactNumberInfo::None)))),
    ("double", Expression(|arguments| converted(arguments, DataType::Double(ExactNumberInfo::None)))),
    ("float", Expression(|arguments| converted(arguments, DataType::Float(ExactNumberInfo::None)))),
    ("int", Expression(|arguments| converted(arguments, DataType::Int(None)))),
    ("smallint", Expression(|arguments| converted(arguments, DataType::SmallInt(None)))),
    ("string", Expression(|arguments| converted(arguments, DataType::String(None)))),
    (
        "timestamp",
        Expression(|arguments| converted(arguments, DataType::Timestamp(None, TimezoneInfo::None))),
    ),
    ("tinyint", Expression(|arguments| converted(arguments, DataType::TinyInt(None)))),
];

fn converted(arguments: Vec<Expr>, data_type: DataType) -> Option<Expr> {
    let [value] = exactly(arguments)?;
    Some(cast(value, data_type))
}
