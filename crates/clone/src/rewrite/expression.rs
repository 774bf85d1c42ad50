//! Whether a text is one expression, as far as its tokens tell.

use sqlparser::tokenizer::Token;

use super::lexer::{Lexeme, lex};

/// Words that no expression begins with.
const BEGINNINGS: &[&str] = &[
    "ALTER", "CALL", "CREATE", "DELETE", "DROP", "EXECUTE", "FROM", "GRANT", "INSERT", "LIMIT", "MERGE",
    "ORDER", "REVOKE", "SELECT", "SET", "TABLE", "TRUNCATE", "UPDATE", "USE", "VALUES", "WHERE", "WITH",
];

/// Why a text cannot be put between parentheses as an expression; `None` when it can.
pub(crate) fn expression_problem(text: &str) -> Option<String> {
    let tokens = match lex(text) {
        Ok(lexed) => lexed.tokens,
        Err(problem) => return Some(problem),
    };
    let (first, last) = (tokens.first(), tokens.last());
    let Some((first, last)) = first.zip(last) else { return Some("there is no expression".to_owned()) };
    if BEGINNINGS.iter().any(|word| first.is_keyword(word)) {
        return Some("a condition is an expression, no clause and no statement".to_owned());
    }
    let comment_follows = text[last.end..].contains("--");
    if comment_follows {
        return Some("it ends with a comment".to_owned());
    }
    unbalanced(&tokens)
}

fn unbalanced(tokens: &[Lexeme]) -> Option<String> {
    let mut open = Vec::new();
    for token in tokens {
        match &token.token {
            Token::SemiColon => return Some("a condition is one expression, without `;`".to_owned()),
            Token::LParen => open.push(Token::RParen),
            Token::LBracket => open.push(Token::RBracket),
            closing @ (Token::RParen | Token::RBracket) if open.pop().as_ref() != Some(closing) => {
                return Some(format!("`{closing}` closes nothing"));
            }
            _ => {}
        }
    }
    open.last().map(|closing| format!("a `{closing}` is missing"))
}
