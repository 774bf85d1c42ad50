//! Error bodies in all their shapes (`facts/rest_api.md` §2).

use clxs_api::{ApiError, ErrorCode};
use http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use crate::redaction::{redact_json, redact_known};

/// How much of a text that is not JSON becomes a message.
const MAX_TEXT_CHARS: usize = 500;

/// Reads an error body, free of secrets; `secret` is the token that was sent. What the body does not say is
/// taken from the status.
pub(crate) fn api_error(status: StatusCode, body: &[u8], secret: Option<&str>) -> ApiError {
    let text = String::from_utf8_lossy(body);
    let mut error = match serde_json::from_str::<Value>(&text) {
        Ok(value) if value.is_object() => of_json(status, &value),
        _ => of_text(status, text.trim()),
    };
    error.message = redact_known(error.message.trim(), secret);
    if let ErrorCode::Unknown(code) = &error.error_code {
        error.error_code = ErrorCode::from(redact_known(code, secret).as_str());
    }
    error.details.iter_mut().for_each(|detail| redact_json(detail, secret));
    error
}

/// The platform's shape, API 1.2's `{"error"}`, those of OAuth (`facts/rest_api.md` §4.3) and SCIM's
/// `{"detail", "status"}`.
fn of_json(status: StatusCode, value: &Value) -> ApiError {
    let text = |name: &str| value.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    if let Some(detail) = text("detail").or_else(|| text("scimType")) {
        let code = match value.get("status") {
            Some(Value::String(code)) => code.clone(),
            Some(Value::Number(code)) => code.to_string(),
            _ => status.as_u16().to_string(),
        };
        return ApiError::new(scim_code(status, &code), detail);
    }
    if value.get("error_code").is_some()
        && let Ok(error) = ApiError::deserialize(value)
    {
        return error;
    }
    let code = text("error").or_else(|| text("errorCode"));
    let description = text("error_description").or_else(|| text("errorSummary"));
    let message = match (text("message"), code, description) {
        (Some(message), ..) => message.to_owned(),
        (None, Some(code), Some(description)) => format!("{code}: {description}"),
        (None, code, description) => code.or(description).unwrap_or("the answer does not say why").to_owned(),
    };
    ApiError::new(code_of_status(status), message)
}

/// `SCIM_404` is the SDK's name for it; what the status already says better is taken from there.
fn scim_code(status: StatusCode, code: &str) -> ErrorCode {
    match code_of_status(status) {
        ErrorCode::Unknown(_) | ErrorCode::BadRequest => ErrorCode::Unknown(format!("SCIM_{code}")),
        known => known,
    }
}

/// `CODE: message`, a page of HTML, or any text.
fn of_text(status: StatusCode, text: &str) -> ApiError {
    if text.is_empty() {
        let reason = status.canonical_reason().unwrap_or("no reason given");
        return ApiError::new(code_of_status(status), format!("{reason} (the answer is empty)"));
    }
    if let Some(inner) = between(text, "<pre>", "</pre>").or_else(|| between(text, "<title>", "</title>")) {
        return ApiError::new(code_of_status(status), shortened(inner.trim()));
    }
    match text.split_once(": ").filter(|(code, _)| is_code(code)) {
        Some((code, message)) => ApiError::new(ErrorCode::from(code), shortened(message)),
        None => ApiError::new(code_of_status(status), shortened(text)),
    }
}

fn between<'a>(text: &'a str, open: &str, close: &str) -> Option<&'a str> {
    let start = text.find(open)? + open.len();
    let length = text[start..].find(close)?;
    Some(&text[start..start + length])
}

fn is_code(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(MAX_TEXT_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn code_of_status(status: StatusCode) -> ErrorCode {
    match status.as_u16() {
        400 => ErrorCode::BadRequest,
        401 => ErrorCode::Unauthenticated,
        403 => ErrorCode::PermissionDenied,
        404 => ErrorCode::NotFound,
        409 => ErrorCode::ResourceConflict,
        429 => ErrorCode::RequestLimitExceeded,
        499 => ErrorCode::Cancelled,
        500 => ErrorCode::InternalError,
        501 => ErrorCode::NotImplemented,
        503 => ErrorCode::TemporarilyUnavailable,
        504 => ErrorCode::DeadlineExceeded,
        other => ErrorCode::Unknown(format!("HTTP_{other}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(status: u16, body: &str) -> String {
        api_error(StatusCode::from_u16(status).unwrap(), body.as_bytes(), Some("hunter2")).to_string()
    }

    #[test]
    fn every_shape_of_body_becomes_a_code_and_a_message() {
        let shapes = [
            (404, r#"{"error_code":"CATALOG_DOES_NOT_EXIST","message":"Catalog 'x' does not exist."}"#),
            (403, r#"{"error_code":403,"message":"Invalid access token."}"#),
            (400, r#"{"error":"Bad thing"}"#),
            (401, r#"{"error":"invalid_client","error_description":"Client authentication failed"}"#),
            (400, r#"{"errorCode":"E1","errorSummary":"Not allowed"}"#),
            (404, r#"{"detail":"User not found","status":"404","scimType":null}"#),
            (400, r#"{"detail":"Filter is wrong","status":"400","scimType":"invalidFilter"}"#),
            (400, r#"{"message":"no code"}"#),
            (500, r#"{"something":"else"}"#),
            (400, "INVALID_PARAMETER_VALUE: too long"),
            (502, "<html><head><title>502 Bad Gateway</title></head></html>"),
            (500, "<html><body><pre>\nstack trace\n</pre></body></html>"),
            (503, ""),
            (418, "I am a teapot"),
            (429, "[1, 2]"),
        ];
        let read: Vec<_> = shapes.into_iter().map(|(status, body)| read(status, body)).collect();
        insta::assert_snapshot!(read.join("\n"), @r"
        CATALOG_DOES_NOT_EXIST: Catalog 'x' does not exist.
        403: Invalid access token.
        BAD_REQUEST: Bad thing
        UNAUTHENTICATED: invalid_client: Client authentication failed
        BAD_REQUEST: E1: Not allowed
        NOT_FOUND: User not found
        SCIM_400: Filter is wrong
        BAD_REQUEST: no code
        INTERNAL_ERROR: the answer does not say why
        INVALID_PARAMETER_VALUE: too long
        HTTP_502: 502 Bad Gateway
        INTERNAL_ERROR: stack trace
        TEMPORARILY_UNAVAILABLE: Service Unavailable (the answer is empty)
        HTTP_418: I am a teapot
        REQUEST_LIMIT_EXCEEDED: [1, 2]
        ");
    }

    #[test]
    fn secrets_in_bodies_do_not_survive() {
        let body = r#"{"error_code":"BAD_REQUEST","message":"token hunter2","details":[{"token":"x","m":"hunter2"}]}"#;
        let error = api_error(StatusCode::BAD_REQUEST, body.as_bytes(), Some("hunter2"));
        assert!(!format!("{error:?}").contains("hunter2"));
    }

    #[test]
    fn long_text_is_cut() {
        assert_eq!(
            read(500, &"é".repeat(2000)).chars().count(),
            "INTERNAL_ERROR: ".len() + MAX_TEXT_CHARS + 1
        );
    }
}
