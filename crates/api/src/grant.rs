//! Grants: direct and effective privileges of principals on a securable.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::null_as_default;
use crate::{Privilege, SecurableKind};

/// The privileges granted to one principal on the securable itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PrivilegeAssignment {
    /// User, group or service principal.
    #[serde(deserialize_with = "null_as_default")]
    pub principal: String,
    /// What it was granted.
    #[serde(deserialize_with = "null_as_default")]
    pub privileges: Vec<Privilege>,
}

/// The direct grants on a securable; `{}` when there are none (`facts/settled.md` §2).
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct GetPermissionsResponse {
    /// One entry a principal, in no particular order.
    #[serde(deserialize_with = "null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub privilege_assignments: Vec<PrivilegeAssignment>,
    /// Present unless this is the last page.
    pub next_page_token: Option<String>,
}

/// A privilege with where it comes from.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EffectivePrivilege {
    /// What it allows.
    pub privilege: Privilege,
    /// The kind of the ancestor it was granted on; absent for a direct grant.
    pub inherited_from_type: Option<SecurableKind>,
    /// The full name of that ancestor.
    pub inherited_from_name: Option<String>,
}

/// The privileges of one principal on a securable, inherited ones too.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct EffectivePrivilegeAssignment {
    /// User, group or service principal.
    #[serde(deserialize_with = "null_as_default")]
    pub principal: String,
    /// What it may do; one privilege may occur directly and inherited.
    #[serde(deserialize_with = "null_as_default")]
    pub privileges: Vec<EffectivePrivilege>,
}

/// The direct and inherited grants on a securable.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct EffectivePermissionsList {
    /// One entry a principal.
    #[serde(deserialize_with = "null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub privilege_assignments: Vec<EffectivePrivilegeAssignment>,
    /// Present unless this is the last page.
    pub next_page_token: Option<String>,
}

/// What to grant to and revoke from one principal.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PermissionsChange {
    /// User, group or service principal.
    #[serde(deserialize_with = "null_as_default")]
    pub principal: String,
    /// Privileges to grant; granting a held one changes nothing.
    #[serde(deserialize_with = "null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub add: Vec<Privilege>,
    /// Privileges to revoke; revoking an absent one changes nothing.
    #[serde(deserialize_with = "null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub remove: Vec<Privilege>,
}

/// Body of a request to change the grants on a securable.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct UpdatePermissions {
    /// One entry a principal.
    #[serde(deserialize_with = "null_as_default")]
    pub changes: Vec<PermissionsChange>,
}
