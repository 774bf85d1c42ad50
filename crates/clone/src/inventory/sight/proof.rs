//! What an expression gives, given what is true of the caller: followed through every branch that can be taken.

use std::collections::BTreeSet;

use sqlparser::ast::{BinaryOperator, Expr, UnaryOperator, Value};

use super::premise::{Answers, arguments, name_of, questions};
use crate::inventory::three_valued::{all, any};

/// Conditions with their results, and what is left.
type Branches<'a> = (Vec<(&'a Expr, &'a Expr)>, Option<&'a Expr>);

fn branches(expression: &Expr) -> Option<Branches<'_>> {
    match expression {
        Expr::Case { operand: None, conditions, else_result, .. } => {
            let pairs = conditions.iter().map(|when| (&when.condition, &when.result)).collect();
            Some((pairs, else_result.as_deref()))
        }
        Expr::Function(function) if ["if", "iff"].contains(&name_of(function).as_str()) => {
            match arguments(function)?.as_slice() {
                [condition, then, otherwise] => Some((vec![(*condition, *then)], Some(*otherwise))),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The results that can be reached; `None` stands for a NULL when no condition holds.
fn reachable<'a>((pairs, otherwise): Branches<'a>, answers: &Answers) -> Vec<Option<&'a Expr>> {
    let mut results = Vec::new();
    for (condition, result) in pairs {
        match truth(condition, answers) {
            Some(false) => {}
            Some(true) => {
                results.push(Some(result));
                return results;
            }
            None => results.push(Some(result)),
        }
    }
    results.push(otherwise);
    results
}

/// What an expression is whatever the row; nothing when that depends on it, or nobody can tell.
pub(super) fn truth(expression: &Expr, answers: &Answers) -> Option<bool> {
    if let Some(premises) = questions(expression) {
        let known = premises.iter().map(|premise| answers.get(premise).copied());
        return any(known);
    }
    match expression {
        Expr::Nested(inner) => truth(inner, answers),
        Expr::UnaryOp { op: UnaryOperator::Not, expr } => truth(expr, answers).map(|value| !value),
        Expr::Value(value) => match value.value {
            Value::Boolean(value) => Some(value),
            _ => None,
        },
        Expr::BinaryOp { left, op: BinaryOperator::And, right } => {
            all([left, right].map(|side| truth(side, answers)))
        }
        Expr::BinaryOp { left, op: BinaryOperator::Or, right } => {
            any([left, right].map(|side| truth(side, answers)))
        }
        other => {
            let results = reachable(branches(other)?, answers);
            let truths: BTreeSet<_> =
                results.iter().map(|result| result.and_then(|it| truth(it, answers))).collect();
            if truths.len() == 1 { truths.into_iter().next().flatten() } else { None }
        }
    }
}

/// Whether an expression is a parameter as it is.
pub(super) fn shows(expression: &Expr, value: &str, answers: &Answers) -> bool {
    match expression {
        Expr::Identifier(name) => name.value.to_lowercase() == value,
        Expr::Nested(inner) => shows(inner, value, answers),
        other => branches(other).is_some_and(|branches| {
            reachable(branches, answers)
                .into_iter()
                .all(|result| result.is_some_and(|it| shows(it, value, answers)))
        }),
    }
}
