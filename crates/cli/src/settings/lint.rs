//! Rules over all settings together. What is wrong with one value alone, its layer has found already.

use std::path::Path;

use serde_json::Value;

use super::finding::Finding;
use super::keys::KEYS;
use super::layer::{Combined, Layer, THROTTLE_SCHEDULE};
use super::throttle;

/// Everything wrong with the combination of settings, errors first.
pub(crate) fn lint(settings: &Combined) -> Vec<Finding> {
    let rules = [
        same_catalog,
        bad_name,
        quoted_name,
        version_and_timestamp,
        included_and_excluded,
        version_of_every_table,
        conditions_of_shallow_clones,
        versions_of_a_consistent_clone,
    ];
    let mut findings: Vec<Finding> = rules.iter().filter_map(|rule| rule(settings)).collect();
    findings.sort_by_key(|finding| finding.severity);
    findings
}

/// A file that somebody finds in a folder must not choose whose token is sent, nor who is trusted with it.
pub(crate) fn personal_keys_of_a_project(file: &Layer) -> impl Iterator<Item = Finding> {
    KEYS.iter().filter(|key| key.personal).filter_map(|key| {
        let (_, origin) = file.get(key.name)?;
        let message = format!("{} is your own to set, and has no place in the file of a project", key.name);
        let hint = format!(
            "give it by {} or {}, or in the user's own config.yaml below CLXS_HOME; a file that is your own you can \
             name with --config",
            key.flag,
            key.variable()
        );
        Some(Finding::error(origin.place().cloned(), message, Some(hint)))
    })
}

/// A file of the project beside the one that is read.
pub(crate) fn second_file(read: &Path, other: &Path) -> Finding {
    let message = format!("{} is not read, for there is {}", other.display(), read.display());
    Finding::warning(None, message, Some("keep one of them, or name one with --config".to_owned()))
}

/// A schedule, when limits of a stronger layer hold at all hours.
pub(crate) fn schedule_left_aside(layers: &[Layer]) -> Option<Finding> {
    let is_schedule = |layer: &Layer| {
        layer.get(THROTTLE_SCHEDULE).and_then(|(value, _)| value.as_array()).is_some_and(|it| !it.is_empty())
    };
    let at = layers.iter().position(is_schedule)?;
    let (_, origin) = layers[at].get(THROTTLE_SCHEDULE)?;
    let limit =
        |layer: &Layer| throttle::LIMITS.iter().find_map(|key| Some((*key, layer.get(key)?.1.clone())));
    let (key, stronger) = layers[..at].iter().find_map(limit)?;
    let message = format!("throttle_schedule is left aside: {key} ({stronger}) holds at all hours");
    Some(Finding::warning(origin.place().cloned(), message, None))
}

fn same_catalog(settings: &Combined) -> Option<Finding> {
    let (source, destination) = (text(settings, "source_catalog")?, text(settings, "destination_catalog")?);
    let same = source.to_lowercase() == destination.to_lowercase();
    let message = || format!("source and destination are the same catalog, `{source}`");
    let hint = "name another catalog with --dest or destination_catalog";
    same.then(|| Finding::error(place(settings, "destination_catalog"), message(), Some(hint.to_owned())))
}

fn bad_name(settings: &Combined) -> Option<Finding> {
    let problem = |key: &'static str| {
        let name = text(settings, key)?;
        let error = clxs_api::Identifier::new(name).err()?;
        Some(Finding::error(place(settings, key), format!("{key}: {error}"), None))
    };
    problem("source_catalog").or_else(|| problem("destination_catalog"))
}

/// Backticks are SQL's, and would become a part of the name.
fn quoted_name(settings: &Combined) -> Option<Finding> {
    let keys = ["source_catalog", "destination_catalog", "include_schemas", "exclude_schemas"];
    keys.into_iter().find_map(|key| {
        let mut names = text(settings, key).into_iter().chain(list(settings, key));
        let name = names.find(|name| name.len() > 2 && name.starts_with('`') && name.ends_with('`'))?;
        let itself = name[1..name.len() - 1].replace("``", "`");
        let message = format!("{key}: {name} is written as in SQL");
        let hint = format!("write the name itself, without backticks: {itself}");
        Some(Finding::error(place(settings, key), message, Some(hint)))
    })
}

fn version_and_timestamp(settings: &Combined) -> Option<Finding> {
    settings.get("as_of_version")?;
    settings.get("as_of_timestamp")?;
    let message = "as_of_version and as_of_timestamp exclude each other".to_owned();
    Some(Finding::error(place(settings, "as_of_version"), message, Some("take one of them out".to_owned())))
}

fn included_and_excluded(settings: &Combined) -> Option<Finding> {
    let excluded = list(settings, "exclude_schemas");
    let both = list(settings, "include_schemas").into_iter().find(|schema| excluded.contains(schema))?;
    let message = format!("schema `{both}` is both included and excluded; include_schemas wins");
    Some(Finding::warning(place(settings, "exclude_schemas"), message, None))
}

fn version_of_every_table(settings: &Combined) -> Option<Finding> {
    settings.get("as_of_version")?;
    let message = "as_of_version means another moment in each table".to_owned();
    let hint = "for one moment of the whole catalog use as_of_timestamp".to_owned();
    Some(Finding::warning(place(settings, "as_of_version"), message, Some(hint)))
}

fn versions_of_a_consistent_clone(settings: &Combined) -> Option<Finding> {
    settings.get("consistent").filter(|(value, _)| **value == Value::Bool(true))?;
    let key = ["as_of_version", "as_of_tables"].into_iter().find(|key| {
        settings.get(key).is_some_and(|(value, _)| value.as_object().is_none_or(|map| !map.is_empty()))
    })?;
    let message = format!("consistent means one moment, and {key} means another one in each table");
    let hint = "take one of them out, or use as_of_timestamp".to_owned();
    Some(Finding::error(place(settings, key), message, Some(hint)))
}

fn conditions_of_shallow_clones(settings: &Combined) -> Option<Finding> {
    let conditions = settings.get("where_clauses")?.0.as_object()?;
    let is_ignored = text(settings, "clone_type") == Some("SHALLOW") && !conditions.is_empty();
    let message = "where_clauses is ignored: SHALLOW clones refer to whole files".to_owned();
    is_ignored.then(|| Finding::warning(place(settings, "where_clauses"), message, None))
}

/// What a clone cannot do without, and other commands can.
pub(crate) fn missing_catalogs(settings: &Combined) -> Vec<Finding> {
    let needed = [("source_catalog", "--source"), ("destination_catalog", "--dest")];
    needed.iter().filter_map(|(key, flag)| missing(settings, key, flag)).collect()
}

fn missing(settings: &Combined, key: &str, flag: &str) -> Option<Finding> {
    let hint = format!("give it with {flag} or as {key} in the configuration");
    settings.get(key).is_none().then(|| Finding::warning(None, format!("there is no {key}"), Some(hint)))
}

fn text<'a>(settings: &'a Combined, key: &str) -> Option<&'a str> {
    settings.get(key)?.0.as_str()
}

fn list<'a>(settings: &'a Combined, key: &str) -> Vec<&'a str> {
    let items = settings.get(key).and_then(|(value, _)| value.as_array());
    items.into_iter().flatten().filter_map(Value::as_str).collect()
}

fn place(settings: &Combined, key: &str) -> Option<super::finding::Place> {
    settings.get(key)?.1.place().cloned()
}
