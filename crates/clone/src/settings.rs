//! What a clone is to do: resolved values, no layer of configuration is visible here.

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroUsize;

use clxs_api::{Identifier, Properties};
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
    /// How much is done at once.
    pub limits: Limits,
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
            limits: Limits::default(),
        }
    }

    /// Whether the settings make sense before anything is contacted.
    ///
    /// # Errors
    /// [`Error::SameCatalog`] when source and destination are one catalog.
    pub fn validate(&self) -> Result<()> {
        if self.source.matches(self.destination.as_str()) {
            return Err(Error::SameCatalog { catalog: self.source.clone() });
        }
        Ok(())
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
    /// The last version at or before this moment, as SQL reads it: `2026-03-04T23:59:59`.
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
}

impl Selection {
    /// Why a schema does not take part; `None` when it does.
    pub fn skips_schema(&self, schema: &Identifier) -> Option<&'static str> {
        let listed = |names: &[Identifier]| names.iter().any(|name| name.matches(schema.as_str()));
        if !self.include_schemas.is_empty() {
            return (!listed(&self.include_schemas)).then_some("not among include_schemas");
        }
        listed(&self.exclude_schemas).then_some("among exclude_schemas")
    }

    /// Why a table or view does not take part; `None` when it does.
    pub fn skips_table(&self, table: &Identifier) -> Option<&'static str> {
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
    /// Times `parallel_tables`, the steps that run at once.
    pub max_workers: NonZeroUsize,
    /// Times `max_workers`, the steps that run at once.
    pub parallel_tables: NonZeroUsize,
    /// Statements on the warehouse at once, whatever the workers.
    pub max_parallel_queries: NonZeroUsize,
    /// How often a step is tried again after a transient failure.
    pub max_retries: u32,
}

impl Limits {
    /// Steps that run at once.
    pub fn workers(&self) -> usize {
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
            max_retries: 3,
        }
    }
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
