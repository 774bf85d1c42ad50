//! Looking at tokens and taking them.

use datafusion::sql::sqlparser::parser::ParserError;
use datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan};

use super::{Parser, RECURSION_LIMIT};
use crate::sql::error::SqlError;
use crate::sql::lexer::range;

impl<'a> Parser<'a> {
    /// The next token.
    pub(super) fn peek(&self) -> &Token {
        &self.sql.peek_token_ref().token
    }

    pub(super) fn peek_nth(&self, index: usize) -> &Token {
        &self.sql.peek_nth_token_ref(index).token
    }

    /// Whether these words, with blanks between, come next. Quoted names are no words.
    pub(super) fn at(&self, words: &str) -> bool {
        words.split(' ').enumerate().all(|(index, word)| is_word(self.peek_nth(index), word))
    }

    /// Takes these words if they come next.
    pub(super) fn accept(&mut self, words: &str) -> bool {
        let found = self.at(words);
        if found {
            words.split(' ').for_each(|_| self.sql.advance_token());
        }
        found
    }

    /// Takes the first of these that comes next.
    pub(super) fn accept_any<'w>(&mut self, choices: &[&'w str]) -> Option<&'w str> {
        choices.iter().copied().find(|words| self.accept(words))
    }

    /// Takes the word if a name follows it; else the word is the name itself, as in `DESCRIBE history`.
    pub(super) fn accept_before_name(&mut self, word: &str) -> bool {
        let is_name = matches!(self.peek_nth(1), Token::EOF | Token::SemiColon | Token::Period);
        !is_name && self.accept(word)
    }

    pub(super) fn expect(&mut self, words: &str) -> Result<(), SqlError> {
        if self.accept(words) { Ok(()) } else { Err(self.syntax_error()) }
    }

    pub(super) fn accept_token(&mut self, token: &Token) -> bool {
        self.sql.consume_token(token)
    }

    pub(super) fn expect_token(&mut self, token: &Token) -> Result<(), SqlError> {
        if self.accept_token(token) { Ok(()) } else { Err(self.syntax_error()) }
    }

    /// Takes the next token, with blanks skipped.
    pub(super) fn take(&mut self) -> TokenWithSpan {
        self.sql.next_token()
    }

    /// The token that touches the one taken last, if one does.
    pub(super) fn touching(&self) -> Option<&Token> {
        let next = self.sql.token_at(self.sql.index());
        (!matches!(next.token, Token::Whitespace(_) | Token::EOF)).then_some(&next.token)
    }

    /// `item, item, …`
    pub(super) fn comma_separated<T>(
        &mut self,
        mut item: impl FnMut(&mut Self) -> Result<T, SqlError>,
    ) -> Result<Vec<T>, SqlError> {
        let mut items = vec![item(self)?];
        while self.accept_token(&Token::Comma) {
            items.push(item(self)?);
        }
        Ok(items)
    }

    /// `(item, item, …)`
    pub(super) fn list<T>(
        &mut self,
        item: impl FnMut(&mut Self) -> Result<T, SqlError>,
    ) -> Result<Vec<T>, SqlError> {
        self.expect_token(&Token::LParen)?;
        let items = self.comma_separated(item)?;
        self.expect_token(&Token::RParen)?;
        Ok(items)
    }

    /// `(inner)`
    pub(super) fn parenthesized<T>(
        &mut self,
        inner: impl FnOnce(&mut Self) -> Result<T, SqlError>,
    ) -> Result<T, SqlError> {
        self.expect_token(&Token::LParen)?;
        let value = inner(self)?;
        self.expect_token(&Token::RParen)?;
        Ok(value)
    }

    /// A string literal; adjacent ones are one.
    pub(super) fn string(&mut self) -> Result<String, SqlError> {
        if let Token::Colon | Token::Placeholder(_) = self.peek() {
            return Err(self.unbound_parameter());
        }
        let mut value = None;
        while let Token::SingleQuotedString(text) = self.peek() {
            value.get_or_insert_with(String::new).push_str(text);
            self.sql.advance_token();
        }
        value.ok_or_else(|| self.syntax_error())
    }

    /// An unsigned whole number.
    pub(super) fn unsigned<T: std::str::FromStr>(&mut self) -> Result<T, SqlError> {
        let number = match self.peek() {
            Token::Number(digits, _) => digits.parse().ok(),
            Token::Colon | Token::Placeholder(_) => return Err(self.unbound_parameter()),
            _ => None,
        };
        let number = number.ok_or_else(|| self.syntax_error())?;
        self.sql.advance_token();
        Ok(number)
    }

    fn unbound_parameter(&self) -> SqlError {
        let name = match self.peek_nth(1) {
            Token::Word(word) if matches!(self.peek(), Token::Colon) => word.value.as_str(),
            _ => "?",
        };
        SqlError::unbound_parameter(name)
    }

    /// Runs `inner` and returns what it read exactly as written, to be kept. Parameters cannot be kept.
    pub(super) fn as_written<T>(
        &mut self,
        inner: impl FnOnce(&mut Self) -> Result<T, SqlError>,
    ) -> Result<(T, &'a str), SqlError> {
        let first = self.sql.index();
        let start = range(self.sql.peek_token_ref().span).start;
        let value = inner(self)?;
        let taken = (first..self.sql.index()).map(|index| self.sql.token_at(index));
        let mut end = start;
        for token in taken.filter(|token| !matches!(token.token, Token::Whitespace(_))) {
            if !matches!(token.token, Token::Colon | Token::DoubleColon)
                && self.source[range(token.span)].starts_with(':')
            {
                return Err(SqlError::unsupported_but(
                    "a parameter in a text that is kept",
                    "Write its value in its place.",
                ));
            }
            end = range(token.span).end;
        }
        Ok((value, self.source.get(start..end).unwrap_or_default()))
    }

    /// The next token cannot stand here.
    pub(super) fn syntax_error(&self) -> SqlError {
        self.syntax_error_at(self.sql.peek_token_ref())
    }

    fn syntax_error_at(&self, token: &TokenWithSpan) -> SqlError {
        let end = self.source.trim_end().len();
        let place = if token.token == Token::EOF { end..end } else { range(token.span) };
        SqlError::parse_syntax_error(self.source, place)
    }

    /// `sqlparser` tells the place only in its text, as ` at Line: 1, Column: 7`; without it the text ended too early.
    pub(super) fn error_of_sqlparser(&self, error: &ParserError) -> SqlError {
        let (ParserError::ParserError(text) | ParserError::TokenizerError(text)) = error else {
            return if self.dialect.has_given_up() {
                SqlError::parse_given_up()
            } else {
                SqlError::nested_too_deep(RECURSION_LIMIT)
            };
        };
        let column = text.rsplit_once(", Column: ").and_then(|(_, column)| column.parse().ok());
        let tokens = (0..).map(|index| self.sql.token_at(index));
        let found = column.and_then(|column: u64| {
            tokens
                .take_while(|token| token.token != Token::EOF)
                .find(|token| token.span.start.column == column)
        });
        found.map_or_else(
            || self.syntax_error_at(&TokenWithSpan::new_eof()),
            |token| self.syntax_error_at(token),
        )
    }
}

fn is_word(token: &Token, word: &str) -> bool {
    matches!(token, Token::Word(found)
        if found.quote_style.is_none() && found.value.eq_ignore_ascii_case(word))
}
