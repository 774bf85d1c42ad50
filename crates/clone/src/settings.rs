//! What a clone is to do: resolved values, no layer of configuration is visible here.

mod hook_sql;
mod hooks;
mod limits;
mod mapping;
mod rows;
mod schedule;
mod selection;

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use clxs_api::{FullName, Identifier, Properties, SqlLiteral};
use serde::{Deserialize, Serialize};

pub use hook_sql::HookSql;
pub(crate) use hook_sql::Names;
pub use hooks::{Hook, Hooks, OnError};
pub use limits::{Guardrails, Limits};
pub use mapping::{LocationMapping, PrincipalMapping};
pub use rows::{Condition, Conditions, EVERY_TABLE, RowScope};
pub use schedule::{Days, Hours, Schedule, Slot, TimeZone};
pub use selection::{IncludedObject, ObjectType, Pattern, Selection};

use crate::inventory::Session;
use crate::{Error, Result};

/// How long the platform keeps which tables were read (docs.databricks.com, "System tables reference": 365 days free of
/// charge).
const LINEAGE_DAYS: u64 = 365;

/// By how much clocks of two machines may differ.
const CLOCK_SKEW: TimeDelta = TimeDelta::minutes(5);

/// Everything the engine needs to know to clone one catalog.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "switches of the user's, each of which stands alone")]
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
    /// Whether all tables are cloned as they were at one moment.
    #[serde(default)]
    pub consistent: bool,
    /// Which rows of which tables are cloned; all of the others.
    #[serde(default)]
    pub where_clauses: Conditions,
    /// Whether no rows and no files are cloned at all.
    #[serde(default)]
    pub schema_only: bool,
    /// Which schemas, tables and views take part.
    pub selection: Selection,
    /// Which kinds of securables take part besides tables.
    pub kinds: Kinds,
    /// Which facets are carried besides data and text.
    pub copy: Copies,
    /// What becomes of tables that `CLONE` refuses because they are protected.
    #[serde(default)]
    pub protected_tables: ProtectedTables,
    /// Replace tables that are unchanged too, and drop where a replace is impossible.
    pub force_reclone: bool,
    /// Replace tables that were edited in the destination since they were cloned.
    pub overwrite_edits: bool,
    /// The `MANAGED LOCATION` of a catalog that has to be made.
    pub location: Option<String>,
    /// Places of the source and what stands for them in the destination: of external tables and volumes and of
    /// managed locations.
    pub location_mapping: LocationMapping,
    /// Files of volumes with more MiB than this are left out.
    pub volume_max_file_mb: Option<u64>,
    /// Properties set by every `CLONE` statement on top of the source's.
    pub table_properties: Properties,
    /// Principals of the source and who stands for them in the destination.
    pub principal_mapping: PrincipalMapping,
    /// The order in which tables are cloned; largest known first when absent.
    pub order_by_size: Option<SizeOrder>,
    /// Statements of the user around the clone.
    #[serde(default)]
    pub hooks: Hooks,
    /// How much is done at once.
    pub limits: Limits,
    /// When other limits hold.
    #[serde(default)]
    pub throttle_schedule: Schedule,
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
            consistent: false,
            where_clauses: Conditions::default(),
            schema_only: false,
            selection: Selection::default(),
            kinds: Kinds::default(),
            copy: Copies::default(),
            protected_tables: ProtectedTables::Copy,
            force_reclone: false,
            overwrite_edits: false,
            location: None,
            location_mapping: LocationMapping::default(),
            volume_max_file_mb: None,
            table_properties: Properties::new(),
            principal_mapping: PrincipalMapping::default(),
            order_by_size: None,
            hooks: Hooks::default(),
            limits: Limits::default(),
            throttle_schedule: Schedule::default(),
            exact: false,
            guardrails: Guardrails::default(),
        }
    }

    /// Whether the settings make sense before anything is contacted.
    ///
    /// # Errors
    /// [`Error::SameCatalog`] when source and destination are one catalog, [`Error::InvalidCatalogName`] when no catalog
    /// can be called like the destination, [`Error::InvalidMoment`],
    /// [`Error::UnusedBeyondLineage`], [`Error::InvalidHook`].
    pub fn validate(&self) -> Result<()> {
        if self.source.matches(self.destination.as_str()) {
            return Err(Error::SameCatalog { catalog: self.source.clone() });
        }
        if !self.destination.can_name_a_securable() {
            return Err(Error::InvalidCatalogName { catalog: self.destination.clone() });
        }
        if let Some(days) = self.selection.unused_days.filter(|days| *days > LINEAGE_DAYS) {
            return Err(Error::UnusedBeyondLineage { days, most: LINEAGE_DAYS });
        }
        self.hooks.check()?;
        match &self.as_of {
            AsOf::Timestamp(text) if moment(text).is_none() => {
                Err(Error::InvalidMoment { text: text.clone() })
            }
            _ => Ok(()),
        }
    }

    /// Whether the moment to clone as of has come. Of a moment that has not, nobody knows what tables will hold; a clock
    /// that is a little ahead of this machine's is no reason to refuse one.
    ///
    /// # Errors
    /// [`Error::FutureMoment`].
    pub(crate) fn require_past(&self, now: DateTime<Utc>) -> Result<()> {
        let AsOf::Timestamp(text) = &self.as_of else { return Ok(()) };
        let latest = now + CLOCK_SKEW;
        match moment(text) {
            Some(moment) if moment > latest => Err(Error::FutureMoment { text: text.clone(), now }),
            _ => Ok(()),
        }
    }

    /// The version of a table to clone.
    pub fn as_of_table(&self, table: &FullName) -> AsOf {
        let key = within_schema(table);
        self.as_of_tables.get(&key).map_or_else(|| self.as_of.clone(), |version| AsOf::Version(*version))
    }

    /// The session of a text of the source, as that of the destination is to have it.
    pub(crate) fn session_in_destination(&self, (catalog, schema): Session) -> Session {
        let is_source = catalog.matches(self.source.as_str());
        (if is_source { self.destination.to_lowercase() } else { catalog }, schema)
    }

    /// Which rows of a table are cloned. Shallow clones refer to whole files.
    pub fn rows_of(&self, table: &FullName) -> RowScope {
        if self.schema_only {
            return RowScope::None;
        }
        let condition = self.where_clauses.of(table).filter(|_| self.clone_type == CloneType::Deep);
        condition.map_or(RowScope::All, RowScope::Where)
    }

    /// The largest file of a volume that is copied.
    pub fn max_file_bytes(&self) -> Option<u64> {
        self.volume_max_file_mb.map(|mebibytes| mebibytes.saturating_mul(1 << 20))
    }
}

/// `schema.table` in lower case: how settings name a table.
pub(crate) fn within_schema(table: &FullName) -> String {
    let schema = table.schema().map_or_else(String::new, |schema| schema.to_lowercase().as_str().to_owned());
    format!("{schema}.{}", table.name().to_lowercase().as_str())
}

/// Reads a moment: as RFC 3339 has it, or with a blank for the `T`, or a day; without an offset it is in UTC.
pub fn moment(text: &str) -> Option<DateTime<Utc>> {
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
    /// Only tables, new or drifted, with their facets; everything else stays as it is.
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

impl AsOf {
    /// What follows the name of a table in a statement, with the blank before it.
    pub(crate) fn clause(&self) -> String {
        match self {
            Self::Latest => String::new(),
            Self::Version(version) => format!(" VERSION AS OF {version}"),
            Self::Timestamp(text) => format!(" TIMESTAMP AS OF {}", SqlLiteral::new(text)),
        }
    }
}

/// What becomes of tables that `CLONE` refuses because they have a row filter or column masks, or are under policies.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProtectedTables {
    /// They are made anew, guarded, and filled, where the caller is proven to see clear values; else left out.
    #[default]
    Copy,
    /// They are left out.
    Skip,
    /// As `Copy`, but one that would be left out is an error before anything is touched.
    Fail,
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

/// Which kinds of securables take part besides tables. What does not is listed, and left out with that reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own, named as in the guide")]
pub struct Kinds {
    /// Views.
    pub views: bool,
    /// Functions.
    pub functions: bool,
    /// Volumes.
    pub volumes: bool,
    /// Materialized views and streaming tables, each made anew with a pipeline of its own.
    #[serde(default)]
    pub pipelines: bool,
}

impl Default for Kinds {
    fn default() -> Self {
        Self { views: true, functions: true, volumes: true, pipelines: false }
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
    /// Row filters, column masks and policies. Without them no table with guards is copied.
    pub security: bool,
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
            security: true,
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
    fn destination_that_no_catalog_can_be_called_is_refused() {
        for name in ["a/b", "a.b", "a b"] {
            let refused = Settings::new(identifier("prod"), identifier(name)).validate().unwrap_err();
            assert!(refused.to_string().contains(&format!("no catalog can be called `{name}`")), "{refused}");
        }
        Settings::new(identifier("prod"), identifier("dév-1`")).validate().unwrap();
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
    fn settings_survive_json() {
        let mut settings = Settings::new(identifier("prod"), identifier("dev"));
        settings.selection.include_tables = Some(Pattern::new("^dim_|^fact_").unwrap());
        let text = serde_json::to_string(&settings).unwrap();
        assert_eq!(serde_json::from_str::<Settings>(&text).unwrap(), settings);
    }
}
