//! SCIM's filters (RFC 7644 §3.4.2.2): comparisons joined by `and`, `or`, `not` and parentheses.

mod reader;

use serde_json::Value;

use crate::http::RestError;
use reader::Reader;

/// Which resources a list is to hold.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Filter {
    Compare { attribute: String, operator: Operator, value: Value },
    Present { attribute: String },
    All(Vec<Filter>),
    Any(Vec<Filter>),
    Not(Box<Filter>),
}

/// How an attribute is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    Contains,
    StartsWith,
    EndsWith,
}

impl Filter {
    /// Reads a filter.
    ///
    /// # Errors
    /// `INVALID_PARAMETER_VALUE` for what is none.
    pub(super) fn parse(text: &str) -> Result<Self, RestError> {
        let refused = || {
            RestError::invalid(format!(
                "The filter '{text}' is not understood: compare attributes by eq, ne, co, sw, ew or pr, and join \
                 them by and, or, not."
            ))
        };
        Reader::new(text).and_then(Reader::filter).ok_or_else(refused)
    }

    /// Whether a resource is to be in the list.
    pub(super) fn matches(&self, resource: &Value) -> bool {
        match self {
            Self::Compare { attribute, operator: Operator::NotEqual, value } => {
                !values(resource, attribute).into_iter().any(|found| Operator::Equal.holds(found, value))
            }
            Self::Compare { attribute, operator, value } => {
                values(resource, attribute).into_iter().any(|found| operator.holds(found, value))
            }
            Self::Present { attribute } => !values(resource, attribute).is_empty(),
            Self::All(filters) => filters.iter().all(|filter| filter.matches(resource)),
            Self::Any(filters) => filters.iter().any(|filter| filter.matches(resource)),
            Self::Not(inner) => !inner.matches(resource),
        }
    }
}

impl Operator {
    /// Texts are compared without their case, as SCIM has it for names.
    fn holds(self, found: &Value, wanted: &Value) -> bool {
        let (Some(found), Some(wanted)) = (found.as_str(), wanted.as_str()) else {
            return self == Self::Equal && found == wanted;
        };
        let (found, wanted) = (found.to_lowercase(), wanted.to_lowercase());
        match self {
            Self::Equal => found == wanted,
            Self::NotEqual => found != wanted,
            Self::Contains => found.contains(&wanted),
            Self::StartsWith => found.starts_with(&wanted),
            Self::EndsWith => found.ends_with(&wanted),
        }
    }
}

/// The values of an attribute: `emails.value` is that of every e-mail address. Names of attributes have no case.
pub(super) fn values<'a>(resource: &'a Value, attribute: &str) -> Vec<&'a Value> {
    let mut found = vec![resource];
    for part in attribute.split('.') {
        found = found.into_iter().flat_map(|value| fields(value, part)).collect();
    }
    found.into_iter().flat_map(items).filter(|value| !value.is_null()).collect()
}

fn fields<'a>(value: &'a Value, name: &str) -> Vec<&'a Value> {
    let objects = items(value).into_iter().filter_map(Value::as_object).flatten();
    objects.filter(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value).collect()
}

fn items(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(items) => items.iter().collect(),
        other => vec![other],
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn filter_compares_the_attribute_it_names_and_no_other() {
        let resource = json!({
            "userName": "ann@x", "displayName": "Ann", "active": true, "emails": [{ "value": "ann@y" }]
        });
        for (filter, matches) in [
            ("userName eq \"ann@x\"", true),
            ("USERNAME EQ \"ANN@x\"", true),
            ("displayName eq \"ann@x\"", false),
            ("userName sw \"ann\"", true),
            ("userName co \"nn@\"", true),
            ("userName ew \"@x\"", true),
            ("userName ew \"@y\"", false),
            ("userName ne \"ann@x\"", false),
            ("nothing ne \"Ann\"", true),
            ("nothing eq \"Ann\"", false),
            ("active eq true", true),
            ("emails.value eq \"ann@y\"", true),
            ("emails pr and not (externalId pr)", true),
            ("userName eq \"b\" or displayName eq \"Ann\" and active eq false", false),
            ("(userName eq \"b\" or displayName eq \"Ann\") and active eq true", true),
            ("displayName eq \"a \\\"b\\\"\"", false),
        ] {
            assert_eq!(Filter::parse(filter).unwrap().matches(&resource), matches, "{filter}");
        }
    }

    #[test]
    fn chain_of_any_length_is_read_and_matched() {
        let resource = json!({ "a": "1" });
        let (all, any) = ("a pr and ".repeat(7_000) + "a pr", "b pr or ".repeat(7_000) + "a pr");
        assert!(Filter::parse(&all).unwrap().matches(&resource));
        assert!(Filter::parse(&any).unwrap().matches(&resource));
    }

    #[test]
    fn texts_that_are_no_filters_are_refused() {
        let (deep, denied) = ("(".repeat(10_000), "not ".repeat(16_000) + "a pr");
        for filter in [
            "",
            "userName",
            "userName eq ann",
            "userName eq \"a",
            "a eq \"b\" or",
            "a eq \"b\")",
            "a lt 1",
            &deep,
            &denied,
        ] {
            assert!(Filter::parse(filter).is_err(), "{filter:.40}");
        }
    }
}
