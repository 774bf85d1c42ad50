//! Settings: raw options of each layer → combined, with the origin of each value → resolved.
//!
//! Flag > environment > project file > user file > profile of Databricks > default.

mod entry;
pub(crate) mod file;
pub(crate) mod finding;
pub(crate) mod keys;
pub(crate) mod kind;
pub(crate) mod layer;
pub(crate) mod lint;
pub(crate) mod mistake;
pub(crate) mod options;
pub(crate) mod parts;
pub(crate) mod secret;
pub(crate) mod throttle;
pub(crate) mod unavailable;

use std::path::{Path, PathBuf};

use crate::environment::{CLXS_CONFIG, Environment};
use crate::failure::CliError;
use finding::{Finding, Place, Severity};
use layer::{Combined, Layer};
use options::Options;

/// The user's configuration file below `CLXS_HOME`.
pub(crate) const USER_FILE: &str = "config.yaml";

/// All layers combined, and what is wrong with them.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) combined: Combined,
    pub(crate) findings: Vec<Finding>,
    /// The files that were read.
    pub(crate) files: Vec<PathBuf>,
    /// That of them which merely lies in the working folder.
    found: Option<PathBuf>,
    /// The host of the user's own file.
    own_host: Option<serde_json::Value>,
}

/// Reads and combines all layers.
///
/// # Errors
/// When a file that was named cannot be read, or no place for state is known.
pub(crate) fn load(
    flags: &Options,
    config: Option<&Path>,
    environment: &Environment,
    home: &Path,
) -> anyhow::Result<Loaded> {
    let named = config.map(Path::to_path_buf).or_else(|| environment.get(CLXS_CONFIG).map(PathBuf::from));
    // What lies in the folder may be anybody's; what was named is the user's own choice.
    let lying = if named.is_none() { file::project_files() } else { Vec::new() };
    let found = lying.first().cloned();
    let user = Some(home.join(USER_FILE)).filter(|path| path.is_file());
    let (mut findings, mut own_host) = (Vec::new(), None);
    findings.extend(lying.get(1).zip(found.as_ref()).map(|(other, read)| lint::second_file(read, other)));
    let mut layers =
        vec![Layer::of_flags(flags, &mut findings)?, Layer::of_environment(environment, &mut findings)];
    let files: Vec<PathBuf> = named.into_iter().chain(found.clone()).chain(user).collect();
    for path in &files {
        let layer = file::read(path, &mut findings).map_err(CliError::file("the configuration file"))?;
        if found.as_ref() == Some(path) {
            findings.extend(lint::personal_keys_of_a_project(&layer));
        } else {
            own_host = layer.get("host").map(|(host, _)| host.clone());
        }
        layers.push(layer);
    }
    findings.extend(lint::schedule_left_aside(&layers));
    layers.push(Layer::of_defaults());
    let combined = layer::combine(layers).throttled();
    findings.extend(lint::lint(&combined));
    Ok(Loaded { combined, findings, files, found, own_host })
}

impl Loaded {
    /// The settings, when nothing is wrong with them.
    ///
    /// # Errors
    /// With every error found.
    pub(crate) fn options(&self) -> anyhow::Result<Options> {
        let errors = self.findings.iter().filter(|finding| finding.severity == Severity::Error);
        let findings: Vec<Finding> = errors.cloned().collect();
        if findings.is_empty() {
            Ok(self.combined.options()?)
        } else {
            Err(CliError::Configuration { findings }.into())
        }
    }

    /// Where the host is written, when that is the file of the project, which may be anybody's.
    pub(crate) fn host_of_project(&self) -> Option<&Place> {
        let place = self.combined.get("host")?.1.place()?;
        match place {
            Place::File { path, .. } if self.found.as_ref() == Some(path) => Some(place),
            _ => None,
        }
    }

    /// Where the user's own file says what the token is, unless that is for the host that holds.
    pub(crate) fn token_for_another_host(&self) -> Option<&Place> {
        if self.combined.get("host").map(|(host, _)| host) == self.own_host.as_ref() {
            return None;
        }
        let places =
            ["token_file", "token_command"].iter().filter_map(|key| self.combined.get(key)?.1.place());
        places.into_iter().find(|place| matches!(place, Place::File { .. }))
    }

    /// What is doubtful but stops nothing.
    pub(crate) fn warnings(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.severity == Severity::Warning)
    }
}
