//! Configuration files: YAML, every key checked, every finding with its line.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;
use serde_saphyr::Spanned;

use super::finding::{Finding, Place};
use super::keys::{self, Known};
use super::layer::{Layer, Origin};
use super::secret;

/// Where the project's configuration is looked for, in this order.
pub(crate) const PROJECT_FILES: [&str; 2] = ["config/clone_config.yaml", "clxs.yaml"];

/// Reads a configuration file into a layer. What is wrong in it is added to the findings.
///
/// # Errors
/// When the file cannot be read.
pub(crate) fn read(path: &Path, findings: &mut Vec<Finding>) -> std::io::Result<Layer> {
    let text = fs_err::read_to_string(path)?;
    Ok(parse(path, &text, findings))
}

fn parse(path: &Path, text: &str, findings: &mut Vec<Finding>) -> Layer {
    let secrets = secrets(path, text);
    if !secrets.is_empty() {
        // Nothing else is said of such a file: a message could quote the secret.
        findings.extend(secrets);
        return Layer::default();
    }
    let mut layer = Layer::default();
    match entries(text) {
        Ok(entries) => {
            let mut entries: Vec<_> = entries.into_iter().collect();
            entries.sort_by_key(|(_, value)| value.referenced.line());
            for (name, Spanned { value, referenced, .. }) in entries {
                let place = Place::File { path: path.to_owned(), line: referenced.line() };
                match check(&name, value) {
                    Ok(Some((key, _))) if layer.has(key.name) => {
                        let message = format!("{name}: {} is set before under its other name", key.name);
                        findings.push(Finding::error(Some(place), message, None));
                    }
                    Ok(Some((key, value))) => layer.set(key.name, value, Origin::Written(place)),
                    Ok(None) => {}
                    Err(problem) => findings.push(Finding::error(Some(place), problem.message, problem.hint)),
                }
            }
        }
        Err(error) => {
            let line = error.location().map_or(1, |location| location.line());
            let place = Place::File { path: path.to_owned(), line };
            findings.push(Finding::error(Some(place), format!("not valid YAML: {}", plain(&error)), None));
        }
    }
    layer
}

fn entries(text: &str) -> Result<BTreeMap<String, Spanned<Value>>, serde_saphyr::Error> {
    let options = serde_saphyr::options! {
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        with_snippet: false,
        emit_comments: false,
    };
    let entries: Option<BTreeMap<String, Spanned<Value>>> =
        serde_saphyr::from_str_with_options(text, options)?;
    Ok(entries.unwrap_or_default())
}

/// What is wrong with a setting, and what to do.
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) message: String,
    pub(super) hint: Option<String>,
}

/// Checks one setting. `None` is a setting that asks for nothing.
pub(super) fn check(name: &str, value: Value) -> Result<Option<(&'static keys::Key, Value)>, Problem> {
    match keys::find(name) {
        None => Err(Problem {
            message: format!("unknown key `{name}`"),
            hint: keys::nearest(name).map(|near| format!("did you mean `{near}`?")),
        }),
        Some(Known::Unavailable(key)) if key.is_off(&value) => Ok(None),
        Some(Known::Unavailable(key)) => Err(Problem {
            message: format!("`{name}` is not available yet in this version"),
            hint: Some(key.advice()),
        }),
        Some(Known::Available(_)) if value.is_null() => Ok(None),
        Some(Known::Available(key)) => match key.kind.check(value) {
            Ok(value) => Ok(Some((key, value))),
            Err(message) => Err(Problem { message: format!("{name}: {message}"), hint: None }),
        },
    }
}

fn secrets(path: &Path, text: &str) -> Vec<Finding> {
    let has_secret = |line: &str| secret::holds_token(line) || secret::line_sets_secret(line);
    let numbered = text.lines().zip(1u64..);
    let found = numbered.filter(|(line, _)| has_secret(line)).map(|(_, line)| {
        let place = Place::File { path: path.to_owned(), line };
        let message = "a secret has no place in a configuration file".to_owned();
        Finding::error(Some(place), message, Some(secret::RIGHT_WAY.to_owned()))
    });
    found.collect()
}

/// What the parser says, without its position, which is given apart, and without advice to programmers.
fn plain(error: &serde_saphyr::Error) -> String {
    let text = error.to_string();
    let first = text.lines().next().unwrap_or_default();
    let without_position = first.rsplit_once(" at line ").map_or(first, |(message, _)| message);
    without_position.split(", set ").next().unwrap_or_default().to_owned()
}

/// The project's configuration file, when there is one in the working folder.
pub(crate) fn project_file() -> Option<PathBuf> {
    PROJECT_FILES.iter().map(PathBuf::from).find(|path| path.is_file())
}
