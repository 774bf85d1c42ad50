//! Errors in the platform's body, and which status goes with which (`facts/rest_api.md` §2, facts/settled.md §1).

use std::error::Error;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use clxs_api::{ApiError, ErrorCode, SecurableKind};
use serde_json::{Value, json};
use uuid::Uuid;

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
            MetastoreError::NotFound { kind, .. } => code_of(kind, "DOES_NOT_EXIST"),
            MetastoreError::AlreadyExists { kind, .. } => code_of(kind, "ALREADY_EXISTS"),
            MetastoreError::NotEmpty { kind, .. } => code_of(kind, "NOT_EMPTY"),
            MetastoreError::PrincipalNotFound { .. } => ErrorCode::PrincipalDoesNotExist,
            MetastoreError::PrincipalExists { .. } | MetastoreError::TagExists { .. } => {
                ErrorCode::ResourceAlreadyExists
            }
            // The code is that of the error class.
            MetastoreError::PolicyExists { .. } => ErrorCode::from("POLICY_ALREADY_EXISTS"),
            MetastoreError::ColumnNotFound { .. }
            | MetastoreError::TagNotFound { .. }
            | MetastoreError::ModelVersionNotFound { .. }
            | MetastoreError::PolicyNotFound { .. }
            | MetastoreError::ConstraintNotFound { .. } => ErrorCode::ResourceDoesNotExist,
            MetastoreError::PrincipalIsOwner { .. } => ErrorCode::ResourceConflict,
            MetastoreError::PermissionDenied { .. } | MetastoreError::NotMetastoreAdmin { .. } => {
                ErrorCode::PermissionDenied
            }
            MetastoreError::LocationOverlap { .. }
            | MetastoreError::ManagedStorageOverlap { .. }
            | MetastoreError::ExternalLocationOverlap { .. } => {
                return Self::invalid(error.to_string()).with_reason("LOCATION_OVERLAP");
            }
            MetastoreError::NoExternalLocation { .. } => {
                code_of(&SecurableKind::ExternalLocation, "DOES_NOT_EXIST")
            }
            MetastoreError::InvalidState { .. } => ErrorCode::InvalidState,
            MetastoreError::Busy { .. } => ErrorCode::TemporarilyUnavailable,
            MetastoreError::NotApplicable { .. }
            | MetastoreError::InvalidParameter { .. }
            | MetastoreError::PolicyNotSupported { .. }
            | MetastoreError::ConstraintExists { .. }
            | MetastoreError::ConstraintReferenced { .. } => ErrorCode::InvalidParameterValue,
            _ => return Self::internal(&error),
        };
        Self::new(error_code, error.to_string())
    }
}

impl RestError {
    /// The same with an `ErrorInfo` among the details, whose domain is that of Unity Catalog.
    fn with_reason(self, reason: &str) -> Self {
        self.with_info(reason, "unity-catalog.databricks.com", &json!({}))
    }

    /// The same with an `ErrorInfo` among the details (`facts/rest_api.md` §2).
    pub(super) fn with_info(mut self, reason: &str, domain: &str, metadata: &Value) -> Self {
        self.0.details.push(json!({
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": reason,
            "domain": domain,
            "metadata": metadata,
        }));
        self
    }

    /// The same with a `RequestInfo` among the details (facts/settled.md §1, "missing volume").
    pub(super) fn with_request_info(mut self) -> Self {
        self.0.details.push(json!({
            "@type": "type.googleapis.com/google.rpc.RequestInfo",
            "request_id": Uuid::new_v4().to_string(),
            "serving_data": "",
        }));
        self
    }

    /// The code and what happened.
    pub(super) fn body(&self) -> &ApiError {
        &self.0
    }

    /// What went wrong inside is for the log; the caller learns where to look.
    fn internal(error: &MetastoreError) -> Self {
        tracing::error!(error = error as &dyn Error, "a request failed inside the workspace");
        Self::new(ErrorCode::InternalError, format!("{error}; the workspace's log says why."))
    }
}

/// The code of a kind that has codes of its own (`facts/rest_api.md` §2), else that of all resources, which is
/// UNCONFIRMED (facts/settled.md §12).
fn code_of(kind: &SecurableKind, what: &str) -> ErrorCode {
    let subject = match kind {
        SecurableKind::Metastore
        | SecurableKind::Catalog
        | SecurableKind::Schema
        | SecurableKind::Table
        | SecurableKind::ExternalLocation
        | SecurableKind::StorageCredential
        | SecurableKind::Share
        | SecurableKind::Recipient
        | SecurableKind::Provider => kind.as_str(),
        _ => "RESOURCE",
    };
    ErrorCode::from(format!("{subject}_{what}").as_str())
}

/// The status of an error. Creating what exists is 400 in Unity Catalog (recorded). UNCONFIRMED: 400 for
/// what is not empty.
fn status(error_code: &ErrorCode) -> StatusCode {
    match error_code {
        ErrorCode::Unauthenticated => StatusCode::UNAUTHORIZED,
        ErrorCode::PermissionDenied => StatusCode::FORBIDDEN,
        ErrorCode::NotFound | ErrorCode::EndpointNotFound => StatusCode::NOT_FOUND,
        code if code.as_str().ends_with("_DOES_NOT_EXIST") => StatusCode::NOT_FOUND,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_names_the_kind_where_the_platform_has_a_code_for_it() {
        for (kind, code) in [
            (SecurableKind::Catalog, ErrorCode::CatalogDoesNotExist),
            (SecurableKind::Schema, ErrorCode::SchemaDoesNotExist),
            (SecurableKind::Table, ErrorCode::TableDoesNotExist),
            (SecurableKind::ExternalLocation, ErrorCode::from("EXTERNAL_LOCATION_DOES_NOT_EXIST")),
            (SecurableKind::Volume, ErrorCode::ResourceDoesNotExist),
        ] {
            let error = RestError::from(MetastoreError::not_found(kind, "x"));
            assert_eq!((&error.0.error_code, status(&error.0.error_code)), (&code, StatusCode::NOT_FOUND));
        }
    }

    #[test]
    fn what_exists_in_unity_catalog_is_a_bad_request_and_a_principal_a_conflict() {
        let taken = MetastoreError::AlreadyExists { kind: SecurableKind::Schema, name: "s".into() };
        assert_eq!(RestError::from(taken).into_response().status(), StatusCode::BAD_REQUEST);
        let taken = MetastoreError::PrincipalExists { name: "ann".into() };
        assert_eq!(RestError::from(taken).into_response().status(), StatusCode::CONFLICT);
    }

    #[test]
    fn failure_inside_says_where_to_look_and_not_what_failed() {
        let error = RestError::from(MetastoreError::Storage(std::io::Error::other("/secret/path")));
        assert_eq!(status(&error.0.error_code), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(
            error.0.message,
            "a file of the workspace folder could not be used; the workspace's log says why."
        );
    }
}
