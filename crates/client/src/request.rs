//! One request of the protocol, not yet tied to a host or a token.

use std::ops::Range;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use http::{Method, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use crate::{Error, Result};

/// What stays as it is in a segment of a path or in a query: the unreserved characters of RFC 3986.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A request of the protocol.
#[derive(Debug, Clone)]
pub(crate) struct ApiRequest {
    pub(crate) method: Method,
    /// Percent-encoded, from the root of the host.
    pub(crate) path: String,
    /// Percent-encoded, without the question mark.
    pub(crate) query: String,
    /// What the request has besides the headers of all requests.
    pub(crate) headers: HeaderMap,
    /// JSON, the bytes of a file, or nothing.
    pub(crate) body: Bytes,
    /// Whether doing it twice is the same as doing it once.
    pub(crate) repeatable: bool,
    /// Whether it waits for its turn where the client has a pacer.
    pub(crate) paced: bool,
}

impl ApiRequest {
    /// A request that changes nothing.
    pub(crate) fn get(path: String) -> Self {
        Self::repeatable(Method::GET, path)
    }

    /// A request that may be sent again when nobody knows whether it was carried out.
    pub(crate) fn repeatable(method: Method, path: String) -> Self {
        let (query, headers, body) = (String::new(), HeaderMap::new(), Bytes::new());
        Self { method, path, query, headers, body, repeatable: true, paced: false }
    }

    /// A request that must not be carried out twice.
    pub(crate) fn once(method: Method, path: String) -> Self {
        Self { repeatable: false, ..Self::repeatable(method, path) }
    }

    /// The same, in its turn.
    pub(crate) fn paced(self) -> Self {
        Self { paced: true, ..self }
    }

    /// Adds a parameter to the query.
    pub(crate) fn query(mut self, name: &str, value: &str) -> Self {
        if !self.query.is_empty() {
            self.query.push('&');
        }
        self.query.push_str(name);
        self.query.push('=');
        self.query.extend(utf8_percent_encode(value, ENCODED));
        self
    }

    /// Sets the body.
    pub(crate) fn json(mut self, body: &impl Serialize) -> Result<Self> {
        let bytes = serde_json::to_vec(body).map_err(|error| Error::InvalidRequest {
            detail: format!("its body cannot be written: {error}"),
        })?;
        self.body = bytes.into();
        Ok(self.content_type("application/json"))
    }

    /// Sets the body to the bytes of a file.
    pub(crate) fn bytes(mut self, bytes: Bytes) -> Self {
        self.body = bytes;
        self.content_type("application/octet-stream")
    }

    /// Asks for a part of a file.
    pub(crate) fn range(self, range: &Range<u64>) -> Self {
        // A range in HTTP holds its last byte. Digits are what a header may hold.
        let text = format!("bytes={}-{}", range.start, range.end.saturating_sub(1));
        match HeaderValue::try_from(text) {
            Ok(value) => self.header(header::RANGE, value),
            Err(_) => self,
        }
    }

    fn content_type(self, value: &'static str) -> Self {
        self.header(CONTENT_TYPE, HeaderValue::from_static(value))
    }

    fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }
}

/// A path below an endpoint, each segment encoded for itself.
///
/// An empty segment would address the list instead of its element, and a segment of one or two dots is taken
/// out of URLs even when it is encoded; both are refused, for no name on the platform is like that.
pub(crate) fn path(endpoint: &str, segments: &[&str]) -> Result<String> {
    let mut path = endpoint.to_owned();
    for segment in segments {
        if matches!(*segment, "" | "." | "..") {
            return Err(Error::InvalidRequest {
                detail: format!("`{segment}` cannot be part of {path}/…")
            });
        }
        path.push('/');
        path.extend(utf8_percent_encode(segment, ENCODED));
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_are_encoded_one_by_one_and_dots_stay() {
        assert_eq!(
            path("/tables", &["c.s.a b/c+é", "exists"]).unwrap(),
            "/tables/c.s.a%20b%2Fc%2B%C3%A9/exists"
        );
    }

    #[test]
    fn segments_that_would_change_the_path_are_refused() {
        for segment in ["", ".", ".."] {
            assert!(matches!(path("/tables", &[segment]), Err(Error::InvalidRequest { .. })), "{segment}");
        }
    }

    #[test]
    fn query_values_are_encoded() {
        let request = ApiRequest::get("/x".to_owned()).query("a", "1&b=2").query("c", "d e");
        assert_eq!(request.query, "a=1%26b%3D2&c=d%20e");
    }
}
