//! Kinds of errors: what the caller can do.

use clxs_api::ErrorCode;
use http::StatusCode;

use super::Error;
use crate::transport::TransportError;

/// What an error means for the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The securable, statement or warehouse is not there, or may not be seen.
    NotFound,
    /// A securable of that name is there.
    AlreadyExists,
    /// Somebody else changed the same thing at the same time.
    Conflict,
    /// The principal may not do that.
    PermissionDenied,
    /// The token is missing, wrong or over.
    Unauthenticated,
    /// The request is right, but not now: a schema to delete is not empty, a quota is used up.
    InvalidState,
    /// The request is wrong.
    InvalidInput,
    /// Too many requests; all tries were used.
    RateLimited,
    /// The workspace cannot answer now; all tries were used.
    Unavailable,
    /// There is no connection, or no answer in time.
    Transport,
    /// Nobody who is trusted here vouches for the other end.
    Untrusted,
    /// The answer is not what the protocol says.
    Protocol,
    /// The workspace does not offer this.
    Unsupported,
    /// The workspace failed.
    Internal,
    /// A statement failed, or its rows are not what was expected.
    StatementFailed,
    /// A statement was canceled.
    StatementCanceled,
    /// Host, credentials, profile or TLS are not configured well.
    Configuration,
}

impl Error {
    /// What the error means for the caller.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Api { error, status, .. } => {
                of_code(&error.error_code).unwrap_or_else(|| of_status(*status))
            }
            Self::Transport { source: TransportError::Untrusted { .. }, .. } => ErrorKind::Untrusted,
            Self::Transport { .. } | Self::Timeout { .. } => ErrorKind::Transport,
            Self::Protocol { .. } => ErrorKind::Protocol,
            Self::StatementFailed { .. } | Self::ResultGone { .. } | Self::InvalidResult { .. } => {
                ErrorKind::StatementFailed
            }
            Self::StatementCanceled { .. } => ErrorKind::StatementCanceled,
            Self::InvalidRequest { .. } => ErrorKind::InvalidInput,
            Self::Credentials(error) => error.kind(),
            Self::Tls { .. } | Self::CaBundle { .. } => ErrorKind::Configuration,
        }
    }

    /// What the user can do, where it is more than the message says.
    pub fn hint(&self) -> Option<&'static str> {
        match self.kind() {
            // Those say themselves what to do.
            ErrorKind::Unauthenticated if matches!(self, Self::Credentials(_)) => None,
            ErrorKind::Unauthenticated => {
                Some("the token is wrong, over, or of another workspace: make a new one")
            }
            ErrorKind::RateLimited => Some("lower the number of parallel requests, or try again later"),
            ErrorKind::Unavailable => Some("try again later; nothing that was done is lost"),
            ErrorKind::Untrusted => Some(
                "when the issuer is the authority of your own organisation, such as that of its proxy, give the file of its \
                 certificate (PEM) with --ca-bundle or SSL_CERT_FILE; otherwise somebody may stand between you and \
                 the workspace",
            ),
            ErrorKind::Transport if self.outcome_unknown() => None,
            ErrorKind::Transport => Some("check the workspace's URL, the network and the proxy settings"),
            _ => None,
        }
    }
}

/// The code wins over the status (`facts/rest_api.md` §2).
fn of_code(code: &ErrorCode) -> Option<ErrorKind> {
    Some(match code {
        ErrorCode::NotFound
        | ErrorCode::ResourceDoesNotExist
        | ErrorCode::CatalogDoesNotExist
        | ErrorCode::SchemaDoesNotExist
        | ErrorCode::TableDoesNotExist
        | ErrorCode::PrincipalDoesNotExist => ErrorKind::NotFound,
        ErrorCode::AlreadyExists
        | ErrorCode::ResourceAlreadyExists
        | ErrorCode::CatalogAlreadyExists
        | ErrorCode::SchemaAlreadyExists
        | ErrorCode::TableAlreadyExists => ErrorKind::AlreadyExists,
        ErrorCode::ResourceConflict | ErrorCode::Aborted => ErrorKind::Conflict,
        ErrorCode::PermissionDenied => ErrorKind::PermissionDenied,
        ErrorCode::Unauthenticated => ErrorKind::Unauthenticated,
        ErrorCode::InvalidState
        | ErrorCode::CatalogNotEmpty
        | ErrorCode::SchemaNotEmpty
        | ErrorCode::QuotaExceeded => ErrorKind::InvalidState,
        ErrorCode::InvalidParameterValue | ErrorCode::BadRequest => ErrorKind::InvalidInput,
        ErrorCode::RequestLimitExceeded | ErrorCode::ResourceExhausted => ErrorKind::RateLimited,
        ErrorCode::TemporarilyUnavailable | ErrorCode::DeadlineExceeded => ErrorKind::Unavailable,
        ErrorCode::EndpointNotFound | ErrorCode::FeatureDisabled | ErrorCode::NotImplemented => {
            ErrorKind::Unsupported
        }
        ErrorCode::InternalError => ErrorKind::Internal,
        ErrorCode::Unknown(text) => return of_unknown_code(text),
        _ => return None,
    })
}

/// Codes of other securables follow the same pattern; a number is the gateway's refusal of the token
/// (`facts/settled.md` §1).
fn of_unknown_code(text: &str) -> Option<ErrorKind> {
    match text {
        "401" | "403" => Some(ErrorKind::Unauthenticated),
        _ if text.ends_with("_DOES_NOT_EXIST") => Some(ErrorKind::NotFound),
        _ if text.ends_with("_ALREADY_EXISTS") => Some(ErrorKind::AlreadyExists),
        _ if text.ends_with("_NOT_EMPTY") => Some(ErrorKind::InvalidState),
        _ => None,
    }
}

fn of_status(status: StatusCode) -> ErrorKind {
    match status {
        StatusCode::UNAUTHORIZED => ErrorKind::Unauthenticated,
        StatusCode::FORBIDDEN => ErrorKind::PermissionDenied,
        StatusCode::NOT_FOUND => ErrorKind::NotFound,
        StatusCode::CONFLICT => ErrorKind::Conflict,
        StatusCode::TOO_MANY_REQUESTS => ErrorKind::RateLimited,
        StatusCode::NOT_IMPLEMENTED | StatusCode::METHOD_NOT_ALLOWED => ErrorKind::Unsupported,
        StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => {
            ErrorKind::Unavailable
        }
        status if status.is_client_error() => ErrorKind::InvalidInput,
        _ => ErrorKind::Internal,
    }
}
