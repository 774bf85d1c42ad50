//! Schemas.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::catalog::CatalogType;
use crate::null_as_default;
use crate::{Extra, Properties};

/// A schema.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SchemaInfo {
    /// Its own name.
    pub name: Option<String>,
    /// The catalog it is in.
    pub catalog_name: Option<String>,
    /// `catalog.schema`.
    pub full_name: Option<String>,
    /// Who owns it.
    pub owner: Option<String>,
    /// Free text about it.
    pub comment: Option<String>,
    /// Its properties; `unity.catalog.managed.*` are the platform's own.
    pub properties: Option<Properties>,
    /// What its catalog is made of.
    pub catalog_type: Option<CatalogType>,
    /// The URL under which managed tables are kept, as given.
    pub storage_root: Option<String>,
    /// The URL under which managed tables are kept, as resolved.
    pub storage_location: Option<String>,
    /// The metastore it is in.
    pub metastore_id: Option<String>,
    /// Its id.
    pub schema_id: Option<String>,
    /// When it was made, ms.
    pub created_at: Option<i64>,
    /// By whom.
    pub created_by: Option<String>,
    /// When it was last changed, ms.
    pub updated_at: Option<i64>,
    /// By whom.
    pub updated_by: Option<String>,
    /// `SCHEMA_STANDARD`, `SCHEMA_SYSTEM` … (`facts/settled.md` §1).
    pub securable_kind: Option<String>,
    /// Whether the caller may only see that it exists.
    pub browse_only: Option<bool>,
    /// Everything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Body of a request to make a schema.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CreateSchema {
    /// Its own name.
    pub name: String,
    /// The catalog it is to be in.
    pub catalog_name: String,
    /// Free text about it.
    pub comment: Option<String>,
    /// Its properties.
    pub properties: Option<Properties>,
    /// The URL under which managed tables are to be kept.
    pub storage_root: Option<String>,
}

/// Body of a request to change a schema: what is absent stays.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct UpdateSchema {
    /// A new name.
    pub new_name: Option<String>,
    /// A new owner.
    pub owner: Option<String>,
    /// A new comment.
    pub comment: Option<String>,
    /// All properties from now on.
    pub properties: Option<Properties>,
}

/// A page of schemas.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListSchemasResponse {
    /// The schemas of this page; a page may be empty and not the last.
    #[serde(deserialize_with = "null_as_default")]
    pub schemas: Vec<SchemaInfo>,
    /// Present unless this is the last page.
    pub next_page_token: Option<String>,
}
