//! INSERT and DELETE.

use datafusion::sql::sqlparser::tokenizer::Token;

use super::Parser;
use crate::sql::ast::{Delete, Insert, Statement};
use crate::sql::error::SqlError;

impl Parser<'_> {
    /// After `INSERT`.
    pub(super) fn insert(&mut self) -> Result<Statement, SqlError> {
        self.refuse(
            &["WITH SCHEMA EVOLUTION", "OVERWRITE DIRECTORY", "OVERWRITE LOCAL DIRECTORY"],
            "INSERT",
        )?;
        let overwrite = self.accept("OVERWRITE");
        let into = self.accept("INTO");
        if !overwrite && !into {
            return Err(self.syntax_error());
        }
        self.accept_before_name("TABLE");
        let table = self.table_reference()?;
        self.refuse(&["PARTITION", "WITH SCHEMA EVOLUTION", "REPLACE"], "INSERT")?;
        let has_columns = *self.peek() == Token::LParen && !self.at_parenthesized_query();
        let columns = if has_columns { self.list(Self::identifier)? } else { Vec::new() };
        let by_name = columns.is_empty() && self.accept("BY NAME");
        self.refuse(&["REPLACE"], "INSERT")?;
        let source = self.query()?;
        Ok(Statement::Insert(Box::new(Insert { table, overwrite, columns, by_name, source })))
    }

    /// After `DELETE FROM`.
    pub(super) fn delete(&mut self) -> Result<Statement, SqlError> {
        let table = self.table_reference()?;
        if self.as_of()?.is_some() {
            return Err(SqlError::unsupported("time travel in DELETE"));
        }
        let has_alias = self.accept("AS") || (matches!(self.peek(), Token::Word(_)) && !self.at("WHERE"));
        let alias = if has_alias { Some(self.identifier()?) } else { None };
        let predicate = if self.accept("WHERE") { Some(self.expression()?) } else { None };
        Ok(Statement::Delete(Box::new(Delete { table, alias, predicate })))
    }
}
