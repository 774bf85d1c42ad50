//! Floating-point numbers as Java writes them, which is how Spark does: `1.0`, `1.0E10`, `NaN`, `Infinity`.

/// The text of a `DOUBLE`.
pub(super) fn double_text(value: f64) -> String {
    special(value)
        .unwrap_or_else(|| java_text(value.abs() >= 1e-3 && value.abs() < 1e7, &value, &format!("{value:E}")))
}

/// The text of a `FLOAT`.
pub(super) fn float_text(value: f32) -> String {
    let plain = value.abs() >= 1e-3 && value.abs() < 1e7;
    special(f64::from(value)).unwrap_or_else(|| java_text(plain, &value, &format!("{value:E}")))
}

fn special(value: f64) -> Option<String> {
    match value {
        _ if value.is_nan() => Some("NaN".into()),
        f64::INFINITY => Some("Infinity".into()),
        f64::NEG_INFINITY => Some("-Infinity".into()),
        _ if value == 0.0 => Some(if value.is_sign_negative() { "-0.0" } else { "0.0" }.into()),
        _ => None,
    }
}

/// Plain digits with a point, or the scientific form with a digit behind the point.
fn java_text(plain: bool, value: &impl std::fmt::Debug, scientific: &str) -> String {
    if plain {
        return format!("{value:?}");
    }
    match scientific.split_once('E') {
        Some((digits, exponent)) if !digits.contains('.') => format!("{digits}.0E{exponent}"),
        _ => scientific.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_are_written_as_java_writes_them() {
        let cases = [
            (1.0, "1.0"),
            (-0.5, "-0.5"),
            (0.0, "0.0"),
            (1e7, "1.0E7"),
            (1.25e10, "1.25E10"),
            (0.001, "0.001"),
            (0.0001, "1.0E-4"),
            (9_999_999.0, "9999999.0"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-Infinity"),
        ];
        for (value, text) in cases {
            assert_eq!(double_text(value), text);
        }
        assert_eq!(float_text(0.1), "0.1");
    }
}
