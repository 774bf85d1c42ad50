//! Bindings: which workspaces may use a securable that is isolated.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::null_as_default;
use crate::wire_enum::wire_enum;

wire_enum! {
    /// What a workspace may do with a securable that is bound to it.
    pub enum BindingType {
        ReadOnly = "BINDING_TYPE_READ_ONLY",
        ReadWrite = "BINDING_TYPE_READ_WRITE",
    }
}

/// A workspace that a securable is bound to.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WorkspaceBinding {
    /// The workspace.
    pub workspace_id: i64,
    /// What it may do; everything when absent.
    pub binding_type: Option<BindingType>,
}

/// A page of bindings, and the answer to changing them.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct WorkspaceBindingsResponse {
    /// The bindings.
    #[serde(deserialize_with = "null_as_default")]
    pub bindings: Vec<WorkspaceBinding>,
    /// Present unless this is the last page.
    pub next_page_token: Option<String>,
}

/// Body of a request to change the bindings of a securable.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct UpdateWorkspaceBindings {
    /// Bindings to add, or to change.
    #[serde(deserialize_with = "null_as_default")]
    pub add: Vec<WorkspaceBinding>,
    /// Bindings to take away.
    #[serde(deserialize_with = "null_as_default")]
    pub remove: Vec<WorkspaceBinding>,
}

/// Body of a request to the deprecated path of catalogs.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct UpdateCatalogWorkspaceBindings {
    /// Workspaces to bind.
    #[serde(deserialize_with = "null_as_default")]
    pub assign_workspaces: Vec<i64>,
    /// Workspaces to take the binding from.
    #[serde(deserialize_with = "null_as_default")]
    pub unassign_workspaces: Vec<i64>,
}

/// Answer of the deprecated path of catalogs.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CatalogWorkspaceBindings {
    /// The workspaces it is bound to.
    #[serde(deserialize_with = "null_as_default")]
    pub workspaces: Vec<i64>,
}
