//! Clauses that several statements share.

use datafusion::sql::sqlparser::tokenizer::Token;

use super::Parser;
use crate::sql::ast::{OnExisting, PropertyList};
use crate::sql::error::SqlError;

impl Parser<'_> {
    pub(super) fn if_exists(&mut self) -> bool {
        self.accept("IF EXISTS")
    }

    pub(super) fn if_not_exists(&mut self) -> bool {
        self.accept("IF NOT EXISTS")
    }

    /// What follows from `OR REPLACE`, taken already, and `IF NOT EXISTS`, which may come next.
    pub(super) fn on_existing(&mut self, replace: bool, kind: &str) -> Result<OnExisting, SqlError> {
        if replace && kind == "table" && self.at("IF NOT EXISTS") {
            return Err(self.syntax_error());
        }
        match (replace, self.if_not_exists()) {
            (true, true) => Err(SqlError::new(
                "CREATE_VIEW_WITH_IF_NOT_EXISTS_AND_REPLACE",
                "42601",
                format!("CREATE {} with both IF NOT EXISTS and REPLACE is not allowed.", kind.to_uppercase()),
            )),
            (true, false) => Ok(OnExisting::Replace),
            (false, true) => Ok(OnExisting::Keep),
            (false, false) => Ok(OnExisting::Fail),
        }
    }

    /// `('key' = 'value', a.b = 1, …)`; the equals sign may be left out.
    pub(super) fn properties(&mut self) -> Result<PropertyList, SqlError> {
        let properties = self.list(|parser| {
            let key = parser.property_key()?;
            parser.accept_token(&Token::Eq);
            Ok((key, parser.property_value()?))
        })?;
        let mut keys = std::collections::HashSet::new();
        let twice = properties.iter().find(|(key, _)| !keys.insert(key.clone()));
        match twice.map(|(key, _)| SqlError::duplicate_key(key)) {
            Some(error) => Err(error),
            None => Ok(properties),
        }
    }

    /// `('key', a.b, …)`
    pub(super) fn property_keys(&mut self) -> Result<Vec<String>, SqlError> {
        self.list(Self::property_key)
    }

    /// `a.b.c` or `'a.b.c'`
    pub(super) fn property_key(&mut self) -> Result<String, SqlError> {
        if let Token::SingleQuotedString(_) = self.peek() {
            return self.string();
        }
        let mut key = self.property_key_part()?;
        while self.accept_token(&Token::Period) {
            key = format!("{key}.{}", self.property_key_part()?);
        }
        Ok(key)
    }

    /// A word, which may hold hyphens.
    fn property_key_part(&mut self) -> Result<String, SqlError> {
        let Token::Word(word) = self.peek() else { return Err(self.syntax_error()) };
        let mut part = word.value.clone();
        self.take();
        while let Some(Token::Minus | Token::Word(_)) = self.touching() {
            part.push_str(&self.take().token.to_string());
        }
        Ok(part)
    }

    /// A string, a number or a truth value, as text.
    fn property_value(&mut self) -> Result<String, SqlError> {
        match self.peek() {
            Token::Number(..) | Token::Minus => Ok(self.as_written(Self::number)?.1.to_owned()),
            Token::Word(_) => ["true", "false"]
                .into_iter()
                .find(|value| self.accept(value))
                .map(ToOwned::to_owned)
                .ok_or_else(|| self.syntax_error()),
            _ => self.string(),
        }
    }

    fn number(&mut self) -> Result<(), SqlError> {
        self.accept_token(&Token::Minus);
        match self.take().token {
            Token::Number(..) => Ok(()),
            _ => Err(self.syntax_error()),
        }
    }

    /// Fills `slot` with a clause, which may be written once.
    pub(super) fn once<T>(
        &mut self,
        slot: &mut Option<T>,
        clause: &str,
        value: impl FnOnce(&mut Self) -> Result<T, SqlError>,
    ) -> Result<(), SqlError> {
        if slot.is_some() {
            return Err(SqlError::duplicate_clauses(clause));
        }
        *slot = Some(value(self)?);
        Ok(())
    }

    /// Refuses, by name, the first of these clauses that comes next.
    pub(super) fn refuse(&self, clauses: &[&str], statement: &str) -> Result<(), SqlError> {
        match clauses.iter().find(|clause| self.at(clause)) {
            Some(clause) => Err(SqlError::unsupported(format_args!("{clause} in {statement}"))),
            None => Ok(()),
        }
    }
}
