//! The secrets of service principals. Only their hashes are kept.

use std::time::Duration;

use rusqlite::{Row, params};
use uuid::Uuid;

use super::row::now_ms;
use super::tokens::hash;
use super::{MetastoreError, Transaction};

/// A secret without its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SecretRow {
    pub(crate) id: String,
    /// The SHA-256 of the value.
    pub(crate) hash: Vec<u8>,
    /// ms
    pub(crate) created_at: i64,
    /// ms
    pub(crate) expires_at: i64,
}

impl SecretRow {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self { id: row.get(0)?, hash: row.get(1)?, created_at: row.get(2)?, expires_at: row.get(3)? })
    }
}

impl Transaction<'_> {
    /// Makes a secret for a service principal, and returns it with its value, for this once.
    pub(crate) fn insert_secret(
        &self,
        principal: i64,
        life: Duration,
    ) -> Result<(SecretRow, String), MetastoreError> {
        let value = format!("dose{:032x}", rand::random::<u128>());
        let created_at = now_ms();
        let life = i64::try_from(life.as_millis()).unwrap_or(i64::MAX);
        let row = SecretRow {
            id: Uuid::new_v4().to_string(),
            hash: hash(&value),
            created_at,
            expires_at: created_at.saturating_add(life),
        };
        self.inner.execute(
            "INSERT INTO secrets (id, principal_id, hash, created_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![row.id, principal, row.hash, row.created_at, row.expires_at],
        )?;
        Ok((row, value))
    }

    /// The secrets of a service principal, oldest first.
    pub(crate) fn secrets(&self, principal: i64) -> Result<Vec<SecretRow>, MetastoreError> {
        let mut statement = self.inner.prepare_cached(
            "SELECT id, hash, created_at, expires_at FROM secrets WHERE principal_id = ?1 ORDER BY created_at, id",
        )?;
        let rows = statement.query_map([principal], SecretRow::read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Deletes a secret; says whether there was one.
    pub(crate) fn delete_secret(&self, principal: i64, id: &str) -> Result<bool, MetastoreError> {
        let deleted = "DELETE FROM secrets WHERE principal_id = ?1 AND id = ?2";
        Ok(self.inner.execute(deleted, params![principal, id])? > 0)
    }

    /// Whether the value is a secret of the service principal's that has not expired.
    pub(crate) fn has_secret(&self, principal: i64, value: &str) -> Result<bool, MetastoreError> {
        let wanted = hash(value);
        let secrets = self.secrets(principal)?;
        Ok(secrets.iter().any(|secret| secret.hash == wanted && secret.expires_at > now_ms()))
    }
}
