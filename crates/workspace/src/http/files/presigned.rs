//! URLs that open one file without a token, and what they open.

use axum::Json;
use axum::body::Body as Content;
use axum::extract::State;
use axum::http::header::{CONTENT_TYPE, ETAG};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::permit::{Action, Permit, expiry};
use super::{Place, content, multipart};
use crate::http::signature::{BaseUrl, Refusal};
use crate::http::{AppState, Body, Caller, Params, RestError};

pub(super) const PATH: &str = "/api/2.0/fs/presigned";

/// What to make a URL for: in the query as the Python client writes it, or in the body as the JDBC driver does.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct UrlRequest {
    path: Option<String>,
    expire_time: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Signed {
    signature: String,
}

pub(super) async fn create_download_url(
    State(state): State<AppState>,
    caller: Caller,
    base: BaseUrl,
    Params(query): Params<UrlRequest>,
    Body(body): Body<UrlRequest>,
) -> Result<Json<Value>, RestError> {
    create_url(&state, caller, &base, query.or(body), Action::Download).await
}

pub(super) async fn create_upload_url(
    State(state): State<AppState>,
    caller: Caller,
    base: BaseUrl,
    Params(query): Params<UrlRequest>,
    Body(body): Body<UrlRequest>,
) -> Result<Json<Value>, RestError> {
    create_url(&state, caller, &base, query.or(body), Action::Upload).await
}

impl UrlRequest {
    fn or(self, other: Self) -> Self {
        Self { path: self.path.or(other.path), expire_time: self.expire_time.or(other.expire_time) }
    }
}

async fn create_url(
    state: &AppState,
    caller: Caller,
    base: &BaseUrl,
    request: UrlRequest,
    action: Action,
) -> Result<Json<Value>, RestError> {
    let path = request.path.ok_or_else(|| RestError::invalid("path is missing."))?;
    let expires = expiry(request.expire_time.as_deref())?;
    let place = Place::of(state, caller, &path, action.wish()).await?;
    let permit = place.permit(action, expires);
    Ok(Json(json!({ "url": url(state, base, &permit)? })))
}

/// The URL of a permit, at the address the caller used.
pub(super) fn url(state: &AppState, base: &BaseUrl, permit: &Permit) -> Result<String, RestError> {
    Ok(format!("{}{PATH}?{}", base.0, permit.query(&state.signer)?))
}

pub(super) async fn download(
    State(state): State<AppState>,
    Params(permit): Params<Permit>,
    Params(signed): Params<Signed>,
    headers: HeaderMap,
) -> Result<Response, RestError> {
    if let Err(refusal) = checked(&state, &permit, &signed, &[Action::Download]) {
        return Ok(refusal.into_response());
    }
    content::send(Place::of_signed(&state, &permit).await?, &headers).await
}

pub(super) async fn upload(
    State(state): State<AppState>,
    Params(permit): Params<Permit>,
    Params(signed): Params<Signed>,
    body: Content,
) -> Result<Response, RestError> {
    if let Err(refusal) = checked(&state, &permit, &signed, &[Action::Upload, Action::UploadPart]) {
        return Ok(refusal.into_response());
    }
    let place = Place::of_signed(&state, &permit).await?;
    if permit.action == Action::UploadPart {
        let tag = multipart::receive_part(place, &permit, body).await?;
        return Ok((StatusCode::OK, [(ETAG, format!("\"{tag}\""))]).into_response());
    }
    content::receive(place, true, body).await?;
    Ok(StatusCode::OK.into_response())
}

fn checked(state: &AppState, permit: &Permit, signed: &Signed, allowed: &[Action]) -> Result<(), Refusal> {
    permit.check(&state.signer, &signed.signature)?;
    if allowed.contains(&permit.action) { Ok(()) } else { Err(Refusal::Forged) }
}

/// The clients look for these texts, which are those of cloud storage.
impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (code, message) = match self {
            Self::Forged => ("SignatureDoesNotMatch", "The request signature does not match the URL"),
            Self::Expired => ("AccessDenied", "Request has expired"),
        };
        let body = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>"
        );
        (StatusCode::FORBIDDEN, [(CONTENT_TYPE, "application/xml")], body).into_response()
    }
}
