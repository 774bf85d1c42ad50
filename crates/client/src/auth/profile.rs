//! Profiles of `.databrickscfg`.

use std::io;
use std::path::{Path, PathBuf};

use ini::{Ini, ParseOption};

use super::attribute::{CONFIG_FILE, CONFIG_PROFILE};
use super::{CredentialsError, Environment, Explicit};

/// The section that is not a profile.
const SETTINGS: &str = "__settings__";
/// The profile that is used when none is named.
const DEFAULT: &str = "DEFAULT";

/// The values of one profile.
pub(super) struct Profile {
    /// Its name and file, for people.
    pub(super) origin: String,
    /// Its name, when somebody named it.
    pub(super) name: Option<String>,
    values: Vec<(String, String)>,
}

impl Profile {
    /// A value by its key, in any case; an empty one counts as absent.
    pub(super) fn get(&self, key: &str) -> Option<&str> {
        let found =
            self.values.iter().find(|(own, value)| own.eq_ignore_ascii_case(key) && !value.is_empty());
        found.map(|(_, value)| value.as_str())
    }
}

/// The profile that is named, explicitly or by the environment.
pub(super) fn named<'a>(explicit: &'a Explicit, environment: &'a Environment) -> Option<&'a str> {
    explicit.profile.as_deref().or_else(|| environment.get(CONFIG_PROFILE))
}

/// Reads the profile that is named, else the default one. A profile that is named must be there; without a
/// name, a missing file or default profile is no profile. Values of `DEFAULT` are not merged into others.
pub(super) fn load(
    explicit: &Explicit,
    environment: &Environment,
) -> Result<Option<Profile>, CredentialsError> {
    let Some((path, asked)) = file(explicit, environment) else { return Ok(None) };
    let named = named(explicit, environment);
    let text = match fs_err::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound && named.is_none() && !asked => {
            return Ok(None);
        }
        Err(source) => return Err(CredentialsError::ConfigFile { source }),
    };
    let file =
        parse(&text).map_err(|source| CredentialsError::ConfigSyntax { path: path.clone(), source })?;
    let default = file.get_from(Some(SETTINGS), "default_profile").filter(|name| !name.is_empty());
    match named.or(default) {
        Some(SETTINGS) => Err(CredentialsError::ReservedProfile { profile: SETTINGS.to_owned() }),
        Some(name) => section(&file, name, &path).map(Some).ok_or_else(|| unknown(&file, name, path)),
        None => Ok(section(&file, DEFAULT, &path).map(|profile| Profile { name: None, ..profile })),
    }
}

/// The file of profiles and whether somebody asked for it.
fn file(explicit: &Explicit, environment: &Environment) -> Option<(PathBuf, bool)> {
    let asked = explicit
        .config_file
        .clone()
        .or_else(|| environment.get(CONFIG_FILE).map(|text| environment.path(text)));
    match asked {
        Some(path) => Some((path, true)),
        None => Some((environment.home()?.join(".databrickscfg"), false)),
    }
}

/// Values are taken as they stand: a token may begin with a quote or hold a backslash.
fn parse(text: &str) -> Result<Ini, ini::ParseError> {
    Ini::load_from_str_opt(
        text,
        ParseOption { enabled_quote: false, enabled_escape: false, ..ParseOption::default() },
    )
}

fn section(file: &Ini, name: &str, path: &Path) -> Option<Profile> {
    let values =
        file.section(Some(name))?.iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    let origin = format!("profile `{name}` of {}", path.display());
    Some(Profile { origin, name: Some(name.to_owned()), values })
}

fn unknown(file: &Ini, profile: &str, path: PathBuf) -> CredentialsError {
    let known = file.sections().flatten().filter(|name| *name != SETTINGS).map(str::to_owned).collect();
    CredentialsError::UnknownProfile { profile: profile.to_owned(), path, known }
}
