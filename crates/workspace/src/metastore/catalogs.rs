//! Catalogs.

use clxs_api::catalog::IsolationMode;
use clxs_api::{FullName, Identifier, Properties, SecurableKind};
use rusqlite::{OptionalExtension, Row, params};

use super::row::{Audit, identifier, json, new_id, to_json};
use super::schemas::insert_information_schema;
use super::{MetastoreError, Page, PageRequest, Transaction};

/// The catalog of the platform's own tables: every metastore has it.
pub(crate) const SYSTEM_CATALOG: &str = "system";

/// A catalog.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CatalogRow {
    pub(crate) id: String,
    pub(crate) name: Identifier,
    /// Whether it is the platform's own: `CATALOG_SYSTEM`.
    pub(crate) system: bool,
    pub(crate) owner: String,
    pub(crate) comment: Option<String>,
    pub(crate) properties: Properties,
    pub(crate) isolation_mode: IsolationMode,
    /// A normalised URL.
    pub(crate) storage_root: Option<String>,
    pub(crate) audit: Audit,
}

impl CatalogRow {
    /// A catalog with nothing but a name, which becomes lower case, owned by its maker.
    pub(crate) fn new(name: &Identifier, maker: &str) -> Self {
        Self {
            id: new_id(),
            name: name.to_lowercase(),
            system: false,
            owner: maker.to_owned(),
            comment: None,
            properties: Properties::new(),
            isolation_mode: IsolationMode::Open,
            storage_root: None,
            audit: Audit::now(maker),
        }
    }

    /// Its full name.
    pub(crate) fn full_name(&self) -> FullName {
        FullName::of_catalog(self.name.clone())
    }

    /// `CATALOG_STANDARD` or `CATALOG_SYSTEM`.
    pub(crate) fn securable_kind(&self) -> &'static str {
        if self.system { "CATALOG_SYSTEM" } else { "CATALOG_STANDARD" }
    }

    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            name: identifier(row, 1)?,
            system: row.get_ref(2)?.as_str()? == "CATALOG_SYSTEM",
            owner: row.get(3)?,
            comment: row.get(4)?,
            properties: json(row, 5)?,
            isolation_mode: IsolationMode::from(row.get_ref(6)?.as_str()?),
            storage_root: row.get(7)?,
            audit: Audit::read(row, 8)?,
        })
    }
}

const SELECT: &str = "SELECT id, name, kind, owner, comment, properties, isolation_mode, storage_root,
                             created_at, created_by, updated_at, updated_by FROM catalogs";

impl Transaction<'_> {
    /// The catalog of this name, in any case.
    ///
    /// # Errors
    /// [`MetastoreError::NotFound`]
    pub(crate) fn catalog(&self, name: &Identifier) -> Result<CatalogRow, MetastoreError> {
        let name = name.to_lowercase();
        let mut statement = self.inner.prepare_cached(&format!("{SELECT} WHERE name = ?1"))?;
        let row = statement.query_row([name.as_str()], CatalogRow::read).optional()?;
        row.ok_or_else(|| MetastoreError::not_found(SecurableKind::Catalog, name.as_str()))
    }

    /// Catalogs in the order of their names.
    pub(crate) fn catalogs(&self, page: &PageRequest) -> Result<Page<CatalogRow>, MetastoreError> {
        let query = format!("{SELECT} WHERE name > ?1 ORDER BY name LIMIT ?2");
        let mut statement = self.inner.prepare_cached(&query)?;
        let rows = statement.query_map(params![page.after(0), page.sql_limit()], CatalogRow::read)?;
        Ok(page.page(rows.collect::<Result<_, _>>()?, |row| vec![row.name.as_str().to_owned()]))
    }

    /// Adds a catalog with its `information_schema`.
    ///
    /// # Errors
    /// [`MetastoreError::AlreadyExists`] when the name is taken, [`MetastoreError::PrincipalNotFound`] for an
    /// unknown owner.
    pub(crate) fn insert_catalog(&self, row: &CatalogRow) -> Result<(), MetastoreError> {
        self.catalog_name_is_free(row)?;
        self.require_principal(&row.owner)?;
        self.inner.execute(
            "INSERT INTO catalogs (id, name, kind, owner, comment, properties, isolation_mode, storage_root,
                                   created_at, created_by, updated_at, updated_by)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
            params![
                row.id,
                row.name.as_str(),
                row.securable_kind(),
                row.owner,
                row.comment,
                to_json(&row.properties)?,
                row.isolation_mode.as_str(),
                row.storage_root,
                row.audit.created_at,
                row.audit.created_by,
                row.audit.updated_at,
                row.audit.updated_by,
            ],
        )?;
        insert_information_schema(&self.inner, &row.id)
    }

    /// Writes everything of the row that may change, its name too.
    ///
    /// # Errors
    /// Those of [`Transaction::insert_catalog`].
    pub(crate) fn update_catalog(&self, row: &CatalogRow) -> Result<(), MetastoreError> {
        self.catalog_name_is_free(row)?;
        self.require_principal(&row.owner)?;
        self.inner.execute(
            "UPDATE catalogs SET name = ?2, owner = ?3, comment = ?4, properties = ?5, isolation_mode = ?6,
                                 updated_at = ?7, updated_by = ?8 WHERE id = ?1",
            params![
                row.id,
                row.name.as_str(),
                row.owner,
                row.comment,
                to_json(&row.properties)?,
                row.isolation_mode.as_str(),
                row.audit.updated_at,
                row.audit.updated_by,
            ],
        )?;
        Ok(())
    }

    /// Removes a catalog with all that is in it, and its grants. Folders of its tables are the caller's:
    /// see [`Transaction::delete_tables_of_catalog`].
    pub(crate) fn delete_catalog(&self, row: &CatalogRow) -> Result<(), MetastoreError> {
        self.inner.execute("DELETE FROM catalogs WHERE id = ?1", [&row.id])?;
        Ok(())
    }

    fn catalog_name_is_free(&self, row: &CatalogRow) -> Result<(), MetastoreError> {
        match self.catalog(&row.name) {
            Err(MetastoreError::NotFound { .. }) => Ok(()),
            Ok(other) if other.id == row.id => Ok(()),
            Ok(other) => {
                let name = other.name.as_str().to_owned();
                Err(MetastoreError::AlreadyExists { kind: SecurableKind::Catalog, name })
            }
            Err(error) => Err(error),
        }
    }
}
