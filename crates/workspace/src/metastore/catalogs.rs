//! Catalogs.

use clxs_api::binding::WorkspaceBinding;
use clxs_api::catalog::IsolationMode;
use clxs_api::{FullName, Identifier, SecurableKind};
use serde::{Deserialize, Serialize};

use super::schemas::insert_information_schema;
use super::{Bound, Details, MetastoreError, Securable, Transaction};

/// The catalog of the platform's own tables: every metastore has it.
pub(crate) const SYSTEM_CATALOG: &str = "system";

/// A catalog.
pub(crate) type CatalogRow = Securable<Catalog>;

/// What only catalogs have.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Catalog {
    pub(crate) isolation_mode: IsolationMode,
    /// A normalised URL.
    pub(crate) storage_root: Option<String>,
    pub(crate) bindings: Vec<WorkspaceBinding>,
}

impl Default for Catalog {
    fn default() -> Self {
        Self { isolation_mode: IsolationMode::Open, storage_root: None, bindings: Vec::new() }
    }
}

impl Details for Catalog {
    const KIND: SecurableKind = SecurableKind::Catalog;

    fn securable_kind(&self, system: bool) -> &'static str {
        if system { "CATALOG_SYSTEM" } else { "CATALOG_STANDARD" }
    }
}

impl Bound for Catalog {
    fn is_isolated(&self) -> bool {
        self.isolation_mode == IsolationMode::Isolated
    }

    fn bindings(&self) -> &[WorkspaceBinding] {
        &self.bindings
    }

    fn bindings_mut(&mut self) -> &mut Vec<WorkspaceBinding> {
        &mut self.bindings
    }
}

#[cfg(test)]
impl CatalogRow {
    /// A catalog with nothing but a name, which becomes lower case, owned by its maker.
    pub(crate) fn new(name: &Identifier, maker: &str) -> Self {
        Self::in_parent(None, name, maker)
    }
}

impl Transaction<'_> {
    /// The catalog of this name, in any case.
    ///
    /// # Errors
    /// [`MetastoreError::NotFound`]
    pub(crate) fn catalog(&self, name: &Identifier) -> Result<CatalogRow, MetastoreError> {
        self.securable(&FullName::of_catalog(name.clone()))
    }

    /// Adds a catalog with its `information_schema`.
    ///
    /// # Errors
    /// Those of [`Transaction::insert_securable`].
    pub(crate) fn insert_catalog(&self, row: &CatalogRow) -> Result<(), MetastoreError> {
        self.insert_securable(row)?;
        insert_information_schema(&self.inner, row)
    }
}
