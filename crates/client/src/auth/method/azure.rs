//! Tokens of Entra ID for Azure Databricks: service principals, managed identities, federation
//! (`facts/rest_api.md` §4.1; official SDK, `credentials_provider.py`, azure.py and environments.py).

use std::sync::Arc;

use futures::future::BoxFuture;
use http::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

use super::federation::IdToken;
use crate::auth::asking::{Asking, Question};
use crate::auth::cloud::{self, Cloud};
use crate::auth::configuration::Configuration;
use crate::auth::renewed::{Renewed, TokenSource};
use crate::auth::token::{Token, TokenAnswer};
use crate::auth::{CredentialsError, Resolved, TokenProvider};
use crate::secret::Secret;
use crate::transport::Transport;

/// The workspace as Azure knows it. With [`MANAGEMENT_TOKEN`] it lets in a service principal that manages the
/// workspace and is no user of it.
const RESOURCE_ID: HeaderName = HeaderName::from_static("x-databricks-azure-workspace-resource-id");
/// A token for Azure's own management.
const MANAGEMENT_TOKEN: HeaderName = HeaderName::from_static("x-databricks-azure-sp-management-token");
/// Where a machine of Azure asks for tokens of its identity (learn.microsoft.com, "How to use managed identities
/// to acquire an access token").
const INSTANCE_METADATA: &str = "http://169.254.169.254/metadata/identity/oauth2/token";
const METADATA: HeaderName = HeaderName::from_static("metadata");

/// Somebody who asks Entra ID.
#[derive(Debug)]
struct Azure {
    asking: Asking,
    cloud: &'static Cloud,
    host: Url,
    tenant_id: Option<String>,
    client_id: Option<String>,
    resource_id: Option<String>,
    proof: Proof,
}

/// How one shows who one is.
#[derive(Debug)]
enum Proof {
    Secret(Secret<String>),
    IdToken(IdToken),
    Machine,
}

fn connect(
    method: &'static str,
    proof: Proof,
    resolved: &Resolved,
    transport: &Arc<dyn Transport>,
) -> Arc<dyn TokenProvider> {
    let configuration = &resolved.configuration;
    let value = |name| configuration.value(name).map(str::to_owned);
    let azure = Azure {
        asking: Asking::new(method, transport.clone()),
        cloud: cloud::of(&resolved.host.value, configuration.value("azure_environment")),
        host: resolved.host.value.clone(),
        tenant_id: value("azure_tenant_id"),
        client_id: value("azure_client_id"),
        resource_id: value("azure_workspace_resource_id"),
        proof,
    };
    Arc::new(Renewed::new(method, azure))
}

pub(in crate::auth) fn client_secret(
    resolved: &Resolved,
    transport: &Arc<dyn Transport>,
) -> Arc<dyn TokenProvider> {
    let secret = resolved.configuration.secret("azure_client_secret");
    let proof = Proof::Secret(secret.unwrap_or_else(|| String::new().into()));
    connect("azure-client-secret", proof, resolved, transport)
}

pub(in crate::auth) fn github(resolved: &Resolved, transport: &Arc<dyn Transport>) -> Arc<dyn TokenProvider> {
    let proof = Proof::IdToken(IdToken::Github(resolved.configuration.environment.clone()));
    connect("github-oidc-azure", proof, resolved, transport)
}

pub(in crate::auth) fn managed_identity(
    resolved: &Resolved,
    transport: &Arc<dyn Transport>,
) -> Arc<dyn TokenProvider> {
    connect("azure-msi", Proof::Machine, resolved, transport)
}

/// The headers that tell Azure Databricks of the workspace's resource.
pub(super) fn headers(resource_id: &str, management: Option<&str>) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    headers.insert(RESOURCE_ID, HeaderValue::from_str(resource_id).ok()?);
    if let Some(token) = management {
        let mut value = HeaderValue::from_str(token).ok()?;
        value.set_sensitive(true);
        headers.insert(MANAGEMENT_TOKEN, value);
    }
    Some(headers)
}

/// The tenant of a workspace, from where its login leads: `https://login…/<tenant>/oauth2/authorize`.
pub(super) async fn tenant_of(host: &Url, asking: &Asking) -> Option<String> {
    let login = asking.redirect(&host.join("/aad/auth").ok()?).await?;
    login.path_segments()?.next().filter(|tenant| !tenant.is_empty()).map(str::to_owned)
}

/// Whether the configuration or the host says Azure.
pub(super) fn is_azure(configuration: &Configuration, host: &Url) -> bool {
    configuration.has("azure_workspace_resource_id") || cloud::is_azure(host)
}

impl TokenSource for Azure {
    fn fetch(&self) -> BoxFuture<'_, Result<Token, CredentialsError>> {
        Box::pin(async move {
            let mut token = self.ask(self.cloud.databricks).await?.into_token();
            if let Some(resource_id) = &self.resource_id {
                let management = self.ask(self.cloud.management).await?;
                let headers = headers(resource_id, Some(management.access_token()));
                token.access.headers = headers
                    .ok_or_else(|| self.asking.gave_none("azure_workspace_resource_id is no header"))?;
            }
            Ok(token)
        })
    }
}

impl Azure {
    /// A token for one of Azure's resources.
    async fn ask(&self, resource: &str) -> Result<TokenAnswer, CredentialsError> {
        let client_id = self.client_id.as_deref().unwrap_or_default();
        match &self.proof {
            Proof::Machine => self.ask_machine(resource).await,
            Proof::Secret(secret) => {
                let fields = [("client_secret", secret.expose().as_str())];
                self.ask_entra(client_id, resource, &fields, secret).await
            }
            Proof::IdToken(id_token) => {
                let assertion = id_token.fetch(&self.asking, "api://AzureADTokenExchange").await?;
                let fields = [
                    ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
                    ("client_assertion", assertion.expose().as_str()),
                ];
                self.ask_entra(client_id, resource, &fields, &assertion).await
            }
        }
    }

    async fn ask_entra(
        &self,
        client_id: &str,
        resource: &str,
        proof: &[(&str, &str)],
        secret: &Secret<String>,
    ) -> Result<TokenAnswer, CredentialsError> {
        let tenant = match &self.tenant_id {
            Some(tenant) => tenant.clone(),
            None => tenant_of(&self.host, &self.asking).await.ok_or_else(|| {
                self.asking.gave_none(
                    "azure_tenant_id (ARM_TENANT_ID) is not set, and the workspace does not tell it",
                )
            })?,
        };
        let url = format!("{}{tenant}/oauth2/token", self.cloud.login);
        let url = Url::parse(&url).map_err(|_| self.asking.gave_none("azure_tenant_id is no tenant"))?;
        let mut fields =
            vec![("grant_type", "client_credentials"), ("client_id", client_id), ("resource", resource)];
        fields.extend(proof);
        self.asking.token(Question::form(url, &fields).secret(secret)).await
    }

    async fn ask_machine(&self, resource: &str) -> Result<TokenAnswer, CredentialsError> {
        let mut url =
            Url::parse(INSTANCE_METADATA).map_err(|error| self.asking.gave_none(error.to_string()))?;
        url.query_pairs_mut().append_pair("api-version", "2018-02-01").append_pair("resource", resource);
        if let Some(client_id) = &self.client_id {
            url.query_pairs_mut().append_pair("client_id", client_id);
        }
        self.asking.token(Question::get(url).header(METADATA, "true")).await
    }
}
