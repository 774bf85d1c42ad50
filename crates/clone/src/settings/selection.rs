//! What of the source takes part.

use std::collections::BTreeMap;

use clxs_api::{FullName, Identifier};
use regex::Regex;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Error, Result};

/// Which schemas, tables and views take part.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Selection {
    /// Only these schemas; empty means all. Overrides `exclude_schemas`.
    pub include_schemas: Vec<Identifier>,
    /// Not these schemas.
    pub exclude_schemas: Vec<Identifier>,
    /// Only tables and views whose own name matches.
    pub include_tables: Option<Pattern>,
    /// No tables and views whose own name matches.
    pub exclude_tables: Option<Pattern>,
    /// Only these, exactly; empty means all.
    #[serde(default)]
    pub include_objects: Vec<IncludedObject>,
    /// Only schemas that have all these tags.
    #[serde(default)]
    pub filter_by_tags: BTreeMap<String, String>,
    /// No tables that nobody read for so many days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unused_days: Option<u64>,
}

/// One securable of the source, exactly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IncludedObject {
    /// The name of its schema.
    pub schema: String,
    /// Its own name.
    pub name: String,
    /// What it is.
    #[serde(rename = "type")]
    pub object_type: ObjectType,
}

/// Types of securables, as the guide names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", try_from = "String")]
pub enum ObjectType {
    /// Anything with rows of its own.
    Table,
    /// A view or metric view.
    View,
    /// A function.
    Function,
    /// A volume.
    Volume,
    /// A registered model.
    Model,
}

impl TryFrom<String> for ObjectType {
    type Error = String;

    /// Case does not count, as in names.
    fn try_from(text: String) -> std::result::Result<Self, String> {
        Ok(match text.to_lowercase().as_str() {
            "table" => Self::Table,
            "view" => Self::View,
            "function" => Self::Function,
            "volume" => Self::Volume,
            "model" => Self::Model,
            _ => return Err(format!("`{text}` is no type: write table, view, function, volume or model")),
        })
    }
}

impl IncludedObject {
    fn is(&self, name: &FullName, object_type: ObjectType) -> bool {
        let in_schema = name.schema().is_some_and(|schema| schema.matches(&self.schema));
        in_schema && name.name().matches(&self.name) && self.object_type == object_type
    }
}

impl Selection {
    /// Why a schema does not take part; `None` when it does.
    pub fn skips_schema(&self, schema: &Identifier) -> Option<&'static str> {
        let included = |object: &IncludedObject| schema.matches(&object.schema);
        if !self.include_objects.is_empty() && !self.include_objects.iter().any(included) {
            return Some("not among include_objects");
        }
        let listed = |names: &[Identifier]| names.iter().any(|name| name.matches(schema.as_str()));
        if !self.include_schemas.is_empty() {
            return (!listed(&self.include_schemas)).then_some("not among include_schemas");
        }
        listed(&self.exclude_schemas).then_some("among exclude_schemas")
    }

    /// Why a securable of a schema does not take part; `None` when it does. Patterns are for tables and views.
    pub fn skips(&self, name: &FullName, object_type: ObjectType) -> Option<&'static str> {
        let included = |object: &IncludedObject| object.is(name, object_type);
        if !self.include_objects.is_empty() && !self.include_objects.iter().any(included) {
            return Some("not among include_objects");
        }
        match object_type {
            ObjectType::Table | ObjectType::View => self.skips_name(name.name()),
            ObjectType::Function | ObjectType::Volume | ObjectType::Model => None,
        }
    }

    fn skips_name(&self, table: &Identifier) -> Option<&'static str> {
        if self.include_tables.as_ref().is_some_and(|pattern| !pattern.matches(table.as_str())) {
            return Some("does not match include_tables_regex");
        }
        let excluded = self.exclude_tables.as_ref().is_some_and(|pattern| pattern.matches(table.as_str()));
        excluded.then_some("matches exclude_tables_regex")
    }
}

/// A regular expression that is known to be valid. It matches anywhere in a name unless it is anchored.
#[derive(Debug, Clone)]
pub struct Pattern(Regex);

impl Pattern {
    /// Reads a regular expression.
    ///
    /// # Errors
    /// [`Error::InvalidPattern`] says where it is wrong.
    pub fn new(text: &str) -> Result<Self> {
        Regex::new(text)
            .map(Self)
            .map_err(|source| Error::InvalidPattern { pattern: text.to_owned(), source: Box::new(source) })
    }

    /// Whether it occurs in a name.
    pub fn matches(&self, name: &str) -> bool {
        self.0.is_match(name)
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Serialize for Pattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identifier(text: &str) -> Identifier {
        Identifier::new(text).unwrap()
    }

    #[test]
    fn include_schemas_overrides_exclude_schemas() {
        let selection = Selection {
            include_schemas: vec![identifier("sales")],
            exclude_schemas: vec![identifier("sales")],
            ..Selection::default()
        };
        assert_eq!(selection.skips_schema(&identifier("SALES")), None);
        assert_eq!(selection.skips_schema(&identifier("hr")), Some("not among include_schemas"));
    }

    #[test]
    fn included_objects_are_exact_and_the_more_restrictive_wins() {
        let object = |name: &str| IncludedObject {
            schema: "Sales".into(),
            name: name.into(),
            object_type: ObjectType::Table,
        };
        let selection = Selection {
            include_objects: vec![object("Orders"), object("tmp_x")],
            exclude_tables: Some(Pattern::new("^tmp_").unwrap()),
            ..Selection::default()
        };
        let skips = |name: &str, object_type| {
            selection.skips(&FullName::from_dotted(&format!("prod.{name}")).unwrap(), object_type)
        };
        assert_eq!(skips("sales.orders", ObjectType::Table), None);
        assert_eq!(skips("sales.tmp_x", ObjectType::Table), Some("matches exclude_tables_regex"));
        for (name, object_type) in [("hr.orders", ObjectType::Table), ("sales.orders", ObjectType::View)] {
            assert_eq!(skips(name, object_type), Some("not among include_objects"));
        }
        assert_eq!(selection.skips_schema(&identifier("hr")), Some("not among include_objects"));
    }

    #[test]
    fn invalid_pattern_is_refused_and_named() {
        assert!(Pattern::new("fact_(").unwrap_err().to_string().contains("fact_("));
    }
}
