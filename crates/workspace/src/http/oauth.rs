//! OAuth for machines: a service principal's secret becomes a token that expires (`facts/rest_api.md` §4.2).

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::routes::{Routes, get, post};
use super::signature::BaseUrl;
use super::{AppState, RestError};
use crate::metastore::PrincipalKind;

const OIDC: &str = "/oidc";
/// How long a token is good, as on the platform.
const LIFE: Duration = Duration::from_hours(1);

/// What is answered without a token.
pub(super) fn open_routes() -> Routes {
    Routes::new()
        .route(&format!("{OIDC}/.well-known/oauth-authorization-server"), get(metadata))
        .route(&format!("{OIDC}/v1/token"), post(token))
}

/// Where OAuth is found.
pub(super) fn endpoint(base: &BaseUrl) -> String {
    format!("{}{OIDC}", base.0)
}

/// As recorded, but for what the embedded workspace does not have: keys, and scopes of other services. There is
/// nobody at `authorize`: people have personal access tokens.
async fn metadata(base: BaseUrl) -> Json<Value> {
    let endpoint = endpoint(&base);
    Json(json!({
        "authorization_endpoint": format!("{endpoint}/v1/authorize"),
        "token_endpoint": format!("{endpoint}/v1/token"),
        "issuer": endpoint,
        "jwks_uri": format!("{endpoint}/jwks.json"),
        "scopes_supported": ["all-apis"],
        "response_types_supported": ["code", "id_token"],
        "response_modes_supported": ["query", "fragment", "form_post"],
        "grant_types_supported": ["client_credentials", "authorization_code", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "claims_supported": [
            "iss", "sub", "aud", "iat", "exp", "jti", "name", "family_name", "given_name", "preferred_username",
        ],
        "request_uri_parameter_supported": false,
    }))
}

/// What a request for a token holds.
#[derive(Default)]
struct Form {
    grant_type: Option<String>,
    client_id: Option<String>,
    client_secret: Option<String>,
}

impl Form {
    /// Client id and secret are in the header or in the body.
    fn read(headers: &HeaderMap, body: &[u8]) -> Self {
        let mut form = Self::default();
        for (name, value) in form_urlencoded::parse(body) {
            match name.as_ref() {
                "grant_type" => form.grant_type = Some(value.into_owned()),
                "client_id" => form.client_id = Some(value.into_owned()),
                "client_secret" => form.client_secret = Some(value.into_owned()),
                _ => {}
            }
        }
        if let Some((id, secret)) = basic(headers) {
            (form.client_id, form.client_secret) = (Some(id), Some(secret));
        }
        form
    }
}

fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let (scheme, encoded) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let decoded = STANDARD.decode(encoded.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let text = String::from_utf8(decoded).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}

async fn token(State(state): State<AppState>, headers: HeaderMap, body: Bytes) -> Response {
    let Form { grant_type, client_id, client_secret } = Form::read(&headers, &body);
    match grant_type.as_deref() {
        Some("client_credentials") => {}
        None => return refusal(StatusCode::BAD_REQUEST, "invalid_request", "grant_type is missing."),
        Some(_) => {
            let words = "The embedded workspace gives tokens for client_credentials only.";
            return refusal(StatusCode::BAD_REQUEST, "unsupported_grant_type", words);
        }
    }
    let (Some(id), Some(secret)) = (client_id, client_secret) else { return wrong_client() };
    match issue(&state, id, secret).await {
        Ok(Some(token)) => issued(&token),
        Ok(None) => wrong_client(),
        Err(error) => error.into_response(),
    }
}

/// A token for the service principal, if the secret is one of its.
async fn issue(state: &AppState, id: String, secret: String) -> Result<Option<String>, RestError> {
    let issued = state.metastore.write(move |tx| {
        let principal = tx.principal(&id)?;
        let principal = principal.filter(|row| row.kind == PrincipalKind::ServicePrincipal && row.active);
        match principal {
            Some(principal) if tx.has_secret(principal.id, &secret)? => {
                Ok(Some(tx.insert_expiring_token(&principal.name, LIFE)?))
            }
            _ => Ok(None),
        }
    });
    issued.await
}

fn issued(token: &str) -> Response {
    let body = json!({
        "access_token": token, "token_type": "Bearer", "expires_in": LIFE.as_secs(), "scope": "all-apis",
    });
    ([(CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

fn wrong_client() -> Response {
    refusal(StatusCode::UNAUTHORIZED, "invalid_client", "Client authentication failed")
}

/// The words of OAuth (RFC 6749 §5.2), not those of the rest of the protocol.
fn refusal(status: StatusCode, error: &str, description: &str) -> Response {
    (status, Json(json!({ "error": error, "error_description": description }))).into_response()
}
