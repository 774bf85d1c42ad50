//! INSERT, UPDATE, DELETE and TRUNCATE.

use clxs_api::Identifier;
use datafusion::sql::sqlparser::tokenizer::Token;

use super::Parser;
use crate::sql::ast::{Assignment, Delete, Insert, Statement, Update};
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
        self.refuse(&["WITH SCHEMA EVOLUTION", "REPLACE USING", "REPLACE ON"], "INSERT")?;
        let partition =
            if self.accept("PARTITION") { self.list(Self::static_partition)? } else { Vec::new() };
        let replace_where =
            if !overwrite && self.accept("REPLACE WHERE") { Some(self.expression()?) } else { None };
        self.refuse(&["IF NOT EXISTS"], "INSERT")?;
        let has_columns = *self.peek() == Token::LParen && !self.at_parenthesized_query();
        let columns = if has_columns { self.list(Self::identifier)? } else { Vec::new() };
        let by_name = columns.is_empty() && self.accept("BY NAME");
        self.refuse(&["REPLACE USING", "REPLACE ON"], "INSERT")?;
        let source = self.query()?;
        Ok(Statement::Insert(Box::new(Insert {
            table,
            overwrite,
            columns,
            by_name,
            replace_where,
            partition,
            source,
        })))
    }

    /// After `DELETE FROM`.
    pub(super) fn delete(&mut self) -> Result<Statement, SqlError> {
        let table = self.table_reference()?;
        if self.as_of()?.is_some() {
            return Err(SqlError::unsupported("time travel in DELETE"));
        }
        let alias = self.alias_before(&["WHERE"])?;
        let predicate = if self.accept("WHERE") { Some(self.expression()?) } else { None };
        Ok(Statement::Delete(Box::new(Delete { table, alias, predicate })))
    }

    /// After `UPDATE`.
    pub(super) fn update(&mut self) -> Result<Statement, SqlError> {
        let table = self.table_reference()?;
        if self.as_of()?.is_some() {
            return Err(SqlError::unsupported("time travel in UPDATE"));
        }
        let alias = self.alias_before(&["SET"])?;
        self.expect("SET")?;
        let assignments = self.comma_separated(Self::assignment)?;
        self.refuse(&["FROM"], "UPDATE")?;
        let predicate = if self.accept("WHERE") { Some(self.expression()?) } else { None };
        Ok(Statement::Update(Box::new(Update { table, alias, assignments, predicate })))
    }

    /// After `TRUNCATE TABLE`.
    pub(super) fn truncate(&mut self) -> Result<Statement, SqlError> {
        let table = self.table_reference()?;
        self.refuse(&["PARTITION"], "TRUNCATE TABLE")?;
        Ok(Statement::Truncate(table))
    }

    /// `column = value`
    pub(super) fn assignment(&mut self) -> Result<Assignment, SqlError> {
        let column = self.object_name(16)?;
        self.expect_token(&Token::Eq)?;
        Ok(Assignment { column, value: self.expression()? })
    }

    fn static_partition(&mut self) -> Result<Assignment, SqlError> {
        let column = self.object_name(1)?;
        if !self.accept_token(&Token::Eq) {
            return Err(SqlError::unsupported_but(
                "a partition without a value in INSERT",
                "Leave the PARTITION clause out, and select the value.",
            ));
        }
        Ok(Assignment { column, value: self.expression()? })
    }

    /// An alias, if one comes before these words.
    pub(super) fn alias_before(&mut self, next: &[&str]) -> Result<Option<Identifier>, SqlError> {
        let is_name = matches!(self.peek(), Token::Word(_)) && !next.iter().any(|words| self.at(words));
        if self.accept("AS") || is_name { self.identifier().map(Some) } else { Ok(None) }
    }
}
