//! `databricks-cli` and `azure-cli`: tokens of whoever is logged in there (`facts/rest_api.md` §4.3; official SDK,
//! `credentials_provider.py` `DatabricksCliTokenSource`, `AzureCliTokenSource`).

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures::future::BoxFuture;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::OnceCell;
use url::Url;

use super::azure::{headers, is_azure, tenant_of};
use crate::auth::asking::Asking;
use crate::auth::cloud::{self, Cloud};
use crate::auth::configuration::Configuration;
use crate::auth::program::{self, Program};
use crate::auth::renewed::{Renewed, TokenSource};
use crate::auth::token::{Number, Token, epoch, moment, until};
use crate::auth::{CredentialsError, Environment, Resolved, TokenProvider};
use crate::transport::Transport;

const DATABRICKS: &str = "databricks-cli";
const AZURE: &str = "azure-cli";

pub(in crate::auth) fn lacks_databricks(configuration: &Configuration, _: &Url) -> Option<String> {
    match find_databricks(configuration) {
        Some(_) => None,
        None => Some(
            "there is no `databricks` of version 0.100 or newer in PATH (DATABRICKS_CLI_PATH)".to_owned(),
        ),
    }
}

pub(in crate::auth) fn lacks_azure(configuration: &Configuration, host: &Url) -> Option<String> {
    if !is_azure(configuration, host) {
        return Some("the workspace is not on Azure".to_owned());
    }
    let absent = program::find("az", &configuration.environment).is_none();
    absent.then(|| "there is no `az` in PATH".to_owned())
}

fn find_databricks(configuration: &Configuration) -> Option<PathBuf> {
    let name = configuration.value("databricks_cli_path").unwrap_or("databricks");
    let places = program::candidates(name, &configuration.environment);
    places.into_iter().find(|path| path.is_file() && !is_legacy(path))
}

/// Whether a program is the CLI in Python of before 2023, which knows nothing of tokens: a short script.
fn is_legacy(path: &Path) -> bool {
    const MARK: &[u8] = b"from databricks_cli.cli import ";
    const LONGEST_SCRIPT: u64 = 1024 * 1024;
    let mut bytes = Vec::new();
    let read = fs_err::File::open(path).and_then(|file| file.take(LONGEST_SCRIPT).read_to_end(&mut bytes));
    read.is_ok() && bytes.windows(MARK.len()).any(|window| window == MARK)
}

#[derive(Debug)]
struct DatabricksCli {
    program: Program,
    arguments: Vec<String>,
}

/// What `databricks auth token` prints.
#[derive(Deserialize)]
struct DatabricksAnswer {
    access_token: String,
    #[serde(default)]
    expiry: Option<String>,
}

pub(in crate::auth) fn databricks(resolved: &Resolved, _: &Arc<dyn Transport>) -> Arc<dyn TokenProvider> {
    let configuration = &resolved.configuration;
    let path = find_databricks(configuration).unwrap_or_else(|| PathBuf::from("databricks"));
    let whose = match resolved.profile() {
        Some(profile) => ["--profile".to_owned(), profile.to_owned()],
        None => ["--host".to_owned(), resolved.host.value.as_str().trim_end_matches('/').to_owned()],
    };
    let cli = DatabricksCli {
        program: Program::new(DATABRICKS, &path, &configuration.environment),
        arguments: ["auth", "token"].into_iter().map(str::to_owned).chain(whose).collect(),
    };
    Arc::new(Renewed::new(DATABRICKS, cli))
}

impl TokenSource for DatabricksCli {
    fn fetch(&self) -> BoxFuture<'_, Result<Token, CredentialsError>> {
        Box::pin(async move {
            let arguments: Vec<_> = self.arguments.iter().map(String::as_str).collect();
            let answer: DatabricksAnswer = run(&self.program, &arguments).await?;
            let expiry = answer.expiry.as_deref().and_then(moment);
            Ok(Token::new(answer.access_token, expiry.map(until)))
        })
    }
}

#[derive(Debug)]
struct AzureCli {
    program: Program,
    asking: Asking,
    cloud: &'static Cloud,
    host: Url,
    resource_id: Option<String>,
    tenant_id: Option<String>,
    /// The tenant and the subscription that `az` is told, found once.
    login: OnceCell<Vec<String>>,
}

/// What `az account get-access-token` prints.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AzureAnswer {
    access_token: String,
    /// Local time.
    #[serde(default)]
    expires_on: Option<String>,
    /// Seconds since 1970, of newer versions.
    #[serde(default, rename = "expires_on")]
    expires_at: Option<Number>,
}

pub(in crate::auth) fn azure(resolved: &Resolved, transport: &Arc<dyn Transport>) -> Arc<dyn TokenProvider> {
    let configuration = &resolved.configuration;
    let environment: &Environment = &configuration.environment;
    let path = program::find("az", environment).unwrap_or_else(|| PathBuf::from("az"));
    let cli = AzureCli {
        program: Program::new(AZURE, &path, environment),
        asking: Asking::new(AZURE, transport.clone()).once(),
        cloud: cloud::of(&resolved.host.value, configuration.value("azure_environment")),
        host: resolved.host.value.clone(),
        resource_id: configuration.value("azure_workspace_resource_id").map(str::to_owned),
        tenant_id: configuration.value("azure_tenant_id").map(str::to_owned),
        login: OnceCell::new(),
    };
    Arc::new(Renewed::new(AZURE, cli))
}

impl TokenSource for AzureCli {
    fn fetch(&self) -> BoxFuture<'_, Result<Token, CredentialsError>> {
        Box::pin(async move {
            let answer = self.ask(self.cloud.databricks).await?;
            let expiry = match answer.expires_at.as_ref().and_then(Number::seconds).and_then(epoch) {
                Some(expiry) => Some(expiry),
                None => answer.expires_on.as_deref().and_then(moment),
            };
            let management = self.management(&answer.access_token).await;
            let mut token = Token::new(answer.access_token, expiry.map(until));
            if let Some(resource_id) = &self.resource_id {
                token.access.headers = headers(resource_id, management.as_deref()).unwrap_or_default();
            }
            Ok(token)
        })
    }
}

impl AzureCli {
    /// A token for one of Azure's resources: of the workspace's subscription, or, for one who may use the
    /// workspace and not the subscription, of any.
    async fn ask(&self, resource: &str) -> Result<AzureAnswer, CredentialsError> {
        let login = self.login.get_or_try_init(|| async { self.login().await.ok_or(()) }).await;
        let mut arguments = vec!["account", "get-access-token", "--resource", resource, "--output", "json"];
        arguments.extend(login.into_iter().flatten().map(String::as_str));
        let Some(subscription) = self.resource_id.as_deref().and_then(subscription) else {
            return run(&self.program, &arguments).await;
        };
        let of_subscription = [arguments.as_slice(), &["--subscription", subscription]].concat();
        match run(&self.program, &of_subscription).await {
            Ok(answer) => Ok(answer),
            Err(_) => run(&self.program, &arguments).await,
        }
    }

    /// The tenant, unless `az` is logged in as a managed identity, which takes none; `None` when nobody tells it
    /// now.
    async fn login(&self) -> Option<Vec<String>> {
        let tenant = match &self.tenant_id {
            Some(tenant) => tenant.clone(),
            None => tenant_of(&self.host, &self.asking).await?,
        };
        let is_person = !self.is_managed_identity().await;
        Some(if is_person { vec!["--tenant".to_owned(), tenant] } else { Vec::new() })
    }

    async fn is_managed_identity(&self) -> bool {
        let account: Result<Value, _> = run(&self.program, &["account", "show", "--output", "json"]).await;
        account.is_ok_and(|account| {
            account["user"]["type"] == "servicePrincipal"
                && matches!(
                    account["user"]["name"].as_str(),
                    Some("systemAssignedIdentity" | "userAssignedIdentity")
                )
        })
    }

    /// The token for Azure's management that a service principal may need and may not get. People, who have
    /// the claim `upn`, need none.
    async fn management(&self, token: &str) -> Option<String> {
        self.resource_id.as_ref()?;
        if claims(token).is_some_and(|claims| claims.get("upn").is_some()) {
            return None;
        }
        Some(self.ask(self.cloud.management).await.ok()?.access_token)
    }
}

/// `/subscriptions/<id>/resourceGroups/…`.
fn subscription(resource_id: &str) -> Option<&str> {
    resource_id.split('/').nth(2).filter(|id| !id.is_empty())
}

/// The claims of a JSON web token.
fn claims(token: &str) -> Option<Value> {
    let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?.trim_end_matches('=')).ok()?;
    serde_json::from_slice(&payload).ok()
}

/// Runs a program that prints JSON.
async fn run<T: DeserializeOwned>(program: &Program, arguments: &[&str]) -> Result<T, CredentialsError> {
    let printed = program.run(arguments).await?;
    // What is wrong with the text is not told: it may hold a token.
    serde_json::from_str(&printed).map_err(|_| program.failed(arguments, "it did not print what it should"))
}
