//! Finds the names that stand in the place of a relation or of a function.

use std::collections::HashSet;

use sqlparser::tokenizer::Token;

use super::lexer::{Lexed, Lexeme};

/// A name in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reference {
    /// The tokens of its parts.
    pub(super) parts: Vec<usize>,
    /// Where it stands.
    pub(super) place: Place,
}

/// Where a name stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Where a relation does.
    Relation,
    /// Before the arguments of a function.
    Call,
    /// Before a column: it is the column's relation, and the column.
    Column,
}

/// What a pair of parentheses, or the text outside of all, is about.
#[derive(Debug, Clone, Copy, Default)]
struct Scope {
    /// These are the arguments of a function: a `FROM` in them is a keyword of that function, unless there is
    /// a query in them.
    is_arguments: bool,
    /// After `FROM`, before the next clause: a comma begins a relation.
    in_from: bool,
    /// The next token begins a relation.
    expects_relation: bool,
}

/// Words after which commas do not begin relations any more.
const CLAUSES: [&str; 16] = [
    "SELECT",
    "WHERE",
    "GROUP",
    "HAVING",
    "ORDER",
    "SORT",
    "CLUSTER",
    "DISTRIBUTE",
    "LIMIT",
    "OFFSET",
    "WINDOW",
    "QUALIFY",
    "UNION",
    "INTERSECT",
    "EXCEPT",
    "MINUS",
];

/// All names of relations and functions, and columns written with the three parts of their relation.
pub(super) fn references(lexed: &Lexed) -> Vec<Reference> {
    let mut walk = Walk { tokens: &lexed.tokens, scopes: vec![Scope::default()], found: Vec::new() };
    walk.run();
    let Walk { found, .. } = walk;
    qualified_columns(lexed, found)
}

struct Walk<'a> {
    tokens: &'a [Lexeme],
    scopes: Vec<Scope>,
    found: Vec<Reference>,
}

impl Walk<'_> {
    fn run(&mut self) {
        let mut position = 0;
        while position < self.tokens.len() {
            position = match self.tokens[position].token {
                Token::LParen => self.open(position),
                Token::RParen => self.close(position),
                Token::Comma => self.comma(position),
                Token::Word(_) => self.name_or_keyword(position),
                _ => self.other(position),
            };
        }
    }

    /// Parentheses after a name hold arguments; those where a relation is expected hold a relation or query.
    fn open(&mut self, position: usize) -> usize {
        let outer = self.scope();
        let after_name = position.checked_sub(1).is_some_and(|before| is_callable(&self.tokens[before]));
        let is_relation = outer.expects_relation;
        self.scope_mut().expects_relation = false;
        self.scopes.push(Scope {
            is_arguments: after_name && !is_relation,
            in_from: is_relation,
            expects_relation: is_relation,
        });
        position + 1
    }

    fn close(&mut self, position: usize) -> usize {
        if self.scopes.len() > 1 {
            self.scopes.pop();
        }
        position + 1
    }

    fn comma(&mut self, position: usize) -> usize {
        let scope = self.scope_mut();
        scope.expects_relation = scope.in_from;
        position + 1
    }

    fn other(&mut self, position: usize) -> usize {
        self.scope_mut().expects_relation = false;
        position + 1
    }

    fn name_or_keyword(&mut self, position: usize) -> usize {
        if self.keyword(position) {
            return position + 1;
        }
        let parts = name_at(self.tokens, position);
        let next = parts.last().map_or(position, |last| *last) + 1;
        let is_call = self.tokens.get(next).is_some_and(|token| token.token == Token::LParen);
        let is_relation = self.scope().expects_relation && !is_call;
        if is_relation {
            self.found.push(Reference { parts, place: Place::Relation });
        } else if is_call && is_callable(&self.tokens[position]) {
            self.found.push(Reference { parts, place: Place::Call });
        }
        self.scope_mut().expects_relation = false;
        next
    }

    /// Whether the word is a keyword that changes what may follow.
    fn keyword(&mut self, position: usize) -> bool {
        let tokens = self.tokens;
        let token = &tokens[position];
        let is = |keyword: &str| token.is_keyword(keyword);
        let follows = |keyword: &str| position > 0 && tokens[position - 1].is_keyword(keyword);
        if is("FROM") {
            if !self.scope().is_arguments && !follows("DISTINCT") {
                self.expect_relations();
            }
        } else if is("JOIN") || (is("TABLE") && !followed_by_paren(tokens, position)) {
            self.scope_mut().expects_relation = true;
        } else if is("LATERAL") || is("ONLY") || (is("STREAM") && precedes_relation(tokens, position)) {
            return self.scope().expects_relation;
        } else if CLAUSES.iter().any(|clause| is(clause)) {
            *self.scope_mut() = Scope::default();
        } else {
            return false;
        }
        true
    }

    fn expect_relations(&mut self) {
        let scope = self.scope_mut();
        scope.in_from = true;
        scope.expects_relation = true;
    }

    fn scope(&self) -> Scope {
        self.scopes.last().copied().unwrap_or_default()
    }

    fn scope_mut(&mut self) -> &mut Scope {
        if self.scopes.is_empty() {
            self.scopes.push(Scope::default());
        }
        let last = self.scopes.len() - 1;
        &mut self.scopes[last]
    }
}

/// Whether parentheses after this token hold arguments. After most keywords they do not.
fn is_callable(token: &Lexeme) -> bool {
    const NOT_CALLED: [&str; 12] =
        ["IN", "EXISTS", "AS", "AND", "OR", "NOT", "ANY", "ALL", "SOME", "ON", "USING", "SELECT"];
    token.word().is_some() && !NOT_CALLED.iter().any(|keyword| token.is_keyword(keyword))
}

/// Whether `STREAM` here says how a relation is read, and is no relation itself.
fn precedes_relation(tokens: &[Lexeme], position: usize) -> bool {
    let qualified = || {
        let is_name = tokens.get(position + 1).is_some_and(|token| token.word().is_some());
        is_name && tokens.get(position + 2).is_some_and(|token| token.token == Token::Period)
    };
    followed_by_paren(tokens, position) || qualified()
}

fn followed_by_paren(tokens: &[Lexeme], position: usize) -> bool {
    tokens.get(position + 1).is_some_and(|token| token.token == Token::LParen)
}

/// The tokens of the dotted name that begins here.
fn name_at(tokens: &[Lexeme], position: usize) -> Vec<usize> {
    let mut parts = vec![position];
    let mut next = position + 1;
    while tokens.get(next).is_some_and(|token| token.token == Token::Period)
        && tokens.get(next + 1).is_some_and(|token| token.word().is_some())
    {
        parts.push(next + 1);
        next += 2;
    }
    parts
}

/// Adds columns that are written with their relation: four parts and more of which the first three are a
/// relation of the text, or three followed by `.*`.
fn qualified_columns(lexed: &Lexed, mut found: Vec<Reference>) -> Vec<Reference> {
    let key = |parts: &[usize]| -> Vec<String> {
        parts.iter().take(3).filter_map(|&part| lexed.tokens[part].word()).map(str::to_lowercase).collect()
    };
    let relations: HashSet<_> = found
        .iter()
        .filter(|name| name.place == Place::Relation && name.parts.len() == 3)
        .map(|name| key(&name.parts))
        .collect();
    let known: HashSet<usize> = found.iter().map(|name| name.parts[0]).collect();
    for position in 0..lexed.tokens.len() {
        let begins = lexed.tokens[position].word().is_some()
            && !(position > 0 && lexed.tokens[position - 1].token == Token::Period);
        if !begins || known.contains(&position) {
            continue;
        }
        let parts = name_at(&lexed.tokens, position);
        let has_more = parts.len() > 3 || (parts.len() == 3 && followed_by_period(lexed, &parts));
        if has_more && relations.contains(&key(&parts)) {
            found.push(Reference { parts, place: Place::Column });
        }
    }
    found.sort_by_key(|name| name.parts[0]);
    found
}

fn followed_by_period(lexed: &Lexed, parts: &[usize]) -> bool {
    let next = parts.last().map_or(0, |last| last + 1);
    lexed.tokens.get(next).is_some_and(|token| token.token == Token::Period)
}
