//! Personal access tokens, and those of OAuth, which expire. Only their hashes are kept.

use std::time::Duration;

use rusqlite::{OptionalExtension, params};
use sha2::{Digest, Sha256};

use super::principals::{PrincipalKind, SYSTEM_USER};
use super::row::now_ms;
use super::{MetastoreError, Transaction};

/// How long an expired token is known as such.
const KEPT_EXPIRED_MS: i64 = 24 * 60 * 60 * 1000;

/// Whose a token is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TokenHolder {
    Principal(String),
    /// Of a token that was one.
    Expired,
}

impl Transaction<'_> {
    /// Makes a token for a principal and returns it, for this once.
    ///
    /// # Errors
    /// [`MetastoreError::PrincipalNotFound`]; [`MetastoreError::InvalidParameter`] for groups, which cannot log in.
    pub(crate) fn insert_token(&self, principal: &str) -> Result<String, MetastoreError> {
        self.insert_token_until(principal, "dapi", None)
    }

    /// Makes a token of OAuth for a principal, which ends after that time.
    ///
    /// # Errors
    /// Those of [`Transaction::insert_token`].
    pub(crate) fn insert_expiring_token(
        &self,
        principal: &str,
        life: Duration,
    ) -> Result<String, MetastoreError> {
        let now = now_ms();
        self.inner.execute("DELETE FROM tokens WHERE expires_at < ?1", [now - KEPT_EXPIRED_MS])?;
        let life = i64::try_from(life.as_millis()).unwrap_or(i64::MAX);
        self.insert_token_until(principal, "oauth-", Some(now.saturating_add(life)))
    }

    fn insert_token_until(
        &self,
        principal: &str,
        prefix: &str,
        expires_at: Option<i64>,
    ) -> Result<String, MetastoreError> {
        let not_found = || MetastoreError::PrincipalNotFound { name: principal.to_owned() };
        let principal = self.principal(principal)?.ok_or_else(not_found)?;
        if principal.kind == PrincipalKind::Group || principal.name == SYSTEM_USER {
            return Err(MetastoreError::invalid(format!("'{}' cannot have a token.", principal.name)));
        }
        let token = format!("{prefix}{:032x}", rand::random::<u128>());
        self.inner.execute(
            "INSERT INTO tokens (hash, principal_id, created_at, expires_at) VALUES (?1, ?2, ?3, ?4)",
            params![hash(&token), principal.id, now_ms(), expires_at],
        )?;
        Ok(token)
    }

    /// Whose token this is, if it is one. Principals that are not active have none.
    pub(crate) fn holder_of_token(&self, token: &str) -> Result<Option<TokenHolder>, MetastoreError> {
        let mut statement = self.inner.prepare_cached(
            "SELECT p.name, t.expires_at FROM tokens t JOIN principals p ON p.id = t.principal_id
             WHERE t.hash = ?1 AND p.active",
        )?;
        let found = statement.query_row([hash(token)], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        Ok(found.map(|(name, expires_at): (_, Option<i64>)| match expires_at {
            Some(at) if at <= now_ms() => TokenHolder::Expired,
            _ => TokenHolder::Principal(name),
        }))
    }

    /// The name of the principal whose token this is, if it is one and has not expired.
    pub(crate) fn principal_of_token(&self, token: &str) -> Result<Option<String>, MetastoreError> {
        Ok(match self.holder_of_token(token)? {
            Some(TokenHolder::Principal(name)) => Some(name),
            Some(TokenHolder::Expired) | None => None,
        })
    }
}

pub(super) fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}
