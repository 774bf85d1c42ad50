//! The keys of the configuration: kinds, defaults and flags. The names are the guide's.

use serde_json::Value;

use super::kind::Kind;
use super::unavailable::{UNAVAILABLE, Unavailable};

/// A key of the configuration that this version understands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// Its flag; empty when there is none.
    pub(crate) flag: &'static str,
    /// The default as JSON; empty when there is none.
    pub(crate) default: &'static str,
    pub(crate) about: &'static str,
    /// Whether it says what the user's token is and whom it may be shown to: no file that merely lies in a folder may.
    pub(crate) personal: bool,
}

const fn key(
    name: &'static str,
    kind: Kind,
    flag: &'static str,
    default: &'static str,
    about: &'static str,
) -> Key {
    Key { name, kind, flag, default, about, personal: false }
}

/// A key that has no place in the file of a project.
const fn personal(name: &'static str, flag: &'static str, about: &'static str) -> Key {
    Key { personal: true, ..key(name, Kind::Text, flag, "", about) }
}

pub(crate) const CLONE_TYPES: &[&str] = &["DEEP", "SHALLOW"];
pub(crate) const LOAD_TYPES: &[&str] = &["FULL", "INCREMENTAL", "SELECTIVE"];
pub(crate) const SIZE_ORDERS: &[&str] = &["asc", "desc"];
pub(crate) const PROTECTED_TABLES: &[&str] = &["copy", "skip", "fail"];
pub(crate) const LOG_FORMATS: &[&str] = &["text", "json"];
pub(crate) const THROTTLES: &[&str] = &["low", "medium", "high", "max"];

/// Keys that the command line goes by, and that are nothing to the engine.
pub(crate) const OF_THE_COMMAND_LINE: &[&str] = &[
    "require",
    "enable_rollback",
    "resume",
    "dry_run",
    "generate_report",
    "show_progress",
    "verbose",
    "log_file",
    "log_format",
    "host",
    "profile",
    "token_file",
    "token_command",
    "ca_bundle",
    "sql_warehouse_id",
];

/// Every key this version understands, in the order they are shown.
pub(crate) const KEYS: &[Key] = &[
    key("source_catalog", Kind::Text, "--source", "", "Catalog to clone"),
    key("destination_catalog", Kind::Text, "--dest", "", "Catalog to clone to"),
    key(
        "clone_type",
        Kind::Choice(CLONE_TYPES),
        "--clone-type",
        r#""DEEP""#,
        "DEEP copies the data, SHALLOW refers to it",
    ),
    key(
        "load_type",
        Kind::Choice(LOAD_TYPES),
        "--load-type",
        r#""FULL""#,
        "FULL refreshes all, INCREMENTAL adds new, SELECTIVE what drifted",
    ),
    key("include_schemas", Kind::Names, "--include-schemas", "[]", "Only these schemas"),
    key(
        "exclude_schemas",
        Kind::Names,
        "--exclude-schemas",
        r#"["information_schema"]"#,
        "Not these schemas",
    ),
    key(
        "include_tables_regex",
        Kind::Pattern,
        "--include-tables-regex",
        "",
        "Only tables and views whose name matches",
    ),
    key(
        "exclude_tables_regex",
        Kind::Pattern,
        "--exclude-tables-regex",
        "",
        "No tables and views whose name matches",
    ),
    key("include_objects", Kind::Objects, "", "[]", "Only these: schema, name and type of each"),
    key("filter_by_tags", Kind::Mapping, "", "{}", "Only schemas that have all these tags"),
    key(
        "skip_unused",
        Kind::Switch,
        "",
        "false",
        "No tables that nobody read for unused_days (system.access)",
    ),
    key("unused_days", Kind::Count(1), "", "90", "How long nobody has read what skip_unused leaves out"),
    key(
        "as_of_timestamp",
        Kind::Moment,
        "--as-of-timestamp",
        "",
        "Clone the tables as they were at this time",
    ),
    key("as_of_version", Kind::Count(0), "--as-of-version", "", "Clone this version of each table"),
    key("as_of_tables", Kind::Versions, "", "{}", "Versions of single tables: schema.table: version"),
    key("consistent", Kind::Switch, "--consistent", "false", "Clone all tables as they were at one moment"),
    key(
        "where_clauses",
        Kind::Conditions,
        "--where",
        "{}",
        "Only rows that meet these conditions; that of * is for every table, on top of a table's own",
    ),
    key("schema_only", Kind::Switch, "--schema-only", "false", "Clone no rows and no files"),
    key("copy_permissions", Kind::Switch, "--no-permissions", "true", "Carry grants"),
    key("copy_ownership", Kind::Switch, "--no-ownership", "true", "Carry owners"),
    key("copy_properties", Kind::Switch, "--no-properties", "true", "Carry properties"),
    key("copy_comments", Kind::Switch, "--no-comments", "true", "Carry comments"),
    key("copy_tags", Kind::Switch, "--no-tags", "true", "Carry tags, of columns too"),
    key("copy_constraints", Kind::Switch, "--no-constraints", "true", "Carry primary and foreign keys"),
    key(
        "copy_security",
        Kind::Switch,
        "--no-security",
        "true",
        "Carry row filters, column masks and policies",
    ),
    key(
        "protected_tables",
        Kind::Choice(PROTECTED_TABLES),
        "--protected-tables",
        r#""copy""#,
        "Tables with row filters, masks or policies: copy, skip, or fail when one cannot be copied",
    ),
    key("clone_views", Kind::Switch, "", "true", "Clone views"),
    key("clone_functions", Kind::Switch, "", "true", "Clone functions"),
    key("clone_volumes", Kind::Switch, "", "true", "Clone volumes, managed ones with their files"),
    key(
        "recreate_pipelines_tables",
        Kind::Switch,
        "",
        "false",
        "Make materialized views and streaming tables anew, each with a pipeline",
    ),
    key("volume_max_file_mb", Kind::Count(0), "", "", "Leave out files of volumes with more MiB than this"),
    key("require", Kind::Facets, "--require", "[]", "Metadata whose loss is exit code 6"),
    key("force_reclone", Kind::Switch, "--force-reclone", "false", "Replace every table, changed or not"),
    key(
        "overwrite_edits",
        Kind::Switch,
        "--overwrite-edits",
        "false",
        "Replace tables that were edited in the destination",
    ),
    key("location", Kind::Text, "--location", "", "Managed location of the destination catalog"),
    key(
        "location_mapping",
        Kind::Locations,
        "",
        "{}",
        "Beginnings of URLs, or patterns: what stands for them",
    ),
    key("clone_tbl_properties", Kind::Mapping, "", "{}", "Properties set on every table by CLONE itself"),
    key(
        "principal_mapping",
        Kind::Principals,
        "",
        "{}",
        "Principals of the source, or patterns: who stands for them",
    ),
    key(
        "order_by_size",
        Kind::Choice(SIZE_ORDERS),
        "--order-by-size",
        "",
        "Smallest (asc) or largest (desc) first",
    ),
    key("max_workers", Kind::Count(1), "--max-workers", "4", "Schemas at once"),
    key("parallel_tables", Kind::Count(1), "--parallel-tables", "1", "Tables at once in each schema"),
    key(
        "max_parallel_queries",
        Kind::Count(1),
        "--max-parallel-queries",
        "10",
        "Statements at once on the warehouse",
    ),
    key("max_rps", Kind::Count(0), "--max-rps", "0", "Statements a second, at most; 0 is no limit"),
    key("throttle", Kind::Choice(THROTTLES), "", "", "Limits as a profile: low, medium, high or max"),
    key(
        "throttle_schedule",
        Kind::Schedule,
        "",
        "",
        "Other limits at some hours: hours, days and profile of each; they change during a run too",
    ),
    key("throttle_time_zone", Kind::TimeZone, "", r#""UTC""#, "Time zone of throttle_schedule"),
    key(
        "enable_retry",
        Kind::Switch,
        "",
        "true",
        "Try statements and requests again after transient failures",
    ),
    key(
        "max_retries",
        Kind::Count(0),
        "",
        "3",
        "Retries of a step; where it is set, of each request too (otherwise 11)",
    ),
    key("pre_clone_hooks", Kind::Hooks, "", "[]", "Statements before the clone"),
    key("post_schema_hooks", Kind::SchemaHooks, "", "[]", "Statements after each schema"),
    key("post_clone_hooks", Kind::Hooks, "", "[]", "Statements after the clone"),
    key("max_duration_min", Kind::Count(1), "", "", "Stop a run after so many minutes"),
    key("max_tables", Kind::Count(1), "", "", "Stop a run after so many tables"),
    key("max_bytes", Kind::Count(1), "", "", "Stop a run after so many bytes were copied"),
    key(
        "cancel_in_flight",
        Kind::Switch,
        "",
        "false",
        "Cancel what is under way when a limit is reached, instead of finishing it",
    ),
    key(
        "enable_rollback",
        Kind::Switch,
        "--enable-rollback",
        "false",
        "Write to rollback_logs/ what a run makes",
    ),
    key("resume", Kind::Text, "--resume", "", "Rollback log of the run to go on with"),
    key("dry_run", Kind::Switch, "--dry-run", "false", "Show the statements, execute none that writes"),
    key("generate_report", Kind::Switch, "--report", "false", "Write the report to reports/"),
    key("show_progress", Kind::Switch, "--progress", "true", "Show a progress bar on a terminal"),
    key("verbose", Kind::Switch, "--verbose", "false", "Log more"),
    key("log_file", Kind::Text, "--log-file", "", "Also write messages to this file"),
    key(
        "log_format",
        Kind::Choice(LOG_FORMATS),
        "--log-format",
        r#""text""#,
        "Form of messages: text for people, json for collectors of logs",
    ),
    key("host", Kind::Text, "--host", "", "URL of the workspace, or `embedded`"),
    key("profile", Kind::Text, "--profile", "", "Profile of ~/.databrickscfg"),
    personal(
        "token_file",
        "--token-file",
        "File that holds a token and nothing else; not in the file of a project",
    ),
    personal(
        "token_command",
        "--token-command",
        "Program, and its arguments, that prints a token; not in the file of a project",
    ),
    personal(
        "ca_bundle",
        "--ca-bundle",
        "File of certificates (PEM) of further authorities to trust; not in the file of a project",
    ),
    key("sql_warehouse_id", Kind::Text, "--warehouse-id", "", "SQL warehouse that runs the statements"),
];

/// Other names of keys.
const ALIASES: &[(&str, &str)] = &[
    ("catalog_location", "location"),
    ("required_schema_tags", "filter_by_tags"),
    ("warehouse_id", "sql_warehouse_id"),
];

/// What a name of a key stands for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Known {
    Available(&'static Key),
    Unavailable(&'static Unavailable),
}

/// Finds a key by its name or its other name.
pub(crate) fn find(name: &str) -> Option<Known> {
    let name = ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name, |(_, name)| name);
    let unavailable = || UNAVAILABLE.iter().find(|key| key.name == name).map(Known::Unavailable);
    KEYS.iter().find(|key| key.name == name).map(Known::Available).or_else(unavailable)
}

/// The known key nearest to a name, when one is near enough to be meant.
pub(crate) fn nearest(name: &str) -> Option<&'static str> {
    let names = KEYS.iter().map(|key| key.name).chain(UNAVAILABLE.iter().map(|key| key.name));
    nearest_of(name, names.chain(ALIASES.iter().map(|(alias, _)| *alias)))
}

/// The candidate nearest to a word, when one is near enough to be meant.
pub(crate) fn nearest_of<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase().replace('-', "_");
    let similarity = |candidate: &str| strsim::jaro_winkler(&word, &candidate.to_lowercase());
    candidates
        .map(|candidate| (similarity(candidate), candidate))
        .filter(|(similarity, _)| *similarity > 0.8)
        .max_by(|(left, _), (right, _)| left.total_cmp(right))
        .map(|(_, candidate)| candidate)
}

impl Key {
    /// The default, when there is one.
    pub(crate) fn default_value(&self) -> Option<Value> {
        serde_json::from_str(self.default).ok()
    }

    /// The name of its environment variable.
    pub(crate) fn variable(&self) -> String {
        format!("{}{}", crate::environment::SETTING_PREFIX, self.name.to_uppercase())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_of_their_own_kind() {
        for key in KEYS.iter().filter(|key| !key.default.is_empty()) {
            let default = key.default_value().unwrap_or_else(|| panic!("{} has a bad default", key.name));
            assert_eq!(key.kind.check(default.clone()), Ok(default), "{}", key.name);
        }
    }

    #[test]
    fn no_name_is_known_twice() {
        let mut names: Vec<&str> = KEYS.iter().map(|key| key.name).collect();
        names.extend(UNAVAILABLE.iter().map(|key| key.name));
        names.extend(ALIASES.iter().map(|(alias, _)| *alias));
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{names:?}");
    }

    #[test]
    fn misspelt_keys_find_what_was_meant() {
        assert_eq!(nearest("parralel_tables"), Some("parallel_tables"));
        assert_eq!(nearest("max-workers"), Some("max_workers"));
        assert_eq!(nearest("source"), Some("source_catalog"));
        assert_eq!(nearest("zzz"), None);
    }
}
