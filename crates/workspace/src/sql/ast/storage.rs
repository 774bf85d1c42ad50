//! Volumes and external locations.

use clxs_api::Identifier;

use super::ObjectName;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CreateVolume {
    pub(crate) name: ObjectName,
    pub(crate) if_not_exists: bool,
    /// For external volumes, and for no others.
    pub(crate) location: Option<String>,
    pub(crate) comment: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AlterVolume {
    pub(crate) name: ObjectName,
    pub(crate) action: AlterVolumeAction,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AlterVolumeAction {
    SetOwner(Identifier),
    RenameTo(ObjectName),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CreateExternalLocation {
    pub(crate) name: Identifier,
    pub(crate) if_not_exists: bool,
    pub(crate) url: String,
    pub(crate) credential: Identifier,
    pub(crate) comment: Option<String>,
}
