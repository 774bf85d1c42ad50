//! String literals: their end, and their value (facts/sql.md §1, facts/settled.md §9).

/// A string literal at the start of a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct StringLiteral {
    /// The value, escapes resolved.
    pub(super) value: String,
    /// How many bytes of the text it takes, with quotes and the `r` of a raw string.
    pub(super) length: usize,
}

/// Reads the literal that starts `text`, in single or double quotes. A doubled quote ends one literal and
/// starts the next: adjacent literals are chained later, so `'a''b'` is `ab`. `None` when it has no end.
pub(super) fn string(text: &str) -> Option<StringLiteral> {
    let quote = text.chars().next()?;
    let body = &text[quote.len_utf8()..];
    let end = end_of(body, quote)?;
    Some(StringLiteral { value: unescape(&body[..end]), length: end + 2 * quote.len_utf8() })
}

/// Reads the raw string literal that starts `text`: `r'…'`, without escapes. `None` when it has no end.
pub(super) fn raw_string(text: &str) -> Option<StringLiteral> {
    let quote = text.chars().nth(1)?;
    let body = text.get(2..)?;
    let end = body.find(quote)?;
    Some(StringLiteral { value: body[..end].to_owned(), length: end + 3 })
}

/// The first quote that no backslash escapes.
fn end_of(body: &str, quote: char) -> Option<usize> {
    let mut characters = body.char_indices();
    while let Some((index, character)) = characters.next() {
        match character {
            '\\' => drop(characters.next()),
            _ if character == quote => return Some(index),
            _ => {}
        }
    }
    None
}

/// The value of a literal's body. `\%` and `\_` keep their backslash, for LIKE; an unknown escape is the
/// character itself.
fn unescape(body: &str) -> String {
    let mut value = String::with_capacity(body.len());
    let mut rest = body;
    while let Some(start) = rest.find('\\') {
        value.push_str(&rest[..start]);
        let (text, length) = escape(&rest[start + 1..]);
        value.push_str(&text);
        rest = &rest[start + 1 + length..];
    }
    value.push_str(rest);
    value
}

/// What follows a backslash: its meaning, and how many bytes it takes.
fn escape(rest: &str) -> (String, usize) {
    if let Some(code_point) = code_point(rest) {
        return code_point;
    }
    let Some(character) = rest.chars().next() else { return ("\\".to_owned(), 0) };
    let meaning = match character {
        '0' => "\0".to_owned(),
        'b' => "\u{8}".to_owned(),
        'n' => "\n".to_owned(),
        'r' => "\r".to_owned(),
        't' => "\t".to_owned(),
        'Z' => "\u{1a}".to_owned(),
        '%' | '_' => format!("\\{character}"),
        other => other.to_string(),
    };
    (meaning, character.len_utf8())
}

/// `\uXXXX`, `\UXXXXXXXX` and octal `\000` to `\177`. UNCONFIRMED on warehouses (facts/sql.md §1): Spark reads them.
fn code_point(rest: &str) -> Option<(String, usize)> {
    let (skip, digits, radix) = match rest.as_bytes() {
        [b'u', ..] => (1, 4, 16),
        [b'U', ..] => (1, 8, 16),
        [b'0' | b'1', b'0'..=b'7', b'0'..=b'7', ..] => (0, 3, 8),
        _ => return None,
    };
    let text = rest.get(skip..skip + digits)?;
    if !text.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    let character = char::from_u32(u32::from_str_radix(text, radix).ok()?)?;
    Some((character.to_string(), skip + digits))
}

#[cfg(test)]
mod tests {
    use clxs_api::SqlLiteral;
    use proptest::prelude::*;

    use super::*;

    fn value(text: &str) -> Option<String> {
        string(text).map(|literal| literal.value)
    }

    #[test]
    fn escapes_of_the_platform_are_resolved() {
        assert_eq!(value(r"'\0\b\n\r\t\Z'").as_deref(), Some("\0\u{8}\n\r\t\u{1a}"));
        assert_eq!(value(r"'\a\'\\\x'").as_deref(), Some(r"a'\x"));
        assert_eq!(value(r"'\u0041\U0001F600\101'").as_deref(), Some("A\u{1F600}A"));
    }

    #[test]
    fn wildcards_keep_their_backslash_for_like() {
        assert_eq!(value(r"'100\%\_'").as_deref(), Some(r"100\%\_"));
    }

    #[test]
    fn doubled_quote_ends_the_literal() {
        assert_eq!(string("'it''s'"), Some(StringLiteral { value: "it".into(), length: 4 }));
    }

    #[test]
    fn raw_string_keeps_backslashes_and_ends_at_its_quote() {
        let literal = StringLiteral { value: r"\d\".into(), length: 6 };
        assert_eq!(raw_string(r"r'\d\' x"), Some(literal));
    }

    #[test]
    fn literal_without_end_is_none() {
        assert_eq!(string(r"'abc\'"), None);
        assert_eq!(string("'"), None);
        assert_eq!(raw_string("r'abc"), None);
    }

    proptest! {
        // Digits after U+0000 could turn its `\0` into an octal escape.
        #[test]
        fn literal_written_by_us_reads_as_the_same_value(text in "([\\x000-9'\"\\\\]|(?s:.))*") {
            let written = SqlLiteral::new(text.clone()).to_string();
            let length = written.len();
            prop_assert_eq!(string(&written), Some(StringLiteral { value: text, length }));
        }
    }
}
