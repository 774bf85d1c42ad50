//! Whether the caller sees clear values: a proof by the texts of the guards' functions, never by looking at values, for
//! a mask may leave exactly the values that somebody looks at as they are.
//!
//! A mask is proven when, given what it asks about the caller, every branch that can be taken gives its first parameter;
//! a row filter when it is true whatever the row. Whatever a text does besides is no proof.

mod premise;
mod proof;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use clxs_api::function::FunctionInfo;
use sqlparser::ast::{Expr, visit_expressions};

pub(super) use premise::{Answers, arguments, name_of, text};
pub use premise::{Known, Premise};

use super::Guards;
use crate::rewrite::lexer::expression;
use premise::questions;
use proof::{shows, truth};

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
    #[case::unknown_and_false(
        "CASE WHEN is_member('other') AND is_account_group_member('masked') THEN '***' ELSE ssn END",
        true
    )]
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
    fn groups_whose_names_are_not_written_plainly_are_not_asked_for() {
        for group in ["'h''r'", "'h' 'r'", r"'h\u0072'", r"r'hr'", "\"h\"\"r\""] {
            let body = format!("CASE WHEN is_account_group_member({group}) THEN '***' ELSE ssn END");
            let parameters = FunctionInfo { routine_definition: Some(body), ..FunctionInfo::default() };
            let premises = GuardFunction::of(&parameters).map(|function| function.premises());
            assert!(premises.is_err() || premises == Ok(BTreeSet::new()), "{group}: {premises:?}");
        }
    }

    #[test]
    fn premises_are_asked_wherever_they_stand() {
        let body = "CASE WHEN is_member('a') OR NOT is_account_group_member('b') THEN ssn ELSE if('c' = current_user(), ssn, '') END";
        let texts: Vec<_> = function(body).premises().iter().map(ToString::to_string).collect();
        assert_eq!(texts, ["is_account_group_member('b')", "is_member('a')", "current_user() = 'c'"]);
    }
}
