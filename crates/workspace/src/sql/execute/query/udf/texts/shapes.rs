//! Texts by the kinds of their characters.

use crate::sql::execute::query::udf::definition::Answer;
use crate::sql::execute::query::udf::row::{NULL, Row, text};

/// Each character of `from` becomes the one at its place in `to`, or goes when there is none.
pub(super) fn translated(input: &str, from: &str, to: &str) -> String {
    let change = |character: char| match from.chars().position(|known| known == character) {
        None => Some(character),
        Some(position) => to.chars().nth(position),
    };
    input.chars().filter_map(change).collect()
}

/// Words, which only blanks divide, begin with a capital.
pub(super) fn initcap(input: &str) -> String {
    let mut result = String::with_capacity(input.len());
    let mut first = true;
    for character in input.chars() {
        if first {
            result.extend(character.to_uppercase());
        } else {
            result.extend(character.to_lowercase());
        }
        first = character == ' ';
    }
    result
}

/// Letters and digits hidden; null as a mask leaves its kind as it is.
pub(super) fn mask(row: &Row) -> Answer {
    if row.is_null(0) {
        return NULL;
    }
    let with = |index: usize, default| {
        if index >= row.len() { default } else { row.text(index).chars().next() }
    };
    let (upper, lower, digit, other) =
        (with(1, Some('X')), with(2, Some('x')), with(3, Some('n')), with(4, None));
    let masked = |character: char| {
        let mask = match character {
            _ if character.is_uppercase() => upper,
            _ if character.is_lowercase() => lower,
            _ if character.is_numeric() => digit,
            _ => other,
        };
        mask.unwrap_or(character)
    };
    text(row.text(0).chars().map(masked).collect::<String>())
}

/// The code of how an English word sounds.
pub(super) fn soundex(input: &str) -> String {
    let Some(first) = input.chars().next().filter(char::is_ascii_alphabetic) else { return input.to_owned() };
    let code = |letter: char| match letter.to_ascii_uppercase() {
        'B' | 'F' | 'P' | 'V' => Some('1'),
        'C' | 'G' | 'J' | 'K' | 'Q' | 'S' | 'X' | 'Z' => Some('2'),
        'D' | 'T' => Some('3'),
        'L' => Some('4'),
        'M' | 'N' => Some('5'),
        'R' => Some('6'),
        _ => None,
    };
    let mut result = String::from(first.to_ascii_uppercase());
    let mut last = code(first);
    for letter in input.chars().skip(1).filter(char::is_ascii_alphabetic) {
        let next = code(letter);
        if let Some(digit) = next.filter(|_| next != last) {
            result.push(digit);
        }
        // `H` and `W` do not divide letters of one sound.
        if !matches!(letter.to_ascii_uppercase(), 'H' | 'W') {
            last = next;
        }
    }
    format!("{result:0<4}").chars().take(4).collect()
}

/// Whether the last digit checks the others.
pub(super) fn is_luhn(input: &str) -> bool {
    let digits: Option<Vec<u32>> = input.chars().rev().map(|character| character.to_digit(10)).collect();
    let Some(digits) = digits.filter(|digits| !digits.is_empty()) else { return false };
    let doubled = |(index, digit): (usize, u32)| match (index % 2, digit * 2) {
        (0, _) => digit,
        (_, twice) if twice > 9 => twice - 9,
        (_, twice) => twice,
    };
    digits.into_iter().enumerate().map(doubled).sum::<u32>() % 10 == 0
}

/// How many characters must be put in, taken out or changed.
pub(super) fn levenshtein(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut last: Vec<usize> = (0..=right.len()).collect();
    for (row, from) in left.chars().enumerate() {
        let mut next = vec![row + 1];
        for (column, to) in right.iter().enumerate() {
            let changed = last[column] + usize::from(from != *to);
            next.push(changed.min(last[column + 1] + 1).min(next[column] + 1));
        }
        last = next;
    }
    last.last().copied().unwrap_or_default()
}
