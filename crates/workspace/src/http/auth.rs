//! Who sends a request: the same bearer token in-process and over TCP, no shortcut.

use axum::Json;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use clxs_api::ErrorCode;
use serde_json::json;

use super::{AppState, RestError};
use crate::metastore::TokenHolder;
use crate::principal::Principal;

const REASON: HeaderName = HeaderName::from_static("x-databricks-reason-phrase");

/// The principal a request acts for.
#[derive(Debug, Clone)]
pub(crate) struct Caller(pub(crate) Principal);

/// Puts the principal of the token into the request, or answers as the platform's gateway does
/// (recorded, facts/settled.md §1, "bad token").
pub(super) async fn authenticate(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response {
    let Some(token) = bearer_token(request.headers()).map(str::to_owned) else { return no_credential() };
    let holder: Result<_, RestError> = state.metastore.read(move |tx| Ok(tx.holder_of_token(&token)?)).await;
    match holder {
        Ok(Some(TokenHolder::Principal(name))) => {
            request.extensions_mut().insert(Caller(Principal::new(name)));
            next.run(request).await
        }
        // UNCONFIRMED: the words; the status is what makes clients ask for a new token.
        Ok(Some(TokenHolder::Expired)) => challenge("Access token is expired."),
        Ok(None) => gateway_error(StatusCode::FORBIDDEN, "Invalid access token."),
        Err(error) => error.into_response(),
    }
}

fn bearer_token(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

fn no_credential() -> Response {
    challenge("Credential was not sent or was of an unsupported type for this API.")
}

fn challenge(message: &'static str) -> Response {
    let mut response = gateway_error(StatusCode::UNAUTHORIZED, message);
    let challenge = axum::http::HeaderValue::from_static("Bearer realm=\"DatabricksRealm\"");
    response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    response
}

/// The gateway's `error_code` is a number.
fn gateway_error(status: StatusCode, message: &'static str) -> Response {
    let body = json!({ "error_code": status.as_u16(), "message": message });
    (status, [(REASON, message)], Json(body)).into_response()
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = RestError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, RestError> {
        let unauthenticated = || RestError::new(ErrorCode::Unauthenticated, "The request has no principal.");
        parts.extensions.get::<Self>().cloned().ok_or_else(unauthenticated)
    }
}
