//! How far tokens reach: words, numbers, blanks and comments at the start of a text.

pub(super) fn is_word_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

pub(super) fn word_length(text: &str) -> usize {
    text.find(|character| !is_word_character(character)).unwrap_or(text.len())
}

fn digits_length(text: &str) -> usize {
    text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len())
}

/// Digits, fraction and exponent; an `e` without digits after it is no exponent.
pub(super) fn number_length(text: &str) -> usize {
    let mut length = digits_length(text);
    if text[length..].starts_with('.') {
        length += 1 + digits_length(&text[length + 1..]);
    }
    let exponent = &text[length..];
    let sign = usize::from(matches!(exponent.as_bytes().get(1), Some(b'+' | b'-')));
    if exponent.starts_with(['e', 'E']) {
        let digits = digits_length(&exponent[1 + sign..]);
        let is_name = is_word_character(exponent[1 + sign + digits..].chars().next().unwrap_or(' '));
        if digits > 0 && !(is_name && sign == 0 && !text[..length].contains('.')) {
            length += 1 + sign + digits;
        }
    }
    length
}

/// How many bytes of blanks and comments start the text; `None` when a comment has no end.
pub(super) fn blank_length(text: &str) -> Option<usize> {
    let mut length = 0;
    loop {
        let rest = &text[length..];
        if rest.starts_with("--") {
            length += line_comment_length(rest);
        } else if rest.starts_with("/*") {
            length += bracketed_comment_length(rest)?;
        } else {
            match rest.chars().next().filter(|character| character.is_whitespace()) {
                Some(character) => length += character.len_utf8(),
                None => return Some(length),
            }
        }
    }
}

/// A backslash at the end of the line continues the comment.
fn line_comment_length(text: &str) -> usize {
    let mut end = 0;
    while let Some(newline) = text[end..].find('\n') {
        end += newline + 1;
        if !text[..end - 1].ends_with('\\') {
            return end;
        }
    }
    text.len()
}

/// Bracketed comments nest.
fn bracketed_comment_length(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut position = 0;
    loop {
        position += text[position..].find(['/', '*'])?;
        let pair = text.get(position..position + 2);
        match pair {
            Some("/*") => depth += 1,
            Some("*/") => depth -= 1,
            _ => {
                position += 1;
                continue;
            }
        }
        position += 2;
        if depth == 0 {
            return Some(position);
        }
    }
}
