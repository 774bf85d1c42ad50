//! What is configured, and where: all layers as one.

use std::collections::{BTreeMap, BTreeSet};

use url::Url;

use super::attribute::{self, ATTRIBUTES, Attribute, Family};
use super::profile::Profile;
use super::{Configured, CredentialsError, Environment, Explicit, host};
use crate::secret::Secret;

/// What is configured, and where. All values are kept as secrets, for some are.
#[derive(Debug, Clone, Default)]
pub(super) struct Configuration {
    values: BTreeMap<&'static str, Configured<Secret<String>>>,
    pub(super) environment: Environment,
    /// The profile that was named, not that of a file without a default.
    pub(super) profile: Option<String>,
    /// The host of that profile, whichever holds.
    profile_host: Option<String>,
}

impl Configuration {
    /// What is given outright, and the environment below it.
    pub(super) fn new(explicit: &Explicit, environment: &Environment) -> Result<Self, CredentialsError> {
        let mut configuration = Self { environment: environment.clone(), ..Self::default() };
        configuration.add_explicit(explicit)?;
        configuration.add_environment(environment);
        Ok(configuration)
    }

    pub(super) fn get(&self, name: &str) -> Option<Configured<String>> {
        let Configured { value, origin } = self.values.get(name)?;
        Some(Configured { value: value.expose().clone(), origin: origin.clone() })
    }

    pub(super) fn value(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(|configured| configured.value.expose().as_str())
    }

    pub(super) fn secret(&self, name: &str) -> Option<Secret<String>> {
        self.values.get(name).map(|configured| configured.value.clone())
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// Everything that is configured; the values of secrets are left out.
    pub(super) fn shown(&self) -> impl Iterator<Item = (&'static str, Option<&str>, &str)> {
        self.values.iter().map(|(name, Configured { value, origin })| {
            let secret = attribute::find(name).is_none_or(|attribute| attribute.secret);
            (*name, (!secret).then(|| value.expose().as_str()), origin.as_str())
        })
    }

    /// The credentials that are configured, with their families.
    pub(super) fn credentials(&self) -> impl Iterator<Item = (Family, &'static str)> {
        self.values.keys().filter_map(|name| Some((attribute::find(name)?.family?, *name)))
    }

    /// `token from variable DATABRICKS_TOKEN`.
    pub(super) fn describe(&self, name: &str) -> String {
        match self.values.get(name) {
            Some(found) => format!("{name} from {}", found.origin),
            None => name.to_owned(),
        }
    }

    fn add_explicit(&mut self, explicit: &Explicit) -> Result<(), CredentialsError> {
        for (name, given) in [
            ("host", &explicit.host),
            ("warehouse_id", &explicit.warehouse_id),
            ("auth_type", &explicit.auth_type),
            ("token_file", &explicit.token_file),
            ("token_command", &explicit.token_command),
        ] {
            if let Some(Configured { value, origin }) = given {
                self.add(name, Some(value), || origin.clone());
            }
        }
        if let Some(Configured { value, origin }) = &explicit.token {
            self.add("token", Some(value.expose()), || origin.clone());
        }
        let given = ["token", "token_file", "token_command"].into_iter().filter(|name| self.has(name));
        let given: Vec<_> = given.map(|name| self.describe(name)).collect();
        if given.len() > 1 { Err(CredentialsError::TwoTokens { given }) } else { Ok(()) }
    }

    fn add_environment(&mut self, environment: &Environment) {
        let is_given = self.credentials().any(|(family, _)| family == Family::Pat);
        for Attribute { name, variables, .. } in ATTRIBUTES {
            // A token that is given outright wins over that of the environment, whichever way it is given.
            if *name == "token" && is_given {
                continue;
            }
            for variable in *variables {
                self.add(name, environment.get(variable), || format!("variable {variable}"));
            }
        }
    }

    pub(super) fn add_profile(&mut self, profile: &Profile) {
        let is_given = self.has("token_file") || self.has("token_command");
        for Attribute { name, .. } in ATTRIBUTES {
            if *name == "token" && is_given {
                continue;
            }
            self.add(name, profile.get(name), || profile.origin.clone());
        }
        self.profile.clone_from(&profile.name);
        self.profile_host = profile.get("host").map(str::to_owned);
    }

    /// Adds a value, unless an earlier layer has one. A switch that is off is no value.
    fn add(&mut self, name: &'static str, value: Option<&str>, origin: impl FnOnce() -> String) {
        let off = |value: &&str| name == "azure_use_msi" && matches!(*value, "false" | "False" | "0");
        let Some(value) = value.filter(|value| !off(value)) else { return };
        let configured = || Configured { value: Secret::new(value.to_owned()), origin: origin() };
        self.values.entry(name).or_insert_with(configured);
    }

    /// Whether the file of profiles need not be read, as long as no profile is named.
    pub(super) fn is_sufficient(&self) -> bool {
        self.has("host") || self.credentials().next().is_some()
    }

    pub(super) fn host(&self) -> Result<Option<Configured<Url>>, CredentialsError> {
        let Some(Configured { value, origin }) = self.get("host") else { return Ok(None) };
        match host::parse(&value) {
            Ok(value) => Ok(Some(Configured { value, origin })),
            Err(reason) => Err(CredentialsError::InvalidHost { origin: self.describe("host"), reason }),
        }
    }

    /// The host of the profile, when it has a good one.
    pub(super) fn host_of_profile(&self) -> Option<Url> {
        host::parse(self.profile_host.as_deref()?).ok()
    }

    /// Without a host there is either nothing at all, or something that was meant for a workspace.
    pub(super) fn require_nothing(&self) -> Result<(), CredentialsError> {
        let shared_with_others = |(family, name): (Family, &str)| {
            matches!(family, Family::Azure | Family::Google) && name != "azure_workspace_resource_id"
        };
        match self.credentials().find(|found| !shared_with_others(*found)) {
            Some((_, name)) => Err(CredentialsError::MissingHost { configured: self.describe(name) }),
            None => Ok(()),
        }
    }

    pub(super) fn require_one_family(&self) -> Result<(), CredentialsError> {
        let families: BTreeSet<_> = self.credentials().map(|(family, _)| family).collect();
        if families.len() < 2 || self.has("auth_type") {
            return Ok(());
        }
        let first_of = |family: Family| self.credentials().find(|(own, _)| *own == family);
        let configured = families.into_iter().filter_map(first_of);
        let configured =
            configured.map(|(family, name)| format!("{} ({})", family.name(), self.describe(name)));
        Err(CredentialsError::MoreThanOneMethod { configured: configured.collect() })
    }
}
