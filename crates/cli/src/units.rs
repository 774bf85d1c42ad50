//! Quantities for people.

use std::time::Duration;

/// `480 GB`, in steps of a thousand.
pub(crate) fn bytes(count: u64) -> String {
    const UNITS: [&str; 6] = ["kB", "MB", "GB", "TB", "PB", "EB"];
    if count < 1000 {
        return format!("{count} B");
    }
    let (mut whole, mut tenths, mut unit) = (count, 0, 0);
    for next in 0..UNITS.len() {
        if whole < 1000 {
            break;
        }
        (whole, tenths, unit) = (whole / 1000, whole % 1000 / 100, next);
    }
    if whole < 10 { format!("{whole}.{tenths} {}", UNITS[unit]) } else { format!("{whole} {}", UNITS[unit]) }
}

/// `12,840`.
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `450ms`, `4.2s`, `18s`, `2m 5s`, `1h 3m`.
pub(crate) fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0 => format!("{}ms", duration.subsec_millis()),
        1..10 => format!("{seconds}.{}s", duration.subsec_millis() / 100),
        10..60 => format!("{seconds}s"),
        60..3600 => format!("{}m {}s", seconds / 60, seconds % 60),
        _ => format!("{}h {}m", seconds / 3600, seconds % 3600 / 60),
    }
}

/// `1 table`, `12,840 tables`.
pub(crate) fn plural(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", count(number), if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_have_two_digits_or_more() {
        let texts = [0, 999, 1000, 1_234, 12_345, 999_999, 480_000_000_000, u64::MAX].map(bytes);
        assert_eq!(texts, ["0 B", "999 B", "1.0 kB", "1.2 kB", "12 kB", "999 kB", "480 GB", "18 EB"]);
    }

    #[test]
    fn counts_have_thousands() {
        assert_eq!(
            [0, 999, 1000, 12_840, 1_000_000].map(count),
            ["0", "999", "1,000", "12,840", "1,000,000"]
        );
    }

    #[test]
    fn durations_have_two_units_at_most() {
        let texts =
            [450, 4_250, 18_000, 125_000, 3_780_000].map(|millis| duration(Duration::from_millis(millis)));
        assert_eq!(texts, ["450ms", "4.2s", "18s", "2m 5s", "1h 3m"]);
    }
}
