//! Securables by kind and name.

use clxs_api::{FullName, Identifier, SecurableKind};

use super::Level;
use crate::metastore::{Catalog, Details, MetastoreError, Schema, Securable, TableRow, Transaction};

/// A securable by kind and name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SecurableRef {
    kind: SecurableKind,
    /// Absent for the metastore.
    name: Option<FullName>,
}

impl SecurableRef {
    /// The securable of this kind and name; the metastore has none.
    ///
    /// # Errors
    /// [`MetastoreError::InvalidParameter`] for a kind the workspace does not have or a name of too few or too
    /// many parts.
    pub(crate) fn new(kind: &SecurableKind, name: Option<&FullName>) -> Result<Self, MetastoreError> {
        let parts = match kind {
            SecurableKind::Metastore => return Ok(Self::metastore()),
            SecurableKind::Catalog => 1,
            SecurableKind::Schema => 2,
            SecurableKind::Table => 3,
            _ => {
                let message = format!("The embedded workspace has no securables of type {kind}.");
                return Err(MetastoreError::invalid(message));
            }
        };
        match name {
            Some(name) if name.parts().len() == parts => {
                Ok(Self { kind: kind.clone(), name: Some(name.clone()) })
            }
            _ => {
                let name = name.map(FullName::dotted).unwrap_or_default();
                Err(MetastoreError::invalid(format!("'{name}' is not a valid name for a {kind}.")))
            }
        }
    }

    /// The metastore.
    pub(crate) fn metastore() -> Self {
        Self { kind: SecurableKind::Metastore, name: None }
    }

    /// A catalog.
    pub(crate) fn catalog(name: Identifier) -> Self {
        Self { kind: SecurableKind::Catalog, name: Some(FullName::of_catalog(name)) }
    }

    /// A schema.
    pub(crate) fn schema(catalog: Identifier, name: Identifier) -> Self {
        Self { kind: SecurableKind::Schema, name: Some(FullName::of_catalog(catalog).child(name)) }
    }

    /// A table or a view.
    pub(crate) fn table(name: FullName) -> Self {
        Self { kind: SecurableKind::Table, name: Some(name) }
    }

    /// A securable that has details of this type.
    pub(crate) fn of<D: Details>(name: FullName) -> Self {
        Self { kind: D::KIND, name: Some(name) }
    }

    /// The name as the metastore keeps it; empty for the metastore.
    pub(crate) fn dotted(&self) -> String {
        self.name.as_ref().map(|name| name.to_lowercase().dotted()).unwrap_or_default()
    }

    /// Adds the levels from the catalog to the securable, as far as they exist.
    ///
    /// # Errors
    /// [`MetastoreError::NotFound`] for the outermost one that is missing.
    pub(super) fn push_levels(
        &self,
        tx: &Transaction<'_>,
        levels: &mut Vec<Level>,
    ) -> Result<(), MetastoreError> {
        let Some(name) = &self.name else { return Ok(()) };
        if let [catalog, _, ..] = name.parts() {
            levels.push(Level::of(&tx.catalog(catalog)?));
        }
        if let [catalog, schema, _, ..] = name.parts() {
            levels.push(Level::of(&tx.schema(catalog, schema)?));
        }
        levels.push(match self.kind {
            SecurableKind::Catalog => Level::of(&tx.securable::<Catalog>(name)?),
            SecurableKind::Schema => Level::of(&tx.securable::<Schema>(name)?),
            _ => Level::of_table(&tx.table(name)?),
        });
        Ok(())
    }
}

impl<D: Details> From<&Securable<D>> for SecurableRef {
    fn from(row: &Securable<D>) -> Self {
        Self::of::<D>(row.full_name())
    }
}

impl From<&TableRow> for SecurableRef {
    fn from(row: &TableRow) -> Self {
        Self::table(row.full_name())
    }
}
