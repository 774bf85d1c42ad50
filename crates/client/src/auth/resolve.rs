//! From all layers of configuration to one workspace.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::attribute::{ATTRIBUTES, Attribute, Family};
use super::profile::{self, Profile};
use super::{CredentialsError, Environment, Explicit, Resolved, host, method};
use crate::secret::Secret;

/// Finds the workspace and the credentials that are configured; `None` when nothing is.
///
/// Variables that other tools use as well (`ARM_…`, `GOOGLE_CREDENTIALS`) do not count as configured while
/// there is no host.
///
/// # Errors
/// [`CredentialsError`] when the configuration is contradictory, incomplete, or asks for a method that this
/// version does not offer.
pub fn resolve(explicit: &Explicit, environment: &Environment) -> Result<Option<Resolved>, CredentialsError> {
    let mut configuration = Configuration::default();
    configuration.add_explicit(explicit)?;
    configuration.add_environment(environment);
    if (profile::named(explicit, environment).is_some() || !configuration.is_sufficient())
        && let Some(profile) = profile::load(explicit, environment)?
    {
        configuration.add_profile(&profile);
    }
    let Some(host) = configuration.host()? else { return configuration.without_host() };
    configuration.require_one_family()?;
    let origin = configuration.describe("host");
    let Some(credentials) = method::connect(&configuration)? else {
        return Err(CredentialsError::MissingCredentials { host, origin });
    };
    let origin = format!("{origin}, {}", configuration.describe("token"));
    let warehouse_id = configuration.get("warehouse_id").map(str::to_owned);
    Ok(Some(Resolved { host, credentials, warehouse_id, origin }))
}

/// What is configured, and where.
#[derive(Debug, Default)]
pub(super) struct Configuration(BTreeMap<&'static str, Found>);

#[derive(Debug)]
struct Found {
    value: Secret<String>,
    origin: String,
    family: Option<Family>,
}

impl Configuration {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|found| found.value.expose().as_str())
    }

    pub(super) fn has_all(&self, names: &[&str]) -> bool {
        names.iter().all(|name| self.0.contains_key(name))
    }

    /// The credentials that are configured, with their families.
    pub(super) fn credentials(&self) -> impl Iterator<Item = (Family, &'static str)> {
        self.0.iter().filter_map(|(name, found)| Some((found.family?, *name)))
    }

    /// `token from DATABRICKS_TOKEN`.
    pub(super) fn describe(&self, name: &str) -> String {
        match self.0.get(name) {
            Some(found) => format!("{name} from {}", found.origin),
            None => name.to_owned(),
        }
    }

    fn add_explicit(&mut self, explicit: &Explicit) -> Result<(), CredentialsError> {
        let given = || "the command line".to_owned();
        self.add("host", explicit.host.clone(), given);
        self.add("warehouse_id", explicit.warehouse_id.clone(), given);
        match (&explicit.token, &explicit.token_file) {
            (Some(_), Some(_)) => return Err(CredentialsError::TwoTokens),
            (Some(token), None) => self.add("token", Some(token.expose().clone()), given),
            (None, Some(path)) => {
                self.add("token", Some(read_token(path)?), || format!("the file {}", path.display()));
            }
            (None, None) => {}
        }
        Ok(())
    }

    fn add_environment(&mut self, environment: &Environment) {
        for Attribute { name, variable, .. } in ATTRIBUTES {
            self.add(name, environment.get(variable).map(str::to_owned), || (*variable).to_owned());
        }
    }

    fn add_profile(&mut self, profile: &Profile) {
        for Attribute { name, .. } in ATTRIBUTES {
            self.add(name, profile.get(name).map(str::to_owned), || profile.origin.clone());
        }
    }

    /// Adds a value, unless an earlier layer has one.
    fn add(&mut self, name: &'static str, value: Option<String>, origin: impl FnOnce() -> String) {
        let Some(value) = value else { return };
        let family =
            ATTRIBUTES.iter().find(|attribute| attribute.name == name).and_then(|found| found.family);
        self.0.entry(name).or_insert_with(|| Found { value: Secret::new(value), origin: origin(), family });
    }

    /// Whether the file of profiles need not be read, as long as no profile is named.
    fn is_sufficient(&self) -> bool {
        self.0.contains_key("host") || self.credentials().next().is_some()
    }

    fn host(&self) -> Result<Option<url::Url>, CredentialsError> {
        let Some(found) = self.0.get("host") else { return Ok(None) };
        host::parse(found.value.expose())
            .map(Some)
            .map_err(|reason| CredentialsError::InvalidHost { origin: self.describe("host"), reason })
    }

    /// Without a host there is either nothing at all, or something that was meant for a workspace.
    fn without_host(&self) -> Result<Option<Resolved>, CredentialsError> {
        if self.0.contains_key("azure_workspace_resource_id") {
            method::connect(self)?;
        }
        let shared_with_others = |family| matches!(family, Family::Azure | Family::Google);
        match self.credentials().find(|(family, _)| !shared_with_others(*family)) {
            Some((_, name)) => Err(CredentialsError::MissingHost { configured: self.describe(name) }),
            None => Ok(None),
        }
    }

    fn require_one_family(&self) -> Result<(), CredentialsError> {
        let families: BTreeSet<_> = self.credentials().map(|(family, _)| family).collect();
        if families.len() < 2 || self.0.contains_key("auth_type") {
            return Ok(());
        }
        let first_of = |family: Family| self.credentials().find(|(own, _)| *own == family);
        let configured = families.into_iter().filter_map(first_of);
        let configured =
            configured.map(|(family, name)| format!("{} ({})", family.name(), self.describe(name)));
        Err(CredentialsError::MoreThanOneMethod { configured: configured.collect() })
    }
}

fn read_token(path: &Path) -> Result<String, CredentialsError> {
    let text = fs_err::read_to_string(path).map_err(|source| CredentialsError::TokenFile { source })?;
    match text.trim() {
        "" => Err(CredentialsError::EmptyTokenFile { path: path.to_owned() }),
        token => Ok(token.to_owned()),
    }
}
