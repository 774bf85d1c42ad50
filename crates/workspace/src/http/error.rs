//! Errors in the platform's body, and which status goes with which (`facts/rest_api.md` §2, facts/settled.md §1).

use std::error::Error;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use clxs_api::{ApiError, ErrorCode, SecurableKind};

use crate::metastore::MetastoreError;

/// An error answer: a status and a body.
#[derive(Debug)]
pub(crate) struct RestError(ApiError);

impl RestError {
    /// An error whose status follows from its code.
    pub(crate) fn new(error_code: ErrorCode, message: impl Into<String>) -> Self {
        Self(ApiError::new(error_code, message))
    }

    /// A request that cannot be understood.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidParameterValue, message)
    }
}

impl IntoResponse for RestError {
    fn into_response(self) -> Response {
        (status(&self.0.error_code), Json(self.0)).into_response()
    }
}

impl From<MetastoreError> for RestError {
    fn from(error: MetastoreError) -> Self {
        let error_code = match &error {
            MetastoreError::NotFound { kind, .. } => does_not_exist(kind),
            MetastoreError::AlreadyExists { kind, .. } => already_exists(kind),
            MetastoreError::NotEmpty { kind: SecurableKind::Catalog, .. } => ErrorCode::CatalogNotEmpty,
            MetastoreError::NotEmpty { .. } => ErrorCode::SchemaNotEmpty,
            MetastoreError::PrincipalNotFound { .. } => ErrorCode::PrincipalDoesNotExist,
            MetastoreError::PrincipalExists { .. } => ErrorCode::ResourceAlreadyExists,
            MetastoreError::PermissionDenied { .. } | MetastoreError::NotMetastoreAdmin { .. } => {
                ErrorCode::PermissionDenied
            }
            MetastoreError::NotApplicable { .. }
            | MetastoreError::InvalidParameter { .. }
            | MetastoreError::LocationOverlap { .. } => ErrorCode::InvalidParameterValue,
            _ => return Self::internal(&error),
        };
        Self::new(error_code, error.to_string())
    }
}

impl RestError {
    /// What went wrong inside is for the log; the caller learns where to look.
    fn internal(error: &MetastoreError) -> Self {
        tracing::error!(error = error as &dyn Error, "a request failed inside the workspace");
        Self::new(ErrorCode::InternalError, format!("{error}; the workspace's log says why."))
    }
}

fn does_not_exist(kind: &SecurableKind) -> ErrorCode {
    match kind {
        SecurableKind::Catalog => ErrorCode::CatalogDoesNotExist,
        SecurableKind::Schema => ErrorCode::SchemaDoesNotExist,
        SecurableKind::Table => ErrorCode::TableDoesNotExist,
        // UNCONFIRMED for kinds without a code of their own (facts/settled.md §12).
        _ => ErrorCode::ResourceDoesNotExist,
    }
}

fn already_exists(kind: &SecurableKind) -> ErrorCode {
    match kind {
        SecurableKind::Catalog => ErrorCode::CatalogAlreadyExists,
        SecurableKind::Schema => ErrorCode::SchemaAlreadyExists,
        SecurableKind::Table => ErrorCode::TableAlreadyExists,
        _ => ErrorCode::ResourceAlreadyExists,
    }
}

/// The status of an error. Creating what exists is 400 in Unity Catalog (recorded). UNCONFIRMED: 400 for
/// what is not empty.
fn status(error_code: &ErrorCode) -> StatusCode {
    match error_code {
        ErrorCode::Unauthenticated => StatusCode::UNAUTHORIZED,
        ErrorCode::PermissionDenied => StatusCode::FORBIDDEN,
        ErrorCode::NotFound
        | ErrorCode::EndpointNotFound
        | ErrorCode::ResourceDoesNotExist
        | ErrorCode::CatalogDoesNotExist
        | ErrorCode::SchemaDoesNotExist
        | ErrorCode::TableDoesNotExist
        | ErrorCode::PrincipalDoesNotExist => StatusCode::NOT_FOUND,
        ErrorCode::AlreadyExists
        | ErrorCode::ResourceAlreadyExists
        | ErrorCode::ResourceConflict
        | ErrorCode::Aborted => StatusCode::CONFLICT,
        ErrorCode::RequestLimitExceeded | ErrorCode::ResourceExhausted => StatusCode::TOO_MANY_REQUESTS,
        ErrorCode::NotImplemented => StatusCode::NOT_IMPLEMENTED,
        ErrorCode::TemporarilyUnavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorCode::DeadlineExceeded => StatusCode::GATEWAY_TIMEOUT,
        ErrorCode::InternalError => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_REQUEST,
    }
}
