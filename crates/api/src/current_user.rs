//! Who the caller is, in SCIM's shape.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::Extra;
use crate::null_as_default;

/// The caller.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct User {
    /// Its id.
    pub id: Option<String>,
    /// An e-mail address for people, the application id for service principals.
    pub user_name: Option<String>,
    /// The name to show.
    pub display_name: Option<String>,
    /// Whether it may log in.
    pub active: Option<bool>,
    /// The groups it is in, directly or through others.
    #[serde(deserialize_with = "null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<GroupReference>,
    /// Everything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A group somebody is in.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct GroupReference {
    /// Its name.
    pub display: Option<String>,
    /// Its id.
    pub value: Option<String>,
    /// Everything else.
    #[serde(flatten)]
    pub extra: Extra,
}
