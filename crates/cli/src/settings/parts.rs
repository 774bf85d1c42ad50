//! Lists and mappings, checked part by part, so that a mistake is told where it is.

use clxs_api::{FullName, Identifier};
use clxs_clone::plan::Facet;
use clxs_clone::settings::{Condition, EVERY_TABLE, Hook};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::kind::{Kind, shown};
use super::mistake::{Mistake, in_words};

/// Checks every item of a list.
pub(super) fn each(
    items: Vec<Value>,
    check: impl Fn(Value) -> Result<Value, String>,
) -> Result<Value, Mistake> {
    let mistake = |index: usize, problem| Mistake {
        message: format!("entry {}: {problem}", index + 1),
        part: Some(index.to_string()),
    };
    let items = items.into_iter().enumerate();
    items.map(|(index, item)| check(item).map_err(|problem| mistake(index, problem))).collect()
}

/// Checks every entry of a mapping.
pub(super) fn each_entry(
    entries: Map<String, Value>,
    check: impl Fn(&str, Value) -> Result<Value, String>,
) -> Result<Value, Mistake> {
    let checked = entries.into_iter().map(|(key, value)| match check(&key, value) {
        Ok(value) => Ok((key, value)),
        Err(problem) => Err(Mistake { message: format!("{key}: {problem}"), part: Some(key) }),
    });
    checked.collect()
}

/// Checks a mapping by reading it as the engine will.
pub(super) fn object<T: DeserializeOwned>(keys: &str, value: Value) -> Result<Value, String> {
    read::<T>(keys, &value).map(|_| value)
}

/// Reads a mapping as the engine will.
pub(super) fn read<T: DeserializeOwned>(keys: &str, value: &Value) -> Result<T, String> {
    if !value.is_object() {
        return Err(format!("{} is not a mapping: {keys}", shown(value)));
    }
    T::deserialize(value).map_err(|error| in_words(&error))
}

/// Reads a hook; one without a statement would be refused when everything before it is done.
pub(super) fn hook(value: &Value) -> Result<Hook, String> {
    let hook: Hook = read("sql, description, on_error", value)?;
    if hook.sql.as_str().trim().is_empty() {
        return Err("sql is empty: write a statement, or take the hook out".to_owned());
    }
    Ok(hook)
}

/// Checks a hook of no schema.
pub(super) fn hook_without_schema(value: Value) -> Result<Value, String> {
    hook(&value)?.check_without_schema().map_err(|error| error.to_string())?;
    Ok(value)
}

/// Checks a name of a securable.
pub(super) fn name(value: Value) -> Result<Value, String> {
    let name = Kind::Text.check(value).map_err(|mistake| mistake.message)?;
    Identifier::new(name.as_str().unwrap_or_default()).map_err(|error| error.to_string())?;
    Ok(name)
}

/// Checks a name of metadata that can be required.
pub(super) fn facet(value: Value) -> Result<Value, String> {
    let value = Kind::Text.check(value).map_err(|mistake| mistake.message)?;
    known_facet(value.as_str().unwrap_or_default()).map(|_| value)
}

/// The metadata of a name.
///
/// # Errors
/// With all names there are, when it is none.
pub(crate) fn known_facet(name: &str) -> Result<Facet, String> {
    name.parse().map_err(|()| {
        let known: Vec<_> = Facet::ALL.iter().map(|facet| facet.to_string().replace(' ', "_")).collect();
        format!("`{name}` is no metadata that can be required: write some of {}", known.join(", "))
    })
}

/// Checks the condition of a table, or of every table.
pub(super) fn condition(table: &str, value: Value) -> Result<Value, String> {
    if table.trim() != EVERY_TABLE {
        require_table(table, ", or * for every table")?;
    }
    let text = Kind::Text.check(value).map_err(|mistake| mistake.message)?;
    Condition::new(text.as_str().unwrap_or_default()).map_err(|error| error.to_string())?;
    Ok(text)
}

/// Checks the version of a table.
pub(super) fn version(table: &str, value: Value) -> Result<Value, String> {
    require_table(table, "")?;
    Kind::Count(0).check(value).map_err(|mistake| mistake.message)
}

fn require_table(name: &str, otherwise: &str) -> Result<(), String> {
    let parts = FullName::from_dotted(name.trim()).map(|name| name.parts().len());
    if parts == Ok(2) {
        Ok(())
    } else {
        Err(format!("not the name of a table: write schema.table{otherwise}"))
    }
}
