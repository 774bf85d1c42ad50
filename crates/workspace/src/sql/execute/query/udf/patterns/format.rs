//! Dates and times written by a pattern.

use chrono::{Datelike, NaiveDateTime, Timelike};

use super::{Piece, pieces};
use crate::sql::SqlError;
use crate::sql::execute::query::zone;

/// A time that the clock of the session shows.
///
/// # Errors
/// Those of a pattern that is not known; `UNSUPPORTED_FEATURE` for the name of a zone other than UTC.
pub(in crate::sql::execute::query::udf) fn formatted(
    at: NaiveDateTime,
    pattern: &str,
) -> Result<String, SqlError> {
    let mut text = String::new();
    for piece in pieces(pattern)? {
        match piece {
            Piece::Text(written) => text.push_str(&written),
            Piece::Field('z' | 'V' | 'v' | 'O', _) if !zone::is_utc() => {
                return Err(SqlError::unsupported("the name of a time zone other than UTC in a pattern"));
            }
            Piece::Field(letter @ ('X' | 'x' | 'Z'), width) if !zone::is_utc() => {
                text.push_str(&offset(at, letter, width)?);
            }
            Piece::Field(letter, width) => text.push_str(&field(at, letter, width)),
        }
    }
    Ok(text)
}

/// How far the session's zone is from UTC.
fn offset(at: NaiveDateTime, letter: char, width: usize) -> Result<String, SqlError> {
    let seconds = zone::seconds(at);
    let sign = if seconds < 0 { '-' } else { '+' };
    let (hours, minutes) = (seconds.abs() / 3600, seconds.abs() / 60 % 60);
    match (letter, width) {
        ('X', _) if seconds == 0 => Ok("Z".to_owned()),
        ('X' | 'x', 1) if minutes == 0 => Ok(format!("{sign}{hours:02}")),
        ('X' | 'x', 1 | 2) | ('Z', 1..=3) => Ok(format!("{sign}{hours:02}{minutes:02}")),
        ('X' | 'x', 3) | ('Z', 5) => Ok(format!("{sign}{hours:02}:{minutes:02}")),
        _ => Err(SqlError::unsupported(format!("{width} times {letter} in a pattern"))),
    }
}

fn field(at: NaiveDateTime, letter: char, width: usize) -> String {
    let padded = |number: u32| format!("{number:0width$}");
    let named = |short: &str, long: &str| at.format(if width < 4 { short } else { long }).to_string();
    let quarter = at.month0() / 3 + 1;
    match letter {
        'y' if width == 2 => format!("{:02}", at.year().rem_euclid(100)),
        'y' => format!("{:0width$}", at.year()),
        'M' | 'L' if width < 3 => padded(at.month()),
        'M' | 'L' => named("%b", "%B"),
        'd' => padded(at.day()),
        'D' => padded(at.ordinal()),
        'E' => named("%a", "%A"),
        'F' => padded((at.day() - 1) % 7 + 1),
        'Q' | 'q' => match width {
            1 | 2 => padded(quarter),
            3 => format!("Q{quarter}"),
            _ => format!("{quarter}{} quarter", ["st", "nd", "rd", "th"][(quarter - 1) as usize]),
        },
        'a' => at.format("%p").to_string(),
        'H' => padded(at.hour()),
        'k' => padded(if at.hour() == 0 { 24 } else { at.hour() }),
        'h' => padded(at.hour12().1),
        'K' => padded(at.hour() % 12),
        'm' => padded(at.minute()),
        's' => padded(at.second()),
        'S' => format!("{:09}", at.nanosecond()).chars().take(width).collect(),
        'G' => if width < 4 { "AD" } else { "Anno Domini" }.to_owned(),
        'z' if width == 4 => "Coordinated Universal Time".to_owned(),
        'z' | 'V' => "UTC".to_owned(),
        'X' => "Z".to_owned(),
        'x' if width == 1 => "+00".to_owned(),
        'x' if width == 3 => "+00:00".to_owned(),
        _ => "+0000".to_owned(),
    }
}
