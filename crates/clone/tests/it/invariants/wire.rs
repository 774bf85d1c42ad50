//! What a run sends, and a wire that goes dead: as if the process had died at that moment.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use clxs_client::transport::Body;
use clxs_client::{ServiceTransport, Transport, TransportError};
use futures::future::BoxFuture;
use serde_json::Value;
use tokio::sync::Notify;

/// When the process dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Death {
    /// The request never arrives.
    Before(usize),
    /// It is done, and nobody hears of it.
    After(usize),
}

/// A request.
#[derive(Debug, Clone)]
pub(super) struct Request {
    method: String,
    path: String,
    body: Value,
}

/// Carries the requests of an engine. Clones share what was sent.
#[derive(Debug, Clone)]
pub(super) struct Wire {
    inner: Arc<ServiceTransport>,
    state: Arc<Mutex<State>>,
    dead: Arc<Notify>,
}

#[derive(Debug, Default)]
struct State {
    sent: Vec<Request>,
    death: Option<Death>,
}

impl Wire {
    pub(super) fn new(inner: ServiceTransport) -> Self {
        Self { inner: Arc::new(inner), state: Arc::default(), dead: Arc::default() }
    }

    /// Forgets what was sent, and goes dead at a request from now on, counted from 0.
    pub(super) fn begin(&self, death: Option<Death>) {
        *self.state.lock().unwrap() = State { sent: Vec::new(), death };
    }

    /// Waits until it is dead.
    pub(super) async fn dead(&self) {
        self.dead.notified().await;
    }

    /// What was sent since the beginning.
    pub(super) fn sent(&self) -> Vec<Request> {
        self.state.lock().unwrap().sent.clone()
    }

    fn note(&self, request: &http::Request<Bytes>) -> (usize, Option<Death>) {
        let mut state = self.state.lock().unwrap();
        state.sent.push(Request {
            method: request.method().to_string(),
            path: request.uri().path().to_owned(),
            body: serde_json::from_slice(request.body()).unwrap_or_default(),
        });
        (state.sent.len() - 1, state.death)
    }

    async fn die(&self) -> Result<http::Response<Body>, TransportError> {
        self.dead.notify_one();
        std::future::pending().await
    }
}

impl Transport for Wire {
    fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        let (number, death) = self.note(&request);
        Box::pin(async move {
            match death {
                Some(Death::Before(last)) if number >= last => self.die().await,
                Some(Death::After(last)) if number == last => {
                    drop(self.inner.send(request).await);
                    self.die().await
                }
                Some(Death::After(last)) if number > last => self.die().await,
                _ => self.inner.send(request).await,
            }
        })
    }
}

impl Request {
    /// What it changes: the catalog in front of the name, as the request writes it. Nothing for what only reads.
    pub(super) fn changes(&self) -> Option<String> {
        let field = |field: &str| self.body.get(field).and_then(Value::as_str).map(str::to_owned);
        if let Some(statement) = field("statement") {
            let reads = ["SELECT ", "DESCRIBE ", "SHOW "].iter().any(|word| statement.starts_with(word));
            return (!reads).then(|| statement.split('`').nth(1).unwrap_or_default().to_owned());
        }
        let last = self.path.rsplit('/').next().unwrap_or_default();
        let first = |name: &str| name.split('.').next().unwrap_or_default().to_owned();
        match self.method.as_str() {
            "GET" | "HEAD" => None,
            // Asks for a place to read from, or gives up a statement of its own.
            _ if last == "create-download-url" || last == "cancel" => None,
            _ if self.path.contains("/mlflow/") => field("name").map(|name| first(&name)),
            _ => {
                match ["/Volumes/", "/Models/", "/models/"].iter().find_map(|root| self.path.split_once(root))
                {
                    Some((_, inside)) => inside.split(['/', '.']).next().map(str::to_owned),
                    None if last == "catalogs" => field("name"),
                    None if last == "constraints" => field("full_name_arg").map(|name| first(&name)),
                    None => field("catalog_name").or_else(|| Some(first(last))),
                }
            }
        }
    }
}
