//! Answers about statements, in the recorded shapes (facts/settled.md §6).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clxs_api::endpoint::STATEMENTS;
use clxs_api::statement::{
    ChunkInfo, ResultCompression, ResultData, ResultManifest, ResultSchema, ServiceError, ServiceErrorCode,
    StatementId, StatementResponse, StatementState, StatementStatus,
};

use crate::http::AppState;
use crate::http::signature::BaseUrl;
use crate::sql::SqlError;
use crate::warehouse::{Content, Disposition, Progress, ResultSet, SubmittedStatement};

/// What answers with links need to know.
pub(super) struct Answering<'a> {
    pub(super) state: &'a AppState,
    pub(super) base: &'a BaseUrl,
}

impl Answering<'_> {
    /// How far a statement is, with its first chunk.
    pub(super) fn response(&self, statement: &SubmittedStatement) -> StatementResponse {
        let progress = statement.progress();
        let mut response =
            StatementResponse { statement_id: Some(statement.id().clone()), ..Default::default() };
        let mut status = StatementStatus { state: progress.state(), error: None, sql_state: None };
        match progress {
            Progress::Failed(error) => {
                status.error = Some(ServiceError {
                    error_code: Some(error_code(&error)),
                    message: Some(error.to_string()),
                });
                status.sql_state = Some(error.sql_state.to_owned());
            }
            Progress::Succeeded(result) => {
                response.manifest = Some(manifest(&result));
                let first = attachment(&result).or_else(|| self.data(statement.id(), &result, 0));
                response.result = Some(first.unwrap_or_default());
            }
            Progress::Pending | Progress::Running | Progress::Canceled | Progress::Closed => {}
        }
        response.status = Some(status);
        response
    }

    /// A chunk of a result, or the link to it.
    pub(super) fn data(&self, id: &StatementId, result: &ResultSet, index: usize) -> Option<ResultData> {
        let chunk = result.chunks().get(index)?;
        let Content::Rows(rows) = &chunk.content else {
            let link = self.link(id, result, index)?;
            return Some(ResultData { external_links: Some(vec![link]), ..ResultData::default() });
        };
        let next = next_chunk(result, index);
        Some(ResultData {
            chunk_index: Some(number(index)),
            row_offset: Some(count(chunk.row_offset)),
            row_count: Some(count(chunk.row_count)),
            data_array: Some(rows.clone()),
            next_chunk_index: next.map(number),
            next_chunk_internal_link: next.map(|next| {
                let row_offset = chunk.row_offset + chunk.row_count;
                format!("{}?row_offset={row_offset}", path_of(id, next))
            }),
            ..ResultData::default()
        })
    }
}

/// The answer about a statement that nobody waits for, however far it is already.
pub(super) fn pending(statement: &SubmittedStatement) -> StatementResponse {
    let status = StatementStatus { state: StatementState::Pending, error: None, sql_state: None };
    StatementResponse {
        statement_id: Some(statement.id().clone()),
        status: Some(status),
        ..StatementResponse::default()
    }
}

/// The number of the chunk after this one.
pub(super) fn next_chunk(result: &ResultSet, index: usize) -> Option<usize> {
    (index + 1 < result.chunks().len()).then_some(index + 1)
}

/// The path of a chunk.
pub(super) fn path_of(id: &StatementId, index: usize) -> String {
    format!("{STATEMENTS}/{id}/result/chunks/{index}")
}

/// A small hybrid result, whole.
fn attachment(result: &ResultSet) -> Option<ResultData> {
    let (chunk, bytes) = result.attachment()?;
    Some(ResultData {
        chunk_index: Some(0),
        row_offset: Some(0),
        row_count: Some(count(chunk.row_count)),
        byte_count: Some(count(bytes.len())),
        attachment: Some(STANDARD.encode(bytes)),
        ..ResultData::default()
    })
}

/// What a statement does wrong is `BAD_REQUEST`, whatever it is (facts/settled.md §6).
fn error_code(error: &SqlError) -> ServiceErrorCode {
    match error.class {
        "INTERNAL_ERROR" => ServiceErrorCode::InternalError,
        _ => ServiceErrorCode::BadRequest,
    }
}

fn manifest(result: &ResultSet) -> ResultManifest {
    let columns = result.columns().to_vec();
    let delivery = result.delivery();
    let inline = delivery.disposition == Disposition::Inline;
    let chunks = result.chunks().iter().enumerate().map(|(index, chunk)| ChunkInfo {
        chunk_index: number(index),
        row_offset: count(chunk.row_offset),
        row_count: count(chunk.row_count),
        byte_count: (!inline).then(|| bytes(chunk.byte_count)),
    });
    ResultManifest {
        format: Some(delivery.format.clone()),
        schema: Some(ResultSchema { column_count: Some(number(columns.len())), columns }),
        total_chunk_count: Some(number(result.chunks().len())),
        chunks: chunks.collect(),
        total_row_count: Some(count(result.row_count())),
        // Inline results with rows say nothing of bytes, recorded results without rows do.
        total_byte_count: (!inline || result.row_count() == 0).then(|| bytes(result.byte_count())),
        truncated: Some(result.truncated()),
        result_compression: delivery.lz4.then_some(ResultCompression::Lz4Frame),
        ..ResultManifest::default()
    }
}

/// Results are far smaller than what the types of the protocol hold.
pub(super) fn number(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

pub(super) fn count(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

pub(super) fn bytes(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
