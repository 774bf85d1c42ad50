//! Parts of files, and times of files, as headers say them (RFC 9110).

use chrono::{DateTime, NaiveDateTime, Utc};

/// How HTTP writes times; in seconds.
const TIME: &str = "%a, %d %b %Y %H:%M:%S GMT";

/// Bytes of a file: from the first up to, and without, the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bytes {
    pub(super) start: u64,
    pub(super) end: u64,
}

/// What a `Range` header asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// There is no header, or none that means one range of bytes: those are ignored.
    Whole,
    Part(Bytes),
    /// No byte of the file is in the range.
    Nothing,
}

/// Reads a `Range` header for a file of `size` bytes.
pub(super) fn wanted(header: Option<&str>, size: u64) -> Wanted {
    let range = header.and_then(|header| header.trim().strip_prefix("bytes="));
    let Some((first, last)) = range.and_then(|range| range.split_once('-')) else { return Wanted::Whole };
    let bytes = match (first.trim().parse::<u64>(), last.trim().parse::<u64>()) {
        (Ok(first), Ok(last)) if first <= last => {
            Bytes { start: first, end: size.min(last.saturating_add(1)) }
        }
        (Ok(first), Err(_)) if last.trim().is_empty() => Bytes { start: first, end: size },
        (Err(_), Ok(count)) if first.trim().is_empty() => {
            Bytes { start: size.saturating_sub(count), end: size }
        }
        _ => return Wanted::Whole,
    };
    if bytes.start < bytes.end { Wanted::Part(bytes) } else { Wanted::Nothing }
}

/// A time in ms as HTTP writes it.
pub(super) fn http_time(millis: i64) -> String {
    DateTime::<Utc>::from_timestamp_millis(millis).unwrap_or_default().format(TIME).to_string()
}

/// Whether a file was changed after the time of an `If-Unmodified-Since` header. One that is no time is ignored.
pub(super) fn changed_since(header: Option<&str>, modified: i64) -> bool {
    let time = header.and_then(|header| NaiveDateTime::parse_from_str(header.trim(), TIME).ok());
    time.is_some_and(|time| modified.div_euclid(1000) > time.and_utc().timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_cut_to_the_file() {
        let part = |start, end| Wanted::Part(Bytes { start, end });
        for (header, expected) in [
            ("bytes=2-4", part(2, 5)),
            ("bytes=7-", part(7, 10)),
            ("bytes=-2", part(8, 10)),
            ("bytes=-20", part(0, 10)),
            ("bytes=0-18446744073709551615", part(0, 10)),
            ("bytes=10-", Wanted::Nothing),
            ("bytes=-0", Wanted::Nothing),
            ("bytes=4-2", Wanted::Whole),
            ("bytes=1-2,4-5", Wanted::Whole),
            ("lines=1-2", Wanted::Whole),
            ("bytes=a-b", Wanted::Whole),
        ] {
            assert_eq!(wanted(Some(header), 10), expected, "{header}");
        }
        assert_eq!(wanted(Some("bytes=0-"), 0), Wanted::Nothing);
        assert_eq!(wanted(None, 10), Wanted::Whole);
    }

    #[test]
    fn times_are_compared_in_seconds() {
        let modified = 1_717_406_255_789;
        assert_eq!(http_time(modified), "Mon, 03 Jun 2024 09:17:35 GMT");
        assert!(!changed_since(Some(&http_time(modified)), modified));
        assert!(changed_since(Some("Thu, 01 Jan 2015 00:00:00 GMT"), modified));
        assert!(!changed_since(Some("yesterday"), modified));
    }
}
