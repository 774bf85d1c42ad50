//! Text → [`Filter`], by recursive descent: `or` of `and` of comparisons.

use serde_json::Value;

use super::{Filter, Operator};

/// How deep parentheses and `not` may nest: reading and matching descend as deep.
const DEPTH: usize = 32;

/// Reads the tokens of a filter.
pub(super) struct Reader {
    /// In reverse: the next one is the last.
    tokens: Vec<Token>,
    depth: usize,
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Open,
    Close,
    Word(String),
    Text(String),
}

impl Reader {
    /// `None` for a quotation without an end.
    pub(super) fn new(text: &str) -> Option<Self> {
        let mut tokens = Vec::new();
        let mut rest = text.trim_start();
        while let Some(first) = rest.chars().next() {
            let length = match first {
                '(' | ')' => 1,
                '"' => quotation(rest)?,
                _ => rest.find([' ', '(', ')', '"']).unwrap_or(rest.len()),
            };
            let (token, after) = rest.split_at(length);
            tokens.push(match first {
                '(' => Token::Open,
                ')' => Token::Close,
                '"' => Token::Text(serde_json::from_str(token).ok()?),
                _ => Token::Word(token.to_owned()),
            });
            rest = after.trim_start();
        }
        tokens.reverse();
        Some(Self { tokens, depth: 0 })
    }

    /// The whole text as a filter.
    pub(super) fn filter(mut self) -> Option<Filter> {
        let filter = self.either()?;
        self.tokens.is_empty().then_some(filter)
    }

    fn either(&mut self) -> Option<Filter> {
        Some(single_or(self.joined("or", Self::both)?, Filter::Any))
    }

    fn both(&mut self) -> Option<Filter> {
        Some(single_or(self.joined("and", Self::one)?, Filter::All))
    }

    /// What `part` reads, as often as the word stands between.
    fn joined(&mut self, word: &str, part: fn(&mut Self) -> Option<Filter>) -> Option<Vec<Filter>> {
        let mut parts = vec![part(self)?];
        while self.accept(word) {
            parts.push(part(self)?);
        }
        Some(parts)
    }

    fn one(&mut self) -> Option<Filter> {
        if self.accept("not") {
            return self.deeper(Self::one).map(|inner| Filter::Not(Box::new(inner)));
        }
        match self.tokens.pop()? {
            Token::Open => self.deeper(Self::either).filter(|_| self.tokens.pop() == Some(Token::Close)),
            Token::Word(attribute) => self.comparison(attribute),
            Token::Close | Token::Text(_) => None,
        }
    }

    fn deeper(&mut self, part: fn(&mut Self) -> Option<Filter>) -> Option<Filter> {
        self.depth += 1;
        let filter = if self.depth > DEPTH { None } else { part(self) };
        self.depth -= 1;
        filter
    }

    fn comparison(&mut self, attribute: String) -> Option<Filter> {
        let Token::Word(operator) = self.tokens.pop()? else { return None };
        let operator = match operator.to_lowercase().as_str() {
            "pr" => return Some(Filter::Present { attribute }),
            "eq" => Operator::Equal,
            "ne" => Operator::NotEqual,
            "co" => Operator::Contains,
            "sw" => Operator::StartsWith,
            "ew" => Operator::EndsWith,
            _ => return None,
        };
        let value = match self.tokens.pop()? {
            Token::Text(text) => Value::String(text),
            Token::Word(word) => serde_json::from_str(&word).ok()?,
            Token::Open | Token::Close => return None,
        };
        Some(Filter::Compare { attribute, operator, value })
    }

    fn accept(&mut self, word: &str) -> bool {
        let found = matches!(self.tokens.last(), Some(Token::Word(next)) if next.eq_ignore_ascii_case(word));
        if found {
            self.tokens.pop();
        }
        found
    }
}

/// The length of a quotation with both its quotation marks.
fn quotation(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (index, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            b'"' if !escaped => return Some(index + 1),
            b'\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    None
}

fn single_or(mut parts: Vec<Filter>, join: fn(Vec<Filter>) -> Filter) -> Filter {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        last => join(parts.into_iter().chain(last).collect()),
    }
}
