//! Policies by attribute as they are stored. Who may make which is [`crate::securables`], to what they come for a table
//! is [`crate::guards`].

use clxs_api::FullName;
use clxs_api::policy::{FunctionArgument, MatchColumn};
use rusqlite::{Row, ToSql, params};
use serde::{Deserialize, Serialize};

use super::row::{Audit, json, json_text};
use super::{MetastoreError, Page, PageRequest, Transaction};

/// A policy.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PolicyRow {
    pub(crate) id: String,
    /// What it is on.
    pub(crate) securable_id: String,
    pub(crate) name: String,
    pub(crate) definition: PolicyDefinition,
    /// Whom it binds.
    pub(crate) to: Vec<String>,
    /// Whom of these it does not bind.
    pub(crate) except: Vec<String>,
    pub(crate) audit: Audit,
}

/// What a policy says but whom it binds. Kept as JSON: a field that is added needs a default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct PolicyDefinition {
    pub(crate) comment: Option<String>,
    pub(crate) effect: PolicyEffect,
    pub(crate) function: FullName,
    pub(crate) using: Vec<FunctionArgument>,
    /// A condition on the tags of a table, as written.
    pub(crate) when: Option<String>,
    /// Conditions on the tags of columns, as written, with their aliases.
    pub(crate) columns: Vec<MatchColumn>,
}

/// What a policy does with its function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PolicyEffect {
    RowFilter,
    /// The alias of the columns that are masked.
    ColumnMask(String),
}

impl PolicyRow {
    /// Whether it binds somebody of these identities: a principal and its groups.
    pub(crate) fn binds(&self, identities: &[String]) -> bool {
        let is_any = |names: &[String]| names.iter().any(|name| identities.contains(name));
        is_any(&self.to) && !is_any(&self.except)
    }
}

const SELECT: &str =
    "SELECT id, securable_id, name, definition, created_at, created_by, updated_at, updated_by
    FROM policies";

impl Transaction<'_> {
    /// The policy of this name on a securable, in any case, if there is one.
    pub(crate) fn policy(&self, securable_id: &str, name: &str) -> Result<Option<PolicyRow>, MetastoreError> {
        let found = self.policies("WHERE securable_id = ?1 AND name = ?2", &[&securable_id, &name])?;
        Ok(found.into_iter().next())
    }

    /// The policies on a securable, by name.
    pub(crate) fn policies_on(&self, securable_id: &str) -> Result<Vec<PolicyRow>, MetastoreError> {
        self.policies("WHERE securable_id = ?1 ORDER BY name", &[&securable_id])
    }

    /// The policies on any of these securables, by securable and name.
    pub(crate) fn policies_on_any(
        &self,
        securable_ids: &[String],
        page: &PageRequest,
    ) -> Result<Page<PolicyRow>, MetastoreError> {
        let ids = json_text(&securable_ids)?;
        let condition = "WHERE securable_id IN (SELECT value FROM json_each(?1))
            AND (securable_id, name) > (?2, ?3) ORDER BY securable_id, name LIMIT ?4";
        let rows = self.policies(condition, &[&ids, &page.after(0), &page.after(1), &page.sql_limit()])?;
        Ok(page.page(rows, |row| vec![row.securable_id.clone(), row.name.clone()]))
    }

    /// Adds a policy, or writes all of one that is there.
    ///
    /// # Errors
    /// [`MetastoreError::PrincipalNotFound`] for principals that nobody is.
    pub(crate) fn put_policy(&self, row: &PolicyRow) -> Result<(), MetastoreError> {
        for principal in row.to.iter().chain(&row.except) {
            self.require_principal(principal)?;
        }
        self.inner.execute(
            "INSERT INTO policies (id, securable_id, name, definition, created_at, created_by, updated_at, updated_by)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             ON CONFLICT (id) DO UPDATE SET name = ?3, definition = ?4, updated_at = ?7, updated_by = ?8",
            params![
                row.id,
                row.securable_id,
                row.name,
                json_text(&row.definition)?,
                row.audit.created_at,
                row.audit.created_by,
                row.audit.updated_at,
                row.audit.updated_by,
            ],
        )?;
        self.inner.execute("DELETE FROM policy_principals WHERE policy_id = ?1", [&row.id])?;
        for (excepted, principals) in [(false, &row.to), (true, &row.except)] {
            for (position, principal) in principals.iter().enumerate() {
                self.inner.execute(
                    "INSERT INTO policy_principals (policy_id, excepted, position, principal) VALUES (?1, ?2, ?3, ?4)",
                    params![row.id, excepted, position, principal],
                )?;
            }
        }
        Ok(())
    }

    /// Removes a policy.
    pub(crate) fn delete_policy(&self, row: &PolicyRow) -> Result<(), MetastoreError> {
        self.inner.execute("DELETE FROM policies WHERE id = ?1", [&row.id])?;
        Ok(())
    }

    fn policies(&self, condition: &str, values: &[&dyn ToSql]) -> Result<Vec<PolicyRow>, MetastoreError> {
        let mut statement = self.inner.prepare_cached(&format!("{SELECT} {condition}"))?;
        let rows = statement.query_map(values, |row| self.read_policy(row))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn read_policy(&self, row: &Row<'_>) -> rusqlite::Result<PolicyRow> {
        let id: String = row.get(0)?;
        Ok(PolicyRow {
            to: self.principals_of_policy(&id, false)?,
            except: self.principals_of_policy(&id, true)?,
            id,
            securable_id: row.get(1)?,
            name: row.get(2)?,
            definition: json(row, 3)?,
            audit: Audit::read(row, 4)?,
        })
    }

    fn principals_of_policy(&self, id: &str, excepted: bool) -> rusqlite::Result<Vec<String>> {
        let mut statement = self.inner.prepare_cached(
            "SELECT principal FROM policy_principals WHERE policy_id = ?1 AND excepted = ?2 ORDER BY position",
        )?;
        statement.query_map(params![id, excepted], |row| row.get(0))?.collect()
    }
}
