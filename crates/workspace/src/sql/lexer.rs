//! Text → tokens of `sqlparser`, by the platform's lexical rules (facts/sql.md §1).
//!
//! The lexer is our own because `sqlparser`'s cannot read what differs here: raw strings, `''` as the border of
//! two literals, kept `\%`, comments continued by a backslash, number suffixes, `t@v3`. Spans carry the offset in
//! bytes, plus one, in their column, so a token's text can be cut out of the source.

mod depth;
pub(super) mod history;
mod length;
mod operators;
mod time_travel;

use std::ops::Range;

use datafusion::sql::sqlparser::ast::DollarQuotedString;
use datafusion::sql::sqlparser::tokenizer::{Location, Span, Token, TokenWithSpan, Whitespace};

use super::error::SqlError;
use super::literal;
pub(super) use depth::DEPTH_LIMIT;
use length::{blank_length, is_word_character, number_length, word_length};
use operators::OPERATORS;

/// All tokens of a text. A run of blanks and comments is one whitespace token.
///
/// # Errors
/// Literals, quoted names and comments without an end; number suffixes we do not have; nesting and chains that are too
/// deep.
pub(super) fn lex(source: &str) -> Result<Vec<TokenWithSpan>, SqlError> {
    let mut lexer = Lexer { source, position: 0, tokens: Vec::new() };
    while lexer.position < source.len() {
        lexer.next()?;
    }
    depth::refuse_deep_nesting(&lexer.tokens)?;
    depth::refuse_long_chains(&lexer.tokens)?;
    time_travel::normalize(&mut lexer.tokens);
    Ok(history::normalize(lexer.tokens))
}

/// Where a token stands in its source, in bytes.
pub(super) fn range(span: Span) -> Range<usize> {
    let offset =
        |location: Location| usize::try_from(location.column).unwrap_or(usize::MAX).saturating_sub(1);
    offset(span.start)..offset(span.end)
}

struct Lexer<'a> {
    source: &'a str,
    position: usize,
    tokens: Vec<TokenWithSpan>,
}

impl Lexer<'_> {
    fn next(&mut self) -> Result<(), SqlError> {
        let rest = &self.source[self.position..];
        let mut characters = rest.chars();
        let (first, second) = (characters.next().unwrap_or_default(), characters.next().unwrap_or_default());
        let quoted = matches!(second, '\'' | '"');
        match first {
            '\'' | '"' => self.string(literal::string(rest)),
            'r' | 'R' if quoted => self.string(literal::raw_string(rest)),
            'x' | 'X' if second == '\'' => self.hexadecimal(rest),
            '`' => self.quoted_name(rest),
            '$' => self.dollar_quoted(rest),
            '@' if self.touches_name() => self.time_travel(rest),
            '.' if second.is_ascii_digit() && !self.touches_name() => self.number(rest),
            '0'..='9' => self.number(rest),
            _ if is_word_character(first) => self.word(rest),
            _ => match blank_length(rest) {
                None => Err(SqlError::unclosed_bracketed_comment(self.source, self.position)),
                Some(0) => self.operator(rest, first),
                Some(length) => self.push(Token::Whitespace(Whitespace::Space), length),
            },
        }
    }

    #[expect(clippy::unnecessary_wraps, reason = "every branch of `next` ends in it")]
    fn push(&mut self, token: Token, length: usize) -> Result<(), SqlError> {
        let end = self.position + length;
        self.tokens.push(TokenWithSpan::new(token, span(self.position, end)));
        self.position = end;
        Ok(())
    }

    /// The token that starts here has no end.
    fn unclosed(&self) -> SqlError {
        let length = self.source[self.position..].chars().next().map_or(0, char::len_utf8);
        SqlError::parse_syntax_error(self.source, self.position..self.position + length)
    }

    /// Whether a name or a closing bracket ends right before the next token.
    fn touches_name(&self) -> bool {
        let last = self.tokens.last().map(|last| &last.token);
        matches!(last, Some(Token::Word(_) | Token::RParen | Token::RBracket))
    }

    fn string(&mut self, literal: Option<literal::StringLiteral>) -> Result<(), SqlError> {
        let literal = literal.ok_or_else(|| self.unclosed())?;
        self.push(Token::SingleQuotedString(literal.value), literal.length)
    }

    fn hexadecimal(&mut self, rest: &str) -> Result<(), SqlError> {
        let digits = rest[2..].find('\'').ok_or_else(|| self.unclosed())?;
        self.push(Token::HexStringLiteral(rest[2..2 + digits].to_owned()), digits + 3)
    }

    fn quoted_name(&mut self, rest: &str) -> Result<(), SqlError> {
        let mut end = 1;
        loop {
            end += rest[end..].find('`').ok_or_else(|| self.unclosed())? + 1;
            if !rest[end..].starts_with('`') {
                break;
            }
            end += 1;
        }
        let name = rest[1..end - 1].replace("``", "`");
        self.push(Token::make_word(&name, Some('`')), end)
    }

    /// `$$ … $$` or `$tag$ … $tag$`, else the single character.
    fn dollar_quoted(&mut self, rest: &str) -> Result<(), SqlError> {
        let tag_length = rest[1..].find(|character| !is_word_character(character)).unwrap_or(rest.len() - 1);
        let opening = 1 + tag_length + 1;
        if rest.as_bytes().get(1 + tag_length) != Some(&b'$') {
            return self.push(Token::Char('$'), 1);
        }
        let delimiter = &rest[..opening];
        let length = rest[opening..].find(delimiter).ok_or_else(|| self.unclosed())?;
        let tag = (tag_length > 0).then(|| rest[1..=tag_length].to_owned());
        let value = rest[opening..opening + length].to_owned();
        self.push(Token::DollarQuotedString(DollarQuotedString { value, tag }), length + 2 * opening)
    }

    /// `t@v3` and `t@20240101000000000` become the clauses they stand for.
    fn time_travel(&mut self, rest: &str) -> Result<(), SqlError> {
        let length = 1 + word_length(&rest[1..]);
        let Some(clause) = time_travel::shorthand(&rest[1..length]) else {
            return self.push(Token::AtSign, 1);
        };
        let place = span(self.position, self.position + length);
        self.tokens.extend(clause.into_iter().map(|token| TokenWithSpan::new(token, place)));
        self.position += length;
        Ok(())
    }

    fn word(&mut self, rest: &str) -> Result<(), SqlError> {
        let length = word_length(rest);
        self.push(Token::make_word(&rest[..length], None), length)
    }

    /// A number with its suffix, or a name that starts with digits.
    fn number(&mut self, rest: &str) -> Result<(), SqlError> {
        let length = number_length(rest);
        let suffix_length = word_length(&rest[length..]);
        let suffix = &rest[length..length + suffix_length];
        let is_integer = rest[..length].bytes().all(|digit| digit.is_ascii_digit());
        match suffix.to_uppercase().as_str() {
            "" => self.push(Token::Number(rest[..length].to_owned(), false), length),
            "L" if is_integer => self.push(Token::Number(rest[..length].to_owned(), true), length + 1),
            "S" | "Y" if !is_integer => Err(self.unclosed()),
            "S" | "Y" | "D" | "F" | "BD" => {
                let length = length + suffix_length;
                self.push(Token::Number(rest[..length].to_owned(), false), length)
            }
            _ if is_integer => self.word(rest),
            _ => Err(self.unclosed()),
        }
    }

    fn operator(&mut self, rest: &str, first: char) -> Result<(), SqlError> {
        let operators = OPERATORS.iter().find(|(text, _)| rest.starts_with(text));
        match operators {
            Some((text, token)) => self.push(token.clone(), text.len()),
            None if first == '?' => self.push(Token::Placeholder("?".to_owned()), 1),
            None => self.push(Token::Char(first), first.len_utf8()),
        }
    }
}

fn span(start: usize, end: usize) -> Span {
    Span::new(Location::new(1, start as u64 + 1), Location::new(1, end as u64 + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<String> {
        let blank = |token: &TokenWithSpan| matches!(token.token, Token::Whitespace(_));
        let tokens = lex(text).unwrap();
        tokens.into_iter().filter(|token| !blank(token)).map(|token| token.token.to_string()).collect()
    }

    #[test]
    fn adjacent_literals_are_two_tokens_and_raw_strings_one() {
        assert_eq!(tokens(r"'a''b' r'\d'"), ["'a'", "'b'", r"'\d'"]);
    }

    #[test]
    fn names_may_start_with_digits_and_numbers_may_have_fraction_and_exponent() {
        assert_eq!(
            tokens("1a 2 3.5 .5 1e5 1.5E-3 1e5x 7L t.1"),
            ["1a", "2", "3.5", ".5", "1e5", "1.5E-3", "1e5x", "7L", "t", ".", "1"]
        );
    }

    #[test]
    fn comments_nest_and_a_backslash_continues_a_line_comment() {
        assert_eq!(tokens("a /* x /* y */ z */ b -- c \\\n d\n e"), ["a", "b", "e"]);
        assert_eq!(lex("a /* b").unwrap_err().class, "UNCLOSED_BRACKETED_COMMENT");
    }

    #[test]
    fn backtick_in_a_quoted_name_is_doubled() {
        assert_eq!(lex("`a``b`").unwrap()[0].token, Token::make_word("a`b", Some('`')));
    }

    #[test]
    fn dollar_quotes_hold_any_text() {
        assert_eq!(tokens("$$ a; 'b $$ $t$ $$ $t$ $").len(), 3);
    }

    #[test]
    fn spans_cut_the_tokens_out_of_the_source() {
        let source = "é 'ü' x";
        let texts: Vec<_> = lex(source).unwrap().iter().map(|token| &source[range(token.span)]).collect();
        assert_eq!(texts, ["é", " ", "'ü'", " ", "x"]);
    }

    #[test]
    fn number_keeps_the_suffix_that_says_its_type() {
        assert_eq!(tokens("1.5BD 1Y 2S 1e3D 1.5f"), ["1.5BD", "1Y", "2S", "1e3D", "1.5f"]);
        assert!(lex("1.5Y").is_err());
    }
}
