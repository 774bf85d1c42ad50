//! Whether the caller sees clear values: a proof by the texts of the guards' functions, never by looking at values, for
//! a mask may leave exactly the values that somebody looks at as they are.
//!
//! A mask is proven when, given what it asks about the caller, every branch that can be taken gives its first parameter;
//! a row filter when it is true whatever the row. Whatever a text does besides is no proof.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ops::ControlFlow;

use clxs_api::SqlLiteral;
use clxs_api::function::FunctionInfo;
use serde::{Deserialize, Serialize};
use sqlparser::ast::{
    BinaryOperator, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, UnaryOperator, Value,
    visit_expressions,
};

use super::Guards;
use crate::rewrite::lexer::expression;

/// Something about the caller that a guard asks. `Display` is SQL.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Premise {
    /// Whether the caller is in this group of the account.
    AccountGroup(String),
    /// Whether the caller is in this group of the workspace.
    WorkspaceGroup(String),
    /// Whether the caller is this user.
    User(String),
}

impl fmt::Display for Premise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AccountGroup(group) => write!(f, "is_account_group_member({})", SqlLiteral::new(group)),
            Self::WorkspaceGroup(group) => write!(f, "is_member({})", SqlLiteral::new(group)),
            Self::User(user) => write!(f, "current_user() = {}", SqlLiteral::new(user)),
        }
    }
}

/// What is true of the caller. `Display` is SQL that says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// What was asked.
    pub premise: Premise,
    /// The answer.
    pub holds: bool,
}

impl fmt::Display for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.holds { write!(f, "({})", self.premise) } else { write!(f, "NOT ({})", self.premise) }
    }
}

/// Answers to premises.
pub(super) type Answers = BTreeMap<Premise, bool>;

/// A function of a guard, as far as a proof needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct GuardFunction {
    /// Names and types of its parameters, in lower case.
    parameters: Vec<(String, String)>,
    returns: String,
    /// As the platform tells it.
    pub(super) text: String,
    body: Expr,
}

impl GuardFunction {
    /// Reads a function, or says why nobody can judge it.
    pub(super) fn of(info: &FunctionInfo) -> Result<Self, String> {
        let text = guard_text(info).ok_or("its text cannot be read; only its owner may see it")?;
        let body = text.trim();
        let body = match body.get(..6) {
            Some(word) if word.eq_ignore_ascii_case("return") => &body[6..],
            _ => body,
        };
        let parameters = info.input_params.iter().flat_map(|list| &list.parameters);
        let parameters = parameters.map(|parameter| (lower(&parameter.name), lower(&parameter.type_text)));
        Ok(Self {
            parameters: parameters.collect(),
            returns: info.full_data_type.as_deref().map(lower).unwrap_or_default(),
            text: text.to_owned(),
            body: expression(body).map_err(|problem| format!("its text cannot be judged ({problem})"))?,
        })
    }

    /// All that it asks about the caller.
    pub(super) fn premises(&self) -> BTreeSet<Premise> {
        let mut premises = BTreeSet::new();
        let _: ControlFlow<()> = visit_expressions(&self.body, |expression| {
            premises.extend(questions(expression).unwrap_or_default());
            ControlFlow::Continue(())
        });
        premises
    }

    /// Whether a column of this type comes through as it is.
    fn shows(&self, column_type: &str, answers: &Answers) -> bool {
        let Some((value, value_type)) = self.parameters.first() else { return false };
        let is_text =
            |text: &str| ["string", "varchar(", "char("].iter().any(|start| text.starts_with(start));
        let same_type = value_type == column_type || (value_type == "string" && is_text(column_type));
        same_type && self.returns == *value_type && shows(&self.body, value, answers)
    }
}

/// The text of a guard's function; nothing for one that is no SQL or that the caller may not see.
pub(crate) fn guard_text(info: &FunctionInfo) -> Option<&str> {
    let text = info.routine_definition.as_deref()?;
    let is_sql =
        info.external_language.as_deref().is_none_or(|language| language.eq_ignore_ascii_case("sql"));
    (is_sql && !text.trim().is_empty()).then_some(text)
}

fn lower(text: impl AsRef<str>) -> String {
    text.as_ref().trim().to_lowercase()
}

/// Why the caller may not see a table as it is; nothing when it is proven to.
pub(super) fn doubt(
    guards: &Guards,
    types: &BTreeMap<String, String>,
    functions: &BTreeMap<String, Result<GuardFunction, String>>,
    answers: &Answers,
) -> Option<String> {
    let judged = |guard: &super::Guard, is_clear: &dyn Fn(&GuardFunction) -> bool| {
        let name = guard.function.dotted();
        match functions.get(&name) {
            Some(Ok(function)) if is_clear(function) => None,
            Some(Ok(_)) => Some(format!("{name} is not proven to show you everything")),
            Some(Err(reason)) => Some(format!("{name} cannot be judged: {reason}")),
            None => Some(format!("{name} was not read")),
        }
    };
    let filter = guards.row_filter.iter();
    let mut doubts =
        filter.filter_map(|guard| judged(guard, &|function| truth(&function.body, answers) == Some(true)));
    let masks = guards.masks.iter();
    let mut masked = masks.filter_map(|(column, guard)| {
        let column_type = types.get(column.as_str()).map_or("", String::as_str);
        judged(guard, &|function| function.shows(column_type, answers))
    });
    doubts.next().or_else(|| masked.next())
}

/// What an expression asks about the caller, if that is all it does: it is true when one of these is.
fn questions(expression: &Expr) -> Option<Vec<Premise>> {
    match expression {
        Expr::Function(function) => {
            let group = text(only_argument(function)?)?;
            match name_of(function).as_str() {
                "is_account_group_member" => Some(vec![Premise::AccountGroup(group)]),
                "is_member" => Some(vec![Premise::WorkspaceGroup(group)]),
                _ => None,
            }
        }
        Expr::BinaryOp { left, op: BinaryOperator::Eq, right } => {
            let user = if is_caller(left) { text(right) } else { text(left).filter(|_| is_caller(right)) };
            user.map(|user| vec![Premise::User(user)])
        }
        Expr::InList { expr, list, negated: false } if is_caller(expr) => {
            list.iter().map(|user| text(user).map(Premise::User)).collect()
        }
        _ => None,
    }
}

fn name_of(function: &Function) -> String {
    function.name.to_string().to_lowercase()
}

fn only_argument(function: &Function) -> Option<&Expr> {
    match arguments(function)?.as_slice() {
        [one] => Some(one),
        _ => None,
    }
}

/// Plain arguments; nothing when a call has more to it.
fn arguments(function: &Function) -> Option<Vec<&Expr>> {
    if function.filter.is_some() || function.over.is_some() {
        return None;
    }
    match &function.args {
        FunctionArguments::None => Some(Vec::new()),
        FunctionArguments::List(list) => list
            .args
            .iter()
            .map(|argument| match argument {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(expression)) => Some(expression),
                _ => None,
            })
            .collect(),
        FunctionArguments::Subquery(_) => None,
    }
}

/// Within a guard both mean who reads.
fn is_caller(expression: &Expr) -> bool {
    matches!(expression, Expr::Function(function)
        if ["current_user", "session_user"].contains(&name_of(function).as_str())
            && arguments(function).is_some_and(|arguments| arguments.is_empty()))
}

/// A text. One that holds a quote may have been two on Databricks (facts/settled.md §9).
fn text(expression: &Expr) -> Option<String> {
    let Expr::Value(value) = expression else { return None };
    match &value.value {
        Value::SingleQuotedString(text) | Value::DoubleQuotedString(text) => {
            Some(text.clone()).filter(|text| !text.contains(['\'', '"', '\\']))
        }
        _ => None,
    }
}

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
fn truth(expression: &Expr, answers: &Answers) -> Option<bool> {
    if let Some(premises) = questions(expression) {
        let known = premises.iter().map(|premise| answers.get(premise).copied());
        return known.reduce(|left, right| both(left, right, true)).flatten();
    }
    match expression {
        Expr::Nested(inner) => truth(inner, answers),
        Expr::UnaryOp { op: UnaryOperator::Not, expr } => truth(expr, answers).map(|value| !value),
        Expr::Value(value) => match value.value {
            Value::Boolean(value) => Some(value),
            _ => None,
        },
        Expr::BinaryOp { left, op: BinaryOperator::And, right } => {
            both(truth(left, answers), truth(right, answers), false)
        }
        Expr::BinaryOp { left, op: BinaryOperator::Or, right } => {
            both(truth(left, answers), truth(right, answers), true)
        }
        other => {
            let results = reachable(branches(other)?, answers);
            let truths: BTreeSet<_> =
                results.iter().map(|result| result.and_then(|it| truth(it, answers))).collect();
            if truths.len() == 1 { truths.into_iter().next().flatten() } else { None }
        }
    }
}

/// Of `AND` and `OR`: one side that decides is enough.
fn both(left: Option<bool>, right: Option<bool>, decides: bool) -> Option<bool> {
    match (left, right) {
        (Some(side), _) | (_, Some(side)) if side == decides => Some(decides),
        (Some(_), Some(_)) => Some(!decides),
        _ => None,
    }
}

/// Whether an expression is a parameter as it is.
fn shows(expression: &Expr, value: &str, answers: &Answers) -> bool {
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

#[cfg(test)]
mod tests {
    use clxs_api::function::FunctionParameterInfos;
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    fn function(body: &str) -> GuardFunction {
        let parameter = json!({ "name": "ssn", "type_text": "string", "type_name": "STRING", "position": 0 });
        let parameters = vec![serde_json::from_value(parameter).unwrap()];
        GuardFunction::of(&FunctionInfo {
            routine_definition: Some(body.into()),
            full_data_type: Some("STRING".into()),
            input_params: Some(FunctionParameterInfos { parameters }),
            ..FunctionInfo::default()
        })
        .unwrap()
    }

    fn answers() -> Answers {
        let group = |name: &str| Premise::AccountGroup(name.into());
        [(group("hr"), true), (group("masked"), false), (Premise::User("ann".into()), true)].into()
    }

    #[rstest]
    #[case::of_a_group("CASE WHEN is_account_group_member('hr') THEN ssn ELSE '***' END", true)]
    #[case::of_an_if("if(is_account_group_member('masked'), '***', SSN)", true)]
    #[case::of_a_user("CASE WHEN current_user() IN ('bob', 'ann') THEN (ssn) ELSE NULL END", true)]
    #[case::of_both(
        "RETURN CASE WHEN NOT is_account_group_member('masked') AND current_user() = 'ann' THEN ssn END",
        true
    )]
    #[case::of_no_condition("ssn", true)]
    #[case::on_every_way("CASE WHEN ssn LIKE 'a%' THEN ssn ELSE ssn END", true)]
    #[case::not_in_the_group("CASE WHEN is_account_group_member('masked') THEN ssn ELSE '***' END", false)]
    #[case::by_value("CASE WHEN ssn LIKE 'S%' THEN '***' ELSE ssn END", false)]
    #[case::idempotent("concat('***', right(ssn, 4))", false)]
    #[case::group_by_column("CASE WHEN is_account_group_member(ssn) THEN ssn ELSE '***' END", false)]
    #[case::group_nobody_asked_for(
        "CASE WHEN is_account_group_member('other') THEN ssn ELSE '***' END",
        false
    )]
    #[case::without_else("CASE WHEN is_account_group_member('masked') THEN '***' END", false)]
    #[case::by_time("CASE WHEN current_date() > '2020-01-01' THEN ssn ELSE '***' END", false)]
    #[case::by_rows("CASE WHEN EXISTS (SELECT 1 FROM t) THEN ssn ELSE '***' END", false)]
    #[case::quoted_twice("CASE WHEN is_account_group_member('h''r') THEN ssn ELSE '***' END", false)]
    fn mask_shows_a_column_only_when_every_way_through_it_does(#[case] body: &str, #[case] clear: bool) {
        assert_eq!(function(body).shows("string", &answers()), clear, "{body}");
    }

    #[rstest]
    #[case("is_account_group_member('hr') OR ssn = 'EU'", true)]
    #[case("ssn = 'EU' OR (TRUE AND current_user() = 'ann')", true)]
    #[case("CASE WHEN is_account_group_member('hr') THEN true ELSE ssn = 'EU' END", true)]
    #[case("is_account_group_member('hr') AND ssn = 'EU'", false)]
    #[case("ssn = 'EU' OR ssn <> 'EU'", false)]
    #[case("NOT is_account_group_member('hr')", false)]
    fn filter_lets_everything_through_only_when_the_row_does_not_matter(
        #[case] body: &str,
        #[case] clear: bool,
    ) {
        assert_eq!(truth(&function(body).body, &answers()) == Some(true), clear, "{body}");
    }

    #[test]
    fn value_that_is_cast_on_its_way_is_not_proven_to_be_the_same() {
        assert!(!function("ssn").shows("double", &answers()));
        assert!(function("ssn").shows("varchar(9)", &answers()));
    }

    #[test]
    fn premises_are_asked_wherever_they_stand() {
        let body = "CASE WHEN is_member('a') OR NOT is_account_group_member('b') THEN ssn ELSE if('c' = current_user(), ssn, '') END";
        let texts: Vec<_> = function(body).premises().iter().map(ToString::to_string).collect();
        assert_eq!(texts, ["is_account_group_member('b')", "is_member('a')", "current_user() = 'c'"]);
    }
}
