//! Users, service principals and groups.

use rusqlite::types::Type;
use rusqlite::{ErrorCode, OptionalExtension, Row, params};
use serde_json::{Map, Value};

use super::row::now_ms;
use super::{MetastoreError, Transaction};

/// The group of all users and service principals; nobody is put into it.
pub(crate) const ALL_USERS: &str = "account users";
/// Who owns what the platform made (facts/settled.md §1).
pub(crate) const SYSTEM_USER: &str = "System user";

/// The group of the workspace's admins, of which the metastore's admin is the only member.
pub(crate) const ADMINS: &str = "admins";

/// What a principal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PrincipalKind {
    User,
    ServicePrincipal,
    Group,
    /// A group of the workspace alone: SCIM and `is_member` know it, Unity Catalog does not (facts/settled.md §1).
    WorkspaceGroup,
}

/// A user, service principal or group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PrincipalRow {
    pub(crate) id: i64,
    pub(crate) kind: PrincipalKind,
    /// What grants and owners name: an e-mail address, an application id or a group's name.
    pub(crate) name: String,
    /// The name to show.
    pub(crate) display_name: String,
    /// Whether it may log in.
    pub(crate) active: bool,
    /// What SCIM keeps of it besides.
    pub(crate) attributes: Map<String, Value>,
}

impl PrincipalKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::User => "USER",
            Self::ServicePrincipal => "SERVICE_PRINCIPAL",
            Self::Group => "GROUP",
            Self::WorkspaceGroup => "WORKSPACE_GROUP",
        }
    }
}

impl PrincipalRow {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let kind = match row.get_ref(1)?.as_str()? {
            "GROUP" => PrincipalKind::Group,
            "WORKSPACE_GROUP" => PrincipalKind::WorkspaceGroup,
            "SERVICE_PRINCIPAL" => PrincipalKind::ServicePrincipal,
            _ => PrincipalKind::User,
        };
        let attributes = serde_json::from_str(row.get_ref(5)?.as_str()?)
            .map_err(|error| rusqlite::Error::FromSqlConversionFailure(5, Type::Text, Box::new(error)))?;
        Ok(Self {
            id: row.get(0)?,
            kind,
            name: row.get(2)?,
            display_name: row.get(3)?,
            active: row.get(4)?,
            attributes,
        })
    }
}

const SELECT: &str = "SELECT p.id, p.kind, p.name, p.display_name, p.active, p.attributes FROM principals p";

impl Transaction<'_> {
    /// The principal of this name, if Unity Catalog knows one. Case counts.
    pub(crate) fn principal(&self, name: &str) -> Result<Option<PrincipalRow>, MetastoreError> {
        let query = format!("{SELECT} WHERE p.name = ?1 AND p.kind <> 'WORKSPACE_GROUP'");
        let mut statement = self.inner.prepare_cached(&query)?;
        Ok(statement.query_row([name], PrincipalRow::read).optional()?)
    }

    /// The principal of this id, if there is one.
    pub(crate) fn principal_by_id(&self, id: i64) -> Result<Option<PrincipalRow>, MetastoreError> {
        let mut statement = self.inner.prepare_cached(&format!("{SELECT} WHERE p.id = ?1"))?;
        Ok(statement.query_row([id], PrincipalRow::read).optional()?)
    }

    /// Refuses a name that is no principal's.
    ///
    /// # Errors
    /// [`MetastoreError::PrincipalNotFound`]
    pub(crate) fn require_principal(&self, name: &str) -> Result<(), MetastoreError> {
        match self.principal(name)? {
            Some(_) => Ok(()),
            None => Err(MetastoreError::PrincipalNotFound { name: name.to_owned() }),
        }
    }

    /// The principals of some kinds, by name.
    pub(crate) fn principals(&self, kinds: &[PrincipalKind]) -> Result<Vec<PrincipalRow>, MetastoreError> {
        let kinds: Value = kinds.iter().map(|kind| kind.as_str()).collect();
        let condition = "WHERE p.kind IN (SELECT value FROM json_each(?1)) ORDER BY p.name";
        self.many_principals(condition, kinds.to_string())
    }

    /// Makes a principal.
    ///
    /// # Errors
    /// [`MetastoreError::PrincipalExists`] when the name is taken, whatever kind has it and in whatever case;
    /// [`MetastoreError::InvalidParameter`] when it is blank.
    pub(crate) fn insert_principal(
        &self,
        kind: PrincipalKind,
        name: &str,
        display_name: &str,
    ) -> Result<PrincipalRow, MetastoreError> {
        if name.trim().is_empty() {
            return Err(MetastoreError::InvalidParameter {
                message: "The principal's name is missing.".to_owned(),
            });
        }
        if self.is_taken(name)? {
            return Err(MetastoreError::PrincipalExists { name: name.to_owned() });
        }
        self.inner.execute(
            "INSERT INTO principals (kind, name, display_name, created_at) VALUES (?1, ?2, ?3, ?4)",
            params![kind.as_str(), name, display_name, now_ms()],
        )?;
        Ok(PrincipalRow {
            id: self.inner.last_insert_rowid(),
            kind,
            name: name.to_owned(),
            display_name: display_name.to_owned(),
            active: true,
            attributes: Map::new(),
        })
    }

    /// Whether somebody has this name or one that differs in its case alone: nobody could tell them apart.
    fn is_taken(&self, name: &str) -> Result<bool, MetastoreError> {
        let query = "SELECT count(*) FROM principals WHERE name = ?1 COLLATE NOCASE";
        let taken: u64 = self.inner.prepare_cached(query)?.query_row([name], |row| row.get(0))?;
        Ok(taken > 0)
    }

    /// Writes what changed of a principal. A new name also holds in grants and for what it owns.
    ///
    /// # Errors
    /// [`MetastoreError::PrincipalExists`] when the name is another's.
    pub(crate) fn update_principal(&self, row: &PrincipalRow) -> Result<(), MetastoreError> {
        if self.principal(&row.name)?.is_some_and(|other| other.id != row.id) {
            return Err(MetastoreError::PrincipalExists { name: row.name.clone() });
        }
        self.inner.execute(
            "UPDATE principals SET name = ?2, display_name = ?3, active = ?4, attributes = ?5 WHERE id = ?1",
            params![
                row.id,
                row.name,
                row.display_name,
                row.active,
                Value::from(row.attributes.clone()).to_string()
            ],
        )?;
        Ok(())
    }

    /// Deletes a principal with its tokens, secrets, memberships and the grants to it.
    ///
    /// # Errors
    /// [`MetastoreError::PrincipalIsOwner`] while it owns something. UNCONFIRMED: the platform may leave things
    /// without an owner; here everything has one.
    pub(crate) fn delete_principal(&self, row: &PrincipalRow) -> Result<(), MetastoreError> {
        match self.inner.execute("DELETE FROM principals WHERE id = ?1", [row.id]) {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
                Err(MetastoreError::PrincipalIsOwner { name: row.name.clone() })
            }
            deleted => Ok(deleted.map(drop)?),
        }
    }

    /// Puts a principal, also a group, into a group.
    pub(crate) fn insert_member(&self, group: i64, member: i64) -> Result<(), MetastoreError> {
        self.inner.execute(
            "INSERT INTO group_members (group_id, member_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
            [group, member],
        )?;
        Ok(())
    }

    /// Takes all members out of a group.
    pub(crate) fn delete_members(&self, group: i64) -> Result<(), MetastoreError> {
        self.inner.execute("DELETE FROM group_members WHERE group_id = ?1", [group])?;
        Ok(())
    }

    /// The direct members of a group, by name.
    pub(crate) fn members(&self, group: i64) -> Result<Vec<PrincipalRow>, MetastoreError> {
        let condition = "JOIN group_members m ON m.member_id = p.id WHERE m.group_id = ?1 ORDER BY p.name";
        self.many_principals(condition, group)
    }

    /// The groups a principal is in, directly or through others, by name; those of the workspace too.
    /// [`ALL_USERS`] is not among them.
    pub(crate) fn groups_of(&self, principal: &str) -> Result<Vec<PrincipalRow>, MetastoreError> {
        let query = format!(
            "WITH RECURSIVE joined (id) AS (
                SELECT m.group_id FROM group_members m JOIN principals p ON p.id = m.member_id WHERE p.name = ?1
                UNION SELECT m.group_id FROM group_members m JOIN joined j ON m.member_id = j.id
             ) {SELECT} JOIN joined j ON j.id = p.id ORDER BY p.name"
        );
        let mut statement = self.inner.prepare_cached(&query)?;
        let rows = statement.query_map([principal], PrincipalRow::read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn many_principals(
        &self,
        condition: &str,
        value: impl rusqlite::ToSql,
    ) -> Result<Vec<PrincipalRow>, MetastoreError> {
        let mut statement = self.inner.prepare_cached(&format!("{SELECT} {condition}"))?;
        let rows = statement.query_map([value], PrincipalRow::read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
