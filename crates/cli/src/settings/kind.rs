//! Kinds of values: what a key takes, and how a value is read and checked.

use clxs_clone::settings::{IncludedObject, LocationMapping, PrincipalMapping, TimeZone, moment};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::keys::nearest_of;
use super::mistake::{Mistake, in_words};
use super::parts::{self, each, each_entry};
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
    /// A moment, such as a day.
    Moment,
    /// Names of securables.
    Names,
    /// Names of metadata.
    Facets,
    /// Texts under keys.
    Mapping,
    /// Who stands for principals, by name or pattern.
    Principals,
    /// What stands for places, by their beginning or by pattern.
    Locations,
    /// Conditions of rows under `schema.table`, or `*` for every table.
    Conditions,
    /// Versions under `schema.table`.
    Versions,
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
    /// Checks a value from a file and brings it to the form of the kind; the mistake says what is expected.
    pub(crate) fn check(self, value: Value) -> Result<Value, Mistake> {
        match (self, value) {
            (Self::Text | Self::Pattern, Value::Number(number)) if !number.is_f64() => {
                Ok(Value::String(number.to_string()))
            }
            (Self::Text, value @ Value::String(_)) | (Self::Switch, value @ Value::Bool(_)) => Ok(value),
            (Self::Pattern, Value::String(text)) => Ok(check_pattern(text)?),
            (Self::Moment, Value::String(text)) => Ok(check_moment(text)?),
            (Self::Choice(choices), Value::String(text)) => Ok(choice(choices, &text)?.into()),
            (Self::Count(least), Value::Number(number)) if number.as_u64().is_some_and(|n| n >= least) => {
                Ok(Value::Number(number))
            }
            (Self::TimeZone, value @ Value::String(_)) => check_all::<TimeZone>(value),
            (_, Value::Array(items)) => self.check_items(items),
            (_, Value::Object(entries)) => self.check_entries(entries),
            (_, value) => Err(self.unexpected(&value)),
        }
    }

    fn check_items(self, items: Vec<Value>) -> Result<Value, Mistake> {
        match self {
            Self::Names => each(items, parts::name),
            Self::Facets => each(items, parts::facet),
            Self::Objects => each(items, |item| parts::object::<IncludedObject>("schema, name, type", item)),
            Self::Schedule => throttle::check_schedule(each(items, |entry| throttle::check_entry(&entry))?),
            Self::Hooks => each(items, parts::hook_without_schema),
            Self::SchemaHooks => each(items, |item| parts::hook(&item).map(|_| item)),
            _ => Err(self.unexpected(&Value::Array(items))),
        }
    }

    fn check_entries(self, entries: Map<String, Value>) -> Result<Value, Mistake> {
        let text = |_: &str, value| Self::Text.check(value).map_err(|mistake| mistake.message);
        match self {
            Self::Mapping => each_entry(entries, text),
            Self::Principals => check_all::<PrincipalMapping>(each_entry(entries, text)?),
            Self::Locations => check_all::<LocationMapping>(each_entry(entries, text)?),
            Self::Conditions => each_entry(entries, parts::condition),
            Self::Versions => each_entry(entries, parts::version),
            _ => Err(self.unexpected(&Value::Object(entries))),
        }
    }

    fn unexpected(self, value: &Value) -> Mistake {
        Mistake::from(format!("{} is not {}", shown(value), self.expectation()))
    }

    /// Reads a value from text, as in an environment variable.
    pub(crate) fn parse(self, text: &str) -> Result<Value, Mistake> {
        let value = match self {
            Self::Switch
            | Self::Count(_)
            | Self::Mapping
            | Self::Principals
            | Self::Locations
            | Self::Conditions
            | Self::Versions
            | Self::Objects
            | Self::Schedule
            | Self::Hooks
            | Self::SchemaHooks => serde_json::from_str(text).unwrap_or_else(|_| json!(text)),
            Self::Names | Self::Facets => {
                text.split(',').map(str::trim).filter(|item| !item.is_empty()).collect()
            }
            Self::Text | Self::Pattern | Self::Moment | Self::TimeZone | Self::Choice(_) => json!(text),
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
            Self::Moment => "a moment, such as 2026-03-04T23:59:59".to_owned(),
            Self::Names => "a list of names".to_owned(),
            Self::Facets => "a list of metadata, such as owner, tags".to_owned(),
            Self::Mapping => "a mapping of texts to texts".to_owned(),
            Self::Principals => "a mapping of principals to principals".to_owned(),
            Self::Locations => "a mapping of URLs to URLs".to_owned(),
            Self::Conditions => "a mapping of tables (schema.table, or *) to conditions".to_owned(),
            Self::Versions => "a mapping of tables (schema.table) to whole numbers".to_owned(),
            Self::Objects => "a list of objects: schema, name, type".to_owned(),
            Self::Schedule => "a list of profiles: hours, days, profile".to_owned(),
            Self::TimeZone => "the name of a time zone".to_owned(),
            Self::Hooks | Self::SchemaHooks => "a list of hooks: sql, description, on_error".to_owned(),
            Self::Choice(choices) => format!("one of {}", choices.join(", ")),
        }
    }
}

/// Checks a value by reading it as the engine will.
fn check_all<T: DeserializeOwned>(value: Value) -> Result<Value, Mistake> {
    match T::deserialize(&value) {
        Ok(_) => Ok(value),
        Err(error) => Err(in_words(&error).into()),
    }
}

fn check_moment(text: String) -> Result<Value, String> {
    match moment(&text) {
        Some(_) => Ok(Value::String(text)),
        None => Err(clxs_clone::Error::InvalidMoment { text }.to_string()),
    }
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
        insta::assert_snapshot!(Kind::Names.check(json!("a")).unwrap_err(), @"`a` is not a list of names");
        insta::assert_snapshot!(Kind::Text.check(json!(1.5e12)).unwrap_err(), @"`1500000000000.0` is not a text (put it in quotes)");
        insta::assert_snapshot!(Kind::Conditions.check(json!({"a.b": "id > 1; DROP TABLE x"})).unwrap_err(), @"a.b: `id > 1; DROP TABLE x` is no condition: a condition is one expression, without `;`");
        insta::assert_snapshot!(Kind::Hooks.check(json!([{"sql": "ANALYZE ${schema}.t"}])).unwrap_err(), @"entry 1: the hook `ANALYZE ${schema}.t` cannot be sent: ${schema} has a value after each schema only (post_schema_hooks)");
        insta::assert_snapshot!(Kind::SchemaHooks.check(json!([{"sql": "ANALYZE ${scheme}.t"}])).unwrap_err(), @"entry 1: the hook `ANALYZE ${scheme}.t` cannot be sent: ${scheme} is no variable: there are ${source_catalog}, ${dest_catalog} and, after each schema, ${schema}; $${scheme} is the text itself");
        insta::assert_snapshot!(Kind::Pattern.check(json!("fact_(")).unwrap_err(), @"`fact_(` is not a regular expression: unclosed group");
    }

    #[test]
    fn values_of_variables_are_read_by_kind() {
        assert_eq!(Kind::Names.parse("a, b,,c"), Ok(json!(["a", "b", "c"])));
        assert_eq!(Kind::Count(1).parse("8"), Ok(json!(8)));
        assert_eq!(Kind::Text.parse("0123"), Ok(json!("0123")));
        assert_eq!(Kind::Switch.parse("on"), Err(Mistake::from("`on` is not true or false".to_owned())));
    }
}
