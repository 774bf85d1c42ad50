//! Conditions of policies on tags: `has_tag('key')` and `has_tag_value('key', 'value')`, put together by `AND`, `OR` and
//! `NOT` (facts/sql.md §7).

use sqlparser::ast::{
    BinaryOperator, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, UnaryOperator, Value,
};

use super::Tags;
use crate::rewrite::lexer::expression;

/// Whether a condition holds for these tags; nothing when nobody can tell, for it is written in another way.
pub(super) fn holds(condition: &str, tags: &Tags) -> Option<bool> {
    truth(&expression(condition).ok()?, tags)
}

fn truth(expression: &Expr, tags: &Tags) -> Option<bool> {
    match expression {
        Expr::Nested(inner) => truth(inner, tags),
        Expr::UnaryOp { op: UnaryOperator::Not, expr } => truth(expr, tags).map(|holds| !holds),
        Expr::BinaryOp { left, op: BinaryOperator::And, right } => {
            Some(truth(left, tags)? && truth(right, tags)?)
        }
        Expr::BinaryOp { left, op: BinaryOperator::Or, right } => {
            Some(truth(left, tags)? || truth(right, tags)?)
        }
        Expr::Value(value) => match value.value {
            Value::Boolean(value) => Some(value),
            _ => None,
        },
        Expr::Function(function) => call(function, tags),
        _ => None,
    }
}

/// Older policies write the functions as `hasTag` and `hasTagValue`.
fn call(function: &Function, tags: &Tags) -> Option<bool> {
    let name = function.name.to_string().to_lowercase().replace('_', "");
    match (name.as_str(), texts(&function.args)?.as_slice()) {
        ("hastag", [key]) => Some(tags.contains_key(*key)),
        ("hastagvalue", [key, value]) => Some(tags.get(*key).is_some_and(|own| own == value)),
        _ => None,
    }
}

/// The arguments, when all of them are strings.
fn texts(arguments: &FunctionArguments) -> Option<Vec<&str>> {
    match arguments {
        FunctionArguments::List(list) => list.args.iter().map(text).collect(),
        _ => None,
    }
}

fn text(argument: &FunctionArg) -> Option<&str> {
    let FunctionArg::Unnamed(FunctionArgExpr::Expr(Expr::Value(value))) = argument else { return None };
    match &value.value {
        Value::SingleQuotedString(text) | Value::DoubleQuotedString(text) => Some(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn condition_holds_by_the_tags_that_are_there_and_nobody_judges_other_ones() {
        let tags = Tags::from([("pii".into(), "ssn".into()), ("alone".into(), String::new())]);
        for (text, expected) in [
            ("has_tag('pii')", Some(true)),
            ("hasTag('alone') AND NOT has_tag('other')", Some(true)),
            ("hasTagValue('pii', 'name') OR (has_tag_value('alone', '') AND TRUE)", Some(true)),
            ("has_tag('PII')", Some(false)),
            ("has_tag_value('pii', 'name')", Some(false)),
            ("has_tag('other') OR is_member('a')", None),
            ("has_tag()", None),
            ("has_tag('a'", None),
        ] {
            assert_eq!(holds(text, &tags), expected, "{text}");
        }
    }
}
