//! Tokens of others exchanged for one of the workspace: workload identity federation (`facts/rest_api.md` §4.3;
//! official SDK, oidc.py and `oidc_token_supplier.py`).

use std::path::PathBuf;
use std::sync::Arc;

use futures::future::BoxFuture;
use http::header::CONTENT_TYPE;
use serde::Deserialize;
use url::Url;

use super::pat::read_token;
use crate::auth::asking::{Asking, Question};
use crate::auth::configuration::Configuration;
use crate::auth::discovery::Discovery;
use crate::auth::renewed::{Renewed, TokenSource};
use crate::auth::scope::Scope;
use crate::auth::token::Token;
use crate::auth::{CredentialsError, Environment, Resolved, TokenProvider};
use crate::secret::Secret;
use crate::transport::Transport;

/// The variable of a token, unless `oidc_token_env` names another one.
const OIDC_TOKEN: &str = "DATABRICKS_OIDC_TOKEN";
/// What a job of GitHub has that may ask for tokens.
const GITHUB: [&str; 2] = ["ACTIONS_ID_TOKEN_REQUEST_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_URL"];
/// What a job of Azure DevOps has that may ask for tokens.
const AZURE_DEVOPS: [&str; 6] = [
    "SYSTEM_ACCESSTOKEN",
    "SYSTEM_TEAMFOUNDATIONCOLLECTIONURI",
    "SYSTEM_TEAMPROJECTID",
    "SYSTEM_PLANID",
    "SYSTEM_JOBID",
    "SYSTEM_HOSTTYPE",
];

/// Where the token to be exchanged comes from, each time anew: it may have been renewed.
#[derive(Debug)]
pub(in crate::auth) enum IdToken {
    Variable { name: String, environment: Environment },
    File(PathBuf),
    Github(Environment),
    AzureDevOps(Environment),
}

#[derive(Debug)]
struct Exchange {
    asking: Asking,
    discovery: Discovery,
    id_token: IdToken,
    audience: Option<String>,
    client_id: Option<String>,
    scope: Scope,
}

fn connect(
    method: &'static str,
    id_token: IdToken,
    resolved: &Resolved,
    transport: &Arc<dyn Transport>,
) -> Arc<dyn TokenProvider> {
    let asking = Asking::new(method, transport.clone());
    let configuration = &resolved.configuration;
    let exchange = Exchange {
        discovery: Discovery::new(resolved, &asking),
        asking,
        id_token,
        audience: configuration.value("token_audience").map(str::to_owned),
        client_id: configuration.value("client_id").map(str::to_owned),
        scope: Scope::of(configuration),
    };
    Arc::new(Renewed::new(method, exchange))
}

pub(in crate::auth) fn env(resolved: &Resolved, transport: &Arc<dyn Transport>) -> Arc<dyn TokenProvider> {
    let name = variable(&resolved.configuration).to_owned();
    let environment = resolved.configuration.environment.clone();
    connect("env-oidc", IdToken::Variable { name, environment }, resolved, transport)
}

pub(in crate::auth) fn file(resolved: &Resolved, transport: &Arc<dyn Transport>) -> Arc<dyn TokenProvider> {
    let configuration = &resolved.configuration;
    let path = configuration.environment.path(configuration.value("oidc_token_filepath").unwrap_or_default());
    connect("file-oidc", IdToken::File(path), resolved, transport)
}

pub(in crate::auth) fn github(resolved: &Resolved, transport: &Arc<dyn Transport>) -> Arc<dyn TokenProvider> {
    let id_token = IdToken::Github(resolved.configuration.environment.clone());
    connect("github-oidc", id_token, resolved, transport)
}

pub(in crate::auth) fn azure_devops(
    resolved: &Resolved,
    transport: &Arc<dyn Transport>,
) -> Arc<dyn TokenProvider> {
    let id_token = IdToken::AzureDevOps(resolved.configuration.environment.clone());
    connect("azure-devops-oidc", id_token, resolved, transport)
}

fn variable(configuration: &Configuration) -> &str {
    configuration.value("oidc_token_env").unwrap_or(OIDC_TOKEN)
}

pub(in crate::auth) fn lacks_variable(configuration: &Configuration, _: &Url) -> Option<String> {
    unset(&configuration.environment, &[variable(configuration)])
}

pub(in crate::auth) fn lacks_github(configuration: &Configuration, _: &Url) -> Option<String> {
    unset(&configuration.environment, &GITHUB)
}

pub(in crate::auth) fn lacks_azure_devops(configuration: &Configuration, _: &Url) -> Option<String> {
    unset(&configuration.environment, &AZURE_DEVOPS)
}

fn unset(environment: &Environment, names: &[&str]) -> Option<String> {
    let missing: Vec<_> = names.iter().filter(|name| environment.get(name).is_none()).copied().collect();
    let verb = if missing.len() == 1 { "is" } else { "are" };
    (!missing.is_empty()).then(|| format!("{} {verb} not set", missing.join(", ")))
}

impl TokenSource for Exchange {
    fn fetch(&self) -> BoxFuture<'_, Result<Token, CredentialsError>> {
        Box::pin(async move {
            let id_token = match &self.audience {
                Some(audience) => self.id_token.fetch(&self.asking, audience).await?,
                None => self.id_token.fetch(&self.asking, &self.discovery.audience().await?).await?,
            };
            let url = self.discovery.endpoints().await?.token_endpoint.clone();
            let mut fields = vec![
                ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
                ("subject_token_type", "urn:ietf:params:oauth:token-type:jwt"),
                ("subject_token", id_token.expose()),
            ];
            fields.extend(self.scope.fields());
            fields.extend(self.client_id.as_deref().map(|id| ("client_id", id)));
            let question = Question::form(url, &fields).secret(&id_token);
            Ok(self.asking.token(question).await?.into_token())
        })
    }
}

/// What GitHub answers.
#[derive(Deserialize)]
struct GithubAnswer {
    value: String,
}

/// What Azure DevOps answers.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AzureDevOpsAnswer {
    oidc_token: String,
}

impl IdToken {
    /// A token for this audience; sources that cannot choose one give theirs.
    pub(in crate::auth) async fn fetch(
        &self,
        asking: &Asking,
        audience: &str,
    ) -> Result<Secret<String>, CredentialsError> {
        let token = match self {
            Self::Variable { name, environment } => environment
                .get(name)
                .map(str::to_owned)
                .ok_or_else(|| asking.gave_none(format!("{name} is not set")))?,
            Self::File(path) => read_token(path)?,
            Self::Github(environment) => of_github(environment, asking, audience).await?,
            Self::AzureDevOps(environment) => of_azure_devops(environment, asking).await?,
        };
        Ok(Secret::new(token))
    }
}

async fn of_github(
    environment: &Environment,
    asking: &Asking,
    audience: &str,
) -> Result<String, CredentialsError> {
    let [token, url] = GITHUB.map(|name| environment.get(name).unwrap_or_default());
    let mut url = Url::parse(url).map_err(|_| asking.gave_none(format!("{} is no URL", GITHUB[1])))?;
    url.query_pairs_mut().append_pair("audience", audience);
    let answer: GithubAnswer = asking.ask(Question::get(url).bearer(token)).await?;
    Ok(answer.value)
}

/// The audience is always Entra's.
async fn of_azure_devops(environment: &Environment, asking: &Asking) -> Result<String, CredentialsError> {
    let [token, collection, project, plan, job, hub] =
        AZURE_DEVOPS.map(|name| environment.get(name).unwrap_or_default());
    let url = format!(
        "{collection}{project}/_apis/distributedtask/hubs/{hub}/plans/{plan}/jobs/{job}/oidctoken\
         ?api-version=7.2-preview.1"
    );
    let url = Url::parse(&url).map_err(|_| asking.gave_none(format!("{} is no URL", AZURE_DEVOPS[1])))?;
    let question = Question::post(url).bearer(token).header(CONTENT_TYPE, "application/json");
    let answer: AzureDevOpsAnswer = asking.ask(question).await?;
    Ok(answer.oidc_token)
}
