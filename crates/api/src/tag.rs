//! Tags: pairs of a key and a value on securables and on columns.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::{Extra, null_as_default};

/// A tag on an entity: a securable or a column. Also the body of requests to make and change one.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct EntityTagAssignment {
    /// The kind of the entity in the plural: `catalogs`, `schemas`, `tables`, `columns`, `volumes`.
    #[serde(deserialize_with = "null_as_default")]
    pub entity_type: String,
    /// The full name of the entity; a column's is that of its table, a dot and its own.
    #[serde(deserialize_with = "null_as_default")]
    pub entity_name: String,
    /// The key.
    #[serde(deserialize_with = "null_as_default")]
    pub tag_key: String,
    /// The value; absent is the empty one.
    pub tag_value: Option<String>,
    /// When it was last set, in RFC 3339.
    pub update_time: Option<String>,
    /// By whom.
    pub updated_by: Option<String>,
    /// Everything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A page of the tags of an entity.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListEntityTagAssignmentsResponse {
    /// The tags of this page; a page may be empty and not the last.
    #[serde(deserialize_with = "null_as_default")]
    pub tag_assignments: Vec<EntityTagAssignment>,
    /// Present unless this is the last page.
    pub next_page_token: Option<String>,
}
