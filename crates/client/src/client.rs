//! The client and how it is built.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use serde::de::DeserializeOwned;
use url::Url;
use uuid::Uuid;

use crate::auth::TokenProvider;
use crate::exchange::{Answer, Call, Exchange, Outgoing, api_headers};
use crate::pacer::Pacer;
use crate::request::ApiRequest;
use crate::retry::RetryPolicy;
use crate::statement::{PollPolicy, Queued};
use crate::throttle::Throttle;
use crate::transport::{HttpTransport, Transport};
use crate::{Error, Result};

/// The time for one try of a request: above the 50 s that a submission may wait for its statement.
const DEFAULT_TIMEOUT: Duration = Duration::from_mins(1);

/// A client of one workspace, as one principal. Cheap to clone; clones share connections.
#[derive(Clone)]
pub struct Client {
    pub(crate) inner: Arc<Inner>,
}

#[derive(Clone)]
pub(crate) struct Inner {
    pub(crate) host: Url,
    pub(crate) transport: Arc<dyn Transport>,
    /// Carries requests to cloud storage: never a token.
    pub(crate) external: Arc<dyn Transport>,
    pub(crate) credentials: Option<Arc<dyn TokenProvider>>,
    pub(crate) retry: RetryPolicy,
    pub(crate) poll: PollPolicy,
    pub(crate) timeout: Duration,
    /// What answers said of how much the workspace takes.
    pub(crate) throttle: Arc<Throttle>,
    /// What statements said of how long they waited.
    pub(crate) queued: Arc<Queued>,
    /// What holds back statements.
    pacer: Option<Arc<dyn Pacer>>,
    user_agent: HeaderValue,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("host", &self.inner.host.as_str()).finish_non_exhaustive()
    }
}

/// Makes a [`Client`].
#[derive(Debug)]
pub struct ClientBuilder {
    host: Url,
    transport: Option<Arc<dyn Transport>>,
    external: Option<Arc<dyn Transport>>,
    credentials: Option<Arc<dyn TokenProvider>>,
    retry: RetryPolicy,
    poll: PollPolicy,
    timeout: Duration,
}

impl ClientBuilder {
    /// What carries requests to the workspace; [`HttpTransport`] when absent.
    #[must_use]
    pub fn transport(mut self, transport: Arc<dyn Transport>) -> Self {
        self.transport = Some(transport);
        self
    }

    /// What carries requests to cloud storage; [`HttpTransport`] when absent. Links to the workspace itself
    /// go through its own transport.
    #[must_use]
    pub fn external_transport(mut self, transport: Arc<dyn Transport>) -> Self {
        self.external = Some(transport);
        self
    }

    /// Where tokens come from; without it requests carry none.
    #[must_use]
    pub fn credentials(mut self, credentials: Arc<dyn TokenProvider>) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// How often and how long requests are tried.
    #[must_use]
    pub fn retry(mut self, retry: RetryPolicy) -> Self {
        self.retry = retry;
        self
    }

    /// How often statements are asked for.
    #[must_use]
    pub fn poll(mut self, poll: PollPolicy) -> Self {
        self.poll = poll;
        self
    }

    /// The time for one try of a request, reading the answer included; 60 s when absent. Must be longer than
    /// the `wait_timeout` of statements.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Makes the client; no request is sent.
    ///
    /// # Errors
    /// [`Error::InvalidRequest`] when the host is not an `http` or `https` URL with a host name,
    /// [`Error::Tls`] when TLS cannot be set up.
    pub fn build(self) -> Result<Client> {
        if !matches!(self.host.scheme(), "http" | "https") || !self.host.has_host() {
            return Err(Error::InvalidRequest {
                detail: format!("`{}` is not the URL of a workspace", self.host),
            });
        }
        let over_http = || -> Result<Arc<dyn Transport>> { Ok(Arc::new(HttpTransport::new(None)?)) };
        // Setting up TLS reads every certificate of this machine: once for both.
        let is_over_http = self.transport.is_none();
        let transport = self.transport.map_or_else(over_http, Ok)?;
        let external = match self.external {
            Some(external) => external,
            None if is_over_http => Arc::clone(&transport),
            None => over_http()?,
        };
        let inner = Inner {
            transport,
            external,
            user_agent: user_agent(),
            host: self.host,
            credentials: self.credentials,
            retry: self.retry,
            poll: self.poll,
            timeout: self.timeout,
            throttle: Arc::default(),
            queued: Arc::default(),
            pacer: None,
        };
        Ok(Client { inner: Arc::new(inner) })
    }
}

impl Client {
    /// Begins a client of the workspace at this URL.
    pub fn builder(host: Url) -> ClientBuilder {
        ClientBuilder {
            host,
            transport: None,
            external: None,
            credentials: None,
            retry: RetryPolicy::default(),
            poll: PollPolicy::default(),
            timeout: DEFAULT_TIMEOUT,
        }
    }

    /// A client of the same connections that tries its requests by another policy.
    #[must_use]
    pub fn with_retry(&self, retry: RetryPolicy) -> Self {
        Self { inner: Arc::new(Inner { retry, ..Inner::clone(&self.inner) }) }
    }

    /// A client of the same connections that submits a statement, also one that was refused for now, only in its turn.
    #[must_use]
    pub fn with_pacer(&self, pacer: Arc<dyn Pacer>) -> Self {
        Self { inner: Arc::new(Inner { pacer: Some(pacer), ..Inner::clone(&self.inner) }) }
    }

    /// How often so much was throttled that all requests of the client had to wait.
    pub fn cool_downs(&self) -> u64 {
        self.inner.throttle.cool_downs()
    }

    /// How many statements were seen to wait long before the warehouse began with them.
    pub fn long_queued(&self) -> u64 {
        self.inner.queued.count()
    }

    /// The URL of the workspace.
    pub fn host(&self) -> &Url {
        &self.inner.host
    }

    /// Sends a request and brings back the answer that says success.
    pub(crate) async fn send(&self, request: ApiRequest) -> Result<Answer> {
        let base = self.inner.host.as_str().trim_end_matches('/');
        let question_mark = if request.query.is_empty() { "" } else { "?" };
        let uri = format!("{base}{}{question_mark}{}", request.path, request.query);
        let outgoing = Outgoing {
            uri: uri
                .parse()
                .map_err(|_| Error::InvalidRequest { detail: format!("`{base}` is no base URL") })?,
            headers: api_headers(&self.inner.user_agent, request.headers),
            body: request.body,
        };
        let exchange = Exchange {
            transport: self.inner.transport.as_ref(),
            tokens: self.inner.credentials.as_deref(),
            retry: &self.inner.retry,
            timeout: self.inner.timeout,
            throttle: Some(&self.inner.throttle),
            pacer: self.inner.pacer.as_deref().filter(|_| request.paced),
        };
        exchange.run(outgoing, new_call(request.method, request.path, request.repeatable)).await
    }

    /// Sends a request and reads the answer.
    pub(crate) async fn fetch<T: DeserializeOwned>(&self, request: ApiRequest) -> Result<T> {
        self.send(request).await?.json()
    }
}

/// How this client names itself.
pub(crate) fn user_agent() -> HeaderValue {
    HeaderValue::from_static(concat!("clxs/", env!("CARGO_PKG_VERSION")))
}

/// A request that was not sent yet, with an id for all its tries.
pub(crate) fn new_call(method: http::Method, target: String, repeatable: bool) -> Call {
    let request_id = Uuid::now_v7().to_string();
    Call { method, target, request_id, tries: 0, elapsed: Duration::ZERO, repeatable }
}

impl Answer {
    /// Reads the body; an empty one is the same as `{}` (`facts/rest_api.md` §1).
    pub(crate) fn json<T: DeserializeOwned>(self) -> Result<T> {
        let body: &[u8] = if self.body.is_empty() { b"{}" } else { &self.body };
        let mut deserializer = serde_json::Deserializer::from_slice(body);
        serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
            let field = error.path().to_string();
            Error::Protocol {
                detail: format!("field `{field}`: {}", without_value(error.inner())),
                call: self.call,
            }
        })
    }
}

/// What is wrong with a JSON text, without the value that is wrong: it may be a secret. For the same reason
/// the error itself is not kept as a source.
fn without_value(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.split_once(", expected ") {
        Some((_, expected)) => format!("expected {expected}"),
        None if error.is_data() && !text.starts_with("missing field") => {
            format!("a value that is not allowed at line {} column {}", error.line(), error.column())
        }
        None => text,
    }
}
