//! Schemas.

use clxs_api::{FullName, Identifier, Privilege, SecurableKind};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use super::{
    CatalogRow, Details, GrantRow, MetastoreError, Page, PageRequest, Securable, Transaction, grants,
    securable,
};

/// The schema of a catalog that describes the catalog: every catalog has it.
pub(crate) const INFORMATION_SCHEMA: &str = "information_schema";

/// A schema.
pub(crate) type SchemaRow = Securable<Schema>;

/// What only schemas have.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Schema {
    /// A normalised URL.
    pub(crate) storage_root: Option<String>,
}

impl Details for Schema {
    const KIND: SecurableKind = SecurableKind::Schema;

    fn securable_kind(&self, system: bool) -> &'static str {
        if system { "SCHEMA_SYSTEM" } else { "SCHEMA_STANDARD" }
    }
}

impl SchemaRow {
    /// A schema with nothing but a name, which becomes lower case, owned by its maker.
    pub(crate) fn new(catalog: &CatalogRow, name: &Identifier, maker: &str) -> Self {
        Self::in_parent(Some(catalog.as_parent()), name, maker)
    }

    /// The catalog it is in.
    pub(crate) fn catalog(&self) -> &Identifier {
        self.parent.as_ref().map_or(&self.name, |catalog| catalog.full_name.catalog())
    }
}

impl Transaction<'_> {
    /// The schema of this name, in any case.
    ///
    /// # Errors
    /// [`MetastoreError::NotFound`] for the catalog or the schema, whichever is missing.
    pub(crate) fn schema(
        &self,
        catalog: &Identifier,
        name: &Identifier,
    ) -> Result<SchemaRow, MetastoreError> {
        self.securable(&FullName::of_catalog(catalog.clone()).child(name.clone()))
    }

    /// Schemas of a catalog in the order of their names, `information_schema` too.
    pub(crate) fn schemas(
        &self,
        catalog: &CatalogRow,
        page: &PageRequest,
    ) -> Result<Page<SchemaRow>, MetastoreError> {
        self.securables(Some(&catalog.as_parent()), page)
    }
}

/// Gives a new catalog its `information_schema`, which everybody who may use the catalog may read
/// (facts/settled.md §1, "system objects").
pub(super) fn insert_information_schema(
    connection: &Connection,
    catalog: &CatalogRow,
) -> Result<(), MetastoreError> {
    let comment = "Information schema (auto-created)";
    let schema = SchemaRow::of_platform(Some(catalog.as_parent()), INFORMATION_SCHEMA, comment)?;
    securable::insert(connection, &schema)?;
    for privilege in [Privilege::UseSchema, Privilege::Select] {
        grants::insert(connection, &GrantRow::to_all(&schema, &catalog.id, privilege))?;
    }
    Ok(())
}
