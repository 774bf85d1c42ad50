//! Grants.

use clxs_api::{Privilege, SecurableKind};

use super::ObjectName;

/// `GRANT … ON … TO …` and `REVOKE … ON … FROM …`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Grant {
    pub(crate) privileges: Vec<Privilege>,
    pub(crate) on: GrantTarget,
    pub(crate) principal: String,
}

/// What a grant is on. The kind is as written; `VIEW` is [`SecurableKind::Table`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GrantTarget {
    pub(crate) kind: SecurableKind,
    /// Absent for the metastore.
    pub(crate) name: Option<ObjectName>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ShowGrants {
    pub(crate) principal: Option<String>,
    pub(crate) on: GrantTarget,
}
