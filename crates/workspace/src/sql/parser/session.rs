//! `USE`, `SET` and `RESET`.

use datafusion::sql::sqlparser::tokenizer::Token;

use super::Parser;
use crate::sql::ast::{Set, Statement, Use};
use crate::sql::error::SqlError;

impl Parser<'_> {
    /// After `SET CATALOG`.
    pub(super) fn set_catalog(&mut self) -> Result<Statement, SqlError> {
        Ok(Statement::Use(Use::Catalog(self.identifier()?)))
    }

    /// `USE` with its many spellings.
    pub(super) fn use_namespace(&mut self) -> Result<Statement, SqlError> {
        if self.accept_before_name("CATALOG") {
            return self.set_catalog();
        }
        if !self.accept_before_name("SCHEMA") {
            self.accept_before_name("DATABASE");
        }
        Ok(Statement::Use(Use::Schema(self.object_name(2)?)))
    }

    /// After `SET`.
    pub(super) fn set(&mut self) -> Result<Statement, SqlError> {
        if self.accept("TIME ZONE") {
            return Ok(Statement::Set(Set::TimeZone(self.time_zone()?)));
        }
        if self.at_end() {
            return Ok(Statement::Set(Set::Show(None)));
        }
        let name = self.parameter_name()?;
        if !self.accept_token(&Token::Eq) {
            return Ok(Statement::Set(Set::Show(Some(name))));
        }
        Ok(Statement::Set(Set::Parameter { name, value: self.parameter_value()? }))
    }

    /// After `RESET`.
    pub(super) fn reset(&mut self) -> Result<Statement, SqlError> {
        let name = if self.at_end() { None } else { Some(self.parameter_name()?) };
        Ok(Statement::Reset(name))
    }

    fn at_end(&self) -> bool {
        matches!(self.peek(), Token::EOF | Token::SemiColon)
    }

    fn time_zone(&mut self) -> Result<Option<String>, SqlError> {
        if self.accept("LOCAL") {
            return Ok(None);
        }
        if self.at("INTERVAL") {
            return Err(SqlError::unsupported_but("SET TIME ZONE INTERVAL", "Write the offset as '+09:00'."));
        }
        self.string().map(Some)
    }

    /// Parts with dots between.
    fn parameter_name(&mut self) -> Result<String, SqlError> {
        let mut name = self.identifier()?.as_str().to_owned();
        while self.accept_token(&Token::Period) {
            name.push('.');
            name.push_str(self.identifier()?.as_str());
        }
        Ok(name)
    }

    /// A literal or a word.
    fn parameter_value(&mut self) -> Result<String, SqlError> {
        let value = match self.peek() {
            Token::SingleQuotedString(_) => return self.string(),
            Token::Number(digits, _) => digits.clone(),
            Token::Word(word) => word.value.clone(),
            _ => return Err(self.syntax_error()),
        };
        self.sql.advance_token();
        Ok(value)
    }
}
