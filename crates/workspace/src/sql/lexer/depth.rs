//! How deep a statement is: every level costs stack in whatever walks it, and a stack that overflows ends the process.

use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan};

use crate::sql::error::SqlError;

/// Brackets may nest this deep.
pub(in crate::sql) const DEPTH_LIMIT: usize = 64;
/// So many operators may stand in a row, and so many set operations and joins: `a + b + c` is a tree as deep as it is long.
/// The stack of the threads that run statements is made for it.
const CHAIN_LIMIT: usize = 1_000;

/// The brackets of types nest as well: `ARRAY<`.
pub(super) fn refuse_deep_nesting(tokens: &[TokenWithSpan]) -> Result<(), SqlError> {
    let (mut round, mut angle) = (0_usize, 0_usize);
    let mut after_type = false;
    for TokenWithSpan { token, .. } in tokens {
        match token {
            Token::Whitespace(_) => continue,
            Token::LParen | Token::LBracket | Token::LBrace => round += 1,
            Token::RParen | Token::RBracket | Token::RBrace => round = round.saturating_sub(1),
            Token::Lt if after_type => angle += 1,
            Token::Gt => angle = angle.saturating_sub(1),
            Token::ShiftRight => angle = angle.saturating_sub(2),
            _ => {}
        }
        if round + angle > DEPTH_LIMIT {
            return Err(SqlError::nested_too_deep(DEPTH_LIMIT));
        }
        after_type = matches!(token, Token::Word(word)
            if matches!(word.keyword, Keyword::ARRAY | Keyword::MAP | Keyword::STRUCT));
    }
    Ok(())
}

/// What stands in a row between two brackets.
#[derive(Default)]
struct Chain {
    operators: usize,
    /// And joins.
    set_operations: usize,
}

/// A comma ends a row of operators, and so does the next clause or branch.
pub(super) fn refuse_long_chains(tokens: &[TokenWithSpan]) -> Result<(), SqlError> {
    let (mut chain, mut outer) = (Chain::default(), Vec::new());
    for TokenWithSpan { token, .. } in tokens {
        match token {
            Token::LParen => outer.push(std::mem::take(&mut chain)),
            Token::RParen => chain = outer.pop().unwrap_or_default(),
            Token::Comma => chain.operators = 0,
            Token::Word(word) => match word.keyword {
                Keyword::AND | Keyword::OR | Keyword::DIV => chain.operators += 1,
                Keyword::JOIN => chain.set_operations += 1,
                Keyword::UNION | Keyword::EXCEPT | Keyword::INTERSECT | Keyword::MINUS => {
                    chain = Chain { operators: 0, set_operations: chain.set_operations + 1 };
                }
                Keyword::SELECT
                | Keyword::FROM
                | Keyword::WHERE
                | Keyword::HAVING
                | Keyword::ON
                | Keyword::WHEN
                | Keyword::THEN
                | Keyword::ELSE => chain.operators = 0,
                _ => {}
            },
            Token::Plus
            | Token::Minus
            | Token::Mul
            | Token::Div
            | Token::Mod
            | Token::StringConcat
            | Token::Pipe
            | Token::Ampersand
            | Token::Caret => chain.operators += 1,
            _ => {}
        }
        if chain.operators.max(chain.set_operations) > CHAIN_LIMIT {
            return Err(SqlError::chain_too_long(CHAIN_LIMIT));
        }
    }
    Ok(())
}
