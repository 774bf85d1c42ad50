//! Volumes: folders of files that are no tables.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::wire_enum::wire_enum;
use crate::{Extra, null_as_default};

wire_enum! {
    /// Whose the folder of a volume is.
    pub enum VolumeType {
        Managed = "MANAGED",
        External = "EXTERNAL",
    }
}

/// A volume.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct VolumeInfo {
    /// Its own name.
    pub name: Option<String>,
    /// The catalog it is in.
    pub catalog_name: Option<String>,
    /// The schema it is in.
    pub schema_name: Option<String>,
    /// `catalog.schema.volume`.
    pub full_name: Option<String>,
    /// Its id.
    pub volume_id: Option<String>,
    /// Whose its folder is.
    pub volume_type: Option<VolumeType>,
    /// The URL of its folder.
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
    /// Everything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Body of a request to make a volume.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CreateVolume {
    /// The catalog it is to be in.
    pub catalog_name: String,
    /// The schema it is to be in.
    pub schema_name: String,
    /// Its own name.
    pub name: String,
    /// Whose its folder is to be.
    pub volume_type: VolumeType,
    /// The URL of its folder; for external volumes only.
    pub storage_location: Option<String>,
    /// Free text about it.
    pub comment: Option<String>,
}

/// Body of a request to change a volume: what is absent stays.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct UpdateVolume {
    /// A new name.
    pub new_name: Option<String>,
    /// A new owner.
    pub owner: Option<String>,
    /// A new comment.
    pub comment: Option<String>,
}

/// A page of volumes.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListVolumesResponse {
    /// The volumes of this page; a page may be empty and not the last.
    #[serde(deserialize_with = "null_as_default")]
    pub volumes: Vec<VolumeInfo>,
    /// Present unless this is the last page.
    pub next_page_token: Option<String>,
}
