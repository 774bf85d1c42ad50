//! Catalogs.

use clxs_api::catalog::IsolationMode;
use clxs_api::{FullName, Identifier, SecurableKind};
use serde::{Deserialize, Serialize};

use super::schemas::insert_information_schema;
use super::{Details, MetastoreError, Page, PageRequest, Securable, Transaction};

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
}

impl Default for Catalog {
    fn default() -> Self {
        Self { isolation_mode: IsolationMode::Open, storage_root: None }
    }
}

impl Details for Catalog {
    const KIND: SecurableKind = SecurableKind::Catalog;

    fn securable_kind(&self, system: bool) -> &'static str {
        if system { "CATALOG_SYSTEM" } else { "CATALOG_STANDARD" }
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

    /// Catalogs in the order of their names.
    pub(crate) fn catalogs(&self, page: &PageRequest) -> Result<Page<CatalogRow>, MetastoreError> {
        self.securables(None, page)
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
