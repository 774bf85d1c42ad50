//! What one policy gives a table.

use clxs_api::policy::FunctionArgument;

use super::condition::Condition;
use super::error::GuardError;
use super::tags::{TagMap, Tags};
use crate::metastore::{Guard, GuardArgument, PolicyEffect, PolicyRow, TableRow};

/// A guard that a policy gives.
pub(super) struct Given {
    /// The policy's name.
    pub(super) policy: String,
    pub(super) effect: Effect,
    pub(super) guard: Guard,
}

/// What the guard is.
pub(super) enum Effect {
    RowFilter,
    /// Of this column.
    Mask(String),
}

/// The columns that an alias stands for.
struct Match<'a> {
    alias: &'a str,
    columns: Vec<&'a str>,
}

/// The guards that a policy gives a table with these tags; none unless all its conditions hold.
///
/// # Errors
/// [`GuardError::AmbiguousColumn`], [`GuardError::Condition`].
pub(super) fn given(policy: &PolicyRow, table: &TableRow, tags: &Tags) -> Result<Vec<Given>, GuardError> {
    let definition = &policy.definition;
    if let Some(when) = &definition.when
        && !condition(policy, when)?.holds(&tags.table)
    {
        return Ok(Vec::new());
    }
    let matches = matches(policy, table, tags)?;
    if matches.iter().any(|found| found.columns.is_empty()) {
        return Ok(Vec::new());
    }
    let arguments = definition.using.iter().map(|argument| resolved(policy, table, &matches, argument));
    let arguments: Vec<_> = arguments.collect::<Result<_, _>>()?;
    let guard = Guard { function: definition.function.clone(), arguments };
    let name = || policy.name.clone();
    Ok(match &definition.effect {
        PolicyEffect::RowFilter => vec![Given { policy: name(), effect: Effect::RowFilter, guard }],
        PolicyEffect::ColumnMask(alias) => {
            let masked = matches.iter().filter(|found| found.alias.eq_ignore_ascii_case(alias));
            let columns = masked.flat_map(|found| &found.columns);
            columns
                .map(|column| Given {
                    policy: name(),
                    effect: Effect::Mask((*column).to_owned()),
                    guard: guard.clone(),
                })
                .collect()
        }
    })
}

fn condition(policy: &PolicyRow, text: &str) -> Result<Condition, GuardError> {
    Condition::parse(text).map_err(|reason| GuardError::Condition {
        policy: policy.name.clone(),
        condition: text.to_owned(),
        reason,
    })
}

fn matches<'a>(
    policy: &'a PolicyRow,
    table: &'a TableRow,
    tags: &Tags,
) -> Result<Vec<Match<'a>>, GuardError> {
    let names = || table.columns.iter().filter_map(|column| column.name.as_deref());
    let found = policy.definition.columns.iter().map(|wanted| {
        let condition = condition(policy, wanted.condition.as_deref().unwrap_or_default())?;
        let none = TagMap::new();
        let holds = |column: &&str| condition.holds(tags.of_column(column).unwrap_or(&none));
        Ok(Match {
            alias: wanted.alias.as_deref().unwrap_or_default(),
            columns: names().filter(holds).collect(),
        })
    });
    found.collect()
}

/// An alias stands for one column as an argument.
fn resolved(
    policy: &PolicyRow,
    table: &TableRow,
    matches: &[Match<'_>],
    argument: &FunctionArgument,
) -> Result<GuardArgument, GuardError> {
    let Some(alias) = &argument.alias else {
        return Ok(GuardArgument::Constant(argument.constant.clone().unwrap_or_default()));
    };
    let found = matches.iter().find(|found| found.alias.eq_ignore_ascii_case(alias));
    match found.map(|found| found.columns.as_slice()).unwrap_or_default() {
        [column] => Ok(GuardArgument::Column((*column).to_owned())),
        columns => Err(GuardError::AmbiguousColumn {
            table: table.full_name(),
            policy: policy.name.clone(),
            alias: alias.clone(),
            matches: columns.len(),
        }),
    }
}
