//! Tokens with their places in the text.

use std::any::TypeId;

use sqlparser::ast::Expr;
use sqlparser::dialect::{BigQueryDialect, Dialect};
use sqlparser::parser::{Parser, ParserOptions};
use sqlparser::tokenizer::{Location, Token, Tokenizer};

/// The lexical rules of Databricks SQL (facts/sql.md §1). The parser's own dialect of that name knows neither
/// backslash escapes nor raw strings, and would see names inside of strings.
#[derive(Debug)]
struct Lexical;

impl Dialect for Lexical {
    /// Raw strings `r'…'` are read for the dialects that the tokenizer knows to have them.
    fn dialect(&self) -> TypeId {
        TypeId::of::<BigQueryDialect>()
    }

    fn is_delimited_identifier_start(&self, character: char) -> bool {
        character == '`'
    }

    fn is_identifier_start(&self, character: char) -> bool {
        character.is_alphabetic() || character == '_'
    }

    fn is_identifier_part(&self, character: char) -> bool {
        character.is_alphanumeric() || character == '_'
    }

    fn supports_string_literal_backslash_escape(&self) -> bool {
        true
    }

    fn supports_nested_comments(&self) -> bool {
        true
    }

    fn supports_numeric_prefix(&self) -> bool {
        true
    }
}

/// A token that is neither blank nor comment, with its bytes in the text.
#[derive(Debug)]
pub(crate) struct Lexeme {
    pub(crate) token: Token,
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) line: u64,
}

impl Lexeme {
    /// The value of a name or keyword.
    pub(crate) fn word(&self) -> Option<&str> {
        match &self.token {
            Token::Word(word) if word.quote_style.is_none_or(|quote| quote == '`') => Some(&word.value),
            _ => None,
        }
    }

    /// Whether it is this keyword, not quoted.
    pub(crate) fn is_keyword(&self, keyword: &str) -> bool {
        matches!(&self.token, Token::Word(word) if word.quote_style.is_none() && word.value.eq_ignore_ascii_case(keyword))
    }

    /// The value of a string literal.
    pub(crate) fn string(&self) -> Option<&str> {
        match &self.token {
            Token::SingleQuotedString(value)
            | Token::DoubleQuotedString(value)
            | Token::SingleQuotedRawStringLiteral(value)
            | Token::DoubleQuotedRawStringLiteral(value) => Some(value),
            _ => None,
        }
    }
}

/// The tokens of a text.
#[derive(Debug)]
pub(crate) struct Lexed {
    pub(crate) tokens: Vec<Lexeme>,
}

/// Reads a text.
pub(crate) fn lex(text: &str) -> Result<Lexed, String> {
    let tokens =
        Tokenizer::new(&Lexical, text).tokenize_with_location().map_err(|error| error.to_string())?;
    let mut offsets = Offsets::new(text);
    let tokens = tokens
        .into_iter()
        .filter(|token| !matches!(token.token, Token::Whitespace(_)))
        .map(|token| Lexeme {
            start: offsets.of(token.span.start),
            end: offsets.of(token.span.end),
            line: token.span.start.line,
            token: token.token,
        })
        .collect();
    Ok(Lexed { tokens })
}

/// Reads a text that is one expression; the values of its strings are as they are written, with their escapes.
pub(crate) fn expression(text: &str) -> Result<Expr, String> {
    let as_written = ParserOptions::new().with_unescape(false);
    let parser = Parser::new(&Lexical).with_options(as_written).try_with_sql(text);
    let mut parser = parser.map_err(|error| error.to_string())?;
    let expression = parser.parse_expr().map_err(|error| error.to_string())?;
    match parser.peek_token().token {
        Token::EOF => Ok(expression),
        other => Err(format!("{other} follows the expression")),
    }
}

/// Finds the bytes of places that come in order, in one walk through the text.
struct Offsets<'a> {
    /// What is left of it.
    rest: std::str::Chars<'a>,
    length: usize,
    line: u64,
    column: u64,
}

impl<'a> Offsets<'a> {
    fn new(text: &'a str) -> Self {
        Self { rest: text.chars(), length: text.len(), line: 1, column: 1 }
    }

    /// Lines and columns count from 1, columns in characters.
    fn of(&mut self, location: Location) -> usize {
        while (self.line, self.column) < (location.line, location.column) {
            match self.rest.next() {
                Some('\n') => (self.line, self.column) = (self.line + 1, 1),
                Some(_) => self.column += 1,
                None => break,
            }
        }
        self.length - self.rest.as_str().len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_have_their_bytes_on_every_line_and_behind_characters_of_several_bytes() {
        let text = "SELECT 'ü\nß' AS `é``é`,\r\n  t.x -- é\n/* ö\n */ + 1";
        let texts: Vec<_> =
            lex(text).unwrap().tokens.iter().map(|it| (it.line, &text[it.start..it.end])).collect();
        let expected = [
            (1, "SELECT"),
            (1, "'ü\nß'"),
            (2, "AS"),
            (2, "`é``é`"),
            (2, ","),
            (3, "t"),
            (3, "."),
            (3, "x"),
            (5, "+"),
            (5, "1"),
        ];
        assert_eq!(texts, expected);
    }
}
