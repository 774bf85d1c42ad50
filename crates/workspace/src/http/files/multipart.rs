//! Uploads in parts: begun, each part at a signed URL, then completed or aborted (`facts/rest_api.md` §7).

use axum::Json;
use axum::body::Body as Content;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::permit::{Action, Permit, expiry};
use super::{Place, Use, content, presigned};
use crate::files::{FileFolder, FilePath, Part, Session};
use crate::http::signature::BaseUrl;
use crate::http::{AppState, Body, Caller, Params, Path, RestError};

/// Parts of one upload, and URLs of one request.
const MOST_PARTS: u32 = 10_000;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Act {
    action: String,
    overwrite: Option<bool>,
    upload_type: Option<String>,
    session_token: String,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Parts {
    parts: Vec<Part>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct PartUrls {
    path: String,
    session_token: String,
    start_part_number: u32,
    count: u32,
    expire_time: Option<String>,
}

/// `POST` on a file: `initiate-upload`, `complete-upload` or `abort-upload`.
pub(super) async fn act(
    State(state): State<AppState>,
    caller: Caller,
    Path(path): Path<String>,
    Params(act): Params<Act>,
    Body(parts): Body<Parts>,
) -> Result<Json<Value>, RestError> {
    let place = Place::of(&state, caller, &path, Use::Write).await?;
    if act.upload_type.as_deref().is_some_and(|kind| kind != "multipart") {
        return Err(RestError::invalid("The upload_type of the embedded workspace is multipart."));
    }
    let (token, overwrite) = (act.session_token, act.overwrite != Some(false));
    match act.action.as_str() {
        "initiate-upload" => {
            let begin = move |folder: &FileFolder, path: &FilePath| Session::begin(folder, path, overwrite);
            let token = place.work(begin).await?;
            Ok(Json(json!({ "multipart_upload": { "session_token": token } })))
        }
        "complete-upload" => {
            let complete = move |folder: &FileFolder, path: &FilePath| {
                Session::open(folder, path, &token)?.complete(&token, &parts.parts)
            };
            place.work(complete).await?;
            Ok(Json(json!({})))
        }
        "abort-upload" => {
            place.work(move |folder, path| Session::open(folder, path, &token)?.abort()).await?;
            Ok(Json(json!({})))
        }
        other => Err(RestError::invalid(format!("There is no action '{other}' on a file."))),
    }
}

pub(super) async fn create_part_urls(
    State(state): State<AppState>,
    caller: Caller,
    base: BaseUrl,
    Body(request): Body<PartUrls>,
) -> Result<Json<Value>, RestError> {
    let place = Place::of(&state, caller, &request.path, Use::Write).await?;
    let expires = expiry(request.expire_time.as_deref())?;
    let first = request.start_part_number;
    let last = first.saturating_add(request.count);
    if first == 0 || request.count == 0 || last > MOST_PARTS + 1 {
        return Err(RestError::invalid(format!("Parts have numbers from 1 to {MOST_PARTS}.")));
    }
    let token = request.session_token.clone();
    let permit = Permit { session: token.clone(), ..place.permit(Action::UploadPart, expires) };
    place.work(move |folder, path| Session::open(folder, path, &token).map(drop)).await?;
    let url = |part: u32| {
        let url = presigned::url(&state, &base, &Permit { part, ..permit.clone() })?;
        Ok(json!({ "url": url, "part_number": part, "headers": [] }))
    };
    let urls = (first..last).map(url).collect::<Result<Vec<_>, RestError>>()?;
    Ok(Json(json!({ "upload_part_urls": urls })))
}

/// Receives a part that a permit allows; its tag.
pub(super) async fn receive_part(place: Place, permit: &Permit, body: Content) -> Result<String, RestError> {
    let (token, number) = (permit.session.clone(), permit.part);
    let begin = move |folder: &FileFolder, path: &FilePath| Session::open(folder, path, &token)?.begin_part();
    let part = content::write(place.clone().work(begin).await?, body).await?;
    place.work(move |_, _| Session::finish_part(part, number)).await
}
