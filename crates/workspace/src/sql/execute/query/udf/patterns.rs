//! Java's patterns of dates and times, as Spark takes them.

mod format;
mod parse;

use crate::sql::SqlError;

pub(super) use format::formatted;
pub(super) use parse::parsed;

/// A piece of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    /// A letter and how often it is repeated.
    Field(char, usize),
    Text(String),
}

/// # Errors
/// `INCONSISTENT_BEHAVIOR_CROSS_VERSION` for letters that Spark took before version 3; `UNSUPPORTED_FEATURE` for
/// other letters we have not got.
fn pieces(pattern: &str) -> Result<Vec<Piece>, SqlError> {
    let mut pieces = Vec::new();
    let mut characters = pattern.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\'' => pieces.push(Piece::Text(quoted(&mut characters))),
            // What stands in square brackets may be left out of a text that is read.
            '[' | ']' => {}
            _ if character.is_ascii_alphabetic() => {
                let mut width = 1;
                while characters.next_if_eq(&character).is_some() {
                    width += 1;
                }
                require_known(pattern, character, width)?;
                pieces.push(Piece::Field(character, width));
            }
            other => pieces.push(Piece::Text(other.to_string())),
        }
    }
    Ok(pieces)
}

/// Up to the closing quote; two quotes are one.
fn quoted(characters: &mut std::iter::Peekable<std::str::Chars>) -> String {
    let mut text = String::new();
    while let Some(character) = characters.next() {
        match character {
            '\'' if characters.next_if_eq(&'\'').is_some() => text.push('\''),
            '\'' => break,
            other => text.push(other),
        }
    }
    if text.is_empty() { "'".to_owned() } else { text }
}

fn require_known(pattern: &str, letter: char, width: usize) -> Result<(), SqlError> {
    let most = match letter {
        'y' => 6,
        'M' | 'L' | 'E' | 'Q' | 'q' | 'G' | 'z' => 4,
        'd' | 'H' | 'h' | 'k' | 'K' | 'm' | 's' | 'V' => 2,
        'D' | 'X' | 'x' | 'Z' => 3,
        'a' | 'F' => 1,
        'S' => 9,
        'Y' | 'W' | 'w' | 'u' | 'e' | 'c' | 'A' | 'B' | 'n' | 'N' | 'p' => 0,
        _ => return Err(SqlError::unsupported(format!("the letter {letter} in the pattern '{pattern}'"))),
    };
    if width > most {
        return Err(SqlError::old_datetime_pattern(pattern));
    }
    Ok(())
}
