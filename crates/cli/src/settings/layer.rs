//! Layers of settings and how they combine: the first layer that has a key wins.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use super::finding::{Finding, Place};
use super::keys::{self, KEYS, Known};
use super::options::Options;
use super::{secret, throttle};
use crate::environment::{self, Environment};

pub(super) const THROTTLE_SCHEDULE: &str = "throttle_schedule";

/// Where the value of a setting comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    Written(Place),
    /// A profile: of Databricks, as the client describes it, or one of limits.
    Profile(String),
    Default,
}

/// The settings of one place, checked, with where each is written.
#[derive(Debug, Clone, Default)]
pub(crate) struct Layer {
    settings: BTreeMap<&'static str, (Value, Origin)>,
}

/// All layers as one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Combined {
    settings: BTreeMap<&'static str, (Value, Origin)>,
}

impl Layer {
    pub(crate) fn set(&mut self, key: &'static str, value: Value, origin: Origin) {
        self.settings.insert(key, (value, origin));
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.settings.contains_key(key)
    }

    /// A setting with its origin.
    pub(crate) fn get(&self, key: &str) -> Option<(&Value, &Origin)> {
        self.settings.get(key).map(|(value, origin)| (value, origin))
    }

    /// The settings given as flags.
    pub(crate) fn of_flags(options: &Options, findings: &mut Vec<Finding>) -> serde_json::Result<Self> {
        let values = serde_json::to_value(options)?;
        let mut layer = Self::default();
        for key in KEYS {
            if let Some(value) = values.get(key.name).filter(|value| !value.is_null()) {
                let place = Place::Flag { name: key.flag.to_owned() };
                match key.kind.check(value.clone()) {
                    Ok(value) => layer.set(key.name, value, Origin::Written(place)),
                    Err(mistake) => {
                        findings.push(Finding::error(Some(place), format!("{}: {mistake}", key.name), None));
                    }
                }
            }
        }
        Ok(layer)
    }

    /// The settings of the environment: `CLXS_` and the key, and for the connection the names of Databricks.
    pub(crate) fn of_environment(environment: &Environment, findings: &mut Vec<Finding>) -> Self {
        let mut layer = Self::default();
        for key in KEYS {
            let names = [Some(key.variable()), databricks_variable(key.name).map(str::to_owned)];
            let set = |name: String| environment.get(&name).map(|text| (text, name.clone()));
            let Some((text, name)) = names.into_iter().flatten().find_map(set) else { continue };
            let message = |message: String| format!("{name}: {message}");
            let place = Place::Variable { name: name.clone() };
            if secret::holds_token(text) {
                findings.push(Finding::error(
                    Some(place),
                    message("holds a token".to_owned()),
                    Some(secret::RIGHT_WAY.to_owned()),
                ));
                continue;
            }
            match key.kind.parse(text) {
                Ok(value) => layer.set(key.name, value, Origin::Written(place)),
                Err(error) => findings.push(Finding::error(Some(place), message(error.message), None)),
            }
        }
        findings.extend(environment.all().filter_map(|(name, text)| unread(name, text)));
        layer
    }

    /// The defaults.
    pub(crate) fn of_defaults() -> Self {
        let mut layer = Self::default();
        for key in KEYS {
            if let Some(value) = key.default_value() {
                layer.set(key.name, value, Origin::Default);
            }
        }
        layer
    }
}

/// A variable that is named like a setting and is none: what it asks for would not be done, in silence.
fn unread(name: &str, text: &str) -> Option<Finding> {
    let key = name.strip_prefix(environment::SETTING_PREFIX).filter(|_| !environment::is_own(name))?;
    let place = Some(Place::Variable { name: name.to_owned() });
    let did_you_mean = |key: &keys::Key| format!("did you mean {}?", key.variable());
    match keys::find(&key.to_lowercase()) {
        Some(Known::Available(known)) if known.variable() == name => None,
        Some(Known::Available(known)) => {
            Some(Finding::warning(place, format!("{name} is no setting"), Some(did_you_mean(known))))
        }
        Some(Known::Unavailable(known)) => {
            let value = serde_json::from_str(text).unwrap_or_else(|_| Value::from(text));
            let message = || format!("{name}: `{}` is not available yet in this version", known.name);
            (!known.is_off(&value)).then(|| Finding::error(place, message(), Some(known.advice())))
        }
        None => {
            let near = keys::nearest(key).and_then(|near| match keys::find(near)? {
                Known::Available(near) => Some(did_you_mean(near)),
                Known::Unavailable(_) => None,
            });
            Some(Finding::warning(place, format!("{name} is no setting"), near))
        }
    }
}

/// The variable of Databricks that means the same as a key.
fn databricks_variable(key: &str) -> Option<&'static str> {
    match key {
        "host" => Some(environment::DATABRICKS_HOST),
        "profile" => Some(environment::DATABRICKS_CONFIG_PROFILE),
        "sql_warehouse_id" => Some(environment::DATABRICKS_WAREHOUSE_ID),
        _ => None,
    }
}

/// Combines layers, the strongest first. A profile has a host of its own: that of a layer below is another's. Limits of a
/// layer hold at all hours: a schedule of a layer below is not for them.
pub(crate) fn combine(layers: impl IntoIterator<Item = Layer>) -> Combined {
    layers.into_iter().fold(Combined::default(), |combined, mut layer| {
        if combined.get("profile").is_some() {
            layer.settings.remove("host");
        }
        if throttle::LIMITS.iter().any(|key| combined.get(key).is_some()) {
            layer.settings.remove(THROTTLE_SCHEDULE);
        }
        combined.or(layer)
    })
}

impl Combined {
    /// The same with a weaker layer below.
    #[must_use]
    pub(crate) fn or(mut self, layer: Layer) -> Self {
        for (key, setting) in layer.settings {
            self.settings.entry(key).or_insert(setting);
        }
        self
    }

    /// The same with the limits of the profile that `throttle` names, where nobody set them.
    #[must_use]
    pub(crate) fn throttled(mut self) -> Self {
        let Some(profile) = self.get("throttle").and_then(|(value, _)| value.as_str()).map(str::to_owned)
        else {
            return self;
        };
        for (key, value) in throttle::limits(&profile) {
            if let Some((limit, origin @ Origin::Default)) = self.settings.get_mut(key) {
                *limit = Value::from(*value);
                *origin = Origin::Profile(format!("throttle: {profile}"));
            }
        }
        self
    }

    /// The settings, typed.
    ///
    /// # Errors
    /// When a value is not of its key's kind, which the layers have checked before.
    pub(crate) fn options(&self) -> serde_json::Result<Options> {
        let values = self.settings.iter().map(|(key, (value, _))| ((*key).to_owned(), value.clone()));
        serde_json::from_value(Value::Object(values.collect()))
    }

    /// A setting with its origin.
    pub(crate) fn get(&self, key: &str) -> Option<(&Value, &Origin)> {
        self.settings.get(key).map(|(value, origin)| (value, origin))
    }

    /// Every key with its value and origin, in the order of the keys.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&'static keys::Key, Option<(&Value, &Origin)>)> {
        KEYS.iter().map(|key| (key, self.get(key.name)))
    }
}

impl Origin {
    /// The place a message can point to.
    pub(crate) fn place(&self) -> Option<&Place> {
        match self {
            Self::Written(place) => Some(place),
            Self::Profile(_) | Self::Default => None,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Written(place) => place.fmt(f),
            Self::Profile(description) => f.write_str(description),
            Self::Default => f.write_str("default"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn variables_that_are_no_settings_are_named() {
        let told = |name: &str, text: &str| {
            let mut findings = Vec::new();
            Layer::of_environment(&[(name, text)].into_iter().collect(), &mut findings);
            findings.iter().map(ToString::to_string).collect::<Vec<_>>().concat()
        };
        for read in ["CLXS_HOME", "CLXS_LOG", "CLXS_TEST_FAULT", "CLXS_SOURCE_CATALOG", "HOME"] {
            assert_eq!(told(read, "x"), "", "{read}");
        }
        assert_eq!(told("CLXS_MASKING_RULES", "[]"), "");
        insta::assert_snapshot!(told("CLXS_MASKING_RULES", "[{}]"), @r"
        error: CLXS_MASKING_RULES: `masking_rules` is not available yet in this version
          at variable CLXS_MASKING_RULES
          hint: take masking_rules out, or set it to []
        ");
        insta::assert_snapshot!(told("CLXS_SCHEMA_ONY", "true"), @r"
        warning: CLXS_SCHEMA_ONY is no setting
          at variable CLXS_SCHEMA_ONY
          hint: did you mean CLXS_SCHEMA_ONLY?
        ");
        insta::assert_snapshot!(told("CLXS_SOURCE", "a"), @r"
        warning: CLXS_SOURCE is no setting
          at variable CLXS_SOURCE
          hint: did you mean CLXS_SOURCE_CATALOG?
        ");
    }

    #[test]
    fn first_layer_that_has_a_key_wins() {
        let flags = Options { source_catalog: Some("a".to_owned()), ..Options::default() };
        let environment = [("CLXS_SOURCE_CATALOG", "b"), ("CLXS_MAX_WORKERS", "8")].into_iter().collect();
        let mut findings = Vec::new();
        let layers = [
            Layer::of_flags(&flags, &mut findings).unwrap(),
            Layer::of_environment(&environment, &mut findings),
            Layer::of_defaults(),
        ];
        let combined = combine(layers);
        let options = combined.options().unwrap();
        assert_eq!(options.source_catalog.as_deref(), Some("a"));
        assert_eq!(options.max_workers, Some(8));
        assert_eq!(options.parallel_tables, Some(1));
        assert_eq!(combined.get("max_workers").unwrap().1.to_string(), "variable CLXS_MAX_WORKERS");
        assert!(findings.is_empty());
    }

    #[test]
    fn own_name_of_a_variable_wins_over_that_of_databricks() {
        let both =
            [("CLXS_HOST", "https://ours"), ("DATABRICKS_HOST", "https://theirs")].into_iter().collect();
        let layer = Layer::of_environment(&both, &mut Vec::new());
        assert_eq!(combine([layer]).get("host").unwrap().0, &json!("https://ours"));
    }

    #[test]
    fn profile_takes_the_place_of_a_host_in_a_layer_below_it() {
        let layer = |host: Option<&str>, profile: Option<&str>| {
            let (host, profile) = (host.map(str::to_owned), profile.map(str::to_owned));
            Layer::of_flags(&Options { host, profile, ..Options::default() }, &mut Vec::new()).unwrap()
        };
        let host = |layers: [Layer; 2]| combine(layers).options().unwrap().host;
        assert_eq!(host([layer(None, Some("p")), layer(Some("h"), None)]), None);
        assert_eq!(host([layer(Some("h"), None), layer(None, Some("p"))]).as_deref(), Some("h"));
        assert_eq!(host([layer(Some("h"), Some("p")), layer(Some("g"), None)]).as_deref(), Some("h"));
    }

    #[test]
    fn variable_of_the_wrong_kind_is_a_finding() {
        let environment = [("CLXS_DRY_RUN", "perhaps")].into_iter().collect();
        let mut findings = Vec::new();
        Layer::of_environment(&environment, &mut findings);
        insta::assert_snapshot!(findings[0], @r"
        error: CLXS_DRY_RUN: `perhaps` is not true or false
          at variable CLXS_DRY_RUN
        ");
    }
}
