//! The seam between the client and whatever carries its requests.
//!
//! A transport carries one request and brings back one answer. It adds nothing that the other end could
//! miss on another transport: token, `User-Agent`, `Accept`, timeout, retry and redaction stand above it.
//! It follows no redirect.

use std::error::Error as StdError;
use std::fmt;

use bytes::Bytes;
use futures::future::BoxFuture;
use http_body_util::combinators::UnsyncBoxBody;
use thiserror::Error;

use crate::error::with_causes;
use crate::redaction::redact;

pub(crate) mod http_transport;
mod issuer;
mod service;
mod tls;

pub use http_transport::HttpTransport;
pub use service::ServiceTransport;

/// Any error of a transport's library.
pub type BoxError = Box<dyn StdError + Send + Sync>;

/// The body of an answer, read as it comes. Not `Sync`: bodies of in-process services need not be.
pub type Body = UnsyncBoxBody<Bytes, TransportError>;

/// Carries requests to a workspace and answers back.
pub trait Transport: Send + Sync + fmt::Debug {
    /// Carries one request. Every answer is a success here, whatever its status, redirects too.
    ///
    /// # Errors
    /// [`TransportError`] says whether the request can have reached the other end.
    fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>>;
}

/// Why there is no answer.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TransportError {
    /// The request did not reach the other end, so it can be sent again without harm.
    #[error("the request could not be sent")]
    NotSent {
        /// Why, free of secrets.
        source: BoxError,
    },
    /// The request did not reach the other end, for nobody who is trusted here vouches that it is who it should be.
    #[error("the certificate of the other end is not accepted")]
    Untrusted {
        /// Why; names who issued the certificate.
        source: BoxError,
    },
    /// The request did not reach the other end, for its certificate is not good: of another host, or over.
    #[error("the certificate of the other end is not accepted")]
    BadCertificate {
        /// Why; names who issued the certificate.
        source: BoxError,
    },
    /// The request may have reached the other end and been carried out.
    #[error("the connection was lost before the answer was complete")]
    Interrupted {
        /// Why, free of secrets.
        source: BoxError,
    },
}

impl TransportError {
    /// The request did not reach the other end.
    pub fn not_sent(source: impl Into<BoxError>) -> Self {
        Self::NotSent { source: without_secrets(source.into()) }
    }

    /// The request may have reached the other end.
    pub fn interrupted(source: impl Into<BoxError>) -> Self {
        Self::Interrupted { source: without_secrets(source.into()) }
    }
}

/// Keeps an error as it is, unless a text of its chain holds a secret: then only the redacted text stays.
fn without_secrets(error: BoxError) -> BoxError {
    let text = with_causes(error.as_ref());
    let redacted = redact(&text);
    if redacted == text { error } else { redacted.into() }
}
