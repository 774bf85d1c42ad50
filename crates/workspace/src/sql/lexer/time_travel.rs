//! The spellings of time travel, made into the two that `sqlparser` knows: `VERSION AS OF n` and
//! `TIMESTAMP AS OF e`.

use datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan, Whitespace};

/// The clause that the text after `@` stands for: `v3`, or a timestamp `yyyyMMddHHmmssSSS`.
pub(super) fn shorthand(text: &str) -> Option<[Token; 4]> {
    if let Some(version) = text.strip_prefix(['v', 'V']).filter(|version| is_number(version)) {
        return Some(clause("VERSION", Token::Number(version.to_owned(), false)));
    }
    (is_number(text) && text.len() == 17).then(|| {
        let part = |start: usize, length: usize| &text[start..start + length];
        let timestamp = format!(
            "{}-{}-{} {}:{}:{}.{}",
            part(0, 4),
            part(4, 2),
            part(6, 2),
            part(8, 2),
            part(10, 2),
            part(12, 2),
            part(14, 3)
        );
        clause("TIMESTAMP", Token::SingleQuotedString(timestamp))
    })
}

fn clause(kind: &str, value: Token) -> [Token; 4] {
    [Token::make_keyword(kind), Token::make_keyword("AS"), Token::make_keyword("OF"), value]
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit())
}

/// Drops the `FOR` of `FOR VERSION AS OF`, reads `SYSTEM_VERSION` and `SYSTEM_TIME` as `VERSION` and `TIMESTAMP`,
/// and makes a number of a version that is written as a string.
pub(super) fn normalize(tokens: &mut [TokenWithSpan]) {
    let places: Vec<usize> = (0..tokens.len()).filter(|&index| !is_blank(&tokens[index])).collect();
    for window in 0..places.len().saturating_sub(2) {
        let [kind, as_, of] = [places[window], places[window + 1], places[window + 2]];
        if !(is(&tokens[as_], "AS") && is(&tokens[of], "OF")) {
            continue;
        }
        let Some(keyword) = keyword(&tokens[kind]) else { continue };
        tokens[kind].token = Token::make_keyword(keyword);
        if let Some(before) = window.checked_sub(1).map(|before| places[before])
            && is(&tokens[before], "FOR")
        {
            tokens[before].token = Token::Whitespace(Whitespace::Space);
        }
        if let Some(&value) = places.get(window + 3).filter(|_| keyword == "VERSION") {
            number_of_string(&mut tokens[value].token);
        }
    }
}

fn keyword(token: &TokenWithSpan) -> Option<&'static str> {
    if is(token, "VERSION") || is(token, "SYSTEM_VERSION") {
        Some("VERSION")
    } else if is(token, "TIMESTAMP") || is(token, "SYSTEM_TIME") {
        Some("TIMESTAMP")
    } else {
        None
    }
}

fn number_of_string(token: &mut Token) {
    if let Token::SingleQuotedString(text) = token
        && is_number(text)
    {
        *token = Token::Number(std::mem::take(text), false);
    }
}

pub(super) fn is(token: &TokenWithSpan, keyword: &str) -> bool {
    matches!(&token.token, Token::Word(word) if word.quote_style.is_none() && word.value.eq_ignore_ascii_case(keyword))
}

pub(super) fn is_blank(token: &TokenWithSpan) -> bool {
    matches!(token.token, Token::Whitespace(_))
}
