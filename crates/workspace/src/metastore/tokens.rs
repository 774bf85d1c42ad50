//! Personal access tokens. Only their hashes are kept.

use rusqlite::{OptionalExtension, params};
use sha2::{Digest, Sha256};

use super::principals::{PrincipalKind, SYSTEM_USER};
use super::row::now_ms;
use super::{MetastoreError, Transaction};

impl Transaction<'_> {
    /// Makes a token for a principal and returns it, for this once.
    ///
    /// # Errors
    /// [`MetastoreError::PrincipalNotFound`]; [`MetastoreError::InvalidParameter`] for groups, which cannot log in.
    pub(crate) fn insert_token(&self, principal: &str) -> Result<String, MetastoreError> {
        let not_found = || MetastoreError::PrincipalNotFound { name: principal.to_owned() };
        let principal = self.principal(principal)?.ok_or_else(not_found)?;
        if principal.kind == PrincipalKind::Group || principal.name == SYSTEM_USER {
            return Err(MetastoreError::invalid(format!("'{}' cannot have a token.", principal.name)));
        }
        let token = format!("dapi{:032x}", rand::random::<u128>());
        self.inner.execute(
            "INSERT INTO tokens (hash, principal_id, created_at) VALUES (?1, ?2, ?3)",
            params![hash(&token), principal.id, now_ms()],
        )?;
        Ok(token)
    }

    /// The name of the principal whose token this is, if it is one.
    pub(crate) fn principal_of_token(&self, token: &str) -> Result<Option<String>, MetastoreError> {
        let mut statement = self.inner.prepare_cached(
            "SELECT p.name FROM tokens t JOIN principals p ON p.id = t.principal_id WHERE t.hash = ?1",
        )?;
        Ok(statement.query_row([hash(token)], |row| row.get(0)).optional()?)
    }
}

fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}
