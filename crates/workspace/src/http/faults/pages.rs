//! Faults of lists. Their tokens are the platform's with a mark, so that handlers never see them.

use axum::Json;
use axum::extract::Request;
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use url::form_urlencoded;

/// What the token of an empty page begins with; the token that was asked for follows.
const MARK: &str = "clxs-empty-page:";
const TOKEN: &str = "page_token";
/// How lists call the size of a page.
const SIZES: [&str; 3] = ["max_results", "page_size", "count"];

/// A page without items, which leads to the page that was asked for.
pub(super) fn empty(request: &Request) -> Response {
    let pairs = pairs(request);
    let token = pairs.iter().find(|(name, _)| name == TOKEN).map_or("", |(_, value)| value.as_str());
    Json(json!({ "next_page_token": format!("{MARK}{token}") })).into_response()
}

/// Puts the token of an empty page back into what it was.
pub(super) fn restore_token(request: &mut Request) {
    let mut pairs = pairs(request);
    let mut restored = false;
    for (_, value) in pairs.iter_mut().filter(|(name, _)| name == TOKEN) {
        if let Some(token) = value.strip_prefix(MARK) {
            *value = token.to_owned();
            restored = true;
        }
    }
    if restored {
        pairs.retain(|(name, value)| name != TOKEN || !value.is_empty());
        set_pairs(request, &pairs);
    }
}

/// Asks for pages of this size at most, however the list calls it.
pub(super) fn limit(request: &mut Request, items: u32) {
    let mut pairs = pairs(request);
    for size in SIZES {
        let wanted = pairs.iter().find(|(name, _)| name == size).and_then(|(_, value)| value.parse().ok());
        let smaller = wanted.filter(|wanted| (1..items).contains(wanted)).unwrap_or(items);
        pairs.retain(|(name, _)| name != size);
        pairs.push((size.to_owned(), smaller.to_string()));
    }
    set_pairs(request, &pairs);
}

fn pairs(request: &Request) -> Vec<(String, String)> {
    form_urlencoded::parse(request.uri().query().unwrap_or_default().as_bytes()).into_owned().collect()
}

fn set_pairs(request: &mut Request, pairs: &[(String, String)]) {
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let path = request.uri().path().to_owned();
    let mut parts = request.uri().clone().into_parts();
    parts.path_and_query = format!("{path}?{query}").parse().ok();
    // Made of a URI that was one, and of a query that is encoded.
    if let Ok(uri) = Uri::from_parts(parts) {
        *request.uri_mut() = uri;
    }
}
