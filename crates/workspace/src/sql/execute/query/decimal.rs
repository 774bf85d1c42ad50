//! Exact decimal numbers of any scale, on their way from one DECIMAL type to another.

use datafusion::arrow::datatypes::{DataType, i256};
use datafusion::common::ScalarValue;

use super::common_type::MAX_PRECISION;
use crate::sql::SqlError;

/// `unscaled · 10^-scale`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decimal {
    pub(super) unscaled: i256,
    pub(super) scale: i32,
}

/// How a number loses digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rounding {
    /// Half away from zero, as Spark rounds nearly everywhere.
    HalfUp,
    /// Half to the even neighbour.
    HalfEven,
    Floor,
    Ceiling,
    /// Towards zero.
    Down,
}

impl Decimal {
    pub(super) fn of(number: i128) -> Self {
        Self { unscaled: i256::from_i128(number), scale: 0 }
    }

    /// A number as it is written, with an exponent or without.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (number, exponent) = match text.split_once(['e', 'E']) {
            Some((number, exponent)) => (number, exponent.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let (sign, digits) = match number.strip_prefix('-') {
            Some(digits) => ("-", digits),
            None => ("", number.strip_prefix('+').unwrap_or(number)),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let is_number = (whole.len() + fraction.len() > 0)
            && whole.bytes().chain(fraction.bytes()).all(|digit| digit.is_ascii_digit());
        if !is_number {
            return None;
        }
        let unscaled = i256::from_string(&format!("{sign}{whole}{fraction}"))?;
        Some(Self { unscaled, scale: i32::try_from(fraction.len()).ok()? - exponent })
    }

    /// A whole number or a DECIMAL.
    pub(super) fn from_value(value: &ScalarValue) -> Option<Self> {
        Some(match value {
            ScalarValue::Int8(Some(number)) => Self::of((*number).into()),
            ScalarValue::Int16(Some(number)) => Self::of((*number).into()),
            ScalarValue::Int32(Some(number)) => Self::of((*number).into()),
            ScalarValue::Int64(Some(number)) => Self::of((*number).into()),
            ScalarValue::UInt64(Some(number)) => Self::of((*number).into()),
            ScalarValue::Decimal128(Some(unscaled), _, scale) => {
                Self { unscaled: i256::from_i128(*unscaled), scale: (*scale).into() }
            }
            _ => return None,
        })
    }

    /// The same number with so many digits behind the point; nothing when it does not fit.
    pub(super) fn rescaled(self, scale: i32, rounding: Rounding) -> Option<Self> {
        if scale >= self.scale {
            let factor = ten_to(scale - self.scale)?;
            return Some(Self { unscaled: self.unscaled.checked_mul(factor)?, scale });
        }
        let Some(divisor) = ten_to(self.scale - scale) else {
            return Some(Self { unscaled: i256::ZERO, scale });
        };
        Some(Self { unscaled: divided(self.unscaled, divisor, rounding)?, scale })
    }

    /// The number without its fraction.
    pub(super) fn whole(self) -> Option<i128> {
        self.rescaled(0, Rounding::Down)?.unscaled.to_i128()
    }

    /// The number as a value of a DECIMAL type.
    ///
    /// # Errors
    /// `NUMERIC_VALUE_OUT_OF_RANGE`
    pub(super) fn into_value(self, precision: u8, scale: i8) -> Result<ScalarValue, SqlError> {
        let rescaled = self.rescaled(scale.into(), Rounding::HalfUp);
        let unscaled = rescaled.and_then(|number| number.unscaled.to_i128());
        let limit = 10_u128.checked_pow(precision.min(MAX_PRECISION).into()).unwrap_or(u128::MAX);
        match unscaled.filter(|unscaled| unscaled.unsigned_abs() < limit) {
            Some(unscaled) => Ok(ScalarValue::Decimal128(Some(unscaled), precision, scale)),
            None => Err(SqlError::decimal_out_of_range(&self.to_string(), precision, scale)),
        }
    }

    pub(super) fn to_f64(self) -> f64 {
        // The shortest way to the nearest DOUBLE is by the text.
        self.to_string().parse().unwrap_or(f64::NAN)
    }

    pub(super) fn negated(self) -> Option<Self> {
        Some(Self { unscaled: self.unscaled.checked_neg()?, ..self })
    }

    pub(super) fn plus(self, other: Self) -> Option<Self> {
        let (left, right) = same_scale(self, other)?;
        Some(Self { unscaled: left.unscaled.checked_add(right.unscaled)?, scale: left.scale })
    }

    pub(super) fn times(self, other: Self) -> Option<Self> {
        let unscaled = self.unscaled.checked_mul(other.unscaled)?;
        Some(Self { unscaled, scale: self.scale + other.scale })
    }

    /// The quotient with so many digits behind the point; the divisor is not zero.
    pub(super) fn divided_by(self, divisor: Self, scale: i32, rounding: Rounding) -> Option<Self> {
        let shift = scale + divisor.scale - self.scale;
        let (mut dividend, mut by) = (self.unscaled, divisor.unscaled);
        if shift >= 0 {
            dividend = dividend.checked_mul(ten_to(shift)?)?;
        } else {
            by = by.checked_mul(ten_to(-shift)?)?;
        }
        Some(Self { unscaled: divided(dividend, by, rounding)?, scale })
    }

    /// The rest of a division, with the sign of the dividend; the divisor is not zero.
    pub(super) fn remainder(self, divisor: Self) -> Option<Self> {
        let (left, right) = same_scale(self, divisor)?;
        Some(Self { unscaled: left.unscaled.checked_rem(right.unscaled)?, scale: left.scale })
    }

    pub(super) fn is_zero(self) -> bool {
        self.unscaled == i256::ZERO
    }

    pub(super) fn is_negative(self) -> bool {
        self.unscaled < i256::ZERO
    }
}

impl std::fmt::Display for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let digits = self.unscaled.to_string();
        let (sign, digits) = digits.strip_prefix('-').map_or(("", digits.as_str()), |digits| ("-", digits));
        let Ok(scale) = usize::try_from(self.scale) else {
            let zeros = usize::try_from(-self.scale).unwrap_or_default();
            return write!(f, "{sign}{digits}{}", "0".repeat(zeros));
        };
        let padded = format!("{digits:0>width$}", width = scale + 1);
        let (whole, fraction) = padded.split_at(padded.len() - scale);
        let point = if scale > 0 { "." } else { "" };
        write!(f, "{sign}{whole}{point}{fraction}")
    }
}

fn ten_to(exponent: i32) -> Option<i256> {
    i256::from_i128(10).checked_pow(u32::try_from(exponent).ok()?)
}

fn same_scale(left: Decimal, right: Decimal) -> Option<(Decimal, Decimal)> {
    let scale = left.scale.max(right.scale);
    Some((left.rescaled(scale, Rounding::Down)?, right.rescaled(scale, Rounding::Down)?))
}

/// A quotient as a whole number.
fn divided(dividend: i256, divisor: i256, rounding: Rounding) -> Option<i256> {
    let quotient = dividend.checked_div(divisor)?;
    let rest = dividend.checked_rem(divisor)?;
    if rest == i256::ZERO {
        return Some(quotient);
    }
    let negative = (rest < i256::ZERO) != (divisor < i256::ZERO);
    let twice = rest.checked_abs()?.checked_mul(i256::from_i128(2))?;
    let half = twice.cmp(&divisor.checked_abs()?);
    let odd = quotient.checked_rem(i256::from_i128(2))? != i256::ZERO;
    let away = match rounding {
        Rounding::HalfUp => half.is_ge(),
        Rounding::HalfEven => half.is_gt() || (half.is_eq() && odd),
        Rounding::Floor => negative,
        Rounding::Ceiling => !negative,
        Rounding::Down => false,
    };
    let step = i256::from_i128(if negative { -1 } else { 1 });
    if away { quotient.checked_add(step) } else { Some(quotient) }
}

/// A DECIMAL type with digits enough for a result, as Spark bounds it: digits behind the point are given up first,
/// but not the first six.
pub(super) fn bounded(precision: i32, scale: i32) -> DataType {
    let most = i32::from(MAX_PRECISION);
    let (precision, scale) = if precision <= most {
        (precision, scale)
    } else {
        (most, (most - (precision - scale)).max(scale.min(6)))
    };
    DataType::Decimal128(u8::try_from(precision).unwrap_or(MAX_PRECISION), i8::try_from(scale).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rounded(text: &str, scale: i32, rounding: Rounding) -> String {
        Decimal::parse(text).unwrap().rescaled(scale, rounding).unwrap().to_string()
    }

    #[test]
    fn halves_are_rounded_away_from_zero_or_to_the_even_neighbour() {
        assert_eq!(rounded("2.5", 0, Rounding::HalfUp), "3");
        assert_eq!(rounded("-2.5", 0, Rounding::HalfUp), "-3");
        assert_eq!(rounded("2.5", 0, Rounding::HalfEven), "2");
        assert_eq!(rounded("3.5", 0, Rounding::HalfEven), "4");
        assert_eq!(rounded("-1.2", 0, Rounding::Floor), "-2");
        assert_eq!(rounded("-1.2", 0, Rounding::Ceiling), "-1");
    }

    #[test]
    fn texts_with_exponents_are_exact() {
        assert_eq!(Decimal::parse("1e3").unwrap().to_string(), "1000");
        assert_eq!(Decimal::parse("-12.5E-2").unwrap().to_string(), "-0.125");
        assert_eq!(Decimal::parse("."), None);
        assert_eq!(Decimal::parse("1x"), None);
    }

    #[test]
    fn digits_behind_the_point_are_given_up_first_but_not_six() {
        assert_eq!(bounded(39, 10), DataType::Decimal128(38, 9));
        assert_eq!(bounded(77, 36), DataType::Decimal128(38, 6));
    }
}
