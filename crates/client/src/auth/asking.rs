//! Asks services for tokens over HTTP. Nothing that was sent or answered gets into an error but the words of
//! a refusal, without the secrets that were sent.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, LOCATION};
use http::{Method, StatusCode, Uri};
use serde::de::DeserializeOwned;
use url::{Url, form_urlencoded};

use super::CredentialsError;
use super::token::TokenAnswer;
use crate::client::{new_call, user_agent};
use crate::error::with_causes;
use crate::exchange::{Exchange, Outgoing, api_headers, header_value};
use crate::redaction::redact_known;
use crate::retry::RetryPolicy;
use crate::secret::Secret;
use crate::transport::Transport;
use crate::{Error, ErrorKind};

/// The time for one try: the official SDK's for the metadata service (`credentials_provider.py`).
const TIMEOUT: Duration = Duration::from_secs(10);

/// Somebody's requests for tokens.
#[derive(Debug, Clone)]
pub(super) struct Asking {
    pub(super) method: &'static str,
    transport: Arc<dyn Transport>,
    retry: RetryPolicy,
}

/// One request for a token.
pub(super) struct Question {
    verb: Method,
    url: Url,
    headers: Vec<(HeaderName, Secret<String>)>,
    body: String,
    /// What was sent and must not be seen.
    secrets: Vec<Secret<String>>,
    repeatable: bool,
}

impl Question {
    pub(super) fn get(url: Url) -> Self {
        let (headers, body, secrets) = (Vec::new(), String::new(), Vec::new());
        Self { verb: Method::GET, url, headers, body, secrets, repeatable: true }
    }

    pub(super) fn post(url: Url) -> Self {
        Self { verb: Method::POST, ..Self::get(url) }
    }

    /// A form. Asking twice for a token gives two, which does no harm.
    pub(super) fn form(url: Url, fields: &[(&str, &str)]) -> Self {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        Self { body, ..Self::post(url) }.header(CONTENT_TYPE, "application/x-www-form-urlencoded")
    }

    /// The same, not to be sent again when nobody knows what came of it: a code or a refresh token is good once.
    pub(super) fn once(self) -> Self {
        Self { repeatable: false, ..self }
    }

    /// Adds a header.
    pub(super) fn header(mut self, name: HeaderName, value: &str) -> Self {
        self.headers.push((name, Secret::new(value.to_owned())));
        self
    }

    /// Sends a token along.
    pub(super) fn bearer(self, token: &str) -> Self {
        let question = self.secret(&Secret::new(token.to_owned()));
        question.header(AUTHORIZATION, &format!("Bearer {token}"))
    }

    /// Names what must not be seen in an error.
    pub(super) fn secret(mut self, secret: &Secret<String>) -> Self {
        self.secrets.push(secret.clone());
        self
    }
}

impl Asking {
    pub(super) fn new(method: &'static str, transport: Arc<dyn Transport>) -> Self {
        let retry = RetryPolicy { max_tries: 4, budget: Duration::from_secs(30), ..RetryPolicy::default() };
        Self { method, transport, retry }
    }

    /// The same with one try, for what may well not be there.
    pub(super) fn once(&self) -> Self {
        Self { retry: RetryPolicy::never(), ..self.clone() }
    }

    /// Asks, and reads the answer as JSON.
    pub(super) async fn ask<T: DeserializeOwned>(&self, question: Question) -> Result<T, CredentialsError> {
        let secrets = question.secrets.clone();
        let answered = async { self.send(question).await?.json() };
        answered.await.map_err(|error| self.failed(&error, &secrets))
    }

    /// Asks for a token.
    pub(super) async fn token(&self, question: Question) -> Result<TokenAnswer, CredentialsError> {
        self.ask(question).await
    }

    /// Where a redirect leads; `None` for any other answer, and for none.
    pub(super) async fn redirect(&self, url: &Url) -> Option<Url> {
        let mut request = http::Request::new(Bytes::new());
        *request.uri_mut() = url.as_str().parse().ok()?;
        let answer = tokio::time::timeout(TIMEOUT, self.transport.send(request)).await.ok()?.ok()?;
        let location = answer.headers().get(LOCATION).filter(|_| answer.status().is_redirection())?;
        url.join(location.to_str().ok()?).ok()
    }

    async fn send(&self, question: Question) -> Result<crate::exchange::Answer, Error> {
        let Question { verb, url, headers, body, repeatable, .. } = question;
        let uri: Uri = url.as_str().parse().map_err(|_| invalid(&url))?;
        let mut sensitive = HeaderMap::new();
        for (name, value) in headers {
            let mut value = header_value(value.expose())?;
            value.set_sensitive(true);
            sensitive.insert(name, value);
        }
        // The path may hold a secret, too.
        let target = format!("token service at {}", url.host_str().unwrap_or_default());
        let outgoing = Outgoing { uri, headers: api_headers(&user_agent(), sensitive), body: body.into() };
        let exchange = Exchange {
            pacer: None,
            transport: self.transport.as_ref(),
            tokens: None,
            retry: &self.retry,
            timeout: TIMEOUT,
            throttle: None,
        };
        exchange.run(outgoing, new_call(verb, target, repeatable)).await
    }

    /// What went wrong, flat: a cause that is kept could hold a secret.
    fn failed(&self, error: &Error, secrets: &[Secret<String>]) -> CredentialsError {
        let kind = match error {
            Error::Api { status, .. } if is_refusal(*status) => ErrorKind::Unauthenticated,
            error => error.kind(),
        };
        let text = with_causes(error);
        let detail = secrets.iter().fold(text, |text, secret| redact_known(&text, Some(secret.expose())));
        CredentialsError::NoToken { method: self.method, detail, kind }
    }

    /// A failure of another kind than that of a request.
    pub(super) fn gave_none(&self, detail: impl Into<String>) -> CredentialsError {
        CredentialsError::NoToken {
            method: self.method,
            detail: detail.into(),
            kind: ErrorKind::Unauthenticated,
        }
    }
}

/// Token endpoints refuse with 400 what others refuse with 401 (RFC 6749 §5.2).
fn is_refusal(status: StatusCode) -> bool {
    matches!(status, StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)
}

fn invalid(url: &Url) -> Error {
    Error::InvalidRequest {
        detail: format!("`{}` is no URL to ask for a token", url.host_str().unwrap_or("")),
    }
}
