//! The tables of the database and how an older database becomes a current one.

use clxs_api::Privilege;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use uuid::Uuid;

use super::principals::{ADMINS, ALL_USERS, SYSTEM_USER};
use super::row::{new_id, now_ms};
use super::schemas::insert_information_schema;
use super::{CatalogRow, GrantRow, MetastoreError, SYSTEM_CATALOG, grants, securable};

/// Each brings the database from the version of its index to the next; what was released never changes.
const MIGRATIONS: &[&str] = &[
    include_str!("migration/1.sql"),
    include_str!("migration/2.sql"),
    include_str!("migration/3.sql"),
    include_str!("migration/4.sql"),
    include_str!("migration/5.sql"),
    include_str!("migration/6.sql"),
    include_str!("migration/7.sql"),
    include_str!("migration/8.sql"),
];

/// Puts a user into a group, both by name.
const INSERT_MEMBER: &str = "INSERT INTO group_members (group_id, member_id)
    SELECT g.id, m.id FROM principals g JOIN principals m ON m.name = ?2 WHERE g.name = ?1";

/// The metastore itself.
#[derive(Debug, Clone)]
pub(crate) struct MetastoreRow {
    pub(crate) id: String,
    pub(crate) name: String,
    /// Who owns it: the metastore admin.
    pub(crate) owner: String,
    /// The number in `x-databricks-org-id`.
    pub(crate) workspace_id: i64,
    /// When it was made, ms.
    pub(crate) created_at: i64,
}

/// Brings the database to the current version, fills a new one, and reads the metastore's row.
///
/// # Errors
/// [`MetastoreError::NewerFormat`] when a newer version of this program wrote it.
pub(super) fn migrate(connection: &mut Connection, admin: &str) -> Result<MetastoreRow, MetastoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let done = usize::try_from(found).unwrap_or(usize::MAX);
    let pending =
        MIGRATIONS.get(done..).ok_or(MetastoreError::NewerFormat { found, known: MIGRATIONS.len() })?;
    for migration in pending {
        transaction.execute_batch(migration)?;
    }
    transaction.pragma_update(None, "user_version", MIGRATIONS.len())?;
    let metastore = match read(&transaction)? {
        Some(metastore) => metastore,
        None => fill(&transaction, admin)?,
    };
    transaction.commit()?;
    Ok(metastore)
}

fn read(connection: &Connection) -> Result<Option<MetastoreRow>, MetastoreError> {
    let query = "SELECT id, name, owner, workspace_id, created_at FROM metastore";
    Ok(connection
        .query_row(query, [], |row| {
            Ok(MetastoreRow {
                id: row.get(0)?,
                name: row.get(1)?,
                owner: row.get(2)?,
                workspace_id: row.get(3)?,
                created_at: row.get(4)?,
            })
        })
        .optional()?)
}

/// What every metastore has from the start: its admin, their group, everybody's group, and the catalog `system`.
fn fill(connection: &Connection, admin: &str) -> Result<MetastoreRow, MetastoreError> {
    let now = now_ms();
    let principal = "INSERT INTO principals (kind, name, display_name, created_at) VALUES (?1, ?2, ?2, ?3)";
    let principals =
        [("USER", admin), ("GROUP", ALL_USERS), ("USER", SYSTEM_USER), ("WORKSPACE_GROUP", ADMINS)];
    for (kind, name) in principals {
        connection.execute(principal, params![kind, name, now])?;
    }
    connection.execute(INSERT_MEMBER, params![ADMINS, admin])?;
    let metastore = MetastoreRow {
        id: new_id(),
        name: "embedded".to_owned(),
        owner: admin.to_owned(),
        workspace_id: workspace_id(),
        created_at: now,
    };
    connection.execute(
        "INSERT INTO metastore (id, name, owner, workspace_id, created_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![metastore.id, metastore.name, metastore.owner, metastore.workspace_id, metastore.created_at],
    )?;
    fill_system_catalog(connection)?;
    Ok(metastore)
}

/// `system` and its `information_schema`, which everybody may use (facts/settled.md §1).
fn fill_system_catalog(connection: &Connection) -> Result<(), MetastoreError> {
    let catalog = CatalogRow::of_platform(None, SYSTEM_CATALOG, "System catalog (auto-created)")?;
    securable::insert(connection, &catalog)?;
    grants::insert(connection, &GrantRow::to_all(&catalog, &catalog.id, Privilege::UseCatalog))?;
    insert_information_schema(connection, &catalog)
}

/// A number of 16 digits, as workspaces of the platform have.
fn workspace_id() -> i64 {
    const SMALLEST: i64 = 1_000_000_000_000_000;
    let random = i64::try_from(Uuid::new_v4().as_u64_pair().0 >> 1).unwrap_or(0);
    SMALLEST + random % (8 * SMALLEST)
}

#[cfg(test)]
mod tests;
