//! Registered models.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::model_version::RegisteredModelAlias;
use crate::{Extra, null_as_default};

/// A registered model.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RegisteredModelInfo {
    /// Its own name.
    pub name: Option<String>,
    /// The catalog it is in.
    pub catalog_name: Option<String>,
    /// The schema it is in.
    pub schema_name: Option<String>,
    /// `catalog.schema.model`.
    pub full_name: Option<String>,
    /// The URL under which its versions are kept.
    pub storage_location: Option<String>,
    /// Who owns it.
    pub owner: Option<String>,
    /// Free text about it.
    pub comment: Option<String>,
    /// The metastore it is in.
    pub metastore_id: Option<String>,
    /// When it was made, ms.
    pub created_at: Option<i64>,
    /// By whom.
    pub created_by: Option<String>,
    /// When it was last changed, ms.
    pub updated_at: Option<i64>,
    /// By whom.
    pub updated_by: Option<String>,
    /// Whether the caller may only see that it exists.
    pub browse_only: Option<bool>,
    /// The aliases of its versions; only when they are asked for.
    pub aliases: Option<Vec<RegisteredModelAlias>>,
    /// Everything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Body of a request to make a registered model.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CreateRegisteredModel {
    /// The catalog it is to be in.
    pub catalog_name: String,
    /// The schema it is to be in.
    pub schema_name: String,
    /// Its own name.
    pub name: String,
    /// The URL under which its versions are to be kept.
    pub storage_location: Option<String>,
    /// Free text about it.
    pub comment: Option<String>,
}

/// Body of a request to change a registered model: what is absent stays.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct UpdateRegisteredModel {
    /// A new name.
    pub new_name: Option<String>,
    /// A new owner.
    pub owner: Option<String>,
    /// A new comment.
    pub comment: Option<String>,
}

/// A page of registered models.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListRegisteredModelsResponse {
    /// The models of this page; a page may be empty and not the last.
    #[serde(deserialize_with = "null_as_default")]
    pub registered_models: Vec<RegisteredModelInfo>,
    /// Present unless this is the last page.
    pub next_page_token: Option<String>,
}
