//! Whoever runs it, and what it rules.

use clxs_api::current_user::User;
use clxs_api::metastore::MetastoreSummary;

use clxs_api::{Identifier, Privilege};

use super::{Grants, Inventory};

/// Whoever runs it: the owner of whatever a run makes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Caller {
    /// Its own name; empty when nobody tells it.
    pub name: String,
    /// The groups that it is in.
    pub groups: Vec<String>,
    /// Whether it is, or is in, the owner of the metastore.
    pub is_metastore_admin: bool,
}

impl Caller {
    /// Somebody in no group.
    pub fn named(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    pub(super) fn of(user: &User, metastore: &MetastoreSummary) -> Self {
        let groups = user.groups.iter().filter_map(|group| group.display.clone()).collect();
        let mut caller =
            Self { name: user.user_name.clone().unwrap_or_default(), groups, is_metastore_admin: false };
        caller.is_metastore_admin = metastore.owner.as_deref().is_some_and(|owner| caller.is(owner));
        caller
    }

    /// Whether it is this principal, or in this group.
    pub(super) fn is(&self, principal: &str) -> bool {
        !principal.is_empty()
            && (self.name == principal || self.groups.iter().any(|group| group == principal))
    }

    /// Whether it owns something, or holds `MANAGE` on it, and with it on everything inside (facts/sql.md §4).
    pub(super) fn owns_or_manages(&self, owner: Option<&str>, grants: &Grants) -> bool {
        owner.is_some_and(|owner| self.is(owner))
            || grants.iter().any(|(name, held)| held.contains(&Privilege::Manage) && self.is(name))
    }

    /// Whether it may grant on whatever a schema of a catalog has, whoever owns that. What the run makes, the caller owns.
    /// UNCONFIRMED: that who owns a container, and no more, may grant on what others own in it; where not, grants are reported
    /// as impossible.
    pub(crate) fn rules(&self, inventory: &Inventory, schema: &Identifier) -> bool {
        let (Some(catalog), Some(schema)) = (&inventory.catalog, inventory.schemas.get(schema)) else {
            return true;
        };
        self.is_metastore_admin
            || self.owns_or_manages(catalog.owner.as_deref(), &catalog.grants)
            || self.owns_or_manages(schema.owner.as_deref(), &schema.grants)
    }
}
