//! Errors of the Files API: its own codes, with the reason among the details (facts/settled.md §1).

use std::error::Error;

use clxs_api::ErrorCode;
use serde_json::json;

use crate::http::RestError;
use crate::metastore::MetastoreError;
use crate::volume::VolumeError;

const DOMAIN: &str = "filesystem.databricks.com";

/// What Unity Catalog refuses about the volume: what is missing is wrapped as recorded.
pub(super) fn of_volume(error: MetastoreError) -> RestError {
    match &error {
        MetastoreError::NotFound { .. } => {
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
pub(super) fn refusal(error: VolumeError) -> RestError {
    let (code, reason) = match &error {
        VolumeError::InvalidPath { .. } => (ErrorCode::InvalidParameterValue, "FILES_API_INVALID_PATH"),
        VolumeError::FileNotFound { .. } => (ErrorCode::NotFound, "FILES_API_FILE_NOT_FOUND"),
        VolumeError::DirectoryNotFound { .. } => (ErrorCode::NotFound, "FILES_API_DIRECTORY_NOT_FOUND"),
        VolumeError::AlreadyExists { .. } => (ErrorCode::AlreadyExists, "FILES_API_FILE_ALREADY_EXISTS"),
        VolumeError::NotEmpty { .. } => (ErrorCode::BadRequest, "FILES_API_DIRECTORY_IS_NOT_EMPTY"),
        VolumeError::NoSession { .. } => (ErrorCode::NotFound, "FILES_API_UPLOAD_SESSION_NOT_FOUND"),
        VolumeError::InvalidParts { .. } => (ErrorCode::InvalidParameterValue, "FILES_API_INVALID_PARTS"),
        VolumeError::Io { .. } => return internal(&error),
    };
    RestError::new(code, error.to_string()).with_info(reason, DOMAIN, &json!({})).with_request_info()
}

/// What went wrong inside is for the log.
pub(super) fn internal(error: &(dyn Error + 'static)) -> RestError {
    tracing::error!(error, "a file of a volume could not be used");
    RestError::new(ErrorCode::InternalError, format!("{error}; the workspace's log says why."))
}
