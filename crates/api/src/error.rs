//! The error body of the REST API.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use thiserror::Error;

use crate::null_as_default;
use crate::wire_enum::wire_enum;

wire_enum! {
    /// The `error_code` of an error body (`facts/rest_api.md` §2, `facts/settled.md` §1).
    pub enum ErrorCode {
        BadRequest = "BAD_REQUEST",
        InvalidParameterValue = "INVALID_PARAMETER_VALUE",
        InvalidState = "INVALID_STATE",
        Unauthenticated = "UNAUTHENTICATED",
        PermissionDenied = "PERMISSION_DENIED",
        NotFound = "NOT_FOUND",
        EndpointNotFound = "ENDPOINT_NOT_FOUND",
        ResourceDoesNotExist = "RESOURCE_DOES_NOT_EXIST",
        CatalogDoesNotExist = "CATALOG_DOES_NOT_EXIST",
        SchemaDoesNotExist = "SCHEMA_DOES_NOT_EXIST",
        TableDoesNotExist = "TABLE_DOES_NOT_EXIST",
        PrincipalDoesNotExist = "PRINCIPAL_DOES_NOT_EXIST",
        AlreadyExists = "ALREADY_EXISTS",
        ResourceAlreadyExists = "RESOURCE_ALREADY_EXISTS",
        CatalogAlreadyExists = "CATALOG_ALREADY_EXISTS",
        SchemaAlreadyExists = "SCHEMA_ALREADY_EXISTS",
        TableAlreadyExists = "TABLE_ALREADY_EXISTS",
        CatalogNotEmpty = "CATALOG_NOT_EMPTY",
        SchemaNotEmpty = "SCHEMA_NOT_EMPTY",
        ResourceConflict = "RESOURCE_CONFLICT",
        Aborted = "ABORTED",
        Cancelled = "CANCELLED",
        RequestLimitExceeded = "REQUEST_LIMIT_EXCEEDED",
        ResourceExhausted = "RESOURCE_EXHAUSTED",
        QuotaExceeded = "QUOTA_EXCEEDED",
        FeatureDisabled = "FEATURE_DISABLED",
        NotImplemented = "NOT_IMPLEMENTED",
        TemporarilyUnavailable = "TEMPORARILY_UNAVAILABLE",
        DeadlineExceeded = "DEADLINE_EXCEEDED",
        InternalError = "INTERNAL_ERROR",
    }
}

/// The body of an error answer.
#[derive(Debug, Clone, PartialEq, Eq, Error, Serialize, Deserialize)]
#[error("{error_code}: {message}")]
pub struct ApiError {
    /// What kind of error it is. A number in some answers of the gateway, kept as its digits.
    #[serde(deserialize_with = "text_or_number")]
    pub error_code: ErrorCode,
    /// What happened, for people.
    #[serde(default)]
    pub message: String,
    /// Structured details as they came.
    #[serde(default, deserialize_with = "null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<Value>,
}

impl ApiError {
    /// An error without details.
    pub fn new(error_code: ErrorCode, message: impl Into<String>) -> Self {
        Self { error_code, message: message.into(), details: Vec::new() }
    }
}

/// The gateway sends `"error_code": 403` for a bad token (`facts/settled.md` §1).
fn text_or_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ErrorCode, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::String(text) => Ok(ErrorCode::from(text.as_str())),
        Value::Number(number) => Ok(ErrorCode::Unknown(number.to_string())),
        _ => Err(serde::de::Error::custom("error_code is neither text nor number")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numeric_error_code_is_kept_as_its_digits() {
        let error: ApiError =
            serde_json::from_str(r#"{"error_code": 403, "message": "Invalid access token."}"#).unwrap();
        assert_eq!(error.error_code, ErrorCode::Unknown("403".into()));
        assert_eq!(error.to_string(), "403: Invalid access token.");
    }
}
