//! Where a workspace serves OAuth (`facts/rest_api.md` §4.2; official SDK, config.py `_resolve_host_metadata`).

use serde::Deserialize;
use tokio::sync::OnceCell;
use url::Url;

use super::asking::{Asking, Question};
use super::{CredentialsError, Resolved};
use crate::ErrorKind;

/// Where people and programs ask for tokens.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Endpoints {
    pub(super) authorization_endpoint: Url,
    pub(super) token_endpoint: Url,
}

/// What a host says of itself; all of it may be missing.
#[derive(Debug, Clone, Default, Deserialize)]
struct HostMetadata {
    #[serde(default)]
    oidc_endpoint: Option<String>,
    #[serde(default)]
    account_id: Option<String>,
    #[serde(default)]
    token_federation_default_oidc_audiences: Option<Vec<String>>,
}

/// Finds the endpoints of a workspace, once.
#[derive(Debug)]
pub(super) struct Discovery {
    asking: Asking,
    host: Url,
    /// As configured.
    document: Option<String>,
    metadata: OnceCell<HostMetadata>,
    endpoints: OnceCell<Endpoints>,
}

impl Discovery {
    pub(super) fn new(resolved: &Resolved, asking: &Asking) -> Self {
        Self {
            asking: asking.clone(),
            host: resolved.host.value.clone(),
            document: resolved.configuration.value("discovery_url").map(str::to_owned),
            metadata: OnceCell::new(),
            endpoints: OnceCell::new(),
        }
    }

    /// Where to ask for tokens.
    pub(super) async fn endpoints(&self) -> Result<&Endpoints, CredentialsError> {
        self.endpoints.get_or_try_init(|| self.discover()).await
    }

    /// The audience that a token to be exchanged must have when nobody configures one.
    pub(super) async fn audience(&self) -> Result<String, CredentialsError> {
        let of_host = self.metadata().await?.token_federation_default_oidc_audiences.as_ref();
        match of_host.and_then(|audiences| audiences.first()) {
            Some(audience) => Ok(audience.clone()),
            None => Ok(self.endpoints().await?.token_endpoint.to_string()),
        }
    }

    async fn discover(&self) -> Result<Endpoints, CredentialsError> {
        const DOCUMENT: &str = ".well-known/oauth-authorization-server";
        let text = match &self.document {
            Some(url) => url.clone(),
            None => match self.metadata().await?.oidc_root() {
                Some(root) => format!("{}/{DOCUMENT}", root.trim_end_matches('/')),
                None => format!("{}oidc/{DOCUMENT}", self.host),
            },
        };
        let url = Url::parse(&text).map_err(|_| self.asking.gave_none(format!("`{text}` is no URL")))?;
        self.require_safe(&url)?;
        let endpoints: Endpoints = self.asking.ask(Question::get(url)).await?;
        self.require_safe(&endpoints.token_endpoint)?;
        self.require_safe(&endpoints.authorization_endpoint)?;
        Ok(endpoints)
    }

    /// Secrets do not go over plain HTTP, nor to whatever else a browser opens, unless the workspace itself is reached so.
    fn require_safe(&self, url: &Url) -> Result<(), CredentialsError> {
        if url.scheme() == "https" || url.scheme() == self.host.scheme() {
            return Ok(());
        }
        Err(self.asking.gave_none(format!("`{url}` is not https")))
    }

    /// A host without metadata is no error: older ones have none. One that does not answer now may have some.
    async fn metadata(&self) -> Result<&HostMetadata, CredentialsError> {
        let fetch = || async {
            let Ok(url) = self.host.join("/.well-known/databricks-config") else {
                return Ok(HostMetadata::default());
            };
            match self.asking.ask(Question::get(url)).await {
                Err(error) if is_passing(error.kind()) => Err(error),
                answer => Ok(answer.unwrap_or_default()),
            }
        };
        self.metadata.get_or_try_init(fetch).await
    }
}

/// Whether an error says nothing of what a host has. What hosts without metadata answer is UNCONFIRMED: any refusal.
fn is_passing(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::RateLimited | ErrorKind::Unavailable | ErrorKind::Transport | ErrorKind::Untrusted
    )
}

impl HostMetadata {
    fn oidc_root(&self) -> Option<String> {
        const ACCOUNT: &str = "{account_id}";
        let root = self.oidc_endpoint.as_deref().filter(|root| !root.is_empty())?;
        match &self.account_id {
            Some(account) => Some(root.replace(ACCOUNT, account)),
            None => (!root.contains(ACCOUNT)).then(|| root.to_owned()),
        }
    }
}
