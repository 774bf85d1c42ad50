//! Who runs the statement, where and when.

use datafusion::sql::sqlparser::ast::{Expr, Value};

use super::Row;
use super::Rule::Session;
use crate::sql::execute::query::session_values::SessionValues;
use crate::sql::execute::query::syntax::{date, literal, text, timestamp};
use crate::sql::execute::query::zone;

pub(super) const FUNCTIONS: &[Row] = &[
    ("curdate", Session(today)),
    ("current_catalog", Session(|arguments, values| none(arguments, text(&values.catalog)))),
    ("current_database", Session(schema)),
    ("current_date", Session(today)),
    ("current_schema", Session(schema)),
    ("current_timestamp", Session(now)),
    ("current_timezone", Session(|arguments, values| none(arguments, text(&values.time_zone)))),
    ("current_user", Session(user)),
    (
        "is_account_group_member",
        Session(|arguments, values| member(arguments, |group| values.is_member_of(group))),
    ),
    (
        "is_member",
        Session(|arguments, values| member(arguments, |group| values.is_in_workspace_group(group))),
    ),
    ("now", Session(now)),
    ("session_user", Session(user)),
    ("user", Session(user)),
];

/// The functions that tell who asks.
pub(super) const OF_WHO_ASKS: &[&str] =
    &["current_user", "is_account_group_member", "is_member", "session_user", "user"];

/// The value of a function that takes no arguments.
fn none(arguments: &[Expr], value: Expr) -> Option<Expr> {
    arguments.is_empty().then_some(value)
}

fn user(arguments: &[Expr], values: &SessionValues) -> Option<Expr> {
    none(arguments, text(&values.user))
}

fn schema(arguments: &[Expr], values: &SessionValues) -> Option<Expr> {
    none(arguments, text(&values.schema))
}

fn today(arguments: &[Expr], values: &SessionValues) -> Option<Expr> {
    let now = match zone::named(&values.time_zone) {
        Some(zone) => values.now.with_timezone(&zone).naive_local(),
        None => values.now.naive_utc(),
    };
    none(arguments, date(now.format("%Y-%m-%d").to_string()))
}

fn now(arguments: &[Expr], values: &SessionValues) -> Option<Expr> {
    none(arguments, timestamp(values.now.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()))
}

/// Of a literal group.
fn member(arguments: &[Expr], is_member: impl Fn(&str) -> bool) -> Option<Expr> {
    let [Expr::Value(group)] = arguments else { return None };
    let Value::SingleQuotedString(group) = &group.value else { return None };
    Some(literal(Value::Boolean(is_member(group))))
}
