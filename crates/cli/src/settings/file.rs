//! Configuration files: YAML, every key checked, every finding with its line.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;
use serde_saphyr::{Spanned, UserMessageFormatter};

use super::entry::Entry;
use super::finding::{Finding, Place};
use super::keys::{self, Known};
use super::layer::{Layer, Origin};
use super::mistake::Mistake;
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
    let has_secrets = !secrets.is_empty();
    findings.extend(secrets);
    // No message may quote a secret: the rest of the file is checked without them.
    let checked = if has_secrets { Cow::Owned(without_secrets(text)) } else { Cow::Borrowed(text) };
    match entries(&checked) {
        Ok(entries) => layer_of(path, entries, findings),
        // What was taken out may be what is missing.
        Err(_) if has_secrets => Layer::default(),
        Err(error) => {
            let line = error.location().map_or(1, |location| location.line());
            let place = Place::File { path: path.to_owned(), line };
            findings.push(Finding::error(Some(place), format!("not valid YAML: {}", plain(&error)), None));
            Layer::default()
        }
    }
}

fn layer_of(path: &Path, entries: BTreeMap<String, Spanned<Entry>>, findings: &mut Vec<Finding>) -> Layer {
    let mut layer = Layer::default();
    let mut entries: Vec<_> = entries.into_iter().collect();
    entries.sort_by_key(|(_, value)| value.referenced.line());
    for (name, Spanned { value: Entry { value, lines }, referenced, .. }) in entries {
        let place = Place::File { path: path.to_owned(), line: referenced.line() };
        match check(&name, value) {
            Ok(Some((key, _))) if layer.has(key.name) => {
                let message = format!("{name}: {} is set before under its other name", key.name);
                findings.push(Finding::error(Some(place), message, None));
            }
            Ok(Some((key, value))) => layer.set(key.name, value, Origin::Written(place)),
            Ok(None) => {}
            Err(problem) => {
                let line = problem.part.and_then(|part| lines.get(&part).copied());
                let line = line.unwrap_or_else(|| referenced.line());
                let place = Place::File { path: path.to_owned(), line };
                findings.push(Finding::error(Some(place), problem.message, problem.hint));
            }
        }
    }
    layer
}

fn entries(text: &str) -> Result<BTreeMap<String, Spanned<Entry>>, serde_saphyr::Error> {
    let options = serde_saphyr::options! {
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        with_snippet: false,
        emit_comments: false,
    };
    let entries: Option<BTreeMap<String, Spanned<Entry>>> =
        serde_saphyr::from_str_with_options(text, options)?;
    Ok(entries.unwrap_or_default())
}

/// What is wrong with a setting, in which part of its value, and what to do.
#[derive(Debug)]
struct Problem {
    message: String,
    part: Option<String>,
    hint: Option<String>,
}

/// Checks one setting. `None` is a setting that asks for nothing.
fn check(name: &str, value: Value) -> Result<Option<(&'static keys::Key, Value)>, Problem> {
    match keys::find(name) {
        None => Err(Problem {
            message: format!("unknown key `{name}`"),
            part: None,
            hint: keys::nearest(name).map(|near| format!("did you mean `{near}`?")),
        }),
        Some(Known::Unavailable(key)) if key.is_off(&value) => Ok(None),
        Some(Known::Unavailable(key)) => Err(Problem {
            message: format!("`{name}` is not available yet in this version"),
            part: None,
            hint: Some(key.advice()),
        }),
        Some(Known::Available(_)) if value.is_null() => Ok(None),
        Some(Known::Available(key)) => match key.kind.check(value) {
            Ok(value) => Ok(Some((key, value))),
            Err(Mistake { message, part }) => {
                Err(Problem { message: format!("{name}: {message}"), part, hint: None })
            }
        },
    }
}

fn has_secret(line: &str) -> bool {
    secret::holds_token(line) || secret::line_sets_secret(line)
}

/// The text with empty lines in the place of those with secrets, and of what belongs to them by its indentation.
fn without_secrets(text: &str) -> String {
    let indentation = |line: &str| line.len() - line.trim_start().len();
    let mut secret_at = None;
    let mut kept = String::with_capacity(text.len());
    for line in text.lines() {
        let belongs = secret_at.is_some_and(|secret| line.trim().is_empty() || indentation(line) > secret);
        if !belongs {
            secret_at = has_secret(line).then(|| indentation(line));
        }
        if secret_at.is_none() {
            kept.push_str(line);
        }
        kept.push('\n');
    }
    kept
}

fn secrets(path: &Path, text: &str) -> Vec<Finding> {
    let numbered = text.lines().zip(1u64..);
    let found = numbered.filter(|(line, _)| has_secret(line)).map(|(_, line)| {
        let place = Place::File { path: path.to_owned(), line };
        let message = "a secret has no place in a configuration file".to_owned();
        Finding::error(Some(place), message, Some(secret::RIGHT_WAY.to_owned()))
    });
    found.collect()
}

/// What the parser says to people, without its position, which is given apart.
pub(crate) fn plain(error: &serde_saphyr::Error) -> String {
    let text = error.render_with_formatter(&UserMessageFormatter);
    let first = text.lines().next().unwrap_or_default();
    first.rsplit_once(" at line ").map_or(first, |(message, _)| message).to_owned()
}

/// The project's configuration files in the working folder: the first one is read.
pub(crate) fn project_files() -> Vec<PathBuf> {
    PROJECT_FILES.iter().map(PathBuf::from).filter(|path| path.is_file()).collect()
}
