//! GRANT, REVOKE and SHOW GRANTS (facts/sql.md §4).

use clxs_api::{Privilege, SecurableKind};
use datafusion::sql::sqlparser::tokenizer::Token;

use super::Parser;
use crate::sql::ast::{Grant, GrantTarget, ShowGrants, Statement};
use crate::sql::error::SqlError;

/// The words for the kinds of securables, the kind, and how many parts its names have at most; longer words first.
const KINDS: &[(&str, SecurableKind, usize)] = &[
    ("CATALOG", SecurableKind::Catalog, 1),
    ("SCHEMA", SecurableKind::Schema, 2),
    ("DATABASE", SecurableKind::Schema, 2),
    ("TABLE", SecurableKind::Table, 3),
    ("VIEW", SecurableKind::Table, 3),
    ("MATERIALIZED VIEW", SecurableKind::Table, 3),
    ("STREAMING TABLE", SecurableKind::Table, 3),
    ("VOLUME", SecurableKind::Volume, 3),
    ("FUNCTION", SecurableKind::Function, 3),
    ("MODEL", SecurableKind::RegisteredModel, 3),
    ("EXTERNAL LOCATION", SecurableKind::ExternalLocation, 1),
    ("STORAGE CREDENTIAL", SecurableKind::StorageCredential, 1),
    ("CONNECTION", SecurableKind::Connection, 1),
    ("SHARE", SecurableKind::Share, 1),
    ("RECIPIENT", SecurableKind::Recipient, 1),
    ("PROVIDER", SecurableKind::Provider, 1),
];

impl Parser<'_> {
    /// After `GRANT` or `REVOKE`; `preposition` comes before the principal.
    pub(super) fn grant(&mut self, preposition: &str) -> Result<Grant, SqlError> {
        let privileges = self.comma_separated(Self::privilege)?;
        self.expect("ON")?;
        let on = self.grant_target()?;
        self.expect(preposition)?;
        if self.accept_before_name("RECIPIENT") {
            return Err(SqlError::unsupported("a grant to a RECIPIENT"));
        }
        let principal = self.identifier()?.as_str().to_owned();
        Ok(Grant { privileges, on, principal })
    }

    /// Words up to the next comma or ON: `USE CATALOG`. An unknown privilege is left to the one who grants.
    fn privilege(&mut self) -> Result<Privilege, SqlError> {
        let mut words = Vec::new();
        while !self.at("ON") {
            match self.peek() {
                Token::Word(word) if word.quote_style.is_none() => words.push(word.value.clone()),
                Token::Comma if !words.is_empty() => break,
                _ => return Err(self.syntax_error()),
            }
            self.take();
        }
        if words.is_empty() {
            return Err(self.syntax_error());
        }
        Ok(Privilege::from_any_spelling(&words.join(" ")))
    }

    /// After `ON`: a kind and a name; without a kind it is a table.
    fn grant_target(&mut self) -> Result<GrantTarget, SqlError> {
        if self.accept("METASTORE") {
            return Ok(GrantTarget { kind: SecurableKind::Metastore, name: None });
        }
        self.refuse(&["ANY FILE", "ANONYMOUS FUNCTION", "CLEAN ROOM", "SERVICE CREDENTIAL"], "a grant")?;
        self.refuse(&["CREDENTIAL", "PROCEDURE", "EXTERNAL METADATA", "POLICY"], "a grant")?;
        let written = KINDS.iter().find(|(words, ..)| self.accept(words));
        let (kind, parts) =
            written.map_or((SecurableKind::Table, 3), |(_, kind, parts)| (kind.clone(), *parts));
        Ok(GrantTarget { kind, name: Some(self.object_name(parts)?) })
    }

    /// After `SHOW GRANTS`: `[principal] ON …`.
    pub(super) fn show_grants(&mut self) -> Result<Statement, SqlError> {
        let principal = if self.at("ON") { None } else { Some(self.identifier()?.as_str().to_owned()) };
        self.expect("ON")?;
        Ok(Statement::ShowGrants(ShowGrants { principal, on: self.grant_target()? }))
    }
}
