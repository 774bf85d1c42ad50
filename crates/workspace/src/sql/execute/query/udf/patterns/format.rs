//! Dates and times written by a pattern.

use chrono::{Datelike, NaiveDateTime, Timelike};

use super::{Piece, pieces};
use crate::sql::SqlError;

/// A time of the zone of the session, which is UTC.
///
/// # Errors
/// Those of a pattern that is not known.
pub(in crate::sql::execute::query::udf) fn formatted(
    at: NaiveDateTime,
    pattern: &str,
) -> Result<String, SqlError> {
    let mut text = String::new();
    for piece in pieces(pattern)? {
        match piece {
            Piece::Text(written) => text.push_str(&written),
            Piece::Field(letter, width) => text.push_str(&field(at, letter, width)),
        }
    }
    Ok(text)
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
