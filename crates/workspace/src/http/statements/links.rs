//! Links to chunks. The platform's lead to cloud storage; ours lead to the workspace itself, and like those they
//! need a signature and no token.

use std::time::Duration;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use chrono::{SecondsFormat, Utc};
use clxs_api::ErrorCode;
use clxs_api::statement::{ExternalLink, ResultFormat, StatementId};
use serde::Deserialize;

use super::answer::{Answering, bytes, count, next_chunk, number, path_of};
use crate::http::routes::{Routes, get};
use crate::http::signature::Refusal;
use crate::http::{AppState, Params, Path, RestError};
use crate::warehouse::{Chunk, Content, Progress, ResultSet};

/// Outside the platform's paths: nobody but a link leads here.
const RESULTS: &str = "/clxs/results";
/// How long a link is good (recorded, facts/settled.md §6).
const LIFE: Duration = Duration::from_secs(899);

/// What is answered without a token.
pub(in crate::http) fn open_routes() -> Routes {
    Routes::new().route(&format!("{RESULTS}/{{id}}/{{index}}"), get(fetch))
}

/// What makes a link good.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Permit {
    /// Seconds since 1970-01-01 UTC.
    expires: i64,
    signature: String,
}

impl Answering<'_> {
    /// The link to a chunk.
    pub(super) fn link(&self, id: &StatementId, result: &ResultSet, index: usize) -> Option<ExternalLink> {
        let chunk = result.chunks().get(index)?;
        let next = next_chunk(result, index);
        let expiration = Utc::now() + LIFE;
        let expires = expiration.timestamp();
        let signature = self.state.signer.sign(&permitted(&id.0, index), expires);
        let url = format!("{}{RESULTS}/{id}/{index}?expires={expires}&signature={signature}", self.base.0);
        Some(ExternalLink {
            chunk_index: Some(number(index)),
            row_offset: Some(count(chunk.row_offset)),
            row_count: Some(count(chunk.row_count)),
            byte_count: Some(bytes(chunk.byte_count)),
            external_link: url,
            expiration: Some(expiration.to_rfc3339_opts(SecondsFormat::Millis, true)),
            http_headers: None,
            next_chunk_index: next.map(number),
            next_chunk_internal_link: next.map(|next| path_of(id, next)),
        })
    }
}

fn permitted(id: &str, index: usize) -> String {
    format!("result\n{id}\n{index}")
}

async fn fetch(
    State(state): State<AppState>,
    Path((id, index)): Path<(String, usize)>,
    Params(permit): Params<Permit>,
) -> Result<Response, RestError> {
    let permitted = permitted(&id, index);
    state.signer.check(&permitted, permit.expires, &permit.signature).map_err(refused)?;
    let gone = || RestError::new(ErrorCode::NotFound, "What the link leads to is gone.");
    let statement = state.warehouse.statement(&StatementId(id)).ok_or_else(gone)?;
    let Progress::Succeeded(result) = statement.progress() else { return Err(gone()) };
    let Some(Chunk { content: Content::Encoded(bytes), .. }) = result.chunks().get(index) else {
        return Err(gone());
    };
    let content: Bytes = bytes.clone();
    Ok(([(CONTENT_TYPE, media_type(&result.delivery().format))], content).into_response())
}

/// `PERMISSION_DENIED`, as cloud storage refuses a link that was changed or has expired.
fn refused(refusal: Refusal) -> RestError {
    let why = match refusal {
        Refusal::Forged => "The signature of the link is wrong.",
        Refusal::Expired => "The link has expired; ask for the chunk again.",
    };
    RestError::new(ErrorCode::PermissionDenied, why)
}

fn media_type(format: &ResultFormat) -> &'static str {
    match format {
        ResultFormat::JsonArray => "application/json",
        ResultFormat::Csv => "text/csv",
        _ => "application/vnd.apache.arrow.stream",
    }
}
