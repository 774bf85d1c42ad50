//! Dates and times read by a pattern.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};

use super::{Piece, pieces};
use crate::sql::SqlError;
use crate::sql::execute::query::udf::cast::zone_offset;

/// What has been read so far; the first of all is what is not in the text.
struct Fields {
    year: i32,
    month: u32,
    day: u32,
    day_of_year: Option<u32>,
    hour: u32,
    afternoon: Option<bool>,
    minute: u32,
    second: u32,
    micros: u32,
    zone: Option<String>,
}

/// The time that the clock of the session shows when a text means it; nothing when the text does not follow the pattern.
///
/// # Errors
/// Those of a pattern that is not known, and `UNSUPPORTED_FEATURE` for letters that are only written.
pub(in crate::sql::execute::query::udf) fn parsed(
    text: &str,
    pattern: &str,
) -> Result<Option<NaiveDateTime>, SqlError> {
    let pieces = pieces(pattern)?;
    if pattern.contains('[')
        || pieces.iter().any(|piece| matches!(piece, Piece::Field('E' | 'Q' | 'q' | 'F' | 'G', _)))
    {
        return Err(SqlError::unsupported(format!("reading a text by the pattern '{pattern}'")));
    }
    Ok(read(text, &pieces))
}

fn read(text: &str, pieces: &[Piece]) -> Option<NaiveDateTime> {
    let mut fields = Fields {
        year: 1970,
        month: 1,
        day: 1,
        day_of_year: None,
        hour: 0,
        afternoon: None,
        minute: 0,
        second: 0,
        micros: 0,
        zone: None,
    };
    let mut rest = text;
    for (index, piece) in pieces.iter().enumerate() {
        rest = match piece {
            Piece::Text(written) => rest.strip_prefix(written.as_str())?,
            Piece::Field(letter, width) => {
                // Digits right behind a number end it.
                let joined =
                    matches!(pieces.get(index + 1), Some(Piece::Field(next, _)) if next.is_alphabetic());
                fields.take(rest, *letter, *width, joined)?
            }
        };
    }
    if rest.is_empty() { fields.time() } else { None }
}

impl Fields {
    /// Reads a field and answers with what follows it.
    fn take<'a>(&mut self, text: &'a str, letter: char, width: usize, joined: bool) -> Option<&'a str> {
        let most = match (letter, width) {
            _ if joined => width,
            ('y', 1 | 4..) => 6,
            (_, 1) if letter != 'S' => 2,
            _ => width,
        };
        match letter {
            'M' | 'L' if width > 2 => return self.take_month(text, width),
            'a' => return self.take_half(text),
            'X' | 'x' | 'Z' | 'z' | 'V' => return self.take_zone(text),
            _ => {}
        }
        let end = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len()).min(most);
        let (digits, rest) = text.split_at(end);
        if digits.len() < width.min(most) {
            return None;
        }
        let number: u32 = digits.parse().ok()?;
        match letter {
            'y' if width == 2 => self.year = 2000 + i32::try_from(number).ok()?,
            'y' => self.year = i32::try_from(number).ok()?,
            'M' | 'L' => self.month = number,
            'd' => self.day = number,
            'D' => self.day_of_year = Some(number),
            'H' => self.hour = number,
            'k' => self.hour = number % 24,
            'h' | 'K' => {
                self.hour = number % 12;
                self.afternoon.get_or_insert(false);
            }
            'm' => self.minute = number,
            's' => self.second = number,
            'S' => self.micros = format!("{digits:0<6}").get(..6)?.parse().ok()?,
            _ => return None,
        }
        Some(rest)
    }

    fn take_month<'a>(&mut self, text: &'a str, width: usize) -> Option<&'a str> {
        const MONTHS: [&str; 12] = [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ];
        let name = |index: usize| if width > 3 { MONTHS[index] } else { &MONTHS[index][..3] };
        let index = (0..12).find(|index| text.starts_with(name(*index)))?;
        self.month = u32::try_from(index).ok()? + 1;
        text.strip_prefix(name(index))
    }

    fn take_half<'a>(&mut self, text: &'a str) -> Option<&'a str> {
        let (half, rest) = text.split_at_checked(2)?;
        self.afternoon = Some(match half {
            "AM" => false,
            "PM" => true,
            _ => return None,
        });
        Some(rest)
    }

    #[expect(clippy::unnecessary_wraps, reason = "parts of patterns have one shape")]
    fn take_zone<'a>(&mut self, text: &'a str) -> Option<&'a str> {
        let end = text.find(|character: char| character.is_whitespace()).unwrap_or(text.len());
        let (zone, rest) = text.split_at(end);
        let with_colon = match zone.as_bytes() {
            [b'+' | b'-', digits @ ..] if digits.len() == 4 && !zone.contains(':') => {
                format!("{}:{}", &zone[..3], &zone[3..])
            }
            _ => zone.to_owned(),
        };
        self.zone = Some(with_colon);
        Some(rest)
    }

    fn time(self) -> Option<NaiveDateTime> {
        let date = match self.day_of_year {
            Some(day) => NaiveDate::from_yo_opt(self.year, day)?,
            None => NaiveDate::from_ymd_opt(self.year, self.month, self.day)?,
        };
        let hour = if self.afternoon == Some(true) { self.hour % 12 + 12 } else { self.hour };
        let local =
            date.and_time(NaiveTime::from_hms_micro_opt(hour, self.minute, self.second, self.micros)?);
        match self.zone {
            Some(zone) => Some(crate::sql::execute::query::zone::local(local - zone_offset(&zone, local)?)),
            None => Some(local),
        }
    }
}
