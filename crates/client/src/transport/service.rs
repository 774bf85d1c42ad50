//! Requests to a service in this process.

use std::fmt;

use bytes::Bytes;
use futures::future::BoxFuture;
use http::header::{CONTENT_LENGTH, HOST};
use http::uri::PathAndQuery;
use http::{HeaderValue, Uri};
use http_body_util::{BodyExt, Full};
use tower::util::BoxCloneSyncService;
use tower::{Service, ServiceExt};

use super::{Body, BoxError, Transport, TransportError};

/// A [`Transport`] to any tower service that answers HTTP requests, such as an axum `Router`.
///
/// The service sees what it would see on an HTTP/1.1 connection: a request target without host, and `Host`
/// and `Content-Length` headers.
#[derive(Clone)]
pub struct ServiceTransport {
    service: BoxCloneSyncService<http::Request<Full<Bytes>>, http::Response<Body>, TransportError>,
}

impl ServiceTransport {
    /// A transport to this service; each request goes to a clone of it.
    pub fn new<S, B>(service: S) -> Self
    where
        S: Service<http::Request<Full<Bytes>>, Response = http::Response<B>> + Clone + Send + Sync + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send + 'static,
        B: BodyExt<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let service = service
            .map_response(|response: http::Response<B>| {
                response.map(|body| body.map_err(TransportError::interrupted).boxed_unsync())
            })
            .map_err(TransportError::interrupted);
        Self { service: BoxCloneSyncService::new(service) }
    }
}

impl fmt::Debug for ServiceTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServiceTransport")
    }
}

impl Transport for ServiceTransport {
    fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        Box::pin(async move {
            let request = as_received(request).map_err(TransportError::not_sent)?;
            self.service.clone().oneshot(request).await
        })
    }
}

/// The request as a server would have received it over a connection.
fn as_received(request: http::Request<Bytes>) -> Result<http::Request<Full<Bytes>>, http::Error> {
    let (mut parts, body) = request.into_parts();
    if let Some(authority) = parts.uri.authority() {
        let host = HeaderValue::from_str(authority.as_str())?;
        parts.headers.entry(HOST).or_insert(host);
    }
    if !body.is_empty() {
        parts.headers.entry(CONTENT_LENGTH).or_insert(HeaderValue::from(body.len()));
    }
    let target = parts.uri.path_and_query().cloned().unwrap_or_else(|| PathAndQuery::from_static("/"));
    parts.uri = Uri::from(target);
    Ok(http::Request::from_parts(parts, Full::new(body)))
}
