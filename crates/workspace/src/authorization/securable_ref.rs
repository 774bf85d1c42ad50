//! Securables by kind and name.

use clxs_api::{FullName, Identifier, SecurableKind};

use super::Level;
use crate::metastore::{
    Bound, Catalog, Details, ExternalLocation, Function, MetastoreError, Model, Schema, Securable,
    StorageCredential, TableRow, Transaction, Volume,
};

/// A securable by kind and name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SecurableRef {
    kind: SecurableKind,
    /// Absent for the metastore, unless somebody named it by its id.
    name: Option<FullName>,
}

impl SecurableRef {
    /// The securable of this kind and name; the metastore needs none, and is named by its id.
    ///
    /// # Errors
    /// [`MetastoreError::InvalidParameter`] for a kind the workspace does not have or a name of too few or too
    /// many parts.
    pub(crate) fn new(kind: &SecurableKind, name: Option<&FullName>) -> Result<Self, MetastoreError> {
        let parts = match kind {
            SecurableKind::Metastore => return Ok(Self { kind: kind.clone(), name: name.cloned() }),
            SecurableKind::Catalog => 1,
            SecurableKind::Schema => 2,
            SecurableKind::ExternalLocation | SecurableKind::StorageCredential => 1,
            SecurableKind::Table
            | SecurableKind::Volume
            | SecurableKind::Function
            | SecurableKind::RegisteredModel => 3,
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

    /// Its kind.
    pub(crate) fn kind(&self) -> &SecurableKind {
        &self.kind
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
        if self.kind == SecurableKind::Metastore {
            let name = name.to_lowercase().dotted();
            let is_ours = name == tx.metastore().id;
            return is_ours.then_some(()).ok_or_else(|| MetastoreError::not_found(self.kind.clone(), name));
        }
        if let [catalog, _, ..] = name.parts() {
            levels.push(bound_level(tx, &tx.catalog(catalog)?));
        }
        if let [catalog, schema, _, ..] = name.parts() {
            levels.push(Level::of(&tx.schema(catalog, schema)?));
        }
        levels.push(match self.kind {
            SecurableKind::Catalog => bound_level(tx, &tx.securable::<Catalog>(name)?),
            SecurableKind::Schema => Level::of(&tx.securable::<Schema>(name)?),
            SecurableKind::Volume => Level::of(&tx.securable::<Volume>(name)?),
            SecurableKind::Function => function_level(tx, name)?,
            SecurableKind::RegisteredModel => Level::of(&tx.securable::<Model>(name)?),
            SecurableKind::ExternalLocation => bound_level(tx, &tx.securable::<ExternalLocation>(name)?),
            SecurableKind::StorageCredential => bound_level(tx, &tx.securable::<StorageCredential>(name)?),
            _ => Level::of_table(&tx.table(name)?),
        });
        Ok(())
    }
}

/// Privileges on registered models are those of functions (`facts/rest_api.md` §6).
fn function_level(tx: &Transaction<'_>, name: &FullName) -> Result<Level, MetastoreError> {
    match tx.securable::<Function>(name) {
        Ok(function) => Ok(Level::of(&function)),
        Err(missing @ MetastoreError::NotFound { .. }) => match tx.securable::<Model>(name) {
            Ok(model) => Ok(Level::of(&model)),
            Err(MetastoreError::NotFound { .. }) => Err(missing),
            Err(error) => Err(error),
        },
        Err(error) => Err(error),
    }
}

/// What may be isolated from this workspace, and with it all that is in it.
fn bound_level<D: Bound>(tx: &Transaction<'_>, row: &Securable<D>) -> Level {
    Level { reach: row.details.reach(tx.metastore().workspace_id), ..Level::of(row) }
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
