//! Who the client is: where host and credentials come from (`facts/rest_api.md` §4.1).
//!
//! Explicit values win over the environment, and that over a profile of `.databrickscfg`, attribute by
//! attribute. What was found then goes down a ladder of methods, in the order of the official clients; the
//! first that is configured gives the tokens.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use futures::future::BoxFuture;
use thiserror::Error;
use url::Url;

use crate::secret::Secret;

mod attribute;
mod environment;
mod host;
mod method;
mod profile;
mod resolve;

pub use environment::Environment;
pub use method::PersonalAccessToken;
pub use resolve::resolve;

/// Gives the token for each request. Providers of short-lived tokens keep and renew them behind this.
pub trait TokenProvider: Send + Sync + fmt::Debug {
    /// A token that is valid now.
    ///
    /// # Errors
    /// [`CredentialsError`] when there is none to be had.
    fn token(&self) -> BoxFuture<'_, Result<Secret<String>, CredentialsError>>;

    /// The method's name in the official clients: `pat`, `oauth-m2m` …
    fn method(&self) -> &'static str;
}

/// A value, and where it is configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Configured<T> {
    /// The value.
    pub value: T,
    /// The place, for people: `flag --host`, `variable DATABRICKS_TOKEN`.
    pub origin: String,
}

/// What the user says outright; wins over everything else.
#[derive(Debug, Clone, Default)]
pub struct Explicit {
    /// The URL of the workspace.
    pub host: Option<Configured<String>>,
    /// A personal access token.
    pub token: Option<Configured<Secret<String>>>,
    /// A file that holds a personal access token and nothing else.
    pub token_file: Option<PathBuf>,
    /// The name of a profile.
    pub profile: Option<String>,
    /// The file of profiles.
    pub config_file: Option<PathBuf>,
    /// The id of a warehouse.
    pub warehouse_id: Option<Configured<String>>,
}

/// A workspace and how to be let in.
#[derive(Debug, Clone)]
pub struct Resolved {
    /// The URL of the workspace.
    pub host: Configured<Url>,
    /// Where tokens come from.
    pub credentials: Configured<Arc<dyn TokenProvider>>,
    /// The warehouse, when one is configured.
    pub warehouse_id: Option<Configured<String>>,
}

/// Why there are no credentials. No text of it holds a secret.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CredentialsError {
    /// Token and token file are both given.
    #[error("a token and a token file are both given: give one of them")]
    TwoTokens,
    /// The token file cannot be read.
    #[error("the token file cannot be read")]
    TokenFile {
        /// Why; names the file.
        source: std::io::Error,
    },
    /// The token file holds no token.
    #[error("the token file `{}` is empty", path.display())]
    EmptyTokenFile {
        /// The file.
        path: PathBuf,
    },
    /// The file of profiles cannot be read.
    #[error("the file of profiles cannot be read")]
    ConfigFile {
        /// Why; names the file.
        source: std::io::Error,
    },
    /// The file of profiles is not well formed.
    #[error("the file of profiles `{}` is not well formed", path.display())]
    ConfigSyntax {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: ini::ParseError,
    },
    /// A profile is named that is not there.
    #[error("`{}` has no profile `{profile}`; it has: {}", path.display(), known.join(", "))]
    UnknownProfile {
        /// The name.
        profile: String,
        /// The file.
        path: PathBuf,
        /// The profiles it has.
        known: Vec<String>,
    },
    /// The section of settings is named as a profile.
    #[error("`{profile}` is a section of settings, not a profile")]
    ReservedProfile {
        /// The name.
        profile: String,
    },
    /// Methods are configured side by side and none is chosen.
    #[error("more than one authorization method is configured: {}; unset all but one, or name one by DATABRICKS_AUTH_TYPE", configured.join(" and "))]
    MoreThanOneMethod {
        /// What is configured, with its origin.
        configured: Vec<String>,
    },
    /// The only method that is configured is not offered.
    #[error(
        "the authorization method `{method}` ({configured}) is not supported by this version: use a personal access token (DATABRICKS_TOKEN)"
    )]
    UnsupportedMethod {
        /// The method's name in the official clients.
        method: String,
        /// What configures it.
        configured: String,
    },
    /// Credentials are there, but no host.
    #[error("{configured} is configured, but no workspace: set DATABRICKS_HOST or a profile with a `host`")]
    MissingHost {
        /// What is configured.
        configured: String,
    },
    /// A host is there, but no credentials.
    #[error(
        "there are no credentials for `{host}` ({origin}): set DATABRICKS_TOKEN or a profile with a `token`"
    )]
    MissingCredentials {
        /// The workspace.
        host: Url,
        /// Where it is configured.
        origin: String,
    },
    /// The host is not the URL of a workspace.
    #[error("{origin} is not the URL of a workspace: {reason}")]
    InvalidHost {
        /// Where it is configured.
        origin: String,
        /// What is wrong with it.
        reason: &'static str,
    },
}
