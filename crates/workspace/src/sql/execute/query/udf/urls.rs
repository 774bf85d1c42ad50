//! URLs: encoded, decoded and taken apart.

use datafusion::arrow::datatypes::DataType;
use percent_encoding::percent_decode_str;
use url::form_urlencoded::byte_serialize;

use super::definition::Parameter::Text;
use super::definition::{Answer, Definition, Output};
use super::row::{NULL, Row, text};
use crate::sql::SqlError;

const TEXT: Output = Output::Type(DataType::Utf8);

pub(super) const FUNCTIONS: &[Definition] = &[
    Definition::rows(&["url_encode"], &[Text], TEXT, |row| {
        text(byte_serialize(row.text(0).as_bytes()).collect::<String>())
    }),
    Definition::rows(&["url_decode"], &[Text], TEXT, |row| decoded(row.text(0))),
    Definition::rows(&["try_url_decode"], &[Text], TEXT, |row| decoded(row.text(0)).or(NULL)),
    Definition::rows(&["parse_url"], &[Text, Text, Text], TEXT, part).required(2),
];

/// # Errors
/// `CANNOT_DECODE_URL`
fn decoded(url: &str) -> Answer {
    let plain = url.replace('+', " ");
    let digits =
        |rest: &str| rest.get(..2).is_some_and(|pair| pair.bytes().all(|digit| digit.is_ascii_hexdigit()));
    let valid = plain.split('%').skip(1).all(digits);
    match percent_decode_str(&plain).decode_utf8() {
        Ok(decoded) if valid => text(decoded),
        _ => Err(SqlError::new(
            "CANNOT_DECODE_URL",
            "22546",
            format!(
                "The provided URL cannot be decoded: {url}. Please ensure that the URL is properly formatted and try again."
            ),
        )),
    }
}

/// The parts of a URL as they are written.
struct Parts<'a> {
    protocol: &'a str,
    authority: Option<&'a str>,
    path: &'a str,
    query: Option<&'a str>,
    reference: Option<&'a str>,
}

impl<'a> Parts<'a> {
    fn parse(url: &'a str) -> Option<Self> {
        if url.contains(char::is_whitespace) {
            return None;
        }
        let (url, reference) = split(url, '#');
        let (url, query) = split(url, '?');
        let (protocol, rest) = url.split_once(':')?;
        let (authority, path) = match rest.strip_prefix("//") {
            Some(rest) => {
                let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
                (Some(authority), path)
            }
            None => (None, rest),
        };
        Some(Self { protocol, authority, path, query, reference })
    }

    fn host(&self) -> Option<&'a str> {
        let host = self.authority?;
        let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
        Some(host.rsplit_once(':').map_or(host, |(host, _)| host)).filter(|host| !host.is_empty())
    }
}

fn split(text: &str, at: char) -> (&str, Option<&str>) {
    text.split_once(at).map_or((text, None), |(before, after)| (before, Some(after)))
}

/// # Errors
/// `INVALID_URL`
fn part(row: &Row) -> Answer {
    let Some(parts) = Parts::parse(row.text(0)) else {
        let message = format!(
            "The url is invalid: {}. Use `try_parse_url` to tolerate invalid URL and return NULL instead.",
            row.text(0)
        );
        return Err(SqlError::new("INVALID_URL", "22P02", message));
    };
    let query = |key: &str| {
        let pairs = parts.query?.split('&').filter_map(|pair| pair.split_once('='));
        pairs.into_iter().find(|(name, _)| *name == key).map(|(_, value)| value.to_owned())
    };
    let found = match (row.text(1), row.len()) {
        ("QUERY", 3) => query(row.text(2)),
        (_, 3) => None,
        ("HOST", _) => parts.host().map(str::to_owned),
        ("PATH", _) => Some(parts.path.to_owned()),
        ("QUERY", _) => parts.query.map(str::to_owned),
        ("REF", _) => parts.reference.map(str::to_owned),
        ("PROTOCOL", _) => Some(parts.protocol.to_owned()),
        ("FILE", _) => {
            Some(parts.query.map_or(parts.path.to_owned(), |query| format!("{}?{query}", parts.path)))
        }
        ("AUTHORITY", _) => parts.authority.map(str::to_owned),
        ("USERINFO", _) => {
            parts.authority.and_then(|authority| Some(authority.rsplit_once('@')?.0.to_owned()))
        }
        _ => None,
    };
    found.map_or(NULL, text)
}
