//! DROP.

use super::Parser;
use crate::sql::ast::{Drop, DropKind, Statement};
use crate::sql::error::SqlError;

impl Parser<'_> {
    /// After `DROP`.
    pub(super) fn drop_securable(&mut self) -> Result<Statement, SqlError> {
        let (kind, parts) = match self.accept_any(&["CATALOG", "SCHEMA", "DATABASE", "TABLE", "VIEW"]) {
            Some("CATALOG") => (DropKind::Catalog, 1),
            Some("SCHEMA" | "DATABASE") => (DropKind::Schema, 2),
            Some("TABLE") => (DropKind::Table, 3),
            Some(_) => (DropKind::View, 3),
            None => return Err(self.unsupported_kind("DROP")),
        };
        let if_exists = self.if_exists();
        let name = self.object_name(parts)?;
        self.refuse(&["PURGE"], "DROP")?;
        let holds_others = matches!(kind, DropKind::Catalog | DropKind::Schema);
        let cascade = holds_others && self.accept("CASCADE");
        if holds_others && !cascade {
            self.accept("RESTRICT");
        }
        Ok(Statement::Drop(Drop { kind, name, if_exists, cascade }))
    }
}
