//! Reading requests, with refusals in the platform's body.

use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::request::Parts;
use bytes::Bytes;
use clxs_api::{ErrorCode, FullName, Identifier};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{AppState, RestError};

/// Fields of the platform that the embedded workspace does not have and that decide what a securable is, with the
/// values that say no more than that: to ignore others, as unknown fields are, would make something else than was
/// asked for.
const MISSED: [(&str, &[&str]); 8] = [
    ("connection_name", &[]),
    ("custom_max_retention_hours", &[]),
    ("enable_predictive_optimization", &["DISABLE", "INHERIT"]),
    ("encryption_details", &[]),
    ("managed_encryption_settings", &[]),
    ("options", &[]),
    ("provider_name", &[]),
    ("share_name", &[]),
];

/// The JSON body of a request; an empty body is `{}`.
#[derive(Debug)]
pub(crate) struct Body<T>(pub(crate) T);

/// The variable parts of a request's path.
#[derive(Debug)]
pub(crate) struct Path<T>(pub(crate) T);

/// The query of a request.
#[derive(Debug)]
pub(crate) struct Params<T>(pub(crate) T);

impl<T: DeserializeOwned + Serialize> FromRequest<AppState> for Body<T> {
    type Rejection = RestError;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, RestError> {
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|error| RestError::new(ErrorCode::BadRequest, error.body_text()))?;
        let text: &[u8] = if bytes.is_empty() { b"{}" } else { &bytes };
        let malformed = |error: serde_json::Error| {
            RestError::new(ErrorCode::BadRequest, format!("Could not parse request object: {error}"))
        };
        let sent: Value = serde_json::from_slice(text).map_err(malformed)?;
        if !sent.is_object() {
            return Err(RestError::new(ErrorCode::BadRequest, "The request must be a JSON object."));
        }
        let body: T = serde_json::from_slice(text).map_err(malformed)?;
        refuse_unknown_fields(&sent, &body, state.strict_requests)?;
        Ok(Self(body))
    }
}

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = RestError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, RestError> {
        let path = axum::extract::Path::from_request_parts(parts, state).await;
        Ok(Self(path.map_err(|error| RestError::invalid(error.body_text()))?.0))
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Params<T> {
    type Rejection = RestError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, RestError> {
        let Query(params) =
            Query::try_from_uri(&parts.uri).map_err(|error| RestError::invalid(error.body_text()))?;
        Ok(Self(params))
    }
}

/// Compares what was sent with what was understood of it.
fn refuse_unknown_fields<T: Serialize>(sent: &Value, understood: &T, strict: bool) -> Result<(), RestError> {
    let understood = serde_json::to_value(understood)
        .map_err(|error| RestError::new(ErrorCode::InternalError, error.to_string()))?;
    let missed = MISSED.into_iter().find(|(name, harmless)| {
        let says_something =
            |value: &Value| !is_empty(value) && !value.as_str().is_some_and(|text| harmless.contains(&text));
        sent.get(name).is_some_and(says_something) && understood.get(name).is_none()
    });
    if let Some((name, _)) = missed {
        let message = format!("The embedded workspace does not have '{name}': leave it out of the request.");
        return Err(RestError::new(ErrorCode::NotImplemented, message));
    }
    match unknown_field(sent, &understood).filter(|_| strict) {
        Some(field) => Err(RestError::invalid(format!("Unknown field '{field}' in the request."))),
        None => Ok(()),
    }
}

/// The path of the first field that was sent with a value and is not in what was understood. Absent, `null`
/// and empty mean the same in this protocol.
fn unknown_field(sent: &Value, understood: &Value) -> Option<String> {
    match (sent, understood) {
        (Value::Object(sent), Value::Object(understood)) => {
            sent.iter().filter(|(_, value)| !is_empty(value)).find_map(|(name, value)| {
                let Some(inner) = understood.get(name) else { return Some(name.clone()) };
                unknown_field(value, inner).map(|path| format!("{name}.{path}"))
            })
        }
        (Value::Array(sent), Value::Array(understood)) => {
            sent.iter().zip(understood).find_map(|(sent, understood)| unknown_field(sent, understood))
        }
        _ => None,
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

/// A name of one part.
pub(super) fn identifier(text: &str) -> Result<Identifier, RestError> {
    Identifier::new(text).map_err(|error| RestError::invalid(format!("'{text}' is not a name: {error}.")))
}

/// A name of `N` parts with dots between.
pub(super) fn full_name<const N: usize>(text: &str) -> Result<(FullName, [Identifier; N]), RestError> {
    let refused = |why: String| RestError::invalid(format!("'{text}' is not a valid full name: {why}."));
    let name = FullName::from_dotted(text).map_err(|error| refused(error.to_string()))?;
    match <[Identifier; N]>::try_from(name.parts().to_vec()) {
        Ok(parts) => Ok((name, parts)),
        Err(parts) => Err(refused(format!("it has {} parts instead of {N}", parts.len()))),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn first_field_that_nobody_understood_is_named_with_its_path() {
        let understood = json!({"name": "c", "changes": [{"principal": "p"}]});
        let sent = json!({"name": "c", "nothing": null, "changes": [{"principal": "p", "ad": ["SELECT"]}]});
        assert_eq!(unknown_field(&sent, &understood).as_deref(), Some("changes.ad"));
        assert_eq!(unknown_field(&understood, &understood), None);
    }
}
