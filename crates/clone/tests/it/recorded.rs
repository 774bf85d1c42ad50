//! A transport that writes down what it carries.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use clxs_client::transport::Body;
use clxs_client::{Transport, TransportError};
use futures::future::BoxFuture;
use serde_json::Value;

/// The requests that were sent. Clones share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sent(Arc<Mutex<Vec<String>>>);

impl Sent {
    /// The same transport, observed.
    pub(crate) fn recording<T>(&self, inner: T) -> Recording<T> {
        Recording { inner, sent: self.clone() }
    }

    /// Forgets what was sent.
    pub(crate) fn clear(&self) {
        self.0.lock().unwrap().clear();
    }

    /// Each request since: method and path with query or, for statements, their text.
    pub(crate) fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    /// How many requests hold a text.
    pub(crate) fn count(&self, text: &str) -> usize {
        self.all().iter().filter(|request| request.contains(text)).count()
    }
}

#[derive(Debug)]
pub(crate) struct Recording<T> {
    inner: T,
    sent: Sent,
}

impl<T: Transport> Transport for Recording<T> {
    fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        let statement = serde_json::from_slice::<Value>(request.body())
            .ok()
            .and_then(|body| body.get("statement")?.as_str().map(str::to_owned));
        let path = || format!("{} {}", request.method(), request.uri().path_and_query().unwrap());
        self.sent.0.lock().unwrap().push(statement.unwrap_or_else(path));
        self.inner.send(request)
    }
}
