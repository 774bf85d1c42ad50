//! Expressions with a syntax of their own, said as calls of the functions they are.

use datafusion::sql::sqlparser::ast::{
    AccessExpr, CeilFloorKind, DateTimeField, Expr, Subscript, TrimWhereField, UnaryOperator, Value,
};

use super::syntax::{call, literal, text};
use crate::sql::SqlError;

/// The call that an expression is; other expressions stay as they are.
///
/// # Errors
/// `UNSUPPORTED_FEATURE` for forms that have no function.
pub(super) fn as_call(expr: Expr) -> Result<Expr, SqlError> {
    Ok(match expr {
        Expr::UnaryOp { op: UnaryOperator::Minus, expr } => call("negative", vec![*expr]),
        Expr::UnaryOp { op: UnaryOperator::Plus, expr } => call("positive", vec![*expr]),
        Expr::UnaryOp { op: UnaryOperator::BitwiseNot, expr } => call("bit_not", vec![*expr]),
        Expr::Extract { field, expr, .. } => call(part(&field.to_string())?, vec![*expr]),
        Expr::Substring { expr, substring_from, substring_for, .. } => {
            let mut arguments = vec![*expr];
            arguments.extend(substring_from.map(|from| *from));
            arguments.extend(substring_for.map(|length| *length));
            call("substring", arguments)
        }
        Expr::Trim { trim_where, trim_what, expr, trim_characters: None } => {
            trimmed(trim_where, trim_what, *expr)
        }
        Expr::Position { expr, r#in } => call("locate", vec![*expr, *r#in]),
        Expr::Overlay { expr, overlay_what, overlay_from, overlay_for } => {
            let mut arguments = vec![*expr, *overlay_what, *overlay_from];
            arguments.extend(overlay_for.map(|length| *length));
            call("overlay", arguments)
        }
        Expr::Ceil { expr, field } => rounded("ceil", *expr, field)?,
        Expr::Floor { expr, field } => rounded("floor", *expr, field)?,
        Expr::RLike { negated, expr, pattern, .. } => {
            negated_if(negated, call("rlike", vec![*expr, *pattern]))
        }
        Expr::Like { negated, any: false, expr, pattern, escape_char: Some(escape) } => {
            negated_if(negated, call("like", vec![*expr, *pattern, Expr::Value(escape)]))
        }
        Expr::ILike { negated, any: false, expr, pattern, escape_char } => {
            let mut arguments = vec![*expr, *pattern];
            arguments.extend(escape_char.map(Expr::Value));
            negated_if(negated, call("ilike", arguments))
        }
        Expr::CompoundFieldAccess { root, access_chain } => accessed(*root, access_chain)?,
        other => other,
    })
}

fn negated_if(negated: bool, expr: Expr) -> Expr {
    if negated { Expr::UnaryOp { op: UnaryOperator::Not, expr: Box::new(expr) } } else { expr }
}

/// The function that gives a part of a date or timestamp.
pub(super) fn part(field: &str) -> Result<&'static str, SqlError> {
    Ok(match field.to_lowercase().as_str() {
        "year" | "years" | "y" | "yr" | "yrs" => "year",
        "yearofweek" | "isoyear" => "year_of_week",
        "quarter" | "qtr" => "quarter",
        "month" | "months" | "mon" | "mons" => "month",
        "week" | "weeks" | "w" => "weekofyear",
        "day" | "days" | "d" => "day",
        "dayofweek" | "dow" => "dayofweek",
        "dayofweek_iso" | "dow_iso" | "isodow" => "dayofweek_iso",
        "doy" | "dayofyear" => "dayofyear",
        "hour" | "hours" | "h" | "hr" | "hrs" => "hour",
        "minute" | "minutes" | "m" | "min" | "mins" => "minute",
        "second" | "seconds" | "s" | "sec" | "secs" => "seconds_with_fraction",
        _ => return Err(SqlError::invalid_extract_field(field)),
    })
}

fn trimmed(side: Option<TrimWhereField>, characters: Option<Box<Expr>>, expr: Expr) -> Expr {
    let characters = characters.map_or_else(|| text(" "), |characters| *characters);
    match side {
        Some(TrimWhereField::Leading) => call("ltrim", vec![characters, expr]),
        Some(TrimWhereField::Trailing) => call("rtrim", vec![characters, expr]),
        _ => call("btrim", vec![expr, characters]),
    }
}

fn rounded(function: &str, expr: Expr, field: CeilFloorKind) -> Result<Expr, SqlError> {
    match field {
        CeilFloorKind::DateTimeField(DateTimeField::NoDateTime) => Ok(call(function, vec![expr])),
        CeilFloorKind::Scale(scale) => Ok(call(function, vec![expr, Expr::Value(scale)])),
        CeilFloorKind::DateTimeField(_) => {
            Err(SqlError::unsupported(format!("{function} to a unit of time")))
        }
    }
}

/// `array[index]`, `map[key]` and fields of what they give.
fn accessed(root: Expr, chain: Vec<AccessExpr>) -> Result<Expr, SqlError> {
    chain.into_iter().try_fold(root, |value, access| match access {
        AccessExpr::Subscript(Subscript::Index { index }) => Ok(call("item", vec![value, index])),
        AccessExpr::Dot(Expr::Identifier(field)) => {
            Ok(call("@field", vec![value, literal(Value::SingleQuotedString(field.value))]))
        }
        _ => Err(SqlError::unsupported("this access to a part of a value")),
    })
}
