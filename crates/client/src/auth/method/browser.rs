//! `external-browser`: people log in with their browser, once; what that gives is kept and renewed.

use std::sync::Arc;

use futures::future::BoxFuture;
use url::Url;

use crate::auth::asking::{Asking, Question};
use crate::auth::cache::{Cache, Kept};
use crate::auth::configuration::Configuration;
use crate::auth::discovery::Discovery;
use crate::auth::login::client_id;
use crate::auth::renewed::{Renewed, TokenSource};
use crate::auth::token::Token;
use crate::auth::{CredentialsError, Resolved, TokenProvider};
use crate::secret::Secret;
use crate::transport::Transport;

pub(in crate::auth) const METHOD: &str = "external-browser";

#[derive(Debug)]
struct Browser {
    asking: Asking,
    discovery: Discovery,
    cache: Option<Cache>,
    client_id: String,
    client_secret: Option<Secret<String>>,
    host: Url,
}

pub(in crate::auth) fn connect(
    resolved: &Resolved,
    transport: &Arc<dyn Transport>,
) -> Arc<dyn TokenProvider> {
    let asking = Asking::new(METHOD, transport.clone());
    let browser = Browser {
        discovery: Discovery::new(resolved, &asking),
        asking,
        cache: Cache::of(&resolved.configuration, &resolved.host.value),
        client_id: client_id(&resolved.configuration).to_owned(),
        client_secret: resolved.configuration.secret("client_secret"),
        host: resolved.host.value.clone(),
    };
    Arc::new(Renewed::new(METHOD, browser))
}

/// A login that was kept is as good as a name for the method.
pub(in crate::auth) fn lacks_login(configuration: &Configuration, host: &Url) -> Option<String> {
    let kept = Cache::of(configuration, host).is_some_and(|cache| cache.load().is_some());
    (!kept).then(|| "nobody is logged in; log in with `clxs auth login`".to_owned())
}

impl TokenSource for Browser {
    fn fetch(&self) -> BoxFuture<'_, Result<Token, CredentialsError>> {
        Box::pin(self.token(None))
    }

    fn replace<'a>(&'a self, refused: &'a Secret<String>) -> BoxFuture<'a, Result<Token, CredentialsError>> {
        Box::pin(self.token(Some(refused)))
    }
}

impl Browser {
    /// What is kept, while it is good; else a renewed one, which is kept.
    async fn token(&self, refused: Option<&Secret<String>>) -> Result<Token, CredentialsError> {
        let is_good =
            |kept: &Kept| !kept.is_nearly_over() && refused.is_none_or(|token| kept.access_token != *token);
        let Some((cache, kept)) = self.cache.as_ref().and_then(|cache| Some((cache, cache.load()?))) else {
            return Err(self.login_needed(None));
        };
        if is_good(&kept) {
            return Ok(kept.token());
        }
        match self.renew(kept).await {
            Ok(renewed) => {
                cache.save(&renewed)?;
                Ok(renewed.token())
            }
            // Somebody else may have used the refresh token, and kept what it gave.
            Err(error @ CredentialsError::LoginNeeded { .. }) => {
                cache.load().filter(is_good).map(|kept| kept.token()).ok_or(error)
            }
            Err(error) => Err(error),
        }
    }

    async fn renew(&self, kept: Kept) -> Result<Kept, CredentialsError> {
        let Some(refresh_token) = kept.refresh_token else {
            return Err(self.login_needed(Some("the login is over".to_owned())));
        };
        let url = self.discovery.endpoints().await?.token_endpoint.clone();
        let mut fields = vec![
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh_token.expose().as_str()),
            ("client_id", self.client_id.as_str()),
        ];
        fields.extend(self.client_secret.as_ref().map(|secret| ("client_secret", secret.expose().as_str())));
        let mut question = Question::form(url, &fields).once().secret(&refresh_token);
        if let Some(secret) = &self.client_secret {
            question = question.secret(secret);
        }
        match self.asking.token(question).await {
            Ok(answer) => Ok(Kept::of(answer, Some(refresh_token))),
            Err(CredentialsError::NoToken { detail, kind: crate::ErrorKind::Unauthenticated, .. }) => {
                Err(self.login_needed(Some(detail)))
            }
            Err(error) => Err(error),
        }
    }

    fn login_needed(&self, because: Option<String>) -> CredentialsError {
        CredentialsError::LoginNeeded { host: Box::new(self.host.clone()), because }
    }
}
