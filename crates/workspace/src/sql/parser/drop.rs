//! DROP and UNDROP.

use super::Parser;
use crate::sql::ast::{Drop, DropKind, Statement, Undrop};
use crate::sql::error::SqlError;

/// What we drop.
const DROPPED: &[&str] = &[
    "CATALOG",
    "SCHEMA",
    "DATABASE",
    "TABLE",
    "VIEW",
    "MATERIALIZED VIEW",
    "VOLUME",
    "FUNCTION",
    "EXTERNAL LOCATION",
    "STORAGE CREDENTIAL",
];

impl Parser<'_> {
    /// After `DROP`.
    pub(super) fn drop_securable(&mut self) -> Result<Statement, SqlError> {
        if self.accept("POLICY") {
            return Ok(Statement::DropPolicy(self.policy_name()?));
        }
        let (kind, parts) = match self.accept_any(DROPPED) {
            Some("CATALOG") => (DropKind::Catalog, 1),
            Some("SCHEMA" | "DATABASE") => (DropKind::Schema, 2),
            Some("TABLE") => (DropKind::Table, 3),
            Some("MATERIALIZED VIEW") => (DropKind::MaterializedView, 3),
            Some("VOLUME") => (DropKind::Volume, 3),
            Some("FUNCTION") => (DropKind::Function, 3),
            Some("EXTERNAL LOCATION") => (DropKind::ExternalLocation, 1),
            Some("STORAGE CREDENTIAL") => (DropKind::StorageCredential, 1),
            Some(_) => (DropKind::View, 3),
            None => return Err(self.unsupported_kind("DROP")),
        };
        let if_exists = self.if_exists();
        let name = self.object_name(parts)?;
        self.refuse(&["PURGE"], "DROP")?;
        let holds_others = matches!(kind, DropKind::Catalog | DropKind::Schema);
        let is_storage = matches!(kind, DropKind::ExternalLocation | DropKind::StorageCredential);
        let cascade = (holds_others && self.accept("CASCADE")) || (is_storage && self.accept("FORCE"));
        if holds_others && !cascade {
            self.accept("RESTRICT");
        }
        Ok(Statement::Drop(Drop { kind, name, if_exists, cascade }))
    }

    /// After `UNDROP`.
    pub(super) fn undrop(&mut self) -> Result<Statement, SqlError> {
        self.refuse(&["MATERIALIZED VIEW", "SCHEMA", "CATALOG"], "UNDROP")?;
        self.expect("TABLE")?;
        let by_id = self.accept("WITH ID");
        Ok(Statement::Undrop(if by_id {
            Undrop::Id(self.string()?)
        } else {
            Undrop::Name(self.object_name(3)?)
        }))
    }
}
