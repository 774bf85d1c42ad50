//! Sends a request until there is an answer to keep: tokens, timeouts, retry and tracing, once for all.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use clxs_api::ErrorCode;
use futures::future::BoxFuture;
use http::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use http::{Method, StatusCode, Uri};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tokio::time::Instant;
use tracing::Instrument;

use crate::auth::{Access, TokenProvider};
use crate::error::body::api_error;
use crate::pacer::Pacer;
use crate::redaction::redact_known;
use crate::retry::{Again, Attempt, RetryPolicy, note_retry};
use crate::secret::Secret;
use crate::throttle::Throttle;
use crate::transport::{BoxError, Transport, TransportError};
use crate::{Error, Result};

/// The header that names a request on both ends.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The largest answer that is read: well above the 25 MiB of an inline result (`facts/rest_api.md` §7).
const MAX_ANSWER_BYTES: usize = 128 * 1024 * 1024;

/// A request as errors and traces show it, and what was done to get it answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    pub(crate) method: Method,
    pub(crate) target: String,
    pub(crate) request_id: String,
    pub(crate) tries: u32,
    pub(crate) elapsed: Duration,
    pub(crate) repeatable: bool,
}

impl Call {
    /// The path, without the query; the host alone for an external link.
    pub fn target(&self) -> &str {
        &self.target
    }

    /// Whether the workspace itself was asked, not what is behind an external link.
    pub(crate) fn is_to_workspace(&self) -> bool {
        self.target.starts_with('/')
    }

    /// The `x-request-id` of the answer, else the one that was sent: one for all tries.
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    /// How often the request was sent.
    pub fn tries(&self) -> u32 {
        self.tries
    }

    /// How long all of it took, waits included.
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// What to add to the text of an error after which nobody knows whether the request was carried out.
    pub(crate) fn doubt(&self) -> &'static str {
        if self.repeatable { "" } else { "; it may have been carried out: look before sending it again" }
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { method, target, request_id, tries, elapsed, .. } = self;
        let plural = if *tries == 1 { "try" } else { "tries" };
        let seconds = elapsed.as_secs_f64();
        write!(f, "{method} {target}, request id {request_id}, {tries} {plural} in {seconds:.1} s")
    }
}

/// An answer that says success.
pub(crate) struct Answer {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) call: Box<Call>,
}

/// A request with its address.
pub(crate) struct Outgoing {
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// How requests are sent. Without `tokens` no `Authorization` header is ever made.
#[derive(Clone, Copy)]
pub(crate) struct Exchange<'a> {
    pub(crate) transport: &'a dyn Transport,
    pub(crate) tokens: Option<&'a dyn TokenProvider>,
    pub(crate) retry: &'a RetryPolicy,
    pub(crate) timeout: Duration,
    /// Absent for answers that say nothing of the workspace.
    pub(crate) throttle: Option<&'a Throttle>,
    /// What holds back every try, where something does.
    pub(crate) pacer: Option<&'a dyn Pacer>,
}

impl Exchange<'_> {
    /// Sends a request as often as the policy allows and brings back the answer that says success.
    pub(crate) async fn run(self, outgoing: Outgoing, mut call: Call) -> Result<Answer> {
        let span = tracing::info_span!("client", method = %call.method, target = call.target, request_id = call.request_id);
        async move {
            let began = Instant::now();
            // A token may end before its time; a request that was refused for it was not carried out.
            let mut renewed = false;
            loop {
                if let Some(throttle) = self.throttle {
                    throttle.pass().await;
                }
                if let Some(pacer) = self.pacer {
                    pacer.turn().await;
                }
                let access = self.access().await?;
                let attempt = self.attempt(&outgoing, &call, access.as_ref()).await?;
                call.tries += 1;
                call.elapsed = began.elapsed();
                let token = access.map(|access| access.token);
                if !renewed && attempt.is_unauthenticated() && self.may_be_renewed(token.as_ref()) {
                    renewed = true;
                    continue;
                }
                let again = attempt.again(call.repeatable);
                if let Some(throttle) = self.throttle {
                    throttle.note(attempt.is_throttled(), self.retry.asked(again));
                }
                let asked = match again {
                    Again::No => return self.conclude(attempt, call, token.as_ref()),
                    Again::Backoff => None,
                    Again::After(asked) => Some(asked),
                };
                match self.retry.delay(call.tries, call.elapsed, asked) {
                    Some(delay) => {
                        tracing::info!(tries = call.tries, ?delay, reason = attempt.reason(), "trying again");
                        tokio::time::sleep(delay).await;
                        note_retry();
                    }
                    None => return self.conclude(attempt, call, token.as_ref()),
                }
            }
        }
        .instrument(span)
        .await
    }

    async fn access(self) -> Result<Option<Access>> {
        match self.tokens {
            Some(tokens) => Ok(Some(tokens.token().await?)),
            None => Ok(None),
        }
    }

    /// Whether another token may be had in the place of one that was refused.
    fn may_be_renewed(self, token: Option<&Secret<String>>) -> bool {
        self.tokens.zip(token).is_some_and(|(tokens, token)| tokens.refused(token))
    }

    /// One try: the request is sent and the answer read to its end, in the time for one try.
    async fn attempt(self, outgoing: &Outgoing, call: &Call, access: Option<&Access>) -> Result<Attempt> {
        let request = assemble(outgoing, call, access)?;
        match tokio::time::timeout(self.timeout, receive(self.transport, request)).await {
            Ok(Ok(response)) => Ok(Attempt::Answered(response)),
            Ok(Err(error)) if is_too_long(&error) => Ok(Attempt::TooLong),
            Ok(Err(error)) => Ok(Attempt::Failed(error)),
            Err(_elapsed) => Ok(Attempt::TimedOut),
        }
    }

    /// Turns the last try into the result of all of them.
    fn conclude(self, attempt: Attempt, mut call: Call, token: Option<&Secret<String>>) -> Result<Answer> {
        let response = match attempt {
            Attempt::Answered(response) => response,
            Attempt::Failed(source) => return Err(Error::Transport { call: Box::new(call), source }),
            Attempt::TimedOut => return Err(Error::Timeout { call: Box::new(call), limit: self.timeout }),
            Attempt::TooLong => {
                let detail = format!("it is longer than {MAX_ANSWER_BYTES} bytes");
                return Err(Error::Protocol { detail, call: Box::new(call) });
            }
        };
        let (parts, body) = response.into_parts();
        if let Some(id) = answered_request_id(&parts.headers) {
            call.request_id = redact_known(id, token.map(|token| token.expose().as_str()));
        }
        tracing::debug!(status = parts.status.as_u16(), tries = call.tries, bytes = body.len(), "answered");
        let call = Box::new(call);
        if parts.status.is_success() {
            Ok(Answer { headers: parts.headers, body, call })
        } else if parts.status.is_redirection() {
            Err(redirected(&parts.headers, parts.status, call))
        } else {
            let secret = token.map(|token| token.expose().as_str());
            Err(Error::Api { error: api_error(parts.status, &body, secret), status: parts.status, call })
        }
    }
}

impl Attempt {
    /// Whether the workspace refuses the token: with 401, or as its gateway does (`facts/settled.md` §1).
    fn is_unauthenticated(&self) -> bool {
        let Self::Answered(response) = self else { return false };
        match response.status() {
            StatusCode::UNAUTHORIZED => true,
            StatusCode::FORBIDDEN => {
                api_error(response.status(), response.body(), None).error_code == ErrorCode::from("403")
            }
            _ => false,
        }
    }

    /// Why it is not the last one, for traces.
    fn reason(&self) -> String {
        match self {
            Self::Answered(response) => format!("HTTP {}", response.status().as_u16()),
            Self::Failed(error) => error.to_string(),
            Self::TimedOut => "no answer in time".to_owned(),
            Self::TooLong => "an answer that is too long".to_owned(),
        }
    }
}

/// Sends a request and reads the answer to its end.
fn receive(
    transport: &dyn Transport,
    request: http::Request<Bytes>,
) -> BoxFuture<'_, Result<http::Response<Bytes>, TransportError>> {
    Box::pin(async move {
        let (parts, body) = transport.send(request).await?.into_parts();
        let body = Limited::new(body, MAX_ANSWER_BYTES).collect().await.map_err(of_body)?;
        Ok(http::Response::from_parts(parts, body.to_bytes()))
    })
}

/// The request of one try. Every header the other end may rely on is set here, above the seam.
fn assemble(outgoing: &Outgoing, call: &Call, access: Option<&Access>) -> Result<http::Request<Bytes>> {
    let mut request = http::Request::new(outgoing.body.clone());
    *request.method_mut() = call.method.clone();
    *request.uri_mut() = outgoing.uri.clone();
    *request.headers_mut() = outgoing.headers.clone();
    let headers = request.headers_mut();
    if let Some(Access { token, headers: beside }) = access {
        headers.insert(AUTHORIZATION, authorization(token)?);
        headers.extend(beside.clone());
    }
    headers.insert(REQUEST_ID, header_value(&call.request_id)?);
    Ok(request)
}

/// The headers of a request to a workspace, but for token and request id: its own, and those of every request.
pub(crate) fn api_headers(user_agent: &HeaderValue, mut headers: HeaderMap) -> HeaderMap {
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    headers.insert(USER_AGENT, user_agent.clone());
    headers
}

fn authorization(token: &Secret<String>) -> Result<HeaderValue> {
    let mut value =
        HeaderValue::from_str(&format!("Bearer {}", token.expose())).map_err(|_| Error::InvalidRequest {
            detail: "the token holds characters that no token has, such as a line end".into(),
        })?;
    value.set_sensitive(true);
    Ok(value)
}

pub(crate) fn header_value(text: &str) -> Result<HeaderValue> {
    HeaderValue::from_str(text).map_err(|_| Error::InvalidRequest {
        detail: "a header holds characters that HTTP does not allow".into(),
    })
}

/// The id the other end gave the request, if it is one: short and of visible characters.
fn answered_request_id(headers: &HeaderMap) -> Option<&str> {
    headers.get(REQUEST_ID)?.to_str().ok().filter(|id| (1..=128).contains(&id.len()))
}

/// The error of a body that was cut short, or that is too long.
fn of_body(error: BoxError) -> TransportError {
    match error.downcast::<TransportError>() {
        Ok(error) => *error,
        Err(other) => TransportError::interrupted(other),
    }
}

fn is_too_long(error: &TransportError) -> bool {
    matches!(error, TransportError::Interrupted { source } if source.downcast_ref::<LengthLimitError>().is_some())
}

/// Workspaces do not redirect; a login page or a gateway in front of them does.
fn redirected(headers: &HeaderMap, status: StatusCode, call: Box<Call>) -> Error {
    let location = headers.get(http::header::LOCATION).and_then(|location| location.to_str().ok());
    let host = location
        .and_then(|location| location.parse::<Uri>().ok())
        .and_then(|uri| uri.host().map(str::to_owned));
    let host = host.map(|host| format!(" to `{host}`")).unwrap_or_default();
    let status = status.as_u16();
    Error::Protocol {
        detail: format!(
            "HTTP {status} redirects{host}, and redirects are not followed: check the workspace's URL"
        ),
        call,
    }
}
