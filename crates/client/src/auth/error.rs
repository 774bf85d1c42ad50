//! Why there are no credentials.

use std::path::PathBuf;

use thiserror::Error;
use url::Url;

use crate::ErrorKind;

/// Why there are no credentials. No text of it holds a secret.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CredentialsError {
    /// More than one token is given outright.
    #[error("a token is given by {}: give it in one way", given.join(" and by "))]
    TwoTokens {
        /// The ways.
        given: Vec<String>,
    },
    /// A file that holds a token cannot be read.
    #[error("the token file cannot be read")]
    TokenFile {
        /// Why; names the file.
        source: std::io::Error,
    },
    /// A file that is to hold a token holds none.
    #[error("the token file `{}` is empty", path.display())]
    EmptyTokenFile {
        /// The file.
        path: PathBuf,
    },
    /// The command that prints a token cannot be run as it is written.
    #[error(
        "the token command ({origin}) cannot be run: {reason}; it is a program and its arguments, parted by blanks, and no shell: put anything more into a script"
    )]
    TokenCommand {
        /// Where it is configured.
        origin: String,
        /// What is wrong with it.
        reason: &'static str,
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
    /// `auth_type` names no method.
    #[error("`{method}` ({origin}) is no authorization method; there are: {}", known.join(", "))]
    UnknownMethod {
        /// What is named.
        method: String,
        /// Where.
        origin: String,
        /// All names.
        known: Vec<&'static str>,
    },
    /// The method that `auth_type` names lacks something.
    #[error("the authorization method `{method}` ({origin}) cannot be used: {reason}")]
    UnusableMethod {
        /// The method's name in the official clients.
        method: &'static str,
        /// Where it is named.
        origin: String,
        /// What it lacks.
        reason: String,
    },
    /// Credentials are there, but no host.
    #[error("{configured} is configured, but no workspace: set DATABRICKS_HOST or a profile with a `host`")]
    MissingHost {
        /// What is configured.
        configured: String,
    },
    /// A host is there, but no method applies.
    #[error(
        "there are no credentials for `{host}` ({origin}): set DATABRICKS_TOKEN or a profile with a `token`, or what another method lacks{}",
        lines(tried)
    )]
    MissingCredentials {
        /// The workspace.
        host: Box<Url>,
        /// Where it is configured.
        origin: String,
        /// Every method and what it lacks, in the order they were tried.
        tried: Vec<String>,
    },
    /// The host is not the URL of a workspace.
    #[error("{origin} is not the URL of a workspace: {reason}")]
    InvalidHost {
        /// Where it is configured.
        origin: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A token was asked for and not given.
    #[error("the authorization method `{method}` gave no token: {detail}")]
    NoToken {
        /// The method's name in the official clients.
        method: &'static str,
        /// What was asked, and what was answered.
        detail: String,
        /// What it means for the caller.
        kind: ErrorKind,
    },
    /// Of the methods that might have worked none did.
    #[error("no authorization method gave a token{}", lines(tried))]
    NoMethodWorked {
        /// Every method and why it gave none.
        tried: Vec<String>,
    },
    /// Nobody has logged in with a browser, or what that gave is over.
    #[error("nobody is logged in to `{host}`: log in with `clxs auth login`{}", because.as_deref().map(|text| format!(" ({text})")).unwrap_or_default())]
    LoginNeeded {
        /// The workspace.
        host: Box<Url>,
        /// Why what is kept of an earlier login does not help.
        because: Option<String>,
    },
    /// The login with a browser failed.
    #[error("the login failed: {detail}")]
    Login {
        /// Why.
        detail: String,
    },
    /// What a login gave cannot be kept.
    #[error("the token of the login cannot be kept")]
    Cache {
        /// Why; names the file.
        source: std::io::Error,
    },
}

fn lines(tried: &[String]) -> String {
    tried.iter().fold(String::new(), |text, line| text + "\n  " + line)
}

impl CredentialsError {
    /// What it means for the caller: whether the configuration is wrong, the credentials are, or there is no
    /// answer to be had.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::NoToken { kind, .. } => *kind,
            Self::NoMethodWorked { .. } | Self::LoginNeeded { .. } | Self::Login { .. } => {
                ErrorKind::Unauthenticated
            }
            _ => ErrorKind::Configuration,
        }
    }
}
