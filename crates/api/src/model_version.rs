//! Versions of registered models and their aliases. Unity Catalog lists, finds, changes and drops versions; `MLflow`
//! makes them, through an API of its own: begun with [`CreateModelVersion`], complete with [`FinalizeModelVersion`]
//! (`mlflow/protos/databricks_uc_registry_messages.proto` of `MLflow`).

use serde::{Deserialize, Deserializer, Serialize};
use serde_with::skip_serializing_none;

use crate::wire_enum::wire_enum;
use crate::{Extra, null_as_default};

wire_enum! {
    /// How far a version is.
    pub enum ModelVersionStatus {
        Unspecified = "MODEL_VERSION_STATUS_UNKNOWN",
        Pending = "PENDING_REGISTRATION",
        Failed = "FAILED_REGISTRATION",
        Ready = "READY",
    }
}

/// A name for a version that can be moved to another.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RegisteredModelAlias {
    /// Its name.
    pub alias_name: Option<String>,
    /// The number of the version.
    pub version_num: Option<i64>,
    /// The catalog of the model.
    pub catalog_name: Option<String>,
    /// The schema of the model.
    pub schema_name: Option<String>,
    /// The model's own name.
    pub model_name: Option<String>,
    /// Its id.
    pub id: Option<String>,
}

/// A version of a registered model.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ModelVersionInfo {
    /// Its number, from 1.
    pub version: Option<i64>,
    /// Its id.
    pub id: Option<String>,
    /// The catalog of the model.
    pub catalog_name: Option<String>,
    /// The schema of the model.
    pub schema_name: Option<String>,
    /// The model's own name.
    pub model_name: Option<String>,
    /// How far it is.
    pub status: Option<ModelVersionStatus>,
    /// Where its files came from.
    pub source: Option<String>,
    /// The run of `MLflow` that made it.
    pub run_id: Option<String>,
    /// The workspace of that run.
    pub run_workspace_id: Option<i64>,
    /// The URL of its files.
    pub storage_location: Option<String>,
    /// Free text about it.
    pub comment: Option<String>,
    /// The aliases that lead to it; only when they are asked for.
    pub aliases: Option<Vec<RegisteredModelAlias>>,
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
    /// Everything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A page of versions.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListModelVersionsResponse {
    /// The versions of this page; a page may be empty and not the last.
    #[serde(deserialize_with = "null_as_default")]
    pub model_versions: Vec<ModelVersionInfo>,
    /// Present unless this is the last page.
    pub next_page_token: Option<String>,
}

/// Body of a request to change a version: what is absent stays.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct UpdateModelVersion {
    /// A new comment.
    pub comment: Option<String>,
}

/// Body of a request to lead an alias to a version, whether there is such an alias or not.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SetRegisteredModelAlias {
    /// The number of the version.
    pub version_num: i64,
}

/// Body of `MLflow`'s request to begin a version.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CreateModelVersion {
    /// The full name of the model.
    pub name: String,
    /// Where its files come from.
    pub source: String,
    /// The run of `MLflow` that made it.
    pub run_id: Option<String>,
    /// The workspace of that run.
    pub run_tracking_server_id: Option<String>,
    /// Free text about it.
    pub description: Option<String>,
    /// Its tags.
    #[serde(deserialize_with = "null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<ModelVersionTag>,
}

/// A tag of a version, as `MLflow` has it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ModelVersionTag {
    /// Its key.
    pub key: String,
    /// Its value, which may be empty.
    pub value: String,
}

/// Body of `MLflow`'s request to say that the files of a version are there.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FinalizeModelVersion {
    /// The full name of the model.
    pub name: String,
    /// The number of the version, as text; a number is taken too.
    #[serde(deserialize_with = "text_of_number")]
    pub version: String,
}

/// A version as `MLflow` has it.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct MlflowModelVersion {
    /// The full name of the model.
    pub name: Option<String>,
    /// Its number, as text.
    pub version: Option<String>,
    /// When it was made, ms.
    pub creation_timestamp: Option<i64>,
    /// When it was last changed, ms.
    pub last_updated_timestamp: Option<i64>,
    /// Who made it.
    pub user_id: Option<String>,
    /// Free text about it.
    pub description: Option<String>,
    /// Where its files came from.
    pub source: Option<String>,
    /// The run of `MLflow` that made it.
    pub run_id: Option<String>,
    /// The workspace of that run.
    pub run_tracking_server_id: Option<String>,
    /// How far it is.
    pub status: Option<ModelVersionStatus>,
    /// The URL of its files.
    pub storage_location: Option<String>,
    /// Its tags.
    #[serde(deserialize_with = "null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<ModelVersionTag>,
    /// Everything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// What `MLflow` is answered about a version.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct MlflowModelVersionResponse {
    /// The version.
    pub model_version: MlflowModelVersion,
}

/// Protobuf's JSON writes numbers as texts or as numbers.
fn text_of_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Version {
        Text(String),
        Number(i64),
    }
    Ok(match Version::deserialize(deserializer)? {
        Version::Text(text) => text,
        Version::Number(number) => number.to_string(),
    })
}
