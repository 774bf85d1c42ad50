//! The second seam: data that the workspace keeps elsewhere, behind signed links.
//!
//! A link is a secret of its own. It is fetched without the token, and neither errors nor traces show more of
//! it than its host.

use bytes::Bytes;
use clxs_api::statement::ExternalLink;
use http::header::{AUTHORIZATION, HeaderMap, HeaderName};
use http::{Method, Uri};
use url::Url;

use crate::client::new_call;
use crate::exchange::{Answer, Exchange, Outgoing, header_value};
use crate::transport::http_transport::is_loopback;
use crate::{Client, Error, Result};

impl Client {
    /// Reads what an external link leads to, whole, without the token. Retried as any request that changes
    /// nothing.
    ///
    /// # Errors
    /// [`Error::InvalidRequest`] when the link is neither `https` nor leads to this machine nor to the
    /// workspace itself; [`Error::Api`] when the storage refuses, such as after the link's 15 minutes.
    pub async fn fetch_external(&self, link: &ExternalLink) -> Result<Bytes> {
        let headers = headers_of(link.http_headers.iter().flatten())?;
        Ok(self.follow(Method::GET, &link.external_link, headers, Bytes::new()).await?.body)
    }

    /// Sends a request to an external link, without the token. It may be sent again.
    pub(crate) async fn follow(
        &self,
        method: Method,
        link: &str,
        headers: HeaderMap,
        body: Bytes,
    ) -> Result<Answer> {
        let url = Url::parse(link).map_err(|_| invalid("it is no URL"))?;
        let to_workspace = url.origin() == self.inner.host.origin();
        if url.scheme() != "https" && !is_loopback(&url) && !to_workspace {
            return Err(invalid("it is not https"));
        }
        let transport = if to_workspace { &self.inner.transport } else { &self.inner.external };
        let exchange = Exchange {
            pacer: None,
            transport: transport.as_ref(),
            tokens: None,
            retry: &self.inner.retry,
            timeout: self.inner.timeout,
            throttle: None,
        };
        let target = format!("external link at {}", url.host_str().unwrap_or_default());
        let uri: Uri = url.as_str().parse().map_err(|_| invalid("it is no URL"))?;
        exchange.run(Outgoing { uri, headers, body }, new_call(method, target, true)).await
    }
}

/// The headers the link asks for. `Authorization` is not among those it may ask for.
pub(crate) fn headers_of<'a>(asked: impl Iterator<Item = (&'a String, &'a String)>) -> Result<HeaderMap> {
    let mut headers = HeaderMap::new();
    for (name, value) in asked {
        let name =
            HeaderName::from_bytes(name.as_bytes()).map_err(|_| invalid("it asks for a malformed header"))?;
        if name != AUTHORIZATION {
            let mut value = header_value(value)?;
            value.set_sensitive(true);
            headers.insert(name, value);
        }
    }
    Ok(headers)
}

fn invalid(why: &str) -> Error {
    Error::InvalidRequest { detail: format!("an external link is not followed, for {why}") }
}
