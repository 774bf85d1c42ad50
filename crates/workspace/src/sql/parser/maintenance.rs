//! RESTORE, OPTIMIZE, REORG and VACUUM.

use datafusion::sql::sqlparser::tokenizer::Token;

use super::Parser;
use crate::sql::ast::{Optimize, Restore, Statement, Vacuum};
use crate::sql::error::SqlError;

impl Parser<'_> {
    /// After `RESTORE`.
    pub(super) fn restore(&mut self) -> Result<Statement, SqlError> {
        self.accept_before_name("TABLE");
        let table = self.table_reference()?;
        self.accept("TO");
        let as_of = self.as_of()?.ok_or_else(|| self.syntax_error())?;
        Ok(Statement::Restore(Box::new(Restore { table, as_of })))
    }

    /// After `OPTIMIZE`.
    pub(super) fn optimize(&mut self) -> Result<Statement, SqlError> {
        let table = self.table_or_path()?;
        self.refuse(&["FULL"], "OPTIMIZE")?;
        let predicate = if self.accept("WHERE") { Some(self.expression()?) } else { None };
        let order = if !self.accept("ZORDER BY") {
            Vec::new()
        } else if *self.peek() == Token::LParen {
            self.list(Self::identifier)?
        } else {
            self.comma_separated(Self::identifier)?
        };
        Ok(Statement::Optimize(Box::new(Optimize { table, predicate, order, purge: false })))
    }

    /// After `REORG TABLE`.
    pub(super) fn reorg(&mut self) -> Result<Statement, SqlError> {
        let table = self.table_or_path()?;
        let predicate = if self.accept("WHERE") { Some(self.expression()?) } else { None };
        self.expect("APPLY")?;
        self.parenthesized(|parser| {
            parser.refuse(&["UPGRADE", "CHECKPOINT"], "REORG TABLE")?;
            parser.expect("PURGE")
        })?;
        Ok(Statement::Optimize(Box::new(Optimize { table, predicate, order: Vec::new(), purge: true })))
    }

    /// After `VACUUM`.
    pub(super) fn vacuum(&mut self) -> Result<Statement, SqlError> {
        let table = self.table_or_path()?;
        self.refuse(&["USING INVENTORY", "LITE"], "VACUUM")?;
        self.accept("FULL");
        let (mut retain_hours, mut dry_run) = (None, false);
        loop {
            if retain_hours.is_none() && self.accept("RETAIN") {
                retain_hours = Some(self.unsigned()?);
                self.expect("HOURS")?;
            } else if !dry_run && self.accept("DRY RUN") {
                dry_run = true;
            } else {
                return Ok(Statement::Vacuum(Vacuum { table, retain_hours, dry_run }));
            }
        }
    }
}
