//! `oauth-m2m`: id and secret of a service principal (`facts/rest_api.md` §4.3).

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures::future::BoxFuture;
use http::header::AUTHORIZATION;

use crate::auth::asking::{Asking, Question};
use crate::auth::discovery::Discovery;
use crate::auth::renewed::{Renewed, TokenSource};
use crate::auth::scope::Scope;
use crate::auth::token::Token;
use crate::auth::{CredentialsError, Resolved, TokenProvider};
use crate::secret::Secret;
use crate::transport::Transport;

const METHOD: &str = "oauth-m2m";

#[derive(Debug)]
struct Machine {
    asking: Asking,
    discovery: Discovery,
    client_id: String,
    client_secret: Secret<String>,
    scope: Scope,
}

pub(in crate::auth) fn connect(
    resolved: &Resolved,
    transport: &Arc<dyn Transport>,
) -> Arc<dyn TokenProvider> {
    let asking = Asking::new(METHOD, transport.clone());
    let configuration = &resolved.configuration;
    let value = |name| configuration.value(name).unwrap_or_default().to_owned();
    let machine = Machine {
        discovery: Discovery::new(resolved, &asking),
        asking,
        client_id: value("client_id"),
        client_secret: Secret::new(value("client_secret")),
        scope: Scope::of(configuration),
    };
    Arc::new(Renewed::new(METHOD, machine))
}

impl TokenSource for Machine {
    fn fetch(&self) -> BoxFuture<'_, Result<Token, CredentialsError>> {
        Box::pin(async move {
            let url = self.discovery.endpoints().await?.token_endpoint.clone();
            let mut fields = vec![("grant_type", "client_credentials")];
            fields.extend(self.scope.fields());
            let basic =
                Secret::new(STANDARD.encode(format!("{}:{}", self.client_id, self.client_secret.expose())));
            let question = Question::form(url, &fields).secret(&self.client_secret).secret(&basic);
            let question = question.header(AUTHORIZATION, &format!("Basic {}", basic.expose()));
            Ok(self.asking.token(question).await?.into_token())
        })
    }
}
