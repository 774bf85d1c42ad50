//! `(DESCRIBE HISTORY t LIMIT n)` in the place of a table, which `sqlparser` does not know: it becomes a query of the
//! table with a hint, as in ``(SELECT * FROM t WITH (`@history`, n))``.

use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::{Span, Token, TokenWithSpan, Word};

use super::time_travel::{is, is_blank};

/// The hint that asks for the history of a table and not for its rows.
pub(in crate::sql) const HINT: &str = "@history";

/// Makes queries of the histories in brackets.
pub(super) fn normalize(tokens: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    if !tokens.iter().any(|token| is(token, "HISTORY")) {
        return tokens;
    }
    let mut normalized = Vec::with_capacity(tokens.len() + 8);
    let mut rest = tokens.as_slice();
    while let Some((first, behind)) = rest.split_first() {
        normalized.push(first.clone());
        rest = behind;
        if first.token == Token::LParen
            && let Some(end) =
                behind.iter().position(|token| matches!(token.token, Token::LParen | Token::RParen))
            && let Some(query) = query(&behind[..end])
        {
            normalized.extend(query);
            rest = &behind[end..];
        }
    }
    normalized
}

/// The query that stands for what is between two brackets, if that describes a history.
fn query(inside: &[TokenWithSpan]) -> Option<Vec<TokenWithSpan>> {
    let words: Vec<_> = inside.iter().filter(|token| !is_blank(token)).collect();
    let [describe, history, described @ ..] = words.as_slice() else { return None };
    if !(is(describe, "DESCRIBE") || is(describe, "DESC")) || !is(history, "HISTORY") {
        return None;
    }
    let (name, limit) = match described {
        [name @ .., limit, count] if is(limit, "LIMIT") => (name, Some(count.token.clone())),
        name => (name, None),
    };
    if name.is_empty() || name.iter().any(|token| is(token, "LIMIT")) {
        return None;
    }
    let here = |token: Token| TokenWithSpan::new(token, describe.span);
    let behind = |token: Token| TokenWithSpan::new(token, last(inside));
    let select = [Token::make_keyword("SELECT"), Token::Mul, Token::make_keyword("FROM")].map(here);
    let hint =
        Token::Word(Word { value: HINT.to_owned(), quote_style: Some('`'), keyword: Keyword::NoKeyword });
    let hints = [Token::make_keyword("WITH"), Token::LParen, hint].into_iter();
    let hints = hints.chain(limit.into_iter().flat_map(|count| [Token::Comma, count])).chain([Token::RParen]);
    Some(
        select
            .into_iter()
            .chain(name.iter().map(|token| (*token).clone()))
            .chain(hints.map(behind))
            .collect(),
    )
}

fn last(inside: &[TokenWithSpan]) -> Span {
    inside.last().map_or_else(Span::empty, |token| token.span)
}
