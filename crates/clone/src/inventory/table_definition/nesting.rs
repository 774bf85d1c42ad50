//! Tokens by the brackets they stand in: round ones, and the angle brackets of types (`MAP<STRING, ARRAY<INT>>`).

use sqlparser::tokenizer::Token;

use crate::rewrite::lexer::Lexeme;

/// How deep each token stands; a bracket stands as deep as what is around it.
#[derive(Debug)]
pub(super) struct Nesting(Vec<usize>);

impl Nesting {
    pub(super) fn of(tokens: &[Lexeme]) -> Self {
        let mut open: Vec<Token> = Vec::new();
        let mut depths = Vec::with_capacity(tokens.len());
        for (at, token) in tokens.iter().enumerate() {
            let is_angled = open.last() == Some(&Token::Lt);
            match token.token {
                Token::RParen => {
                    open.pop();
                }
                Token::Gt if is_angled => {
                    open.pop();
                }
                Token::ShiftRight if is_angled => open.truncate(open.len().saturating_sub(2)),
                _ => {}
            }
            depths.push(open.len());
            match token.token {
                Token::LParen => open.push(Token::LParen),
                Token::Lt if at > 0 && is_type_constructor(&tokens[at - 1]) => open.push(Token::Lt),
                _ => {}
            }
        }
        Self(depths)
    }

    /// The place of the bracket that closes the one at `open`.
    pub(super) fn closing(&self, open: usize) -> Option<usize> {
        let depth = *self.0.get(open)?;
        (open + 1..self.0.len()).find(|at| self.0[*at] <= depth)
    }

    fn is_outside(&self, at: usize) -> bool {
        self.0[at] == 0
    }
}

fn is_type_constructor(token: &Lexeme) -> bool {
    ["ARRAY", "MAP", "STRUCT"].iter().any(|word| token.is_keyword(word))
}

/// What commas outside of all brackets divide.
pub(super) fn items(tokens: &[Lexeme]) -> Vec<&[Lexeme]> {
    let nesting = Nesting::of(tokens);
    let comma = |at: &usize| nesting.is_outside(*at) && tokens[*at].token == Token::Comma;
    let mut begin = 0;
    let mut items = Vec::new();
    for at in (0..tokens.len()).filter(comma) {
        items.push(&tokens[begin..at]);
        begin = at + 1;
    }
    items.push(&tokens[begin..]);
    items
}

/// Divides tokens where a clause begins outside of all brackets; the first part is what stands before.
pub(super) fn clauses(tokens: &[Lexeme], begins: impl Fn(&[Lexeme], usize) -> bool) -> Vec<&[Lexeme]> {
    let nesting = Nesting::of(tokens);
    let mut begin = 0;
    let mut clauses = Vec::new();
    let begins = |at: &usize| nesting.is_outside(*at) && !is_part_of_name(tokens, *at) && begins(tokens, *at);
    for at in (0..tokens.len()).filter(begins) {
        clauses.push(&tokens[begin..at]);
        begin = at;
    }
    clauses.push(&tokens[begin..]);
    clauses
}

/// Whether a word is one of a name with dots, whatever else it means: every catalog has a schema `default`.
fn is_part_of_name(tokens: &[Lexeme], at: usize) -> bool {
    let is_dot = |at: usize| tokens.get(at).is_some_and(|token| token.token == Token::Period);
    at.checked_sub(1).is_some_and(is_dot) || is_dot(at + 1)
}

/// The text of tokens.
pub(super) fn text<'s>(statement: &'s str, tokens: &[Lexeme]) -> &'s str {
    match tokens {
        [] => "",
        [first, .., last] => &statement[first.start..last.end],
        [one] => &statement[one.start..one.end],
    }
}

/// The text inside the round brackets that begin at `open` and end these tokens.
pub(super) fn inside<'s>(statement: &'s str, tokens: &[Lexeme], open: usize) -> Option<&'s str> {
    let is_bracket = tokens.get(open)?.token == Token::LParen;
    let ends = Nesting::of(tokens).closing(open)? == tokens.len() - 1;
    (is_bracket && ends).then(|| text(statement, &tokens[open + 1..tokens.len() - 1]))
}
