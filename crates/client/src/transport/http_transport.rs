//! Requests over TCP and TLS.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use futures::future::BoxFuture;
use http_body_util::BodyExt;
use http_body_util::combinators::UnsyncBoxBody;
use url::{Host, Url};

use super::{Body, Transport, TransportError, tls};
use crate::Error;

/// How long a connection may take to be made. The timeout of the whole request stands above the seam; this
/// shorter one exists because it alone tells that nothing was sent.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How long an idle connection is kept: less than load balancers do, which close theirs after 60 s and would
/// leave it unknown whether a request on such a connection was carried out.
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);

/// A [`Transport`] over TCP, with TLS for `https`. Proxies of the environment are used, but not for what is on
/// this machine or on its own link.
pub struct HttpTransport {
    client: reqwest::Client,
    direct: reqwest::Client,
}

impl HttpTransport {
    /// A transport that trusts whom this machine trusts; on Linux `SSL_CERT_FILE` and `SSL_CERT_DIR` say who that
    /// is. A bundle is a file of certificates (PEM) of further authorities.
    ///
    /// # Errors
    /// [`Error::CaBundle`] when the bundle cannot be used, [`Error::Tls`] when TLS cannot be set up.
    pub fn new(ca_bundle: Option<&Path>) -> Result<Self, Error> {
        // Setting up TLS reads every certificate of this machine: once for both.
        let tls = tls::configuration(ca_bundle)?;
        let builder = || {
            reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .connect_timeout(CONNECT_TIMEOUT)
                .pool_idle_timeout(IDLE_TIMEOUT)
                .tls_backend_preconfigured(tls.clone())
        };
        let build = |builder: reqwest::ClientBuilder| {
            builder.build().map_err(|error| Error::Tls { source: error.into() })
        };
        Ok(Self { client: build(builder())?, direct: build(builder().no_proxy())? })
    }
}

impl fmt::Debug for HttpTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HttpTransport")
    }
}

impl Transport for HttpTransport {
    fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        Box::pin(async move {
            let request = reqwest::Request::try_from(request).map_err(failed)?;
            let client = if is_near(request.url()) { &self.direct } else { &self.client };
            let response = client.execute(request).await.map_err(failed)?;
            Ok(http::Response::from(response).map(|body| UnsyncBoxBody::new(body.map_err(failed))))
        })
    }
}

/// The URL is left out: it may be a signed one, and the caller names the request anyway.
fn failed(error: reqwest::Error) -> TransportError {
    if let Some(reason) = tls::unaccepted(&error) {
        let source = reason.to_string().into();
        return if reason.is_of_unknown_issuer() {
            TransportError::Untrusted { source }
        } else {
            TransportError::BadCertificate { source }
        };
    }
    let unsent = error.is_connect() || error.is_builder();
    let error = error.without_url();
    if unsent { TransportError::not_sent(error) } else { TransportError::interrupted(error) }
}

/// Whether no proxy stands between this machine and where a URL leads: itself, or its link, on which clouds serve
/// the metadata of their machines.
fn is_near(url: &Url) -> bool {
    let on_link = matches!(url.host(), Some(Host::Ipv4(address)) if address.is_link_local());
    on_link || is_loopback(url)
}

/// Whether a URL leads to this machine by its very form, without asking a name server.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
