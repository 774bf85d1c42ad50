//! `metadata-service`: a service beside the program that gives it tokens (official SDK, `credentials_provider.py`
//! `MetadataServiceTokenSource`).

use std::sync::Arc;

use futures::future::BoxFuture;
use http::HeaderName;
use url::Url;

use crate::auth::asking::{Asking, Question};
use crate::auth::renewed::{Renewed, TokenSource};
use crate::auth::token::Token;
use crate::auth::{CredentialsError, Resolved, TokenProvider};
use crate::secret::Secret;
use crate::transport::Transport;

const METHOD: &str = "metadata-service";
const VERSION: HeaderName = HeaderName::from_static("x-databricks-metadata-version");
const HOST: HeaderName = HeaderName::from_static("x-databricks-host");

#[derive(Debug)]
struct MetadataService {
    asking: Asking,
    /// As configured; it may hold a secret.
    url: Secret<String>,
    host: Url,
}

pub(in crate::auth) fn connect(
    resolved: &Resolved,
    transport: &Arc<dyn Transport>,
) -> Arc<dyn TokenProvider> {
    let url = resolved.configuration.secret("metadata_service_url");
    let service = MetadataService {
        asking: Asking::new(METHOD, transport.clone()),
        url: url.unwrap_or_else(|| String::new().into()),
        host: resolved.host.value.clone(),
    };
    Arc::new(Renewed::new(METHOD, service))
}

impl TokenSource for MetadataService {
    fn fetch(&self) -> BoxFuture<'_, Result<Token, CredentialsError>> {
        Box::pin(async move {
            let url = Url::parse(self.url.expose());
            let url = url.map_err(|_| self.asking.gave_none("metadata_service_url is no URL"))?;
            let host = self.host.as_str().trim_end_matches('/');
            let question = Question::get(url).header(VERSION, "1").header(HOST, host);
            Ok(self.asking.token(question.secret(&self.url)).await?.into_token())
        })
    }
}
