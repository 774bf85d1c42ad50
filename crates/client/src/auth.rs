//! Who the client is: where host and credentials come from (`facts/rest_api.md` §4.1).
//!
//! Explicit values win over the environment, and that over a profile of `.databrickscfg`, attribute by
//! attribute. What was found then goes down a ladder of methods, in the order of the official clients; the
//! first that is configured gives the tokens.

use std::fmt;

use futures::future::BoxFuture;

use crate::secret::Secret;

mod asking;
mod attribute;
mod cache;
mod cloud;
mod configuration;
mod discovery;
mod environment;
mod error;
mod host;
mod ladder;
mod login;
mod method;
mod profile;
mod program;
mod renewed;
mod resolve;
mod scope;
mod token;

pub use environment::Environment;
pub use error::CredentialsError;
pub use login::Login;
pub use method::pat::PersonalAccessToken;
pub use resolve::{ConfiguredAttribute, Resolved, resolve};
pub use token::Access;

/// Gives what lets each request in. Providers of short-lived tokens keep and renew them behind this.
pub trait TokenProvider: Send + Sync + fmt::Debug {
    /// A token that is valid now.
    ///
    /// # Errors
    /// [`CredentialsError`] when there is none to be had.
    fn token(&self) -> BoxFuture<'_, Result<Access, CredentialsError>>;

    /// Tells that the workspace has refused a token. Whether another one may be had by asking again.
    fn refused(&self, _token: &Secret<String>) -> bool {
        false
    }

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
    /// A file that holds a token and nothing else.
    pub token_file: Option<Configured<String>>,
    /// A program with its arguments, parted by blanks, that prints a token and nothing else.
    pub token_command: Option<Configured<String>>,
    /// The method to use, by its name in the official clients.
    pub auth_type: Option<Configured<String>>,
    /// The name of a profile.
    pub profile: Option<String>,
    /// The file of profiles.
    pub config_file: Option<std::path::PathBuf>,
    /// The id of a warehouse.
    pub warehouse_id: Option<Configured<String>>,
}
