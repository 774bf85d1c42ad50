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
mod visibility;

pub(crate) use applicable::{is_applicable, is_covered_by_all};
pub(crate) use held::{Held, Level};
pub(crate) use visibility::{Sight, Visibility};

use clxs_api::{FullName, Identifier, Privilege, SecurableKind};

use crate::metastore::{ALL_USERS, CatalogRow, MetastoreError, SchemaRow, TableRow, Transaction};
use crate::principal::Principal;

/// A securable by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SecurableRef {
    Metastore,
    Catalog(Identifier),
    Schema(Identifier, Identifier),
    /// A table or a view.
    Table(FullName),
}

/// One caller within one transaction.
#[derive(Debug, Clone)]
pub(crate) struct Access {
    principal: String,
    /// The caller and all groups it is in.
    identities: Vec<String>,
}

impl SecurableRef {
    /// The securable of this kind and name; the metastore has none.
    ///
    /// # Errors
    /// [`MetastoreError::InvalidParameter`] for a kind the workspace does not have or a name of too few or too
    /// many parts.
    pub(crate) fn new(kind: &SecurableKind, name: Option<&FullName>) -> Result<Self, MetastoreError> {
        match (kind, name.map_or(&[][..], FullName::parts), name) {
            (SecurableKind::Metastore, _, _) => Ok(Self::Metastore),
            (SecurableKind::Catalog, [catalog], _) => Ok(Self::Catalog(catalog.clone())),
            (SecurableKind::Schema, [catalog, schema], _) => {
                Ok(Self::Schema(catalog.clone(), schema.clone()))
            }
            (SecurableKind::Table, [_, _, _], Some(name)) => Ok(Self::Table(name.clone())),
            (SecurableKind::Catalog | SecurableKind::Schema | SecurableKind::Table, _, _) => {
                let name = name.map(FullName::dotted).unwrap_or_default();
                Err(MetastoreError::invalid(format!("'{name}' is not a valid name for a {kind}.")))
            }
            _ => Err(MetastoreError::invalid(format!(
                "The embedded workspace has no securables of type {kind}."
            ))),
        }
    }
}

impl From<&CatalogRow> for SecurableRef {
    fn from(row: &CatalogRow) -> Self {
        Self::Catalog(row.name.clone())
    }
}

impl From<&SchemaRow> for SecurableRef {
    fn from(row: &SchemaRow) -> Self {
        Self::Schema(row.catalog.clone(), row.name.clone())
    }
}

impl From<&TableRow> for SecurableRef {
    fn from(row: &TableRow) -> Self {
        Self::Table(row.full_name())
    }
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
        let found = push_levels(tx, on, &mut levels);
        let ids: Vec<_> = levels.iter().map(|level| level.id.as_str()).collect();
        let grants = tx.grants_held_on(&ids, &self.identities)?;
        let held = Held::new(levels, &grants, &self.identities);
        match found {
            Ok(()) => Ok(held),
            // Whether a catalog holds something is nobody's business who holds nothing there.
            Err(error @ MetastoreError::NotFound { .. }) => Err(held.hidden().unwrap_or(error)),
            Err(error) => Err(error),
        }
    }
}

/// A principal's name and those of all groups it is in.
pub(crate) fn identities(tx: &Transaction<'_>, principal: &str) -> Result<Vec<String>, MetastoreError> {
    let groups = tx.groups_of(principal)?.into_iter().map(|group| group.name);
    Ok([principal.to_owned(), ALL_USERS.to_owned()].into_iter().chain(groups).collect())
}

/// Adds the levels from the catalog to the securable, as far as they exist.
fn push_levels(
    tx: &Transaction<'_>,
    on: &SecurableRef,
    levels: &mut Vec<Level>,
) -> Result<(), MetastoreError> {
    let (catalog, schema, table) = match on {
        SecurableRef::Metastore => return Ok(()),
        SecurableRef::Catalog(catalog) => (catalog, None, None),
        SecurableRef::Schema(catalog, schema) => (catalog, Some(schema), None),
        SecurableRef::Table(name) => (name.catalog(), name.schema(), Some(name)),
    };
    levels.push(Level::catalog(&tx.catalog(catalog)?));
    if let Some(schema) = schema {
        levels.push(Level::schema(&tx.schema(catalog, schema)?));
    }
    if let Some(table) = table {
        levels.push(Level::table(&tx.table(table)?));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
