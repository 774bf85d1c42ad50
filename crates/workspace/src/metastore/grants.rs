//! Grants as they are stored. What they mean is [`crate::authorization`].

use clxs_api::{Privilege, SecurableKind};
use rusqlite::{Connection, Row, ToSql, params};

use super::principals::{ALL_USERS, SYSTEM_USER};
use super::row::json_text;
use super::{Details, MetastoreError, Securable, Transaction};

/// One privilege of one principal on one securable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GrantRow {
    pub(crate) kind: SecurableKind,
    pub(crate) securable_id: String,
    /// The catalog it is in, or is; absent for the metastore.
    pub(crate) catalog_id: Option<String>,
    pub(crate) principal: String,
    pub(crate) privilege: Privilege,
    pub(crate) grantor: String,
}

impl GrantRow {
    /// The platform's grant to everybody.
    pub(super) fn to_all<D: Details>(on: &Securable<D>, catalog_id: &str, privilege: Privilege) -> Self {
        Self {
            kind: D::KIND,
            securable_id: on.id.clone(),
            catalog_id: Some(catalog_id.to_owned()),
            principal: ALL_USERS.to_owned(),
            privilege,
            grantor: SYSTEM_USER.to_owned(),
        }
    }

    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            kind: SecurableKind::from(row.get_ref(0)?.as_str()?),
            securable_id: row.get(1)?,
            catalog_id: row.get(2)?,
            principal: row.get(3)?,
            privilege: Privilege::from(row.get_ref(4)?.as_str()?),
            grantor: row.get(5)?,
        })
    }
}

const SELECT: &str = "SELECT kind, securable_id, catalog_id, principal, privilege, grantor FROM grants";

impl Transaction<'_> {
    /// The direct grants on these securables.
    pub(crate) fn grants_on(&self, securable_ids: &[&str]) -> Result<Vec<GrantRow>, MetastoreError> {
        let condition =
            "WHERE securable_id IN (SELECT value FROM json_each(?1)) ORDER BY principal, privilege";
        self.grants(condition, params![json_text(&securable_ids)?])
    }

    /// The direct grants of these principals on these securables.
    pub(crate) fn grants_held_on(
        &self,
        securable_ids: &[&str],
        principals: &[String],
    ) -> Result<Vec<GrantRow>, MetastoreError> {
        let condition = "WHERE securable_id IN (SELECT value FROM json_each(?1))
                           AND principal IN (SELECT value FROM json_each(?2))";
        self.grants(condition, params![json_text(&securable_ids)?, json_text(&principals)?])
    }

    /// Everything these principals were granted on a catalog and in it, with one query.
    pub(crate) fn grants_held_in_catalog(
        &self,
        catalog_id: &str,
        principals: &[String],
    ) -> Result<Vec<GrantRow>, MetastoreError> {
        let condition = "WHERE catalog_id = ?1 AND principal IN (SELECT value FROM json_each(?2))";
        self.grants(condition, params![catalog_id, json_text(&principals)?])
    }

    /// All grants on a catalog and in it, with one query.
    pub(crate) fn grants_in_catalog(&self, catalog_id: &str) -> Result<Vec<GrantRow>, MetastoreError> {
        self.grants("WHERE catalog_id = ?1 ORDER BY securable_id, principal, privilege", params![catalog_id])
    }

    /// Adds a grant; a held one stays as it is.
    ///
    /// # Errors
    /// [`MetastoreError::PrincipalNotFound`]
    pub(crate) fn insert_grant(&self, grant: &GrantRow) -> Result<(), MetastoreError> {
        self.require_principal(&grant.principal)?;
        insert(&self.inner, grant)
    }

    /// Removes a grant; an absent one is no error.
    pub(crate) fn delete_grant(
        &self,
        securable_id: &str,
        principal: &str,
        privilege: &Privilege,
    ) -> Result<(), MetastoreError> {
        self.inner.execute(
            "DELETE FROM grants WHERE securable_id = ?1 AND principal = ?2 AND privilege = ?3",
            params![securable_id, principal, privilege.as_str()],
        )?;
        Ok(())
    }

    fn grants(&self, condition: &str, values: &[&dyn ToSql]) -> Result<Vec<GrantRow>, MetastoreError> {
        let mut statement = self.inner.prepare_cached(&format!("{SELECT} {condition}"))?;
        let rows = statement.query_map(values, GrantRow::read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// Adds a grant without any check; a held one stays as it is.
pub(super) fn insert(connection: &Connection, grant: &GrantRow) -> Result<(), MetastoreError> {
    connection.execute(
        "INSERT INTO grants (securable_id, principal, privilege, kind, catalog_id, grantor)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
        params![
            grant.securable_id,
            grant.principal,
            grant.privilege.as_str(),
            grant.kind.as_str(),
            grant.catalog_id,
            grant.grantor,
        ],
    )?;
    Ok(())
}
