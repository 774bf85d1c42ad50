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
    let offsets = Offsets::new(text);
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

/// Finds the byte of a line and column.
struct Offsets<'a> {
    text: &'a str,
    lines: Vec<usize>,
}

impl<'a> Offsets<'a> {
    fn new(text: &'a str) -> Self {
        let starts = text.match_indices('\n').map(|(newline, _)| newline + 1);
        Self { text, lines: std::iter::once(0).chain(starts).collect() }
    }

    /// Lines and columns count from 1, columns in characters.
    fn of(&self, location: Location) -> usize {
        let number = |value: u64| usize::try_from(value.saturating_sub(1)).unwrap_or(usize::MAX);
        let Some(&line) = self.lines.get(number(location.line)) else { return self.text.len() };
        let column = number(location.column);
        self.text[line..].char_indices().nth(column).map_or(self.text.len(), |(offset, _)| line + offset)
    }
}
