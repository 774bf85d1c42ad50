//! Conditions of policies on tags: `has_tag('key')` and `has_tag_value('key', 'value')`, put together by `AND`, `OR` and
//! `NOT` (facts/sql.md §7).

use sqlparser::ast::{BinaryOperator, Expr, Function, UnaryOperator, Value};

use super::Tags;
use super::sight::{arguments, name_of, text};
use super::three_valued::{all, any};
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
            all([left, right].map(|side| truth(side, tags)))
        }
        Expr::BinaryOp { left, op: BinaryOperator::Or, right } => {
            any([left, right].map(|side| truth(side, tags)))
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
    let texts: Vec<_> = arguments(function)?.into_iter().map(text).collect::<Option<_>>()?;
    match (name_of(function).as_str(), texts.as_slice()) {
        ("has_tag" | "hastag", [key]) => Some(tags.contains_key(key)),
        ("has_tag_value" | "hastagvalue", [key, value]) => Some(tags.get(key) == Some(value)),
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
            ("has_tag('pii') OR is_member('a')", Some(true)),
            ("is_member('a') AND has_tag('other')", Some(false)),
            ("has_tag('p''ii')", None),
            (r"has_tag('p\u0069i')", None),
            ("has_tag('pii') OVER ()", None),
            ("ha_stag('other')", None),
            ("has_tag()", None),
            ("has_tag('a'", None),
        ] {
            assert_eq!(holds(text, &tags), expected, "{text}");
        }
    }
}
