//! Kinds of values: what a key takes, and how a value is read and checked.

use std::collections::BTreeMap;

use clxs_clone::settings::{Conditions, Hook, IncludedObject, LocationMapping, PrincipalMapping, TimeZone};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::keys::nearest_of;
use super::throttle;

/// What a key takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    /// A text that must be a regular expression.
    Pattern,
    /// `true` or `false`.
    Switch,
    /// A whole number, at least the one given.
    Count(u64),
    /// Texts.
    List,
    /// Texts under keys.
    Mapping,
    /// Who stands for principals, by name or pattern.
    Principals,
    /// What stands for places, by their beginning or by pattern.
    Locations,
    /// Conditions of rows under `schema.table`, or `*` for every table.
    Conditions,
    /// Whole numbers under keys.
    Counts,
    /// Securables: `schema`, `name`, `type`.
    Objects,
    /// Hooks of the catalog: `sql`, `description`, `on_error`.
    Hooks,
    /// The same of each schema.
    SchemaHooks,
    /// Profiles of limits with their hours: `hours`, `days`, `profile`.
    Schedule,
    /// The name of a time zone.
    TimeZone,
    /// One of the texts given.
    Choice(&'static [&'static str]),
}

impl Kind {
    /// Checks a value from a file and brings it to the form of the kind; the error says what is expected.
    pub(crate) fn check(self, value: Value) -> Result<Value, String> {
        match (self, value) {
            (Self::Text | Self::Pattern, Value::Number(number)) if !number.is_f64() => {
                Ok(Value::String(number.to_string()))
            }
            (Self::Text, value @ Value::String(_)) | (Self::Switch, value @ Value::Bool(_)) => Ok(value),
            (Self::Pattern, Value::String(text)) => check_pattern(text),
            (Self::Choice(choices), Value::String(text)) => choice(choices, &text).map(Value::from),
            (Self::Count(least), Value::Number(number)) if number.as_u64().is_some_and(|n| n >= least) => {
                Ok(Value::Number(number))
            }
            (Self::List, Value::Array(items)) => items
                .into_iter()
                .map(|item| Self::Text.check(item))
                .collect::<Result<_, _>>()
                .map(Value::Array),
            (Self::Mapping, Value::Object(entries)) => {
                let text = |(key, value)| Self::Text.check(value).map(|value| (key, value));
                entries.into_iter().map(text).collect::<Result<_, _>>().map(Value::Object)
            }
            (Self::Principals, value @ Value::Object(_)) => {
                check_all::<PrincipalMapping>(Self::Mapping.check(value)?)
            }
            (Self::Locations, value @ Value::Object(_)) => {
                check_all::<LocationMapping>(Self::Mapping.check(value)?)
            }
            (Self::Conditions, value @ Value::Object(_)) => {
                check_all::<Conditions>(Self::Mapping.check(value)?)
            }
            (Self::Counts, value @ Value::Object(_)) => check_all::<BTreeMap<String, u64>>(value),
            (Self::Objects, value @ Value::Array(_)) => check_all::<Vec<IncludedObject>>(value),
            (Self::Schedule, Value::Array(entries)) => throttle::check_schedule(&entries),
            (Self::TimeZone, value @ Value::String(_)) => check_all::<TimeZone>(value),
            (Self::Hooks, value @ Value::Array(_)) => check_hooks(value),
            (Self::SchemaHooks, value @ Value::Array(_)) => check_all::<Vec<Hook>>(value),
            (kind, value) => Err(format!("{} is not {}", shown(&value), kind.expectation())),
        }
    }

    /// Reads a value from text, as in an environment variable.
    pub(crate) fn parse(self, text: &str) -> Result<Value, String> {
        let value = match self {
            Self::Switch
            | Self::Count(_)
            | Self::Mapping
            | Self::Principals
            | Self::Locations
            | Self::Conditions
            | Self::Counts
            | Self::Objects
            | Self::Schedule
            | Self::Hooks
            | Self::SchemaHooks => serde_json::from_str(text).unwrap_or_else(|_| json!(text)),
            Self::List => text.split(',').map(str::trim).filter(|item| !item.is_empty()).collect(),
            Self::Text | Self::Pattern | Self::TimeZone | Self::Choice(_) => json!(text),
        };
        self.check(value)
    }

    /// What it takes, in a sentence.
    pub(crate) fn expectation(self) -> String {
        match self {
            Self::Text => "a text (put it in quotes)".to_owned(),
            Self::Pattern => "a regular expression in quotes".to_owned(),
            Self::Switch => "true or false".to_owned(),
            Self::Count(least) => format!("a whole number of at least {least}"),
            Self::List => "a list of texts".to_owned(),
            Self::Mapping => "a mapping of texts to texts".to_owned(),
            Self::Principals => "a mapping of principals to principals".to_owned(),
            Self::Locations => "a mapping of URLs to URLs".to_owned(),
            Self::Conditions => "a mapping of tables (schema.table, or *) to conditions".to_owned(),
            Self::Counts => "a mapping of texts to whole numbers".to_owned(),
            Self::Objects => "a list of objects: schema, name, type".to_owned(),
            Self::Schedule => "a list of profiles: hours, days, profile".to_owned(),
            Self::TimeZone => "the name of a time zone".to_owned(),
            Self::Hooks | Self::SchemaHooks => "a list of hooks: sql, description, on_error".to_owned(),
            Self::Choice(choices) => format!("one of {}", choices.join(", ")),
        }
    }
}

/// Checks a value by reading it as the engine will.
fn check_all<T: DeserializeOwned>(value: Value) -> Result<Value, String> {
    match T::deserialize(&value) {
        Ok(_) => Ok(value),
        Err(error) => Err(error.to_string()),
    }
}

fn check_hooks(value: Value) -> Result<Value, String> {
    let hooks = Vec::<Hook>::deserialize(&value).map_err(|error| error.to_string())?;
    hooks.iter().try_for_each(Hook::check_without_schema).map_err(|error| error.to_string())?;
    Ok(value)
}

fn check_pattern(text: String) -> Result<Value, String> {
    match regex::Regex::new(&text) {
        Ok(_) => Ok(Value::String(text)),
        Err(error) => Err(format!("`{text}` is not a regular expression: {}", reason(&error))),
    }
}

/// The last line of what the library says, which is the reason; before it stands a drawing of the pattern.
fn reason(error: &regex::Error) -> String {
    let text = error.to_string();
    let last = text.lines().last().unwrap_or_default();
    last.trim().trim_start_matches("error: ").to_owned()
}

/// The one of the choices that a text means.
pub(super) fn choice<'a>(choices: &[&'a str], text: &str) -> Result<&'a str, String> {
    if let Some(choice) = choices.iter().find(|choice| choice.eq_ignore_ascii_case(text)) {
        return Ok(choice);
    }
    let meant = nearest_of(text, choices.iter().copied()).map(|near| format!("; did you mean {near}?"));
    Err(format!("`{text}` is not one of {}{}", choices.join(", "), meant.unwrap_or_default()))
}

/// A value in a message: short, whatever it is.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "a mapping".to_owned(),
        Value::String(text) => format!("`{text}`"),
        other => format!("`{other}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::keys::CLONE_TYPES;

    #[test]
    fn values_are_checked_by_kind() {
        assert_eq!(Kind::Choice(CLONE_TYPES).check(json!("deep")), Ok(json!("DEEP")));
        assert_eq!(Kind::Text.check(json!(12345)), Ok(json!("12345")));
        insta::assert_snapshot!(Kind::Choice(CLONE_TYPES).check(json!("DEPE")).unwrap_err(), @"`DEPE` is not one of DEEP, SHALLOW; did you mean DEEP?");
        insta::assert_snapshot!(Kind::Count(1).check(json!(0)).unwrap_err(), @"`0` is not a whole number of at least 1");
        insta::assert_snapshot!(Kind::Switch.check(json!("yes")).unwrap_err(), @"`yes` is not true or false");
        insta::assert_snapshot!(Kind::List.check(json!("a")).unwrap_err(), @"`a` is not a list of texts");
        insta::assert_snapshot!(Kind::Text.check(json!(1.5e12)).unwrap_err(), @"`1500000000000.0` is not a text (put it in quotes)");
        insta::assert_snapshot!(Kind::Conditions.check(json!({"a.b": "id > 1; DROP TABLE x"})).unwrap_err(), @"`id > 1; DROP TABLE x` is no condition: a condition is one expression, without `;`");
        insta::assert_snapshot!(Kind::Hooks.check(json!([{"sql": "ANALYZE ${schema}.t"}])).unwrap_err(), @"the hook `ANALYZE ${schema}.t` cannot be sent: ${schema} has a value after each schema only (post_schema_hooks)");
        insta::assert_snapshot!(Kind::SchemaHooks.check(json!([{"sql": "ANALYZE ${scheme}.t"}])).unwrap_err(), @"the hook `ANALYZE ${scheme}.t` cannot be sent: ${scheme} is no variable: there are ${source_catalog}, ${dest_catalog} and, after each schema, ${schema}; $${scheme} is the text itself");
        insta::assert_snapshot!(Kind::Pattern.check(json!("fact_(")).unwrap_err(), @"`fact_(` is not a regular expression: unclosed group");
    }

    #[test]
    fn values_of_variables_are_read_by_kind() {
        assert_eq!(Kind::List.parse("a, b,,c"), Ok(json!(["a", "b", "c"])));
        assert_eq!(Kind::Count(1).parse("8"), Ok(json!(8)));
        assert_eq!(Kind::Text.parse("0123"), Ok(json!("0123")));
        assert_eq!(Kind::Switch.parse("on"), Err("`on` is not true or false".to_owned()));
    }
}
