//! From all layers of configuration to one workspace.

use std::sync::Arc;

use url::Url;

use super::configuration::Configuration;
use super::ladder::{self, Method};
use super::method::pat::check_command;
use super::{Configured, CredentialsError, Environment, Explicit, TokenProvider, profile};
use crate::transport::Transport;

/// A workspace and how to be let in. Nothing was contacted yet.
#[derive(Debug, Clone)]
pub struct Resolved {
    /// The URL of the workspace.
    pub host: Configured<Url>,
    /// The warehouse, when one is configured.
    pub warehouse_id: Option<Configured<String>>,
    pub(super) configuration: Configuration,
    /// The methods that apply: at least one; more than one when the first ones may turn out not to work.
    methods: Vec<&'static Method>,
}

/// Something that is configured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConfiguredAttribute<'a> {
    /// Its name in a profile.
    pub name: &'static str,
    /// Its value; `None` for a secret.
    pub value: Option<&'a str>,
    /// The place, for people.
    pub origin: &'a str,
}

/// Finds the workspace and the credentials that are configured; `None` when nothing is.
///
/// Variables that other tools use as well (`ARM_…`, `GOOGLE_CREDENTIALS`) do not count as configured while
/// there is no host.
///
/// # Errors
/// [`CredentialsError`] when the configuration is contradictory, incomplete, or asks for a method that this
/// version does not offer.
pub fn resolve(explicit: &Explicit, environment: &Environment) -> Result<Option<Resolved>, CredentialsError> {
    let mut configuration = Configuration::new(explicit, environment)?;
    if (profile::named(explicit, environment).is_some() || !configuration.is_sufficient())
        && let Some(profile) = profile::load(explicit, environment)?
    {
        configuration.add_profile(&profile);
    }
    let Some(host) = configuration.host()? else {
        configuration.require_nothing()?;
        return Ok(None);
    };
    configuration.require_one_family()?;
    check_command(&configuration)?;
    let methods = ladder::choose(&configuration, &host.value)?;
    let warehouse_id = configuration.get("warehouse_id");
    Ok(Some(Resolved { host, warehouse_id, configuration, methods }))
}

impl Resolved {
    /// Where tokens come from. The transport carries requests for them, to whatever host gives them.
    pub fn credentials(&self, transport: &Arc<dyn Transport>) -> Arc<dyn TokenProvider> {
        ladder::connect(&self.methods, self, transport)
    }

    /// Where host and credentials are configured, for people.
    pub fn origin(&self) -> String {
        let mut parts = vec![format!("host from {}", self.host.origin)];
        for method in &self.methods {
            let needs = method.needs.iter().map(|name| self.configuration.describe(name));
            parts.extend(needs);
            if method.needs.is_empty() {
                parts.push(method.name.to_owned());
            }
        }
        parts.join(", ")
    }

    /// All that is configured, by name.
    pub fn attributes(&self) -> impl Iterator<Item = ConfiguredAttribute<'_>> {
        self.configuration.shown().map(|(name, value, origin)| ConfiguredAttribute { name, value, origin })
    }

    /// The host of the profile that was read, which need not be the one that holds; `None` when it has none.
    pub fn host_of_profile(&self) -> Option<Url> {
        self.configuration.host_of_profile()
    }

    /// The profile that was named, not that of a file without a default one.
    pub fn profile(&self) -> Option<&str> {
        self.configuration.profile.as_deref()
    }
}
