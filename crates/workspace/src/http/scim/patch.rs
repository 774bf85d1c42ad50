//! SCIM's `PATCH` (RFC 7644 §3.5.2), on the JSON of a resource.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::filter::Filter;
use crate::http::RestError;

/// Attributes of several values: one that is added to none makes a list of one.
const LISTS: [&str; 4] = ["emails", "entitlements", "members", "roles"];

/// Body of a `PATCH`.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Patch {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    schemas: Vec<String>,
    #[serde(rename = "Operations")]
    operations: Vec<Operation>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Operation {
    op: String,
    path: Option<String>,
    value: Option<Value>,
}

/// What an operation is about: `attribute`, `attribute.sub` or `attribute[filter]`.
struct Target<'a> {
    attribute: &'a str,
    sub: Option<&'a str>,
    filter: Option<Filter>,
}

impl Patch {
    /// Applies the operations in their order.
    ///
    /// # Errors
    /// `INVALID_PARAMETER_VALUE` for an operation that is not understood.
    pub(super) fn apply(&self, resource: &mut Map<String, Value>) -> Result<(), RestError> {
        self.operations.iter().try_for_each(|operation| operation.apply(resource))
    }
}

impl Operation {
    fn apply(&self, resource: &mut Map<String, Value>) -> Result<(), RestError> {
        let op = self.op.to_lowercase();
        match (op.as_str(), &self.path, &self.value) {
            ("remove", Some(path), value) => {
                remove(resource, &Target::parse(path)?, value.as_ref());
                Ok(())
            }
            ("add" | "replace", Some(path), Some(value)) => {
                put(resource, &Target::parse(path)?, value.clone(), op == "add")
            }
            // The official client leaves out what is false.
            ("replace", Some(path), None) => put(resource, &Target::parse(path)?, Value::Bool(false), false),
            ("add" | "replace", None, Some(Value::Object(fields))) => {
                let mut fields = fields.iter();
                fields.try_for_each(|(name, value)| {
                    put(resource, &Target::parse(name)?, value.clone(), op == "add")
                })
            }
            _ => Err(RestError::invalid(format!(
                "The operation '{}' of the patch is not understood.",
                self.op
            ))),
        }
    }
}

impl<'a> Target<'a> {
    fn parse(path: &'a str) -> Result<Self, RestError> {
        if let Some((attribute, rest)) = path.split_once('[') {
            let refused = || RestError::invalid(format!("The path '{path}' is not understood."));
            let filter = Filter::parse(rest.strip_suffix(']').ok_or_else(refused)?)?;
            return Ok(Self { attribute, sub: None, filter: Some(filter) });
        }
        let (attribute, sub) = path.split_once('.').map_or((path, None), |(name, sub)| (name, Some(sub)));
        Ok(Self { attribute, sub, filter: None })
    }
}

/// The name under which a resource has the attribute: case does not count.
fn key(resource: &Map<String, Value>, attribute: &str) -> String {
    let found = resource.keys().find(|key| key.eq_ignore_ascii_case(attribute));
    found.cloned().unwrap_or_else(|| attribute.to_owned())
}

fn put(
    resource: &mut Map<String, Value>,
    target: &Target<'_>,
    value: Value,
    add: bool,
) -> Result<(), RestError> {
    let place = resource.entry(key(resource, target.attribute)).or_insert(Value::Null);
    match (target, place) {
        (Target { filter: Some(filter), .. }, Value::Array(items)) => {
            items.iter_mut().filter(|item| filter.matches(item)).for_each(|item| *item = value.clone());
        }
        (Target { filter: Some(_), .. }, _) => {
            return Err(RestError::invalid(format!("'{}' is no list.", target.attribute)));
        }
        (Target { sub: Some(sub), .. }, place) => {
            if !place.is_object() {
                *place = Value::Object(Map::new());
            }
            place[*sub] = value;
        }
        (_, Value::Array(items)) if add => {
            let added = if let Value::Array(added) = value { added } else { vec![value] };
            let new = added.into_iter().filter(|item| !items.iter().any(|held| same(held, item)));
            items.extend(new.collect::<Vec<_>>());
        }
        (_, place) if add && value.is_object() && LISTS.contains(&target.attribute) => {
            *place = Value::Array(vec![value]);
        }
        (_, place) => *place = value,
    }
    Ok(())
}

fn remove(resource: &mut Map<String, Value>, target: &Target<'_>, listed: Option<&Value>) {
    let key = key(resource, target.attribute);
    let Some(place) = resource.get_mut(&key) else { return };
    match (&target.filter, target.sub, listed, place) {
        (Some(filter), _, _, Value::Array(items)) => items.retain(|item| !filter.matches(item)),
        (None, Some(sub), _, Value::Object(fields)) => drop(fields.remove(sub)),
        (None, None, Some(Value::Array(listed)), Value::Array(items)) => {
            items.retain(|item| !listed.iter().any(|gone| same(item, gone)));
        }
        _ => drop(resource.remove(&key)),
    }
}

/// Items of lists are the same when their values are.
fn same(one: &Value, other: &Value) -> bool {
    match (one.get("value"), other.get("value")) {
        (Some(one), Some(other)) => one == other,
        _ => one == other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn patched(resource: &Value, operations: &Value) -> Result<Value, RestError> {
        let patch: Patch = serde_json::from_value(json!({ "Operations": operations })).unwrap();
        let mut resource = resource.as_object().unwrap().clone();
        patch.apply(&mut resource)?;
        Ok(resource.into())
    }

    #[test]
    fn operations_change_what_they_name() {
        let group = json!({ "displayName": "g", "members": [{ "value": "1" }, { "value": "2" }] });
        for (operation, expected) in [
            (
                json!({ "op": "replace", "path": "displayname", "value": "h" }),
                json!({ "displayName": "h", "members": group["members"] }),
            ),
            (
                json!({ "op": "Add", "value": { "members": [{ "value": "2" }, { "value": "3" }] } }),
                json!({ "displayName": "g", "members": [{ "value": "1" }, { "value": "2" }, { "value": "3" }] }),
            ),
            (
                json!({ "op": "remove", "path": "members[value eq \"1\"]" }),
                json!({ "displayName": "g", "members": [{ "value": "2" }] }),
            ),
            (
                json!({ "op": "remove", "path": "members", "value": [{ "value": "2" }] }),
                json!({ "displayName": "g", "members": [{ "value": "1" }] }),
            ),
            (json!({ "op": "remove", "path": "members" }), json!({ "displayName": "g" })),
            (
                json!({ "op": "add", "path": "name.givenName", "value": "A" }),
                json!({ "displayName": "g", "members": group["members"], "name": { "givenName": "A" } }),
            ),
        ] {
            assert_eq!(patched(&group, &json!([operation])).unwrap(), expected, "{operation}");
        }
    }

    #[test]
    fn operations_that_are_none_are_refused() {
        for operation in [
            json!({ "op": "move", "path": "a", "value": 1 }),
            json!({ "op": "remove" }),
            json!({ "op": "add", "path": "a" }),
            json!({ "op": "add", "path": "a[b eq \"c\"]", "value": 1 }),
            json!({ "op": "remove", "path": "a[b eq" }),
        ] {
            assert!(patched(&json!({}), &json!([operation])).is_err(), "{operation}");
        }
    }
}
