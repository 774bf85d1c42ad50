//! External locations and storage credentials: which folders outside the metastore's own may be used, and how.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_with::skip_serializing_none;

use crate::wire_enum::wire_enum;
use crate::{Extra, null_as_default};

wire_enum! {
    /// Whether all workspaces of the metastore may use a securable, or only those that it is bound to. Catalogs
    /// have [`crate::catalog::IsolationMode`], spelled otherwise.
    pub enum IsolationMode {
        Isolated = "ISOLATION_MODE_ISOLATED",
        Open = "ISOLATION_MODE_OPEN",
    }
}

/// An external location: a URL and the credential that opens it.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ExternalLocationInfo {
    /// Its name.
    pub name: Option<String>,
    /// What it covers, without a slash at the end.
    pub url: Option<String>,
    /// The storage credential that opens it.
    pub credential_name: Option<String>,
    /// The id of that credential.
    pub credential_id: Option<String>,
    /// Whether nothing may be written below the URL.
    pub read_only: Option<bool>,
    /// Whether callers fall back to cluster credentials.
    pub fallback: Option<bool>,
    /// Which workspaces may use it.
    pub isolation_mode: Option<IsolationMode>,
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
    /// Everything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Body of a request to make an external location.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CreateExternalLocation {
    /// Its name.
    pub name: String,
    /// What it is to cover.
    pub url: String,
    /// The storage credential that opens it.
    pub credential_name: String,
    /// Whether nothing may be written below the URL.
    pub read_only: Option<bool>,
    /// Whether callers fall back to cluster credentials.
    pub fallback: Option<bool>,
    /// Free text about it.
    pub comment: Option<String>,
    /// Whether the URL is taken without being tried.
    pub skip_validation: Option<bool>,
}

/// Body of a request to change an external location: what is absent stays.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct UpdateExternalLocation {
    /// A new name.
    pub new_name: Option<String>,
    /// What it is to cover from now on.
    pub url: Option<String>,
    /// The storage credential from now on.
    pub credential_name: Option<String>,
    /// Whether nothing may be written below the URL.
    pub read_only: Option<bool>,
    /// Whether callers fall back to cluster credentials.
    pub fallback: Option<bool>,
    /// Which workspaces may use it.
    pub isolation_mode: Option<IsolationMode>,
    /// A new owner.
    pub owner: Option<String>,
    /// A new comment.
    pub comment: Option<String>,
    /// Whether tables and volumes below the old URL do not matter.
    pub force: Option<bool>,
    /// Whether the URL is taken without being tried.
    pub skip_validation: Option<bool>,
}

/// A page of external locations.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListExternalLocationsResponse {
    /// The locations of this page; a page may be empty and not the last.
    #[serde(deserialize_with = "null_as_default")]
    pub external_locations: Vec<ExternalLocationInfo>,
    /// Present unless this is the last page.
    pub next_page_token: Option<String>,
}

/// A storage credential. Which identity of a cloud it is, is kept as it came.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct StorageCredentialInfo {
    /// Its name.
    pub name: Option<String>,
    /// Its name again: it is in nothing.
    pub full_name: Option<String>,
    /// Its id.
    pub id: Option<String>,
    /// A role of AWS.
    pub aws_iam_role: Option<Value>,
    /// A managed identity of Azure.
    pub azure_managed_identity: Option<Value>,
    /// A service account of Google's cloud.
    pub databricks_gcp_service_account: Option<Value>,
    /// Whether nothing may be written with it.
    pub read_only: Option<bool>,
    /// Whether managed tables are kept with it.
    pub used_for_managed_storage: Option<bool>,
    /// Which workspaces may use it.
    pub isolation_mode: Option<IsolationMode>,
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
    /// Everything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Body of a request to make a storage credential.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CreateStorageCredential {
    /// Its name.
    pub name: String,
    /// A role of AWS.
    pub aws_iam_role: Option<Value>,
    /// A managed identity of Azure.
    pub azure_managed_identity: Option<Value>,
    /// A service principal of Azure, with its secret.
    pub azure_service_principal: Option<Value>,
    /// A token of Cloudflare, with its secret.
    pub cloudflare_api_token: Option<Value>,
    /// A service account of Google's cloud.
    pub databricks_gcp_service_account: Option<Value>,
    /// Whether nothing may be written with it.
    pub read_only: Option<bool>,
    /// Free text about it.
    pub comment: Option<String>,
    /// Whether it is taken without being tried.
    pub skip_validation: Option<bool>,
}

/// Body of a request to change a storage credential: what is absent stays.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct UpdateStorageCredential {
    /// A new name.
    pub new_name: Option<String>,
    /// A role of AWS from now on.
    pub aws_iam_role: Option<Value>,
    /// A managed identity of Azure from now on.
    pub azure_managed_identity: Option<Value>,
    /// A service principal of Azure from now on, with its secret.
    pub azure_service_principal: Option<Value>,
    /// A token of Cloudflare from now on, with its secret.
    pub cloudflare_api_token: Option<Value>,
    /// A service account of Google's cloud from now on.
    pub databricks_gcp_service_account: Option<Value>,
    /// Whether nothing may be written with it.
    pub read_only: Option<bool>,
    /// Which workspaces may use it.
    pub isolation_mode: Option<IsolationMode>,
    /// A new owner.
    pub owner: Option<String>,
    /// A new comment.
    pub comment: Option<String>,
    /// Whether what depends on it does not matter.
    pub force: Option<bool>,
    /// Whether it is taken without being tried.
    pub skip_validation: Option<bool>,
}

/// A page of storage credentials.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListStorageCredentialsResponse {
    /// The credentials of this page; a page may be empty and not the last.
    #[serde(deserialize_with = "null_as_default")]
    pub storage_credentials: Vec<StorageCredentialInfo>,
    /// Present unless this is the last page.
    pub next_page_token: Option<String>,
}

/// Body of a request to try a storage credential on a URL.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ValidateStorageCredential {
    /// The credential.
    pub storage_credential_name: Option<String>,
    /// A location that gives credential and URL.
    pub external_location_name: Option<String>,
    /// The URL.
    pub url: Option<String>,
    /// Whether writing is not tried.
    pub read_only: Option<bool>,
}

wire_enum! {
    /// What was tried.
    pub enum ValidationOperation {
        Delete = "DELETE",
        List = "LIST",
        PathExists = "PATH_EXISTS",
        Read = "READ",
        Write = "WRITE",
    }
}

wire_enum! {
    /// How it went.
    pub enum ValidationOutcome {
        Fail = "FAIL",
        Pass = "PASS",
        Skip = "SKIP",
    }
}

/// One thing that was tried.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ValidationResult {
    /// What was tried.
    pub operation: Option<ValidationOperation>,
    /// How it went.
    pub result: Option<ValidationOutcome>,
    /// Why it failed.
    pub message: Option<String>,
}

/// What came of trying a storage credential.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ValidateStorageCredentialResponse {
    /// Whether the URL is a folder.
    #[serde(rename = "isDir")]
    pub is_dir: Option<bool>,
    /// All that was tried.
    #[serde(deserialize_with = "null_as_default")]
    pub results: Vec<ValidationResult>,
}
