//! The parameters of a session: what `SET` sets.

use std::collections::BTreeMap;
use std::str::FromStr;

use datafusion::arrow::array::timezone::Tz;
use thiserror::Error;

/// What the time zone is called.
const TIME_ZONE: &str = "TIMEZONE";

/// A parameter of the platform.
struct Parameter {
    name: &'static str,
    default: &'static str,
    takes: Takes,
}

/// Which values a parameter takes here.
enum Takes {
    /// Any: it changes how fast a statement runs or how it is labelled, and not what it means.
    Any,
    /// Its default and these, which mean the same: others would change what statements mean.
    Only(&'static [&'static str]),
    /// Zones of the tz database, and offsets.
    TimeZones,
}

/// Those the platform documents; defaults are the official connector's.
const PARAMETERS: &[Parameter] = &[
    Parameter { name: "ANSI_MODE", default: "true", takes: Takes::Only(&[]) },
    Parameter { name: "ENABLE_PHOTON", default: "true", takes: Takes::Any },
    Parameter { name: "LEGACY_TIME_PARSER_POLICY", default: "EXCEPTION", takes: Takes::Only(&["CORRECTED"]) },
    Parameter { name: "MAX_FILE_PARTITION_BYTES", default: "128m", takes: Takes::Any },
    Parameter { name: "QUERY_TAGS", default: "", takes: Takes::Any },
    Parameter { name: "READ_ONLY_EXTERNAL_METASTORE", default: "false", takes: Takes::Any },
    Parameter { name: "STATEMENT_TIMEOUT", default: "0", takes: Takes::Only(&["172800"]) },
    Parameter { name: TIME_ZONE, default: "UTC", takes: Takes::TimeZones },
    Parameter { name: "USE_CACHED_RESULT", default: "true", takes: Takes::Any },
];

/// The parameters that were set, by their names in upper case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Configuration(BTreeMap<&'static str, String>);

/// Why a parameter is not set.
#[derive(Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub(crate) enum ConfigurationError {
    #[error("Configuration {name} is not available.")]
    Unknown { name: String },
    #[error("SET {name} = {value} is not available in the embedded workspace")]
    Refused { name: &'static str, value: String },
    #[error("The timezone: {zone} is invalid.")]
    TimeZone { zone: String },
}

impl Configuration {
    /// Sets a parameter; case does not count in its name.
    ///
    /// # Errors
    /// A name that is no parameter's; a value that it does not take here.
    pub(crate) fn set(&mut self, name: &str, value: &str) -> Result<(), ConfigurationError> {
        let parameter = find(name)?;
        parameter.check(value)?;
        self.0.insert(parameter.name, value.to_owned());
        Ok(())
    }

    /// Gives a parameter its default again, or all of them.
    ///
    /// # Errors
    /// A name that is no parameter's.
    pub(crate) fn reset(&mut self, name: Option<&str>) -> Result<(), ConfigurationError> {
        match name {
            Some(name) => drop(self.0.remove(find(name)?.name)),
            None => self.0.clear(),
        }
        Ok(())
    }

    /// The value of a parameter.
    ///
    /// # Errors
    /// A name that is no parameter's.
    pub(crate) fn get(&self, name: &str) -> Result<&str, ConfigurationError> {
        find(name).map(|parameter| self.value(parameter))
    }

    /// All parameters by their names.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&'static str, &str)> {
        PARAMETERS.iter().map(|parameter| (parameter.name, self.value(parameter)))
    }

    /// The zone of `current_timezone()`.
    pub(crate) fn time_zone(&self) -> &str {
        self.0.get(TIME_ZONE).map_or("UTC", String::as_str)
    }

    /// Sets that zone.
    ///
    /// # Errors
    /// A zone that nobody knows.
    pub(crate) fn set_time_zone(&mut self, zone: &str) -> Result<(), ConfigurationError> {
        self.set(TIME_ZONE, zone)
    }

    fn value(&self, parameter: &'static Parameter) -> &str {
        self.0.get(parameter.name).map_or(parameter.default, String::as_str)
    }
}

impl Parameter {
    fn check(&self, value: &str) -> Result<(), ConfigurationError> {
        let same = |other: &&str| other.eq_ignore_ascii_case(value);
        match self.takes {
            Takes::TimeZones => Tz::from_str(value)
                .map(drop)
                .map_err(|_| ConfigurationError::TimeZone { zone: value.to_owned() }),
            Takes::Only(others) if !same(&self.default) && !others.iter().any(same) => {
                Err(ConfigurationError::Refused { name: self.name, value: value.to_owned() })
            }
            Takes::Any | Takes::Only(_) => Ok(()),
        }
    }
}

fn find(name: &str) -> Result<&'static Parameter, ConfigurationError> {
    let mut matching = PARAMETERS.iter().filter(|parameter| parameter.name.eq_ignore_ascii_case(name));
    matching.next().ok_or_else(|| ConfigurationError::Unknown { name: name.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_found_whatever_their_case_and_reset_to_their_defaults() {
        let mut configuration = Configuration::default();
        configuration.set("timezone", "Asia/Tokyo").unwrap();
        assert_eq!(configuration.get("TimeZone"), Ok("Asia/Tokyo"));
        assert_eq!(configuration.time_zone(), "Asia/Tokyo");
        configuration.reset(None).unwrap();
        assert_eq!(configuration.time_zone(), "UTC");
    }

    #[test]
    fn values_that_would_change_the_meaning_of_statements_are_refused() {
        let mut configuration = Configuration::default();
        configuration.set("ansi_mode", "TRUE").unwrap();
        configuration.set("statement_timeout", "0").unwrap();
        for (name, value) in
            [("ansi_mode", "false"), ("statement_timeout", "5"), ("timezone", "Mars"), ("nothing", "1")]
        {
            assert!(configuration.set(name, value).is_err(), "{name} = {value}");
        }
    }
}
