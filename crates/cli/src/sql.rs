//! Scripts of SQL: split into statements.

/// Splits a script at semicolons, but not at those within strings, quoted names, comments or `$$ … $$`.
/// Statements come without surrounding blanks; pieces that hold only blanks and comments are left out.
pub(crate) fn split(script: &str) -> Vec<&str> {
    let mut statements = Vec::new();
    let (mut start, mut position, mut has_content) = (0, 0, false);
    while position < script.len() {
        let rest = &script[position..];
        let token = Token::first(rest);
        if token.kind == TokenKind::Semicolon {
            push(&mut statements, &script[start..position], has_content);
            (start, has_content) = (position + 1, false);
        }
        has_content |= token.kind == TokenKind::Content;
        position += token.length;
    }
    push(&mut statements, &script[start..], has_content);
    statements
}

fn push<'a>(statements: &mut Vec<&'a str>, piece: &'a str, has_content: bool) {
    if has_content {
        statements.push(piece.trim());
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TokenKind {
    Semicolon,
    /// Blanks and comments.
    Nothing,
    Content,
}

struct Token {
    kind: TokenKind,
    /// In bytes, at least 1.
    length: usize,
}

impl Token {
    /// The token at the start of a text that is not empty.
    fn first(text: &str) -> Self {
        let (kind, length) = match text.as_bytes() {
            [b';', ..] => (TokenKind::Semicolon, 1),
            [b'-', b'-', ..] => (TokenKind::Nothing, text.find('\n').map_or(text.len(), |end| end + 1)),
            [b'/', b'*', ..] => (TokenKind::Nothing, bracketed_comment(text)),
            [quote @ (b'\'' | b'"'), ..] => (TokenKind::Content, string(text, *quote)),
            [b'`', ..] => (TokenKind::Content, closed(text, "`")),
            [b'$', b'$', ..] => (TokenKind::Content, closed(text, "$$")),
            _ => character(text),
        };
        Self { kind, length }
    }
}

fn character(text: &str) -> (TokenKind, usize) {
    let first = text.chars().next().unwrap_or(' ');
    let kind = if first.is_whitespace() { TokenKind::Nothing } else { TokenKind::Content };
    (kind, first.len_utf8())
}

/// The length of what begins with the mark and ends with the next one. A doubled backtick begins anew, which
/// comes to the same.
fn closed(text: &str, mark: &str) -> usize {
    let end = text[mark.len()..].find(mark);
    end.map_or(text.len(), |end| end + 2 * mark.len())
}

/// The length of a string; a backslash takes the next character with it.
fn string(text: &str, quote: u8) -> usize {
    let mut escaped = false;
    for (index, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            _ if byte == quote => return index + 1,
            _ => {}
        }
    }
    text.len()
}

/// The length of a bracketed comment; they nest.
fn bracketed_comment(text: &str) -> usize {
    let bytes = text.as_bytes();
    let (mut depth, mut position) = (0usize, 0);
    while position + 1 < bytes.len() {
        match &bytes[position..position + 2] {
            b"/*" => (depth, position) = (depth + 1, position + 2),
            b"*/" if depth == 1 => return position + 2,
            b"*/" => (depth, position) = (depth - 1, position + 2),
            _ => position += 1,
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn semicolons_outside_of_quotes_separate() {
        let script = "SELECT ';'; SELECT \"a\\\";\" FROM `x;``y` -- ;\n; /* ; /* ; */ ; */ SELECT 1;\n;";
        assert_eq!(
            split(script),
            ["SELECT ';'", "SELECT \"a\\\";\" FROM `x;``y` -- ;", "/* ; /* ; */ ; */ SELECT 1"]
        );
    }

    #[test]
    fn dollar_quotes_hold_a_body_together() {
        let script = "CREATE FUNCTION f() RETURNS INT LANGUAGE PYTHON AS $$ a = 1; return a $$; SELECT 1";
        assert_eq!(split(script).len(), 2);
    }

    #[test]
    fn only_blanks_and_comments_are_no_statement() {
        assert!(split(" ; -- nothing\n ;; /* nothing */").is_empty());
    }

    #[test]
    fn what_is_not_closed_ends_with_the_script() {
        for script in ["SELECT 'a; b", "SELECT `a; b", "SELECT 1 /* a; b", "SELECT $$a; b", "SELECT '\\"] {
            assert_eq!(split(script), [script]);
        }
    }

    proptest! {
        #[test]
        fn any_text_can_be_split(script in r#"[a;'"`$\-/*\\ \né]{0,40}"#) {
            let statements = split(&script);
            prop_assert!(statements.iter().all(|statement| script.contains(statement)));
        }

        #[test]
        fn quoted_text_is_never_split(text in "[^'\\\\]*") {
            let statement = format!("SELECT '{text}'");
            let script = format!("{statement};{statement}");
            prop_assert_eq!(split(&script), vec![statement.as_str(), &statement]);
        }
    }
}
