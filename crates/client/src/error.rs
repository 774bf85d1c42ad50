//! What can go wrong, by what the caller can do about it.

use std::path::PathBuf;
use std::time::Duration;

use clxs_api::ApiError;
use clxs_api::statement::StatementId;
use http::StatusCode;
use thiserror::Error;

use crate::auth::CredentialsError;
use crate::exchange::Call;
use crate::transport::{BoxError, TransportError};

pub(crate) mod body;
mod kind;
mod statement_failure;

pub use kind::ErrorKind;
pub use statement_failure::StatementFailure;

/// Why a request to a workspace has no result. No text of it holds a secret.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// The workspace refused the request.
    #[error("{error} (HTTP {}, {call})", status.as_u16())]
    Api {
        /// What the workspace says.
        error: ApiError,
        /// The status of its answer.
        status: StatusCode,
        /// The request.
        call: Box<Call>,
    },
    /// There is no answer.
    #[error("no answer ({call}){}", self.doubt())]
    Transport {
        /// The request.
        call: Box<Call>,
        /// Why.
        source: TransportError,
    },
    /// There is no answer in time.
    #[error("no answer within {} s ({call}){}", limit.as_secs_f64(), self.doubt())]
    Timeout {
        /// The request.
        call: Box<Call>,
        /// The time for one try.
        limit: Duration,
    },
    /// The answer is not what the protocol says.
    #[error("the answer is not what the protocol says: {detail} ({call}){}", self.doubt())]
    Protocol {
        /// What is wrong with it: names the field, never its value.
        detail: String,
        /// The request.
        call: Box<Call>,
    },
    /// The statement ended without success.
    #[error("statement {id} failed: {failure}")]
    StatementFailed {
        /// The statement.
        id: StatementId,
        /// Why.
        failure: Box<StatementFailure>,
    },
    /// The statement was canceled; what it was to do may be done in part.
    #[error("statement {id} was canceled")]
    StatementCanceled {
        /// The statement.
        id: StatementId,
    },
    /// The statement is over, but its result cannot be read any more.
    #[error(
        "the result of statement {id} is gone, whether it succeeded is not known: look, then run it again"
    )]
    ResultGone {
        /// The statement.
        id: StatementId,
    },
    /// The rows of a statement are not what its caller needs.
    #[error("the result of statement {id} cannot be read: {detail}")]
    InvalidResult {
        /// The statement.
        id: StatementId,
        /// What is wrong: names the column, never a value.
        detail: String,
    },
    /// The request was not sent, for it cannot be written.
    #[error("the request cannot be sent: {detail}")]
    InvalidRequest {
        /// What is wrong with it.
        detail: String,
    },
    /// TLS cannot be set up, such as with certificates of this machine that cannot be read.
    #[error("TLS cannot be set up")]
    Tls {
        /// Why.
        source: BoxError,
    },
    /// The file of authorities to trust cannot be used.
    #[error("the certificates of `{}` cannot be used", path.display())]
    CaBundle {
        /// The file.
        path: PathBuf,
        /// Why.
        source: BoxError,
    },
    /// There are no credentials to send the request with.
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
}

/// An error with all its causes, in one line.
pub fn with_causes(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

impl Error {
    /// The request that failed, when one was sent.
    pub fn call(&self) -> Option<&Call> {
        match self {
            Self::Api { call, .. }
            | Self::Transport { call, .. }
            | Self::Timeout { call, .. }
            | Self::Protocol { call, .. } => Some(call),
            _ => None,
        }
    }

    /// The id under which both ends know the request.
    pub fn request_id(&self) -> Option<&str> {
        self.call().map(Call::request_id)
    }

    /// The refusal of the workspace, when it is one.
    pub fn api_error(&self) -> Option<&ApiError> {
        match self {
            Self::Api { error, .. } => Some(error),
            _ => None,
        }
    }

    /// The failure of a statement, when it is one.
    pub fn statement_failure(&self) -> Option<&StatementFailure> {
        match self {
            Self::StatementFailed { failure, .. } => Some(failure),
            _ => None,
        }
    }

    /// Whether the request may have been carried out although it failed. Then sending it again is not safe:
    /// look first whether its work is done. Always false for requests that may be repeated without harm.
    pub fn outcome_unknown(&self) -> bool {
        let lost = match self {
            Self::Transport { source, .. } => matches!(source, TransportError::Interrupted { .. }),
            Self::Timeout { .. } | Self::Protocol { .. } => true,
            Self::Api { status, .. } => {
                status.is_server_error()
                    && !matches!(*status, StatusCode::NOT_IMPLEMENTED | StatusCode::SERVICE_UNAVAILABLE)
            }
            Self::ResultGone { .. } => return true,
            _ => false,
        };
        lost && self.call().is_some_and(|call| !call.repeatable)
    }

    /// Whether the workspace could not be asked, however often that was tried: the request was not sent. What is behind
    /// external links may be closed to this machine while the workspace is not.
    pub fn is_unreachable(&self) -> bool {
        let is_to_workspace = self.call().is_some_and(Call::is_to_workspace);
        is_to_workspace && matches!(self, Self::Transport { source: TransportError::NotSent { .. }, .. })
    }

    /// Whether the same request may succeed at a later time and can be sent again without harm.
    pub fn is_retryable(&self) -> bool {
        if let Self::StatementFailed { failure, .. } = self {
            return failure.is_retryable();
        }
        let passing =
            matches!(self.kind(), ErrorKind::RateLimited | ErrorKind::Unavailable | ErrorKind::Transport);
        passing && !self.outcome_unknown()
    }

    fn doubt(&self) -> &'static str {
        if self.outcome_unknown() { self.call().map_or("", Call::doubt) } else { "" }
    }
}
