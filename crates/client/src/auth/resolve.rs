//! From all layers of configuration to one workspace.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use url::Url;

use super::attribute::{ATTRIBUTES, Attribute, Family};
use super::profile::{self, Profile};
use super::{Configured, CredentialsError, Environment, Explicit, Resolved, host, method};
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
    let Some(credentials) = method::connect(&configuration)? else {
        let origin = configuration.describe("host");
        return Err(CredentialsError::MissingCredentials { host: host.value, origin });
    };
    Ok(Some(Resolved { host, credentials, warehouse_id: configuration.get("warehouse_id") }))
}

/// What is configured, and where. All values are kept as secrets, for some are.
#[derive(Debug, Default)]
pub(super) struct Configuration(BTreeMap<&'static str, Configured<Secret<String>>>);

impl Configuration {
    pub(super) fn get(&self, name: &str) -> Option<Configured<String>> {
        let Configured { value, origin } = self.0.get(name)?;
        Some(Configured { value: value.expose().clone(), origin: origin.clone() })
    }

    pub(super) fn has_all(&self, names: &[&str]) -> bool {
        names.iter().all(|name| self.0.contains_key(name))
    }

    /// The credentials that are configured, with their families.
    pub(super) fn credentials(&self) -> impl Iterator<Item = (Family, &'static str)> {
        self.0.keys().filter_map(|name| {
            let attribute = ATTRIBUTES.iter().find(|attribute| attribute.name == *name)?;
            Some((attribute.family?, *name))
        })
    }

    /// `token from variable DATABRICKS_TOKEN`.
    pub(super) fn describe(&self, name: &str) -> String {
        match self.0.get(name) {
            Some(found) => format!("{name} from {}", found.origin),
            None => name.to_owned(),
        }
    }

    fn add_explicit(&mut self, explicit: &Explicit) -> Result<(), CredentialsError> {
        for (name, given) in [("host", &explicit.host), ("warehouse_id", &explicit.warehouse_id)] {
            if let Some(Configured { value, origin }) = given {
                self.add(name, Some(value), || origin.clone());
            }
        }
        match (&explicit.token, &explicit.token_file) {
            (Some(_), Some(_)) => return Err(CredentialsError::TwoTokens),
            (Some(Configured { value, origin }), None) => {
                self.add("token", Some(value.expose()), || origin.clone());
            }
            (None, Some(path)) => {
                self.add("token", Some(&read_token(path)?), || format!("the file {}", path.display()));
            }
            (None, None) => {}
        }
        Ok(())
    }

    fn add_environment(&mut self, environment: &Environment) {
        for Attribute { name, variable, .. } in ATTRIBUTES {
            self.add(name, environment.get(variable), || format!("variable {variable}"));
        }
    }

    fn add_profile(&mut self, profile: &Profile) {
        for Attribute { name, .. } in ATTRIBUTES {
            self.add(name, profile.get(name), || profile.origin.clone());
        }
    }

    /// Adds a value, unless an earlier layer has one.
    fn add(&mut self, name: &'static str, value: Option<&str>, origin: impl FnOnce() -> String) {
        let Some(value) = value else { return };
        let configured = || Configured { value: Secret::new(value.to_owned()), origin: origin() };
        self.0.entry(name).or_insert_with(configured);
    }

    /// Whether the file of profiles need not be read, as long as no profile is named.
    fn is_sufficient(&self) -> bool {
        self.0.contains_key("host") || self.credentials().next().is_some()
    }

    fn host(&self) -> Result<Option<Configured<Url>>, CredentialsError> {
        let Some(Configured { value, origin }) = self.get("host") else { return Ok(None) };
        match host::parse(&value) {
            Ok(value) => Ok(Some(Configured { value, origin })),
            Err(reason) => Err(CredentialsError::InvalidHost { origin: self.describe("host"), reason }),
        }
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
