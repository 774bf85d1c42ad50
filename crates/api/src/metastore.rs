//! The metastore a workspace belongs to.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::Extra;

/// What a workspace says about its metastore.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct MetastoreSummary {
    /// Its id.
    pub metastore_id: Option<String>,
    /// `<cloud>:<region>:<metastore id>`: its name for sharing.
    pub global_metastore_id: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// The cloud it is in.
    pub cloud: Option<String>,
    /// The region it is in.
    pub region: Option<String>,
    /// Who owns it.
    pub owner: Option<String>,
    /// The URL under which managed tables are kept.
    pub storage_root: Option<String>,
    /// Which privileges it knows: `1.0`.
    pub privilege_model_version: Option<String>,
    /// When it was made, ms.
    pub created_at: Option<i64>,
    /// Everything else.
    #[serde(flatten)]
    pub extra: Extra,
}
