//! Files: sending and receiving their bytes.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{
    ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, IF_UNMODIFIED_SINCE, LAST_MODIFIED, RANGE,
};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use clxs_api::{ApiError, ErrorCode};
use futures::StreamExt;
use serde::Deserialize;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

use super::range::{self, Wanted, changed_since, http_time, wanted};
use super::{Place, Use, error};
use crate::files::{Entry, EntryKind, FileError, FileFolder, FilePath, Upload};
use crate::http::{AppState, Caller, Params, Path, RestError};

/// Bytes that are read at once, and how many of these wait for a slow receiver.
const CHUNK: usize = 256 << 10;
const WAITING: usize = 4;
/// A file that comes in one request (`facts/rest_api.md` §6).
const LARGEST: u64 = 5 << 30;

/// A file that is there is replaced unless the request says otherwise (the official client's documentation).
#[derive(Debug, Deserialize)]
pub(super) struct Overwriting {
    overwrite: Option<bool>,
}

/// `GET`, with `Range` and `If-Unmodified-Since`.
pub(super) async fn download(
    State(state): State<AppState>,
    caller: Caller,
    Path(path): Path<String>,
    headers: HeaderMap,
) -> Result<Response, RestError> {
    send(Place::of(&state, caller, &path, Use::Read).await?, &headers).await
}

/// `HEAD`. Its errors have no body.
pub(super) async fn head(
    State(state): State<AppState>,
    caller: Caller,
    Path(path): Path<String>,
    headers: HeaderMap,
) -> Result<Response, StatusCode> {
    let found = async {
        let place = Place::of(&state, caller, &path, Use::Read).await?;
        place.work(find_file).await
    };
    let entry = found.await.map_err(|error: RestError| error.into_response().status())?;
    if changed_since(text(&headers, &IF_UNMODIFIED_SINCE), entry.modified) {
        return Err(StatusCode::PRECONDITION_FAILED);
    }
    Ok((described(&entry), [(CONTENT_LENGTH, entry.size.to_string())]).into_response())
}

fn find_file(folder: &FileFolder, path: &FilePath) -> Result<Entry, FileError> {
    let found = folder.find(path)?.filter(|entry| entry.kind == EntryKind::File);
    found.ok_or_else(|| FileError::FileNotFound { path: path.to_string() })
}

/// `PUT`
pub(super) async fn upload(
    State(state): State<AppState>,
    caller: Caller,
    Path(path): Path<String>,
    Params(overwriting): Params<Overwriting>,
    body: Body,
) -> Result<StatusCode, RestError> {
    let place = Place::of(&state, caller, &path, Use::Write).await?;
    receive(place, overwriting.overwrite != Some(false), body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE`
pub(super) async fn delete(
    State(state): State<AppState>,
    caller: Caller,
    Path(path): Path<String>,
) -> Result<StatusCode, RestError> {
    let place = Place::of(&state, caller, &path, Use::Change).await?;
    place.work(FileFolder::delete_file).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A file, or a part of it, as the answer. It is sent as it was when it was opened, whatever becomes of it.
pub(super) async fn send(place: Place, headers: &HeaderMap) -> Result<Response, RestError> {
    let (file, entry) = place.work(FileFolder::open_file).await?;
    if changed_since(text(headers, &IF_UNMODIFIED_SINCE), entry.modified) {
        return Ok(refused(StatusCode::PRECONDITION_FAILED, "The file was modified."));
    }
    let whole = range::Bytes { start: 0, end: entry.size };
    let (status, bytes) = match wanted(text(headers, &RANGE), entry.size) {
        Wanted::Whole => (StatusCode::OK, whole),
        Wanted::Part(bytes) => (StatusCode::PARTIAL_CONTENT, bytes),
        Wanted::Nothing => {
            let answer = refused(StatusCode::RANGE_NOT_SATISFIABLE, "The range is not in the file.");
            return Ok(([(CONTENT_RANGE, format!("bytes */{}", entry.size))], answer).into_response());
        }
    };
    let length = [(CONTENT_LENGTH, (bytes.end - bytes.start).to_string())];
    let answer = (status, described(&entry), length, stream(file, bytes));
    if status == StatusCode::OK {
        return Ok(answer.into_response());
    }
    let place = format!("bytes {}-{}/{}", bytes.start, bytes.end - 1, entry.size);
    Ok(([(CONTENT_RANGE, place)], answer.into_response()).into_response())
}

/// Receives a whole file: it is there when all of it is.
pub(super) async fn receive(place: Place, overwrite: bool, body: Body) -> Result<(), RestError> {
    let begin = move |folder: &FileFolder, path: &FilePath| {
        let taken = !overwrite && folder.find(path)?.is_some();
        if taken {
            Err(FileError::AlreadyExists { path: path.to_string() })
        } else {
            Upload::begin(folder, path)
        }
    };
    let upload = place.clone().work(begin).await?;
    let upload = write(upload, body).await?;
    place.work(move |_, _| upload.finish(overwrite)).await
}

/// Writes a body to its end, chunk by chunk. When the sender stops early, nothing is left.
pub(super) async fn write(mut upload: Upload, body: Body) -> Result<Upload, RestError> {
    let (sender, mut receiver) = mpsc::channel::<Bytes>(WAITING);
    let writing = spawn_blocking(move || {
        while let Some(chunk) = receiver.blocking_recv() {
            upload.write(&chunk)?;
        }
        Ok(upload)
    });
    let mut chunks = body.into_data_stream();
    let mut size: u64 = 0;
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|error| {
            RestError::new(ErrorCode::BadRequest, format!("The body ended too early: {error}."))
        })?;
        size += u64::try_from(chunk.len()).unwrap_or(u64::MAX);
        if size > LARGEST {
            return Err(RestError::invalid("A file of more than 5 GiB is uploaded in parts."));
        }
        // The writer failed: it says why.
        if sender.send(chunk).await.is_err() {
            break;
        }
    }
    drop(sender);
    writing.await.map_err(|stopped| error::internal(&stopped))?.map_err(error::refusal)
}

/// Reads ahead a few chunks; ends when nobody receives any more.
fn stream(mut file: File, bytes: range::Bytes) -> Body {
    let (sender, receiver) = mpsc::channel(WAITING);
    spawn_blocking(move || {
        if let Err(error) = file.seek(SeekFrom::Start(bytes.start)) {
            return drop(sender.blocking_send(Err(error)));
        }
        let mut rest = file.take(bytes.end - bytes.start);
        loop {
            let mut chunk = Vec::with_capacity(CHUNK);
            let read = rest.by_ref().take(CHUNK as u64).read_to_end(&mut chunk);
            let item = match read {
                Ok(0) => return,
                Ok(_) => Ok(Bytes::from(chunk)),
                Err(error) => Err(error),
            };
            if item.is_err() || sender.is_closed() {
                return drop(sender.blocking_send(item));
            }
            if sender.blocking_send(item).is_err() {
                return;
            }
        }
    });
    let next =
        |mut receiver: mpsc::Receiver<_>| async move { receiver.recv().await.map(|item| (item, receiver)) };
    Body::from_stream(futures::stream::unfold(receiver, next))
}

fn described(entry: &Entry) -> [(HeaderName, String); 3] {
    [
        (CONTENT_TYPE, "application/octet-stream".to_owned()),
        (LAST_MODIFIED, http_time(entry.modified)),
        (ACCEPT_RANGES, "bytes".to_owned()),
    ]
}

fn refused(status: StatusCode, message: &str) -> Response {
    (status, Json(ApiError::new(ErrorCode::BadRequest, message))).into_response()
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
