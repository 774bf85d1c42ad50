//! Names of securables, columns and principals.

use clxs_api::Identifier;
use datafusion::sql::sqlparser::tokenizer::Token;

use super::{Parser, bound_tokens};
use crate::sql::ast::{AsOf, Commented, ObjectName, TableReference};
use crate::sql::error::SqlError;

impl Parser<'_> {
    /// One name: a word or a name in backticks.
    pub(super) fn identifier(&mut self) -> Result<Identifier, SqlError> {
        if !self.at_identifier_clause() {
            return Identifier::new(self.name_part()?).map_err(SqlError::invalid_identifier);
        }
        let mut parts = object_name(self.identifier_clause()?, 1)?.0;
        parts.pop().ok_or_else(|| self.syntax_error())
    }

    /// A name of at most `limit` parts.
    pub(super) fn object_name(&mut self, limit: usize) -> Result<ObjectName, SqlError> {
        let parts = self.name_parts()?;
        object_name(parts, limit)
    }

    /// A table by name or by path.
    pub(super) fn table_reference(&mut self) -> Result<TableReference, SqlError> {
        let parts = self.name_parts()?;
        table_reference(parts)
    }

    /// A table by name or by path, where a bare string is the path of a Delta table.
    pub(super) fn table_or_path(&mut self) -> Result<TableReference, SqlError> {
        if let Token::SingleQuotedString(_) = self.peek() {
            let format = Identifier::new("delta").map_err(SqlError::invalid_identifier)?;
            return Ok(TableReference::Path { format, path: self.string()? });
        }
        self.table_reference()
    }

    /// `table.column`
    pub(super) fn column_of_table(&mut self) -> Result<Commented, SqlError> {
        let mut parts = self.object_name(4)?.0;
        match parts.pop() {
            Some(column) if !parts.is_empty() => Ok(Commented::Column { table: ObjectName(parts), column }),
            _ => Err(self.syntax_error()),
        }
    }

    /// `VERSION AS OF n` or `TIMESTAMP AS OF e`, if one comes next.
    pub(super) fn as_of(&mut self) -> Result<Option<AsOf>, SqlError> {
        if self.accept("VERSION AS OF") {
            Ok(Some(AsOf::Version(self.unsigned()?)))
        } else if self.accept("TIMESTAMP AS OF") {
            Ok(Some(AsOf::Timestamp(Box::new(self.expression()?))))
        } else {
            Ok(None)
        }
    }

    fn name_parts(&mut self) -> Result<Vec<String>, SqlError> {
        let mut parts =
            if self.at_identifier_clause() { self.identifier_clause()? } else { vec![self.name_part()?] };
        while self.accept_token(&Token::Period) {
            parts.push(self.name_part()?);
        }
        Ok(parts)
    }

    fn at_identifier_clause(&self) -> bool {
        self.at("IDENTIFIER") && matches!(self.sql.peek_nth_token_ref(1).token, Token::LParen)
    }

    /// The parts of `IDENTIFIER('a.b')`; the text may be put together of several by `||`.
    fn identifier_clause(&mut self) -> Result<Vec<String>, SqlError> {
        self.take();
        let text = self.parenthesized(|parser| {
            let mut text = parser.string()?;
            while parser.accept_token(&Token::StringConcat) {
                text += &parser.string()?;
            }
            Ok(text)
        })?;
        parts_of_text(&text)
    }

    fn name_part(&mut self) -> Result<String, SqlError> {
        let Token::Word(word) = self.peek() else { return Err(self.syntax_error()) };
        let word = word.clone();
        self.take();
        if word.quote_style.is_none() && self.touching() == Some(&Token::Minus) {
            return Err(SqlError::unquoted_identifier(&self.hyphenated(word.value)));
        }
        Ok(word.value)
    }

    /// The rest of a name like `my-table`.
    fn hyphenated(&mut self, mut name: String) -> String {
        while let Some(Token::Word(_) | Token::Number(..) | Token::Minus) = self.touching() {
            name.push_str(&self.take().token.to_string());
        }
        name
    }
}

/// The parts of a name that is the value of a string, as in `IDENTIFIER('a.b')`.
pub(in crate::sql) fn parts_of_text(text: &str) -> Result<Vec<String>, SqlError> {
    let (tokens, dialect) = bound_tokens(text, &[])?;
    let mut parser = Parser::new(text, tokens, &dialect);
    let mut parts = vec![parser.name_part()?];
    while parser.accept_token(&Token::Period) {
        parts.push(parser.name_part()?);
    }
    if *parser.peek() == Token::EOF { Ok(parts) } else { Err(parser.syntax_error()) }
}

fn object_name(parts: Vec<String>, limit: usize) -> Result<ObjectName, SqlError> {
    let parts: Vec<_> = parts
        .into_iter()
        .map(Identifier::new)
        .collect::<Result<_, _>>()
        .map_err(SqlError::invalid_identifier)?;
    if parts.len() > limit {
        return Err(SqlError::too_many_name_parts(&parts, limit));
    }
    Ok(ObjectName(parts))
}

/// Names in Unity Catalog hold no slash, so a second part with one is a path: ``delta.`/path` ``.
pub(in crate::sql) fn table_reference(parts: Vec<String>) -> Result<TableReference, SqlError> {
    match <[String; 2]>::try_from(parts) {
        Ok([format, path]) if path.contains('/') => {
            let format = Identifier::new(format.to_lowercase()).map_err(SqlError::invalid_identifier)?;
            Ok(TableReference::Path { format, path })
        }
        Ok(parts) => Ok(TableReference::Name(object_name(parts.into(), 3)?)),
        Err(parts) => Ok(TableReference::Name(object_name(parts, 3)?)),
    }
}
