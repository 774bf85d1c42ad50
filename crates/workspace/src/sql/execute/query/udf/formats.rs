//! Texts made of values by a format: `format_string`, `format_number`.

use datafusion::arrow::datatypes::DataType;
use datafusion::common::ScalarValue;

use super::definition::Parameter::{Any, Number, Text};
use super::definition::{Answer, Definition, Output};
use super::row::{NULL, Row, text};
use super::text::spark_text;
use crate::sql::SqlError;
use crate::sql::execute::query::decimal::{Decimal, Rounding};

pub(super) const FUNCTIONS: &[Definition] = &[
    Definition::rows(&["format_string", "printf"], &[Text, Any], Output::Type(DataType::Utf8), formatted)
        .variadic()
        .with_nulls(),
    Definition::rows(&["format_number"], &[Number, Any], Output::Type(DataType::Utf8), |row| {
        let value = row.value(0);
        match row.value(1) {
            ScalarValue::Utf8(Some(pattern)) => Pattern::parse(pattern)?.written(value),
            _ => match usize::try_from(row.long(1)) {
                Ok(digits) => Pattern { whole: 1, least: digits, most: digits, grouped: true }.written(value),
                Err(_) => NULL,
            },
        }
    }),
];

/// What the digits of a number are.
struct Pattern {
    /// How many digits stand before the point, at least.
    whole: usize,
    /// How many stand behind it, at least and at most.
    least: usize,
    most: usize,
    grouped: bool,
}

impl Pattern {
    /// `#,##0.00`: a `0` is always a digit, a `#` where there is one.
    ///
    /// # Errors
    /// `UNSUPPORTED_FEATURE` for other characters.
    fn parse(pattern: &str) -> Result<Self, SqlError> {
        if pattern.is_empty() {
            return Ok(Self { whole: 1, least: 0, most: 0, grouped: true });
        }
        let (whole, fraction) = pattern.split_once('.').unwrap_or((pattern, ""));
        let plain = |part: &str, allowed: &[char]| part.chars().all(|character| allowed.contains(&character));
        let grouped = whole.contains(',');
        let threes = !grouped || whole.rsplit(',').next().is_some_and(|last| last.len() == 3);
        if !plain(whole, &['#', '0', ',']) || !plain(fraction, &['#', '0']) || !threes {
            return Err(SqlError::unsupported(format!("the number format '{pattern}'")));
        }
        let zeros = |part: &str| part.chars().filter(|character| *character == '0').count();
        Ok(Self { whole: zeros(whole), least: zeros(fraction), most: fraction.len(), grouped })
    }

    /// Halves are rounded to the even neighbour.
    fn written(&self, value: &ScalarValue) -> Answer {
        let digits = match value {
            ScalarValue::Float32(Some(number)) => self.of_float(f64::from(*number)),
            ScalarValue::Float64(Some(number)) => self.of_float(*number),
            _ => {
                let scale = i32::try_from(self.most).unwrap_or(i32::MAX);
                Decimal::from_value(value)
                    .and_then(|number| number.rescaled(scale, Rounding::HalfEven))
                    .map(|number| number.to_string())
            }
        };
        let digits = digits.ok_or_else(|| SqlError::arithmetic_overflow("a number with too many digits"))?;
        let (sign, digits) = match digits.strip_prefix('-') {
            Some(digits) if digits.bytes().any(|digit| matches!(digit, b'1'..=b'9')) => ("-", digits),
            Some(digits) => ("", digits),
            None => ("", digits.as_str()),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let whole = format!("{:0>width$}", whole.trim_start_matches('0'), width = self.whole);
        let whole = if self.grouped { grouped(&whole) } else { whole };
        let kept = fraction.trim_end_matches('0').len().max(self.least).min(fraction.len());
        text(match &fraction[..kept] {
            "" => format!("{sign}{whole}"),
            fraction => format!("{sign}{whole}.{fraction}"),
        })
    }

    fn of_float(&self, number: f64) -> Option<String> {
        number.is_finite().then(|| format!("{number:.most$}", most = self.most))
    }
}

/// `1,234,567`
fn grouped(digits: &str) -> String {
    let first = digits.len() % 3;
    let mut groups: Vec<&str> = if first > 0 { vec![&digits[..first]] } else { Vec::new() };
    groups.extend((first..digits.len()).step_by(3).map(|start| &digits[start..start + 3]));
    groups.join(",")
}

/// A value in a format, as Java's `Formatter` writes it: `%-5s`, `%,d`, `%05.2f`.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "Java's flags, each of which may be there or not")]
struct Specifier {
    left: bool,
    zeros: bool,
    plus: bool,
    blank: bool,
    grouped: bool,
    width: usize,
    precision: Option<usize>,
}

fn formatted(row: &Row) -> Answer {
    if row.is_null(0) {
        return NULL;
    }
    let (mut written, mut rest, mut next) = (String::new(), row.text(0), 1);
    while let Some((before, after)) = rest.split_once('%') {
        written.push_str(before);
        let (specifier, conversion, after) = specifier(after)?;
        rest = after;
        match conversion {
            '%' => written.push_str(&specifier.padded("%")),
            'n' => written.push('\n'),
            _ if next >= row.len() => return Err(invalid(&format!("%{conversion} has no argument"))),
            _ => {
                written.push_str(&specifier.written(conversion, row.value(next))?);
                next += 1;
            }
        }
    }
    written.push_str(rest);
    text(written)
}

/// What follows a percent sign, up to the conversion, and the rest of the text.
fn specifier(text: &str) -> Result<(Specifier, char, &str), SqlError> {
    let mut specifier = Specifier::default();
    let flags = text.find(|character| !"-0+ ,".contains(character)).unwrap_or(text.len());
    for flag in text[..flags].chars() {
        match flag {
            '-' => specifier.left = true,
            '0' => specifier.zeros = true,
            '+' => specifier.plus = true,
            ',' => specifier.grouped = true,
            _ => specifier.blank = true,
        }
    }
    let digits = |text: &str| text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    let rest = &text[flags..];
    let (width, mut rest) = rest.split_at(digits(rest));
    specifier.width = width.parse().unwrap_or_default();
    if let Some(fraction) = rest.strip_prefix('.') {
        let (precision, after) = fraction.split_at(digits(fraction));
        specifier.precision = Some(precision.parse().map_err(|_| invalid("a precision without digits"))?);
        rest = after;
    }
    let mut characters = rest.chars();
    let conversion = characters.next().ok_or_else(|| invalid("a percent sign at the end"))?;
    Ok((specifier, conversion, characters.as_str()))
}

/// The class is UNCONFIRMED: Spark lets Java's own exception through.
fn invalid(detail: &str) -> SqlError {
    SqlError::invalid_parameter("INVALID_PARAMETER_VALUE", "format_string", detail)
}

impl Specifier {
    fn written(&self, conversion: char, value: &ScalarValue) -> Result<String, SqlError> {
        let refused = || invalid(&format!("%{conversion} of a value of type {}", value.data_type()));
        let number = value.data_type().is_signed_integer();
        let float = matches!(value, ScalarValue::Float32(_) | ScalarValue::Float64(_));
        let written = match conversion {
            's' | 'S' => {
                let written = spark_text(value)?.unwrap_or_else(|| "null".to_owned());
                let kept = self.precision.unwrap_or(usize::MAX);
                written.chars().take(kept).collect()
            }
            'b' | 'B' => (!value.is_null() && *value != ScalarValue::Boolean(Some(false))).to_string(),
            _ if value.is_null() => "null".to_owned(),
            'd' if number => return Ok(self.signed(&spark_text(value)?.unwrap_or_default())),
            'x' | 'X' | 'o' if number => in_base(conversion, value).ok_or_else(refused)?,
            'f' if float => return Ok(self.signed(&self.fixed(value).ok_or_else(refused)?)),
            'c' if number => character(value).ok_or_else(refused)?,
            'd' | 'x' | 'X' | 'o' | 'f' | 'c' => return Err(refused()),
            other => return Err(SqlError::unsupported(format!("%{other} in format_string"))),
        };
        let written = if conversion.is_uppercase() { written.to_uppercase() } else { written };
        if self.zeros && number && written.len() < self.width {
            return Ok(format!("{written:0>width$}", width = self.width));
        }
        Ok(self.padded(&written))
    }

    /// Halves of the digits that the number is written with are rounded up.
    fn fixed(&self, value: &ScalarValue) -> Option<String> {
        let digits = i32::try_from(self.precision.unwrap_or(6)).ok()?;
        let number = Decimal::parse(&spark_text(value).ok()??)?;
        Some(number.rescaled(digits, Rounding::HalfUp)?.to_string())
    }

    /// A number with its sign, groups and zeros before it.
    fn signed(&self, digits: &str) -> String {
        let (negative, digits) = digits.strip_prefix('-').map_or((false, digits), |digits| (true, digits));
        let sign = match negative {
            true => "-",
            false if self.plus => "+",
            false if self.blank => " ",
            false => "",
        };
        let digits = match (self.grouped, digits.split_once('.')) {
            (false, _) => digits.to_owned(),
            (true, Some((whole, fraction))) => format!("{}.{fraction}", grouped(whole)),
            (true, None) => grouped(digits),
        };
        if self.zeros {
            let width = self.width.saturating_sub(sign.len());
            return format!("{sign}{digits:0>width$}");
        }
        self.padded(&format!("{sign}{digits}"))
    }

    fn padded(&self, written: &str) -> String {
        let width = self.width;
        if self.left { format!("{written:<width$}") } else { format!("{written:>width$}") }
    }
}

/// A whole number in the two's complement of its type.
fn in_base(conversion: char, value: &ScalarValue) -> Option<String> {
    let (bits, number) = match value {
        ScalarValue::Int8(Some(number)) => (8, i64::from(*number)),
        ScalarValue::Int16(Some(number)) => (16, i64::from(*number)),
        ScalarValue::Int32(Some(number)) => (32, i64::from(*number)),
        ScalarValue::Int64(Some(number)) => (64, *number),
        _ => return None,
    };
    let number = number.cast_unsigned() & (u64::MAX >> (64 - bits));
    Some(if conversion == 'o' { format!("{number:o}") } else { format!("{number:x}") })
}

fn character(value: &ScalarValue) -> Option<String> {
    let ScalarValue::Int32(Some(code)) = value else { return None };
    char::from_u32(code.cast_unsigned()).map(String::from)
}
