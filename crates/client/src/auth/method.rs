//! The ladder of authorization methods.

use std::sync::Arc;

use futures::future::BoxFuture;

use super::attribute::Family;
use super::resolve::Configuration;
use super::{Configured, CredentialsError, TokenProvider};
use crate::secret::Secret;

/// Makes a provider of what is configured, if that is enough.
type Connect = fn(&Configuration) -> Option<Connected>;

/// A provider, and where its credentials are configured.
type Connected = Configured<Arc<dyn TokenProvider>>;

/// One rung of the ladder.
pub(super) struct Method {
    /// Its name in the official clients, by which `auth_type` chooses it.
    pub(super) name: &'static str,
    /// The attributes without which it cannot work; all of them must be there.
    pub(super) needs: &'static [&'static str],
    /// Makes the provider; `None` for a method this version does not offer.
    connect: Option<Connect>,
}

const fn later(name: &'static str, needs: &'static [&'static str]) -> Method {
    Method { name, needs, connect: None }
}

/// All methods of the official clients that configuration can lead to, in their order (`facts/rest_api.md` §4.1).
/// Those without attributes are reached by `auth_type` only.
pub(super) const METHODS: &[Method] = &[
    Method { name: "pat", needs: &["token"], connect: Some(PersonalAccessToken::connect) },
    later("basic", &["username", "password"]),
    later("metadata-service", &["metadata_service_url"]),
    later("oauth-m2m", &["client_id", "client_secret"]),
    later("env-oidc", &[]),
    later("file-oidc", &[]),
    later("github-oidc", &[]),
    later("azure-client-secret", &["azure_client_id", "azure_client_secret", "azure_tenant_id"]),
    later("azure-msi", &["azure_use_msi"]),
    later("github-oidc-azure", &[]),
    later("azure-cli", &["azure_workspace_resource_id"]),
    later("azure-devops-oidc", &[]),
    later("external-browser", &[]),
    later("databricks-cli", &[]),
    later("google-credentials", &["google_credentials"]),
    later("google-id", &["google_service_account"]),
];

/// The provider of the method that `auth_type` names, else of the first that is configured.
pub(super) fn connect(configuration: &Configuration) -> Result<Option<Connected>, CredentialsError> {
    let configured = |method: &&Method| !method.needs.is_empty() && configuration.has_all(method.needs);
    let method = match configuration.get("auth_type") {
        Some(Configured { value: name, .. }) => match METHODS.iter().find(|method| method.name == name) {
            Some(method) => method,
            None => return Err(unsupported(configuration, &name, "auth_type")),
        },
        None => match METHODS.iter().find(configured) {
            Some(method) => method,
            None => return incomplete(configuration),
        },
    };
    if let Some(connect) = method.connect {
        return Ok(connect(configuration));
    }
    let cause = method.needs.first().filter(|_| configured(&method)).unwrap_or(&"auth_type");
    Err(unsupported(configuration, method.name, cause))
}

/// Nothing is configured whole: half of some method's attributes is still not nothing.
fn incomplete(configuration: &Configuration) -> Result<Option<Connected>, CredentialsError> {
    match configuration.credentials().find(|(family, ..)| *family != Family::Pat) {
        Some((family, name)) => Err(unsupported(configuration, family.name(), name)),
        None => Ok(None),
    }
}

fn unsupported(configuration: &Configuration, method: &str, cause: &str) -> CredentialsError {
    CredentialsError::UnsupportedMethod {
        method: method.to_owned(),
        configured: configuration.describe(cause),
    }
}

/// A personal access token: the same for every request.
#[derive(Debug, Clone)]
pub struct PersonalAccessToken(Secret<String>);

impl PersonalAccessToken {
    /// Gives this token.
    pub fn new(token: impl Into<String>) -> Self {
        Self(Secret::new(token.into()))
    }

    fn connect(configuration: &Configuration) -> Option<Connected> {
        let Configured { value, origin } = configuration.get("token")?;
        Some(Configured { value: Arc::new(Self::new(value)), origin })
    }
}

impl TokenProvider for PersonalAccessToken {
    fn token(&self) -> BoxFuture<'_, Result<Secret<String>, CredentialsError>> {
        Box::pin(std::future::ready(Ok(self.0.clone())))
    }

    fn method(&self) -> &'static str {
        "pat"
    }
}
