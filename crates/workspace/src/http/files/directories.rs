//! Directories.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clxs_api::ErrorCode;
use clxs_api::file::{DirectoryEntry, ListDirectoryResponse};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Place, Use};
use crate::files::{Entry, EntryKind, FileError, FileFolder, FilePath};
use crate::http::{AppState, Caller, Params, Path, RestError};

/// Entries of a page when the caller leaves it to the workspace, and at most (`facts/rest_api.md` §5).
const PAGE: usize = 1_000;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Paging {
    page_size: Option<i64>,
    page_token: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct OfPath {
    path: String,
}

/// `GET`
pub(super) async fn list(
    State(state): State<AppState>,
    caller: Caller,
    Path(path): Path<String>,
    Params(paging): Params<Paging>,
) -> Result<Json<ListDirectoryResponse>, RestError> {
    let size = page_size(paging.page_size)?;
    let after = paging.page_token.as_deref().filter(|token| !token.is_empty()).map(decode).transpose()?;
    let place = Place::of(&state, caller, &path, Use::Read).await?;
    let directory = place.path.to_string();
    let mut entries = place.work(FileFolder::list).await?;
    if let Some(after) = after {
        entries.retain(|entry| entry.name > after);
    }
    let more = entries.len() > size;
    entries.truncate(size);
    let next = entries.last().filter(|_| more).map(|last| URL_SAFE_NO_PAD.encode(&last.name));
    let contents = entries.into_iter().map(|entry| described(&directory, entry)).collect();
    Ok(Json(ListDirectoryResponse { contents, next_page_token: next }))
}

fn page_size(asked: Option<i64>) -> Result<usize, RestError> {
    match asked {
        None | Some(0) => Ok(PAGE),
        Some(count) => {
            let count =
                usize::try_from(count).map_err(|_| RestError::invalid("page_size must not be negative."))?;
            Ok(count.min(PAGE))
        }
    }
}

fn decode(token: &str) -> Result<String, RestError> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok();
    let name = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    name.ok_or_else(|| RestError::invalid("page_token is not one that this list gave."))
}

fn described(directory: &str, entry: Entry) -> DirectoryEntry {
    let is_directory = entry.kind == EntryKind::Directory;
    DirectoryEntry {
        path: Some(format!("{directory}/{}", entry.name)),
        name: Some(entry.name),
        is_directory: Some(is_directory),
        file_size: if is_directory { None } else { i64::try_from(entry.size).ok() },
        last_modified: (!is_directory).then_some(entry.modified),
    }
}

/// `GET /api/2.0/fs/list`, as the JDBC driver asks it (recorded): files come before directories, whose paths end in a
/// slash; a directory that is missing is empty, as is one in a missing volume.
pub(super) async fn list_plainly(
    State(state): State<AppState>,
    caller: Caller,
    Params(of): Params<OfPath>,
) -> Result<Json<Value>, RestError> {
    let place = match Place::of(&state, caller, &of.path, Use::Read).await {
        Err(error) if error.body().error_code == ErrorCode::NotFound => return Ok(Json(json!({}))),
        other => other?,
    };
    let directory = place.path.to_string();
    let list = |folder: &FileFolder, path: &FilePath| match folder.list(path) {
        Err(FileError::DirectoryNotFound { .. }) => Ok(Vec::new()),
        other => other,
    };
    let mut entries = place.work(list).await?;
    entries.sort_by_key(|entry| entry.kind == EntryKind::Directory);
    let files: Vec<_> = entries.iter().map(|entry| plainly(&directory, entry)).collect();
    Ok(Json(if files.is_empty() { json!({}) } else { json!({ "files": files }) }))
}

fn plainly(directory: &str, entry: &Entry) -> Value {
    let name = &entry.name;
    match entry.kind {
        EntryKind::Directory => {
            json!({ "path": format!("{directory}/{name}/"), "is_dir": true, "name": name })
        }
        EntryKind::File => json!({
            "path": format!("{directory}/{name}"),
            "is_dir": false,
            "file_size": entry.size,
            "modification_time": entry.modified,
            "name": name,
        }),
    }
}

/// `HEAD`. Its errors have no body.
pub(super) async fn head(
    State(state): State<AppState>,
    caller: Caller,
    Path(path): Path<String>,
) -> Result<StatusCode, StatusCode> {
    let found = async {
        let place = Place::of(&state, caller, &path, Use::Read).await?;
        place.work(find_directory).await
    };
    found.await.map_err(|error: RestError| error.into_response().status())?;
    Ok(StatusCode::OK)
}

fn find_directory(folder: &FileFolder, path: &FilePath) -> Result<Entry, FileError> {
    let found = folder.find(path)?.filter(|entry| entry.kind == EntryKind::Directory);
    found.ok_or_else(|| FileError::DirectoryNotFound { path: path.to_string() })
}

/// `PUT`: with the directories it is in; one that is there stays.
pub(super) async fn create(
    State(state): State<AppState>,
    caller: Caller,
    Path(path): Path<String>,
) -> Result<StatusCode, RestError> {
    let place = Place::of(&state, caller, &path, Use::Change).await?;
    place.work(FileFolder::make_directory).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE`: an empty one.
pub(super) async fn delete(
    State(state): State<AppState>,
    caller: Caller,
    Path(path): Path<String>,
) -> Result<StatusCode, RestError> {
    let place = Place::of(&state, caller, &path, Use::Change).await?;
    place.work(FileFolder::delete_directory).await?;
    Ok(StatusCode::NO_CONTENT)
}
