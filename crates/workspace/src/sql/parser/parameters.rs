//! Parameters: every `:name` and `?` becomes the literal it stands for, before anything is parsed, so that a
//! parameter may stand wherever a literal may, `IDENTIFIER(:name)` included.

use clxs_api::SqlLiteral;
use clxs_api::statement::StatementParameter;
use datafusion::sql::sqlparser::tokenizer::{Span, Token, TokenWithSpan};

use super::{Parser, bound_tokens};
use crate::sql::error::SqlError;
use crate::sql::lexer;

/// Puts the values in. A marker without a value stays, to be reported where it stands.
pub(super) fn bind(
    tokens: Vec<TokenWithSpan>,
    parameters: &[StatementParameter],
) -> Result<Vec<TokenWithSpan>, SqlError> {
    if parameters.is_empty() {
        return Ok(tokens);
    }
    let mut bound: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len());
    let mut tokens = tokens.into_iter().peekable();
    let mut ordinal = 0;
    while let Some(token) = tokens.next() {
        if token.token == Token::Placeholder("?".to_owned()) {
            ordinal += 1;
            match parameters.iter().find(|parameter| parameter.ordinal == Some(ordinal)) {
                Some(parameter) => extend(&mut bound, parameter, token.span)?,
                None => bound.push(token),
            }
            continue;
        }
        let parameter = match tokens.peek().map(|next| &next.token) {
            Some(Token::Word(word)) if is_marker(&token, bound.last()) => {
                parameters.iter().find(|parameter| parameter.name == word.value)
            }
            _ => None,
        };
        match parameter.zip(tokens.peek().map(|name| name.span)) {
            Some((parameter, name)) => {
                extend(&mut bound, parameter, Span::new(token.span.start, name.end))?;
                tokens.next();
            }
            None => bound.push(token),
        }
    }
    Ok(bound)
}

/// Puts a value where its marker was.
fn extend(
    bound: &mut Vec<TokenWithSpan>,
    parameter: &StatementParameter,
    place: Span,
) -> Result<(), SqlError> {
    bound.extend(literal(parameter)?.into_iter().map(|token| TokenWithSpan::new(token, place)));
    Ok(())
}

/// A colon, but not one of a path into a column: `column:field`.
fn is_marker(token: &TokenWithSpan, before: Option<&TokenWithSpan>) -> bool {
    let is_path = matches!(
        before.map(|before| &before.token),
        Some(Token::Word(_) | Token::RParen | Token::RBracket | Token::SingleQuotedString(_))
    );
    token.token == Token::Colon && !is_path
}

/// The tokens of a parameter's value: a literal where the type has one, else a CAST of the text.
fn literal(parameter: &StatementParameter) -> Result<Vec<Token>, SqlError> {
    let type_text = parameter.type_text.as_deref().unwrap_or("STRING");
    let Some(value) = &parameter.value else {
        // The official connector's type of None.
        if type_text.eq_ignore_ascii_case("VOID") {
            return tokens_of("NULL");
        }
        return tokens_of(&format!("CAST(NULL AS {})", checked_type(type_text)?));
    };
    let is_number = !value.is_empty() && value.bytes().all(|digit| digit.is_ascii_digit());
    match type_text.to_uppercase().as_str() {
        "STRING" => Ok(vec![Token::SingleQuotedString(value.clone())]),
        "INT" | "INTEGER" if is_number => Ok(vec![Token::Number(value.clone(), false)]),
        "BIGINT" | "LONG" if is_number => Ok(vec![Token::Number(value.clone(), true)]),
        _ => {
            let value = SqlLiteral::new(value.clone());
            tokens_of(&format!("CAST({value} AS {})", checked_type(type_text)?))
        }
    }
}

/// The type, if it is one and nothing more.
fn checked_type(text: &str) -> Result<&str, SqlError> {
    let (tokens, dialect) = bound_tokens(text, &[])?;
    let mut parser = Parser::new(text, tokens, &dialect);
    parser.data_type()?;
    if *parser.peek() == Token::EOF { Ok(text) } else { Err(parser.syntax_error()) }
}

fn tokens_of(text: &str) -> Result<Vec<Token>, SqlError> {
    Ok(lexer::lex(text)?.into_iter().map(|token| token.token).collect())
}
