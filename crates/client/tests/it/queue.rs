//! A transport that answers from a queue, for what a well-behaved workspace never does.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use clxs_api::statement::ExecuteStatement;
use clxs_client::auth::PersonalAccessToken;
use clxs_client::transport::Body;
use clxs_client::{Client, ClientBuilder, Transport, TransportError};
use futures::future::BoxFuture;
use http_body_util::{BodyExt, Full};

/// A token that must never be seen anywhere.
pub(crate) const TOKEN: &str = "dapi0123456789abcdef0123456789abcdef";

/// One answer, or the lack of one.
#[derive(Debug)]
pub(crate) enum Reply {
    Answer(http::Response<String>),
    NotSent(String),
    Interrupted(String),
    Silence,
}

/// An answer with a JSON body.
pub(crate) fn json(status: u16, body: &serde_json::Value) -> Reply {
    text(status, &[], &body.to_string())
}

/// An answer with any body and headers.
pub(crate) fn text(status: u16, headers: &[(&str, &str)], body: &str) -> Reply {
    let builder = headers
        .iter()
        .fold(http::Response::builder(), |builder, (name, value)| builder.header(*name, *value));
    Reply::Answer(builder.status(status).body(body.to_owned()).unwrap())
}

/// Answers requests in order and remembers them.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    replies: Mutex<VecDeque<Reply>>,
    requests: Mutex<Vec<http::Request<Bytes>>>,
}

impl Queue {
    pub(crate) fn new(replies: impl IntoIterator<Item = Reply>) -> Arc<Self> {
        Arc::new(Self { replies: Mutex::new(replies.into_iter().collect()), requests: Mutex::default() })
    }

    /// The requests so far.
    pub(crate) fn requests(&self) -> Vec<http::Request<Bytes>> {
        self.requests.lock().unwrap().clone()
    }

    /// The targets of the requests so far, as `METHOD path?query`.
    pub(crate) fn targets(&self) -> Vec<String> {
        let target = |request: &http::Request<Bytes>| {
            format!("{} {}", request.method(), request.uri().path_and_query().unwrap())
        };
        self.requests().iter().map(target).collect()
    }
}

impl Transport for Queue {
    fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        self.requests.lock().unwrap().push(request);
        let reply = self.replies.lock().unwrap().pop_front();
        Box::pin(async move {
            match reply {
                Some(Reply::Answer(response)) => {
                    Ok(response
                        .map(|body| Full::from(body).map_err(TransportError::interrupted).boxed_unsync()))
                }
                Some(Reply::NotSent(why)) => Err(TransportError::not_sent(why)),
                Some(Reply::Interrupted(why)) => Err(TransportError::interrupted(why)),
                Some(Reply::Silence) => std::future::pending().await,
                None => Err(TransportError::interrupted("the queue is empty")),
            }
        })
    }
}

/// Begins a client of a queue that sends [`TOKEN`].
pub(crate) fn builder(queue: &Arc<Queue>) -> ClientBuilder {
    Client::builder("https://workspace.example".parse().unwrap())
        .transport(queue.clone())
        .external_transport(queue.clone())
        .credentials(Arc::new(PersonalAccessToken::new(TOKEN)))
}

/// A client of a queue.
pub(crate) fn client(queue: &Arc<Queue>) -> Client {
    builder(queue).build().unwrap()
}

/// A statement to send.
pub(crate) fn select() -> ExecuteStatement {
    ExecuteStatement {
        statement: "SELECT 1".into(),
        warehouse_id: "local".into(),
        ..ExecuteStatement::default()
    }
}

/// The text of an error with all its causes.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}

/// The text of an error with all its causes and a fixed request id.
pub(crate) fn stable(error: &clxs_client::Error) -> String {
    let text = chain(error);
    match error.request_id() {
        Some(id) => text.replace(id, "[id]"),
        None => text,
    }
}
