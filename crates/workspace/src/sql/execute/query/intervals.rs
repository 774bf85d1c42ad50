//! Intervals: `INTERVAL '1 02' DAY TO HOUR`. Arrow's types hold the value, the metadata of a column its units.

use std::collections::HashMap;

use datafusion::arrow::datatypes::{DataType, Field, IntervalUnit, TimeUnit};
use datafusion::common::ScalarValue;

use clxs_api::statement::ResultColumn;
use datafusion::logical_expr::{Expr, lit};

use super::decimal::{Decimal, Rounding};
use super::udf;
use crate::delta::schema::{DataType as SparkType, MetadataValue, PrimitiveType, StructField};
use crate::sql::execute::types::{metadata_text, result_column as column};

/// The key in the metadata of a column.
const KEY: &str = "interval";

const MICROS_PER_DAY: i64 = 86_400_000_000;

/// A unit, from the greatest to the least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Unit {
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
}

const UNITS: [(Unit, &str); 6] = [
    (Unit::Year, "YEAR"),
    (Unit::Month, "MONTH"),
    (Unit::Day, "DAY"),
    (Unit::Hour, "HOUR"),
    (Unit::Minute, "MINUTE"),
    (Unit::Second, "SECOND"),
];

impl Unit {
    /// The unit of this name, in any case and number.
    pub(super) fn named(name: &str) -> Option<Self> {
        let name = name.to_uppercase();
        let name = name.strip_suffix('S').unwrap_or(&name);
        UNITS.iter().find(|(_, known)| *known == name).map(|(unit, _)| *unit)
    }

    fn name(self) -> &'static str {
        UNITS.iter().find(|(unit, _)| *unit == self).map_or("", |(_, name)| *name)
    }

    /// Months or microseconds.
    fn size(self) -> i64 {
        match self {
            Self::Year => 12,
            Self::Month => 1,
            Self::Day => MICROS_PER_DAY,
            Self::Hour => 3_600_000_000,
            Self::Minute => 60_000_000,
            Self::Second => 1_000_000,
        }
    }
}

/// The units of an interval, from one to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Units {
    from: Unit,
    to: Unit,
}

impl Units {
    /// Nothing when the units are of two kinds or in the wrong order.
    pub(super) fn new(from: Unit, to: Unit) -> Option<Self> {
        let same_kind = (from <= Unit::Month) == (to <= Unit::Month);
        (same_kind && from <= to).then_some(Self { from, to })
    }

    /// `DAY TO HOUR`
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (from, to) = text.split_once(" TO ").unwrap_or((text, text));
        Self::new(Unit::named(from)?, Unit::named(to)?)
    }

    pub(super) fn text(self) -> String {
        if self.from == self.to {
            return self.from.name().to_owned();
        }
        format!("{} TO {}", self.from.name(), self.to.name())
    }

    /// The units of a column; all of its type when it does not say.
    pub(super) fn of(field: &Field) -> Option<Self> {
        let all = match field.data_type() {
            DataType::Interval(IntervalUnit::YearMonth) => Self { from: Unit::Year, to: Unit::Month },
            DataType::Interval(IntervalUnit::DayTime) => Self { from: Unit::Day, to: Unit::Day },
            DataType::Duration(TimeUnit::Microsecond) => Self { from: Unit::Day, to: Unit::Second },
            _ => return None,
        };
        let said = field.metadata().get(KEY).and_then(|text| Self::parse(text));
        Some(said.filter(|units| units.data_type() == *field.data_type()).unwrap_or(all))
    }

    /// All units of both.
    pub(super) fn with(self, other: Self) -> Self {
        Self { from: self.from.min(other.from), to: self.to.max(other.to) }
    }

    /// Whole days are told from other times: added to a date, they give a date.
    pub(super) fn data_type(self) -> DataType {
        match (self.from, self.to) {
            (Unit::Year | Unit::Month, _) => DataType::Interval(IntervalUnit::YearMonth),
            (Unit::Day, Unit::Day) => DataType::Interval(IntervalUnit::DayTime),
            _ => DataType::Duration(TimeUnit::Microsecond),
        }
    }

    /// What a column of these units says.
    pub(super) fn metadata(self) -> HashMap<String, String> {
        HashMap::from([(KEY.to_owned(), self.text())])
    }

    /// So many months or microseconds as a value; nothing when they are too many.
    pub(super) fn value(self, amount: i64) -> Option<ScalarValue> {
        Some(match self.data_type() {
            DataType::Interval(IntervalUnit::YearMonth) => {
                ScalarValue::IntervalYearMonth(Some(i32::try_from(amount).ok()?))
            }
            DataType::Interval(_) => {
                let days = i32::try_from(amount / MICROS_PER_DAY).ok()?;
                let days = datafusion::arrow::datatypes::IntervalDayTime::new(days, 0);
                ScalarValue::IntervalDayTime(Some(days))
            }
            _ => ScalarValue::DurationMicrosecond(Some(amount)),
        })
    }

    /// Months or microseconds of a text: `1 02:03:04.5`, `1-2`, with a sign before it.
    pub(super) fn read(self, text: &str) -> Option<i64> {
        let text = text.trim();
        let (sign, text) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text.strip_prefix('+').unwrap_or(text)),
        };
        let parts: Vec<&str> = text.split([' ', '-', ':']).collect();
        let units = UNITS.iter().map(|(unit, _)| *unit).filter(|unit| (self.from..=self.to).contains(unit));
        let units: Vec<_> = units.collect();
        if parts.len() != units.len()
            || self.separators() != text.replace(|c: char| c.is_ascii_digit() || c == '.', "")
        {
            return None;
        }
        let amounts = units.iter().zip(parts).enumerate().map(|(index, (unit, part))| {
            let amount = unit_amount(*unit, part)?;
            let limit = match unit {
                Unit::Month => 12,
                Unit::Hour => 24 * Unit::Hour.size(),
                Unit::Minute | Unit::Second => 60 * unit.size(),
                Unit::Year | Unit::Day => i64::MAX,
            };
            (index == 0 || amount < limit).then_some(amount)
        });
        let total = amounts.sum::<Option<i64>>()?;
        Some(sign * total)
    }

    /// What stands between the parts of a text.
    fn separators(self) -> String {
        let between = |unit: Unit, sign: &str| {
            if self.from < unit && unit <= self.to { sign.to_owned() } else { String::new() }
        };
        if self.from <= Unit::Month {
            return between(Unit::Month, "-");
        }
        between(Unit::Hour, " ") + &between(Unit::Minute, ":") + &between(Unit::Second, ":")
    }

    /// The value as Spark writes it: `INTERVAL '1 02' DAY TO HOUR`; nothing for null.
    pub(super) fn written(self, value: &ScalarValue) -> Option<String> {
        let amount = amount(value)?;
        let (sign, rest) =
            if amount < 0 { ("-", amount.unsigned_abs()) } else { ("", amount.unsigned_abs()) };
        let digits = if self.from <= Unit::Month { self.months(rest) } else { self.time(rest) };
        Some(format!("INTERVAL '{sign}{digits}' {}", self.text()))
    }

    fn months(self, months: u64) -> String {
        match (self.from, self.to) {
            (Unit::Year, Unit::Year) => (months / 12).to_string(),
            (Unit::Year, _) => format!("{}-{}", months / 12, months % 12),
            _ => months.to_string(),
        }
    }

    fn time(self, mut rest: u64) -> String {
        let mut text = String::new();
        for (unit, _) in UNITS.iter().filter(|(unit, _)| (self.from..=self.to).contains(unit)) {
            let size = unit.size().unsigned_abs();
            let count = rest / size;
            rest %= size;
            let separator = match unit {
                _ if *unit == self.from => "",
                Unit::Hour => " ",
                _ => ":",
            };
            text.push_str(separator);
            text.push_str(&if *unit == Unit::Day { count.to_string() } else { format!("{count:02}") });
            if *unit == Unit::Second && rest > 0 {
                text.push_str(format!(".{rest:06}").trim_end_matches('0'));
            }
        }
        text
    }

    /// How many of its unit an interval of one unit is.
    pub(super) fn count(self, value: &ScalarValue) -> Option<i64> {
        (self.from == self.to).then_some(amount(value)? / self.from.size())
    }

    /// So many of the unit, for intervals of one unit.
    pub(super) fn of_count(self, count: i64) -> Option<i64> {
        if self.from == self.to { count.checked_mul(self.from.size()) } else { None }
    }
}

/// The column of a result that an interval is; its metadata says the units.
pub(super) fn field(name: &str, of: &Field) -> Option<StructField> {
    let units = Units::of(of)?;
    let data_type = match units.data_type() {
        DataType::Interval(IntervalUnit::YearMonth) => PrimitiveType::IntervalYearMonth,
        _ => PrimitiveType::IntervalDayTime,
    };
    let field = StructField::new(name, SparkType::Primitive(data_type), of.is_nullable());
    Some(field.with_metadata([(KEY, MetadataValue::String(units.text()))]))
}

/// Whether a column of a result is an interval, which tables do not hold here.
pub(super) fn is_interval(field: &StructField) -> bool {
    let kinds = [PrimitiveType::IntervalYearMonth, PrimitiveType::IntervalDayTime];
    matches!(&field.data_type, SparkType::Primitive(primitive) if kinds.contains(primitive))
}

/// A column of a result; of an interval with its units (facts/settled.md §6).
pub(super) fn result_column(position: usize, field: &StructField) -> ResultColumn {
    let column = column(position, &field.name, &field.data_type);
    match metadata_text(field, KEY).filter(|_| is_interval(field)) {
        Some(units) => ResultColumn {
            type_text: Some(format!("INTERVAL {units}")),
            type_interval_type: Some(units),
            ..column
        },
        None => column,
    }
}

/// The text of an interval as Spark writes it.
pub(super) fn text_of(value: Expr, units: Units) -> Expr {
    match udf::named("@interval_text") {
        Some(definition) => definition.udf().call(vec![value, lit(units.text())]),
        None => value,
    }
}

/// A part of a text in months or microseconds; only seconds have a fraction.
fn unit_amount(unit: Unit, part: &str) -> Option<i64> {
    if unit != Unit::Second {
        return part.parse::<i64>().ok()?.checked_mul(unit.size());
    }
    let micros = Decimal::parse(part)?.rescaled(6, Rounding::Down)?;
    micros.unscaled.to_i128()?.try_into().ok()
}

/// Months or microseconds; nothing for null.
pub(super) fn amount(value: &ScalarValue) -> Option<i64> {
    match value {
        ScalarValue::IntervalYearMonth(Some(months)) => Some((*months).into()),
        ScalarValue::IntervalDayTime(Some(interval)) => Some(i64::from(interval.days) * MICROS_PER_DAY),
        ScalarValue::DurationMicrosecond(Some(micros)) => Some(*micros),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roundtrip(text: &str, units: &str) -> String {
        let units = Units::parse(units).unwrap();
        units.written(&units.value(units.read(text).unwrap()).unwrap()).unwrap()
    }

    #[test]
    fn texts_are_read_and_written_in_their_units() {
        assert_eq!(roundtrip("3 4", "DAY TO HOUR"), "INTERVAL '3 04' DAY TO HOUR");
        assert_eq!(roundtrip("-1 02:03:04.500", "DAY TO SECOND"), "INTERVAL '-1 02:03:04.5' DAY TO SECOND");
        assert_eq!(roundtrip("100-11", "YEAR TO MONTH"), "INTERVAL '100-11' YEAR TO MONTH");
        assert_eq!(roundtrip("27:15", "HOUR TO MINUTE"), "INTERVAL '27:15' HOUR TO MINUTE");
        assert_eq!(roundtrip("45.789", "SECOND"), "INTERVAL '45.789' SECOND");
    }

    #[test]
    fn texts_of_other_units_are_none() {
        let units = Units::parse("DAY TO HOUR").unwrap();
        assert_eq!(units.read("1:2"), None);
        assert_eq!(units.read("1 24"), None);
        assert_eq!(units.read("x"), None);
        assert_eq!(Units::parse("MONTH TO DAY"), None);
    }
}
