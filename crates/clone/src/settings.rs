//! What a clone is to do: resolved values, no layer of configuration is visible here.

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroUsize;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use clxs_api::{FullName, Identifier, Properties};
use regex::Regex;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Error, Result};

/// Everything the engine needs to know to clone one catalog.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// The catalog to clone; only ever read.
    pub source: Identifier,
    /// The catalog to clone into; made when it is absent.
    pub destination: Identifier,
    /// Whether data files are copied.
    pub clone_type: CloneType,
    /// What becomes of what the destination has already.
    pub load_type: LoadType,
    /// The version of the source's tables to clone.
    pub as_of: AsOf,
    /// The same for single tables, by `schema.table` in lower case.
    #[serde(default)]
    pub as_of_tables: BTreeMap<String, u64>,
    /// Which schemas, tables and views take part.
    pub selection: Selection,
    /// Which kinds of securables take part besides tables.
    pub kinds: Kinds,
    /// Which facets are carried besides data and text.
    pub copy: Copies,
    /// Replace tables that are unchanged too, and drop where a replace is impossible.
    pub force_reclone: bool,
    /// Replace tables that were edited in the destination since they were cloned.
    pub overwrite_edits: bool,
    /// The `MANAGED LOCATION` of a catalog that has to be made.
    pub location: Option<String>,
    /// Beginnings of URLs of the source, and what stands for them in the destination: of external tables and volumes
    /// and of managed locations.
    pub location_mapping: BTreeMap<String, String>,
    /// Files of volumes with more MiB than this are left out.
    pub volume_max_file_mb: Option<u64>,
    /// Properties set by every `CLONE` statement on top of the source's.
    pub table_properties: Properties,
    /// Principals of the source and who stands for them in the destination.
    pub principal_mapping: BTreeMap<String, String>,
    /// The order in which tables are cloned; largest known first when absent.
    pub order_by_size: Option<SizeOrder>,
    /// Statements of the user around the clone.
    #[serde(default)]
    pub hooks: Hooks,
    /// How much is done at once.
    pub limits: Limits,
    /// Whether the plan notes the version of every table of the source, so that it can be told later whether one
    /// has moved.
    #[serde(default)]
    pub exact: bool,
    /// When a run stops before its end.
    #[serde(default)]
    pub guardrails: Guardrails,
}

impl Settings {
    /// The guide's defaults: everything of `source`, deep, refreshing what differs.
    pub fn new(source: Identifier, destination: Identifier) -> Self {
        Self {
            source,
            destination,
            clone_type: CloneType::Deep,
            load_type: LoadType::Full,
            as_of: AsOf::Latest,
            as_of_tables: BTreeMap::new(),
            selection: Selection::default(),
            kinds: Kinds::default(),
            copy: Copies::default(),
            force_reclone: false,
            overwrite_edits: false,
            location: None,
            location_mapping: BTreeMap::new(),
            volume_max_file_mb: None,
            table_properties: Properties::new(),
            principal_mapping: BTreeMap::new(),
            order_by_size: None,
            hooks: Hooks::default(),
            limits: Limits::default(),
            exact: false,
            guardrails: Guardrails::default(),
        }
    }

    /// Whether the settings make sense before anything is contacted.
    ///
    /// # Errors
    /// [`Error::SameCatalog`] when source and destination are one catalog, [`Error::InvalidMoment`].
    pub fn validate(&self) -> Result<()> {
        if self.source.matches(self.destination.as_str()) {
            return Err(Error::SameCatalog { catalog: self.source.clone() });
        }
        match &self.as_of {
            AsOf::Timestamp(text) if moment(text).is_none() => {
                Err(Error::InvalidMoment { text: text.clone() })
            }
            _ => Ok(()),
        }
    }

    /// The version of a table to clone.
    pub fn as_of_table(&self, table: &FullName) -> AsOf {
        let key = within_schema(table);
        self.as_of_tables.get(&key).map_or_else(|| self.as_of.clone(), |version| AsOf::Version(*version))
    }

    /// Who stands in the destination for a principal of the source.
    pub fn map_principal(&self, principal: &str) -> String {
        self.principal_mapping.get(principal).map_or(principal, String::as_str).to_owned()
    }

    /// The largest file of a volume that is copied.
    pub fn max_file_bytes(&self) -> Option<u64> {
        self.volume_max_file_mb.map(|mebibytes| mebibytes.saturating_mul(1 << 20))
    }

    /// The URL in the destination for one of the source: by the longest prefix that ends where a part of it does.
    /// Nothing when none does.
    pub fn map_location(&self, url: &str) -> Option<String> {
        let rest = |prefix: &str| {
            let rest = url.strip_prefix(prefix.trim_end_matches('/'))?;
            (rest.is_empty() || rest.starts_with('/')).then_some(rest)
        };
        let matching = self.location_mapping.iter().filter_map(|(from, to)| Some((from, to, rest(from)?)));
        let (_, to, rest) = matching.max_by_key(|(from, ..)| from.trim_end_matches('/').len())?;
        Some(format!("{}{rest}", to.trim_end_matches('/')))
    }
}

/// `schema.table` in lower case: how settings name a table.
pub(crate) fn within_schema(table: &FullName) -> String {
    let schema = table.schema().map_or_else(String::new, |schema| schema.to_lowercase().as_str().to_owned());
    format!("{schema}.{}", table.name().to_lowercase().as_str())
}

/// Reads a moment: as RFC 3339 has it, or with a blank for the `T`, or a day; without an offset it is in UTC.
pub(crate) fn moment(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    let with_offset = || DateTime::parse_from_rfc3339(text).ok().map(|moment| moment.to_utc());
    let without = |format| NaiveDateTime::parse_from_str(text, format).ok().map(|moment| moment.and_utc());
    let day =
        || NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0).map(|it| it.and_utc());
    with_offset()
        .or_else(|| without("%Y-%m-%dT%H:%M:%S%.f"))
        .or_else(|| without("%Y-%m-%d %H:%M:%S%.f"))
        .or_else(day)
}

/// Whether a clone has its own data files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum CloneType {
    /// All files are copied; the clone is independent.
    Deep,
    /// The clone refers to the source's files.
    Shallow,
}

impl fmt::Display for CloneType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Deep => "DEEP",
            Self::Shallow => "SHALLOW",
        })
    }
}

/// What becomes of what the destination has already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum LoadType {
    /// Everything new is made, everything that differs is replaced.
    Full,
    /// Only what the destination lacks is made.
    Incremental,
    /// Only tables, new or drifted; views stay as they are.
    Selective,
}

impl fmt::Display for LoadType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full => "FULL",
            Self::Incremental => "INCREMENTAL",
            Self::Selective => "SELECTIVE",
        })
    }
}

/// The version of a table to clone.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AsOf {
    /// The newest at the moment its `CLONE` runs.
    Latest,
    /// This version of every table.
    Version(u64),
    /// The last version at or before this moment, in UTC unless it says otherwise: `2026-03-04T23:59:59`.
    Timestamp(String),
}

/// The order in which tables are cloned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SizeOrder {
    /// Smallest first.
    Asc,
    /// Largest first.
    Desc,
}

/// Which schemas, tables and views take part.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Selection {
    /// Only these schemas; empty means all. Overrides `exclude_schemas`.
    pub include_schemas: Vec<Identifier>,
    /// Not these schemas.
    pub exclude_schemas: Vec<Identifier>,
    /// Only tables and views whose own name matches.
    pub include_tables: Option<Pattern>,
    /// No tables and views whose own name matches.
    pub exclude_tables: Option<Pattern>,
    /// Only these, exactly; empty means all.
    #[serde(default)]
    pub include_objects: Vec<IncludedObject>,
    /// Only schemas that have all these tags.
    #[serde(default)]
    pub filter_by_tags: BTreeMap<String, String>,
}

/// One securable of the source, exactly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IncludedObject {
    /// The name of its schema.
    pub schema: String,
    /// Its own name.
    pub name: String,
    /// What it is.
    #[serde(rename = "type")]
    pub object_type: ObjectType,
}

/// Types of securables, as the guide names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ObjectType {
    /// Anything with rows of its own.
    Table,
    /// A view or metric view.
    View,
    /// A function.
    Function,
    /// A volume.
    Volume,
    /// A registered model.
    Model,
}

impl IncludedObject {
    fn is(&self, name: &FullName, object_type: ObjectType) -> bool {
        let in_schema = name.schema().is_some_and(|schema| schema.matches(&self.schema));
        in_schema && name.name().matches(&self.name) && self.object_type == object_type
    }
}

impl Selection {
    /// Why a schema does not take part; `None` when it does.
    pub fn skips_schema(&self, schema: &Identifier) -> Option<&'static str> {
        let included = |object: &IncludedObject| schema.matches(&object.schema);
        if !self.include_objects.is_empty() && !self.include_objects.iter().any(included) {
            return Some("not among include_objects");
        }
        let listed = |names: &[Identifier]| names.iter().any(|name| name.matches(schema.as_str()));
        if !self.include_schemas.is_empty() {
            return (!listed(&self.include_schemas)).then_some("not among include_schemas");
        }
        listed(&self.exclude_schemas).then_some("among exclude_schemas")
    }

    /// Why a securable of a schema does not take part; `None` when it does. Patterns are for tables and views.
    pub fn skips(&self, name: &FullName, object_type: ObjectType) -> Option<&'static str> {
        let included = |object: &IncludedObject| object.is(name, object_type);
        if !self.include_objects.is_empty() && !self.include_objects.iter().any(included) {
            return Some("not among include_objects");
        }
        match object_type {
            ObjectType::Table | ObjectType::View => self.skips_name(name.name()),
            ObjectType::Function | ObjectType::Volume | ObjectType::Model => None,
        }
    }

    fn skips_name(&self, table: &Identifier) -> Option<&'static str> {
        if self.include_tables.as_ref().is_some_and(|pattern| !pattern.matches(table.as_str())) {
            return Some("does not match include_tables_regex");
        }
        let excluded = self.exclude_tables.as_ref().is_some_and(|pattern| pattern.matches(table.as_str()));
        excluded.then_some("matches exclude_tables_regex")
    }
}

/// A regular expression that is known to be valid. It matches anywhere in a name unless it is anchored.
#[derive(Debug, Clone)]
pub struct Pattern(Regex);

impl Pattern {
    /// Reads a regular expression.
    ///
    /// # Errors
    /// [`Error::InvalidPattern`] says where it is wrong.
    pub fn new(text: &str) -> Result<Self> {
        Regex::new(text)
            .map(Self)
            .map_err(|source| Error::InvalidPattern { pattern: text.to_owned(), source: Box::new(source) })
    }

    /// Whether it occurs in a name.
    pub fn matches(&self, name: &str) -> bool {
        self.0.is_match(name)
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Serialize for Pattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// Which kinds of securables take part besides tables. Each switch turns off its own reads and writes only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kinds {
    /// Views.
    pub views: bool,
    /// Functions.
    pub functions: bool,
    /// Volumes.
    pub volumes: bool,
}

impl Default for Kinds {
    fn default() -> Self {
        Self { views: true, functions: true, volumes: true }
    }
}

/// Which facets are carried besides data and text. Each switch turns off its own reads and writes only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own, named as in the guide")]
pub struct Copies {
    /// Grants.
    pub permissions: bool,
    /// Owners.
    pub ownership: bool,
    /// Comments.
    pub comments: bool,
    /// Properties of catalogs, schemas and views; `CLONE` itself carries those of tables.
    pub properties: bool,
    /// Tags, of columns too.
    pub tags: bool,
    /// Primary and foreign keys; `CLONE` itself carries CHECK and NOT NULL.
    pub constraints: bool,
}

impl Default for Copies {
    fn default() -> Self {
        Self {
            permissions: true,
            ownership: true,
            comments: true,
            properties: true,
            tags: true,
            constraints: true,
        }
    }
}

/// How much is done at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Times `parallel_tables`, the statements that run at once.
    pub max_workers: NonZeroUsize,
    /// Times `max_workers`, the statements that run at once.
    pub parallel_tables: NonZeroUsize,
    /// Statements on the warehouse at once, whatever the workers.
    pub max_parallel_queries: NonZeroUsize,
    /// Statements a second, reads included; 0 is no limit.
    #[serde(default)]
    pub max_rps: u32,
    /// How often a step is tried again after a transient failure.
    pub max_retries: u32,
}

impl Limits {
    /// REST calls that run at once: short, and no burden to the warehouse.
    pub fn rest_calls(&self) -> usize {
        self.workers().saturating_mul(4).min(16)
    }

    /// Times the two, statements at most.
    fn workers(&self) -> usize {
        self.max_workers.get().saturating_mul(self.parallel_tables.get())
    }

    /// Statements that run at once.
    pub fn statements(&self) -> usize {
        self.workers().min(self.max_parallel_queries.get())
    }
}

impl Default for Limits {
    fn default() -> Self {
        let count = |value| NonZeroUsize::new(value).unwrap_or(NonZeroUsize::MIN);
        Self {
            max_workers: count(4),
            parallel_tables: count(1),
            max_parallel_queries: count(10),
            max_rps: 0,
            max_retries: 3,
        }
    }
}

/// Statements of the user around the clone, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hooks {
    /// Before everything.
    pub pre_clone: Vec<Hook>,
    /// After everything in each schema.
    pub post_schema: Vec<Hook>,
    /// After everything.
    pub post_clone: Vec<Hook>,
}

/// A statement of the user, with the variables `${source_catalog}`, `${dest_catalog}` and, of a schema, `${schema}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hook {
    /// The statement.
    pub sql: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// What its failure means.
    #[serde(default)]
    pub on_error: OnError,
}

/// What the failure of a hook means.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnError {
    /// The run stops: nothing more is begun.
    Fail,
    /// It is told as a warning.
    #[default]
    Warn,
    /// Nothing; the report has it.
    Ignore,
}

/// Limits that stop a run cleanly, to be resumed later.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guardrails {
    /// Minutes from the begin of the run.
    pub max_duration_min: Option<u64>,
    /// Tables cloned, whatever came of it.
    pub max_tables: Option<u64>,
    /// Bytes copied, as far as `CLONE` told; statements under way are finished, so somewhat more may be.
    pub max_bytes: Option<u64>,
    /// Whether statements under way are cancelled instead of finished.
    pub cancel_in_flight: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identifier(text: &str) -> Identifier {
        Identifier::new(text).unwrap()
    }

    #[test]
    fn source_and_destination_that_differ_only_in_case_are_refused() {
        let settings = Settings::new(identifier("Prod"), identifier("prod"));
        assert!(matches!(settings.validate(), Err(Error::SameCatalog { .. })));
    }

    #[test]
    fn include_schemas_overrides_exclude_schemas() {
        let selection = Selection {
            include_schemas: vec![identifier("sales")],
            exclude_schemas: vec![identifier("sales")],
            ..Selection::default()
        };
        assert_eq!(selection.skips_schema(&identifier("SALES")), None);
        assert_eq!(selection.skips_schema(&identifier("hr")), Some("not among include_schemas"));
    }

    #[test]
    fn moments_are_read_with_and_without_time_and_offset() {
        for text in ["2026-03-04T23:00:00Z", "2026-03-04 23:00:00", "2026-03-05T01:00:00.000+02:00"] {
            assert_eq!(moment(text).unwrap().to_rfc3339(), "2026-03-04T23:00:00+00:00", "{text}");
        }
        assert_eq!(moment("2026-03-04").unwrap().to_rfc3339(), "2026-03-04T00:00:00+00:00");
        assert_eq!(moment("yesterday"), None);
    }

    #[test]
    fn included_objects_are_exact_and_the_more_restrictive_wins() {
        let object = |name: &str| IncludedObject {
            schema: "Sales".into(),
            name: name.into(),
            object_type: ObjectType::Table,
        };
        let selection = Selection {
            include_objects: vec![object("Orders"), object("tmp_x")],
            exclude_tables: Some(Pattern::new("^tmp_").unwrap()),
            ..Selection::default()
        };
        let skips = |name: &str, object_type| {
            selection.skips(&FullName::from_dotted(&format!("prod.{name}")).unwrap(), object_type)
        };
        assert_eq!(skips("sales.orders", ObjectType::Table), None);
        assert_eq!(skips("sales.tmp_x", ObjectType::Table), Some("matches exclude_tables_regex"));
        for (name, object_type) in [("hr.orders", ObjectType::Table), ("sales.orders", ObjectType::View)] {
            assert_eq!(skips(name, object_type), Some("not among include_objects"));
        }
        assert_eq!(selection.skips_schema(&identifier("hr")), Some("not among include_objects"));
    }

    #[test]
    fn locations_are_mapped_by_the_longest_whole_prefix() {
        let mut settings = Settings::new(identifier("prod"), identifier("dev"));
        for (from, to) in [("s3://prod", "s3://dev/"), ("s3://prod/raw/", "s3://dev-raw")] {
            settings.location_mapping.insert(from.into(), to.into());
        }
        let mapped = |url| settings.map_location(url);
        assert_eq!(mapped("s3://prod/a/b").as_deref(), Some("s3://dev/a/b"));
        assert_eq!(mapped("s3://prod/raw/x").as_deref(), Some("s3://dev-raw/x"));
        assert_eq!(mapped("s3://prod/raw").as_deref(), Some("s3://dev-raw"));
        assert_eq!(mapped("s3://production/a"), None);
    }

    #[test]
    fn invalid_pattern_is_refused_and_named() {
        assert!(Pattern::new("fact_(").unwrap_err().to_string().contains("fact_("));
    }

    #[test]
    fn settings_survive_json() {
        let mut settings = Settings::new(identifier("prod"), identifier("dev"));
        settings.selection.include_tables = Some(Pattern::new("^dim_|^fact_").unwrap());
        let text = serde_json::to_string(&settings).unwrap();
        assert_eq!(serde_json::from_str::<Settings>(&text).unwrap(), settings);
    }
}
