//! Schemas.

use clxs_api::{FullName, Identifier, Privilege, Properties, SecurableKind};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::principals::{ALL_USERS, SYSTEM_USER};
use super::row::{Audit, identifier, json, new_id, now_ms, to_json};
use super::{CatalogRow, MetastoreError, Page, PageRequest, Transaction};

/// The schema of a catalog that describes the catalog: every catalog has it.
pub(crate) const INFORMATION_SCHEMA: &str = "information_schema";

/// A schema.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SchemaRow {
    pub(crate) id: String,
    pub(crate) catalog_id: String,
    pub(crate) catalog: Identifier,
    pub(crate) name: Identifier,
    /// Whether it is the platform's own: `SCHEMA_SYSTEM`.
    pub(crate) system: bool,
    pub(crate) owner: String,
    pub(crate) comment: Option<String>,
    pub(crate) properties: Properties,
    /// A normalised URL.
    pub(crate) storage_root: Option<String>,
    pub(crate) audit: Audit,
}

impl SchemaRow {
    /// A schema with nothing but a name, which becomes lower case, owned by its maker.
    pub(crate) fn new(catalog: &CatalogRow, name: &Identifier, maker: &str) -> Self {
        Self {
            id: new_id(),
            catalog_id: catalog.id.clone(),
            catalog: catalog.name.clone(),
            name: name.to_lowercase(),
            system: false,
            owner: maker.to_owned(),
            comment: None,
            properties: Properties::new(),
            storage_root: None,
            audit: Audit::now(maker),
        }
    }

    /// Its full name.
    pub(crate) fn full_name(&self) -> FullName {
        FullName::of_catalog(self.catalog.clone()).child(self.name.clone())
    }

    /// `SCHEMA_STANDARD` or `SCHEMA_SYSTEM`.
    pub(crate) fn securable_kind(&self) -> &'static str {
        if self.system { "SCHEMA_SYSTEM" } else { "SCHEMA_STANDARD" }
    }

    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            catalog_id: row.get(1)?,
            catalog: identifier(row, 2)?,
            name: identifier(row, 3)?,
            system: row.get_ref(4)?.as_str()? == "SCHEMA_SYSTEM",
            owner: row.get(5)?,
            comment: row.get(6)?,
            properties: json(row, 7)?,
            storage_root: row.get(8)?,
            audit: Audit::read(row, 9)?,
        })
    }
}

const SELECT: &str = "SELECT s.id, s.catalog_id, c.name, s.name, s.kind, s.owner, s.comment, s.properties,
                             s.storage_root, s.created_at, s.created_by, s.updated_at, s.updated_by
                      FROM schemas s JOIN catalogs c ON c.id = s.catalog_id";

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
        let catalog = self.catalog(catalog)?;
        let name = name.to_lowercase();
        let mut statement =
            self.inner.prepare_cached(&format!("{SELECT} WHERE s.catalog_id = ?1 AND s.name = ?2"))?;
        let row = statement.query_row([&catalog.id, name.as_str()], SchemaRow::read).optional()?;
        row.ok_or_else(|| {
            MetastoreError::not_found(SecurableKind::Schema, catalog.full_name().child(name).dotted())
        })
    }

    /// Schemas of a catalog in the order of their names, `information_schema` too.
    pub(crate) fn schemas(
        &self,
        catalog: &CatalogRow,
        page: &PageRequest,
    ) -> Result<Page<SchemaRow>, MetastoreError> {
        let query = format!("{SELECT} WHERE s.catalog_id = ?1 AND s.name > ?2 ORDER BY s.name LIMIT ?3");
        let mut statement = self.inner.prepare_cached(&query)?;
        let values = params![catalog.id, page.after(0), page.sql_limit()];
        let rows = statement.query_map(values, SchemaRow::read)?;
        Ok(page.page(rows.collect::<Result<_, _>>()?, |row| vec![row.name.as_str().to_owned()]))
    }

    /// Adds a schema.
    ///
    /// # Errors
    /// [`MetastoreError::AlreadyExists`] when the name is taken, [`MetastoreError::PrincipalNotFound`] for an
    /// unknown owner.
    pub(crate) fn insert_schema(&self, row: &SchemaRow) -> Result<(), MetastoreError> {
        self.schema_name_is_free(row)?;
        self.require_principal(&row.owner)?;
        self.inner.execute(
            "INSERT INTO schemas (id, catalog_id, name, kind, owner, comment, properties, storage_root,
                                  created_at, created_by, updated_at, updated_by)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
            params![
                row.id,
                row.catalog_id,
                row.name.as_str(),
                row.securable_kind(),
                row.owner,
                row.comment,
                to_json(&row.properties)?,
                row.storage_root,
                row.audit.created_at,
                row.audit.created_by,
                row.audit.updated_at,
                row.audit.updated_by,
            ],
        )?;
        Ok(())
    }

    /// Writes everything of the row that may change, its name too.
    ///
    /// # Errors
    /// Those of [`Transaction::insert_schema`].
    pub(crate) fn update_schema(&self, row: &SchemaRow) -> Result<(), MetastoreError> {
        self.schema_name_is_free(row)?;
        self.require_principal(&row.owner)?;
        self.inner.execute(
            "UPDATE schemas SET name = ?2, owner = ?3, comment = ?4, properties = ?5, updated_at = ?6,
                                updated_by = ?7 WHERE id = ?1",
            params![
                row.id,
                row.name.as_str(),
                row.owner,
                row.comment,
                to_json(&row.properties)?,
                row.audit.updated_at,
                row.audit.updated_by,
            ],
        )?;
        Ok(())
    }

    /// Removes a schema with all that is in it, and its grants. Delete its tables before: their folders are
    /// found through their rows.
    pub(crate) fn delete_schema(&self, row: &SchemaRow) -> Result<(), MetastoreError> {
        self.inner.execute("DELETE FROM schemas WHERE id = ?1", [&row.id])?;
        Ok(())
    }

    fn schema_name_is_free(&self, row: &SchemaRow) -> Result<(), MetastoreError> {
        match self.schema(&row.catalog, &row.name) {
            Err(MetastoreError::NotFound { kind: SecurableKind::Schema, .. }) => Ok(()),
            Ok(other) if other.id == row.id => Ok(()),
            // The platform names the schema without its catalog here (facts/settled.md §1).
            Ok(other) => Err(MetastoreError::AlreadyExists {
                kind: SecurableKind::Schema,
                name: other.name.as_str().to_owned(),
            }),
            Err(error) => Err(error),
        }
    }
}

/// Gives a new catalog its `information_schema`, which everybody who may use the catalog may read
/// (facts/settled.md §1, "system objects").
pub(super) fn insert_information_schema(
    connection: &Connection,
    catalog_id: &str,
) -> Result<(), MetastoreError> {
    let id = new_id();
    connection.execute(
        "INSERT INTO schemas (id, catalog_id, name, kind, owner, comment, properties, created_at, created_by,
                              updated_at, updated_by)
         VALUES (?1, ?2, ?3, 'SCHEMA_SYSTEM', ?4, 'Information schema (auto-created)', '{}', ?5, ?4, ?5, ?4)",
        params![id, catalog_id, INFORMATION_SCHEMA, SYSTEM_USER, now_ms()],
    )?;
    for privilege in [Privilege::UseSchema, Privilege::Select] {
        connection.execute(
            "INSERT INTO grants (securable_id, principal, privilege, kind, catalog_id, grantor)
             VALUES (?1, ?2, ?3, 'SCHEMA', ?4, ?5)",
            params![id, ALL_USERS, privilege.as_str(), catalog_id, SYSTEM_USER],
        )?;
    }
    Ok(())
}
