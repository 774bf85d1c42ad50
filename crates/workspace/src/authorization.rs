//! Who may do what: decisions on what the metastore says of owners, grants and groups.
//!
//! * The owner of a securable, of anything it is in, or of the metastore may do everything with it.
//! * A privilege granted on a catalog or schema holds for everything in it.
//! * `ALL PRIVILEGES` holds every privilege but those of [`is_covered_by_all`].
//! * `MANAGE` allows changing, renaming, dropping and granting; it does not allow reading.
//! * Besides, `USE CATALOG` and `USE SCHEMA` are needed on the way, even by the owner of a table.
//! * Who holds nothing on a catalog, and nothing on what is asked for in it, is told that there is no such catalog.

mod applicable;
mod held;
mod securable_ref;
mod visibility;

pub(crate) use applicable::{is_applicable, is_covered_by_all};
pub(crate) use held::{Held, Level};
pub(crate) use securable_ref::SecurableRef;
pub(crate) use visibility::{Sight, Visibility};

use clxs_api::Privilege;

use crate::metastore::{ALL_USERS, MetastoreError, PrincipalKind, Transaction};
use crate::principal::Principal;

/// One caller within one transaction.
#[derive(Debug, Clone)]
pub(crate) struct Access {
    principal: String,
    /// The caller and all groups it is in.
    identities: Vec<String>,
}

impl Access {
    /// The caller's groups as they are in this transaction.
    pub(crate) fn load(tx: &Transaction<'_>, principal: &Principal) -> Result<Self, MetastoreError> {
        let identities = identities(tx, principal.name())?;
        Ok(Self { principal: principal.name().to_owned(), identities })
    }

    /// The caller's name, for owners and `created_by`.
    pub(crate) fn principal(&self) -> &str {
        &self.principal
    }

    /// The caller and all groups it is in.
    pub(crate) fn identities(&self) -> &[String] {
        &self.identities
    }

    /// Whether the caller owns the metastore.
    pub(crate) fn is_metastore_admin(&self, tx: &Transaction<'_>) -> bool {
        self.identities.contains(&tx.metastore().owner)
    }

    /// Refuses everybody but metastore admins.
    ///
    /// # Errors
    /// [`MetastoreError::NotMetastoreAdmin`]
    pub(crate) fn require_metastore_admin(&self, tx: &Transaction<'_>) -> Result<(), MetastoreError> {
        if self.is_metastore_admin(tx) {
            return Ok(());
        }
        Err(MetastoreError::NotMetastoreAdmin { name: tx.metastore().name.clone() })
    }

    /// Refuses what the caller may not do. [`Privilege::Manage`] stands for changing, renaming, dropping and
    /// granting.
    ///
    /// # Errors
    /// [`MetastoreError::PermissionDenied`] names the first privilege that is missing, outermost first;
    /// [`MetastoreError::NotFound`] when there is no such securable or the caller may not know that there is.
    pub(crate) fn check(
        &self,
        tx: &Transaction<'_>,
        on: &SecurableRef,
        privilege: &Privilege,
    ) -> Result<(), MetastoreError> {
        self.find(tx, on)?.require(privilege)
    }

    /// Refuses a securable that the caller may not see, and says how much it may see of it.
    ///
    /// # Errors
    /// Those of [`Access::check`]; also when it may only browse and `include_browse` is off.
    pub(crate) fn see(
        &self,
        tx: &Transaction<'_>,
        on: &SecurableRef,
        include_browse: bool,
    ) -> Result<Sight, MetastoreError> {
        self.find(tx, on)?.require_sight(include_browse)
    }

    /// What the caller holds on a securable and on what it is in.
    ///
    /// # Errors
    /// [`MetastoreError::NotFound`]
    pub(crate) fn find(&self, tx: &Transaction<'_>, on: &SecurableRef) -> Result<Held, MetastoreError> {
        let mut levels = vec![Level::metastore(tx.metastore())];
        let found = on.push_levels(tx, &mut levels);
        let ids: Vec<_> = levels.iter().map(|level| level.id.as_str()).collect();
        let grants = tx.grants_held_on(&ids, &self.identities)?;
        let held = Held::new(levels, &grants, &self.identities);
        match found {
            Ok(()) => Ok(held),
            Err(error @ MetastoreError::NotFound { .. }) => Err(held.in_place_of(error)),
            Err(error) => Err(error),
        }
    }
}

/// A principal's name and those of all groups it is in that may hold privileges.
pub(crate) fn identities(tx: &Transaction<'_>, principal: &str) -> Result<Vec<String>, MetastoreError> {
    let groups = tx.groups_of(principal)?.into_iter().filter(|group| group.kind == PrincipalKind::Group);
    let groups = groups.map(|group| group.name);
    Ok([principal.to_owned(), ALL_USERS.to_owned()].into_iter().chain(groups).collect())
}

#[cfg(test)]
mod tests;
