//! The ladder of authorization methods: which there are, in which order, and which apply.

use std::sync::Arc;

use futures::future::BoxFuture;
use url::Url;

use super::attribute;
use super::configuration::Configuration;
use super::method::{azure, browser, command_line, federation, machine, metadata_service, pat};
use super::token::Access;
use super::{Configured, CredentialsError, Resolved, TokenProvider};
use crate::secret::Secret;
use crate::transport::Transport;

/// Makes a provider of what is configured. Whatever the method needs is there.
type Connect = fn(&Resolved, &Arc<dyn Transport>) -> Arc<dyn TokenProvider>;

/// What a method lacks beside attributes; nothing when it applies.
type Lacks = fn(&Configuration, &Url) -> Option<String>;

/// One rung of the ladder.
pub(super) struct Method {
    /// Its name in the official clients, by which `auth_type` chooses it.
    pub(super) name: &'static str,
    /// The attributes without which it cannot work; all of them must be there.
    pub(super) needs: &'static [&'static str],
    lacks: Lacks,
    /// Whether it is used without what it lacks when `auth_type` names it: it says itself what to do then.
    trusts_its_name: bool,
    /// Whether nobody knows that it works before it gave a token: the next one is tried then.
    tentative: bool,
    /// Whether it can ask for a token of the group that `group_id` names.
    assumes_group: bool,
    connect: Connect,
}

impl std::fmt::Debug for Method {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

const fn method(name: &'static str, needs: &'static [&'static str], connect: Connect) -> Method {
    let lacks: Lacks = |_, _| None;
    Method { name, needs, lacks, trusts_its_name: false, tentative: false, assumes_group: false, connect }
}

impl Method {
    const fn unless(self, lacks: Lacks) -> Self {
        Self { lacks, ..self }
    }

    const fn trusts_its_name(self) -> Self {
        Self { trusts_its_name: true, ..self }
    }

    const fn tentative(self) -> Self {
        Self { tentative: true, ..self }
    }

    const fn assumes_group(self) -> Self {
        Self { assumes_group: true, ..self }
    }
}

/// Methods of the official clients that this one does not offer, and why.
const NOT_OFFERED: &[(&str, &[&str], &str)] = &[
    ("basic", &["username", "password"], "workspaces do not take passwords any more"),
    ("google-credentials", &["google_credentials"], "it is not supported by this version"),
    ("google-id", &["google_service_account"], "it is not supported by this version"),
    ("runtime", &[], "it needs a Python notebook; export DATABRICKS_TOKEN there"),
    ("runtime-oauth", &[], "it needs a Python notebook; export DATABRICKS_TOKEN there"),
    ("model-serving", &[], "it is not supported by this version"),
];

/// All methods in the order of the official clients (`facts/rest_api.md` §4.1; `azure-msi` is that of the
/// Go SDK), with the two ways to give a token that are our own.
const METHODS: &[Method] = &[
    method("pat", &["token"], pat::token),
    method("token-file", &["token_file"], pat::file),
    method("token-command", &["token_command"], pat::command),
    method("metadata-service", &["metadata_service_url"], metadata_service::connect),
    method("oauth-m2m", &["client_id", "client_secret"], machine::connect).assumes_group(),
    method("env-oidc", &[], federation::env).unless(federation::lacks_variable).assumes_group(),
    method("file-oidc", &["oidc_token_filepath"], federation::file).assumes_group(),
    method("github-oidc", &["client_id"], federation::github)
        .unless(federation::lacks_github)
        .assumes_group(),
    method("azure-client-secret", &["azure_client_id", "azure_client_secret"], azure::client_secret),
    method("azure-msi", &["azure_use_msi"], azure::managed_identity),
    method("github-oidc-azure", &["azure_client_id"], azure::github).unless(federation::lacks_github),
    method("azure-cli", &[], command_line::azure).unless(command_line::lacks_azure).tentative(),
    method("azure-devops-oidc", &["client_id"], federation::azure_devops)
        .unless(federation::lacks_azure_devops)
        .assumes_group(),
    method("external-browser", &[], browser::connect)
        .unless(browser::lacks_login)
        .trusts_its_name()
        .assumes_group(),
    method("databricks-cli", &[], command_line::databricks)
        .unless(command_line::lacks_databricks)
        .tentative(),
];

/// The methods to try: that which `auth_type` names, else those that apply, up to the first that must work.
pub(super) fn choose(
    configuration: &Configuration,
    host: &Url,
) -> Result<Vec<&'static Method>, CredentialsError> {
    if let Some(asked) = configuration.get("auth_type") {
        return named(configuration, host, &asked).map(|method| vec![method]);
    }
    let mut chosen = Vec::new();
    let mut tried = Vec::new();
    for method in METHODS {
        match method.what_it_lacks(configuration, host) {
            Some(reason) => tried.push(format!("{}: {reason}", method.name)),
            None => chosen.push(method),
        }
        if chosen.last().is_some_and(|method| !method.tentative) {
            break;
        }
    }
    if chosen.is_empty() {
        tried.extend(not_offered(configuration));
        let origin = configuration.describe("host");
        return Err(CredentialsError::MissingCredentials { host: Box::new(host.clone()), origin, tried });
    }
    Ok(chosen)
}

fn named(
    configuration: &Configuration,
    host: &Url,
    asked: &Configured<String>,
) -> Result<&'static Method, CredentialsError> {
    let name = asked.value.as_str();
    let unusable = |method: &'static str, reason: String| CredentialsError::UnusableMethod {
        method,
        origin: configuration.describe("auth_type"),
        reason,
    };
    if let Some((method, _, reason)) = NOT_OFFERED.iter().find(|(own, ..)| *own == name) {
        return Err(unusable(method, (*reason).to_owned()));
    }
    let Some(method) = METHODS.iter().find(|method| method.name == name) else {
        return Err(CredentialsError::UnknownMethod {
            method: name.to_owned(),
            origin: configuration.describe("auth_type"),
            known: METHODS.iter().map(|method| method.name).collect(),
        });
    };
    let lacks = if method.trusts_its_name {
        method.what_is_not_set(configuration)
    } else {
        method.what_it_lacks(configuration, host)
    };
    match lacks {
        Some(reason) => Err(unusable(method.name, reason)),
        None => Ok(method),
    }
}

/// What is configured for methods that are not offered, to say so.
fn not_offered(configuration: &Configuration) -> impl Iterator<Item = String> {
    let configured = |needs: &[&str]| !needs.is_empty() && needs.iter().all(|name| configuration.has(name));
    let found = NOT_OFFERED.iter().filter(move |(_, needs, _)| configured(needs));
    found.map(|(name, _, reason)| format!("{name}: {reason}"))
}

impl Method {
    /// Why the method does not apply, when it does not.
    fn what_it_lacks(&self, configuration: &Configuration, host: &Url) -> Option<String> {
        self.what_is_not_set(configuration).or_else(|| (self.lacks)(configuration, host))
    }

    fn what_is_not_set(&self, configuration: &Configuration) -> Option<String> {
        let missing: Vec<_> = self
            .needs
            .iter()
            .filter(|name| !configuration.has(name))
            .map(|name| named_with_variable(name))
            .collect();
        if !missing.is_empty() {
            let verb = if missing.len() == 1 { "is" } else { "are" };
            return Some(format!("{} {verb} not set", missing.join(" and ")));
        }
        let group = !self.assumes_group && configuration.has("group_id");
        group.then(|| format!("it cannot act as a group ({})", configuration.describe("group_id")))
    }
}

/// `client_id (DATABRICKS_CLIENT_ID)`.
fn named_with_variable(name: &str) -> String {
    match attribute::find(name).and_then(|attribute| attribute.variables.first()) {
        Some(variable) => format!("{name} ({variable})"),
        None => name.to_owned(),
    }
}

/// The provider of the methods that were chosen.
pub(super) fn connect(
    methods: &[&'static Method],
    resolved: &Resolved,
    transport: &Arc<dyn Transport>,
) -> Arc<dyn TokenProvider> {
    let mut providers: Vec<_> = methods.iter().map(|method| (method.connect)(resolved, transport)).collect();
    match providers.len() {
        1 => providers.remove(0),
        _ => Arc::new(FirstThatWorks { providers, chosen: tokio::sync::OnceCell::new() }),
    }
}

/// Providers of which the first is used that gives a token.
#[derive(Debug)]
struct FirstThatWorks {
    providers: Vec<Arc<dyn TokenProvider>>,
    chosen: tokio::sync::OnceCell<usize>,
}

impl FirstThatWorks {
    async fn choose(&self) -> Result<usize, CredentialsError> {
        let mut tried = Vec::new();
        for (index, provider) in self.providers.iter().enumerate() {
            match provider.token().await {
                Ok(_) => return Ok(index),
                Err(error) => tried.push(error.to_string()),
            }
        }
        Err(CredentialsError::NoMethodWorked { tried })
    }

    fn provider(&self) -> Option<&Arc<dyn TokenProvider>> {
        self.providers.get(*self.chosen.get()?)
    }
}

impl TokenProvider for FirstThatWorks {
    fn token(&self) -> BoxFuture<'_, Result<Access, CredentialsError>> {
        Box::pin(async move {
            let chosen = *self.chosen.get_or_try_init(|| self.choose()).await?;
            self.providers[chosen].token().await
        })
    }

    fn refused(&self, token: &Secret<String>) -> bool {
        self.provider().is_some_and(|provider| provider.refused(token))
    }

    fn method(&self) -> &'static str {
        self.provider().or_else(|| self.providers.first()).map_or("", |provider| provider.method())
    }
}
