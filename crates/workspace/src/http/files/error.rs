//! Errors of the Files API: its own codes, with the reason among the details (facts/settled.md §1).

use std::error::Error;

use clxs_api::ErrorCode;
use serde_json::json;

use crate::files::FileError;
use crate::http::RestError;
use crate::metastore::MetastoreError;

const DOMAIN: &str = "filesystem.databricks.com";

/// What Unity Catalog refuses about the volume or version: what is missing is wrapped as recorded of volumes.
pub(super) fn of_holder(error: MetastoreError) -> RestError {
    match &error {
        MetastoreError::NotFound { .. } | MetastoreError::ModelVersionNotFound { .. } => {
            let message = error.to_string();
            let metadata = json!({ "unity_catalog_error_message": message });
            RestError::new(ErrorCode::NotFound, message)
                .with_info("FILES_API_RESOURCE_NOT_FOUND", DOMAIN, &metadata)
                .with_request_info()
        }
        _ => error.into(),
    }
}

/// What is refused about the path. Codes and reasons are those that the official command line looks for; the
/// other reasons are UNCONFIRMED.
#[expect(clippy::needless_pass_by_value, reason = "for map_err")]
pub(super) fn refusal(error: FileError) -> RestError {
    let (code, reason) = match &error {
        FileError::InvalidPath { .. } => (ErrorCode::InvalidParameterValue, "FILES_API_INVALID_PATH"),
        FileError::FileNotFound { .. } => (ErrorCode::NotFound, "FILES_API_FILE_NOT_FOUND"),
        FileError::DirectoryNotFound { .. } => (ErrorCode::NotFound, "FILES_API_DIRECTORY_NOT_FOUND"),
        FileError::AlreadyExists { .. } => (ErrorCode::AlreadyExists, "FILES_API_FILE_ALREADY_EXISTS"),
        FileError::NotEmpty { .. } => (ErrorCode::BadRequest, "FILES_API_DIRECTORY_IS_NOT_EMPTY"),
        FileError::NoSession { .. } => (ErrorCode::NotFound, "FILES_API_UPLOAD_SESSION_NOT_FOUND"),
        FileError::InvalidParts { .. } => (ErrorCode::InvalidParameterValue, "FILES_API_INVALID_PARTS"),
        FileError::Io { .. } => return internal(&error),
    };
    RestError::new(code, error.to_string()).with_info(reason, DOMAIN, &json!({})).with_request_info()
}

/// What went wrong inside is for the log.
pub(super) fn internal(error: &(dyn Error + 'static)) -> RestError {
    tracing::error!(error, "a file could not be used");
    RestError::new(ErrorCode::InternalError, format!("{error}; the workspace's log says why."))
}
