//! From settings as written to what the engine takes.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use clxs_api::Identifier;
use clxs_clone::Settings;
use clxs_clone::plan::Facet;
use clxs_clone::settings::{
    AsOf, CloneType, Conditions, Copies, Guardrails, Hooks, Kinds, Limits, LoadType, LocationMapping,
    Pattern, PrincipalMapping, ProtectedTables, Selection, SizeOrder,
};

use crate::failure::CliError;
use crate::settings::options::Options;
use crate::settings::parts::known_facet;
use crate::settings::throttle;

/// The engine's settings.
///
/// # Errors
/// When a catalog is not named. What the configuration's checks let through is valid otherwise.
pub(crate) fn resolve(options: Options) -> anyhow::Result<Settings> {
    let source = options.source_catalog.as_deref();
    let source = source.ok_or(CliError::MissingSetting { key: "source_catalog", flag: "--source" })?;
    let destination = options.destination_catalog.as_deref();
    let destination =
        destination.ok_or(CliError::MissingSetting { key: "destination_catalog", flag: "--dest" })?;
    let defaults = Settings::new(Identifier::new(source)?, Identifier::new(destination)?);
    Ok(Settings {
        clone_type: clone_type(&options),
        load_type: load_type(&options),
        as_of: as_of(&options),
        as_of_tables: lowercase(&options),
        consistent: options.consistent.unwrap_or(defaults.consistent),
        where_clauses: Conditions::new(options.where_clauses.iter().flatten())?,
        schema_only: options.schema_only.unwrap_or(defaults.schema_only),
        selection: selection(&options)?,
        kinds: kinds(&options),
        copy: copies(&options),
        protected_tables: protected_tables(&options),
        force_reclone: options.force_reclone.unwrap_or(defaults.force_reclone),
        overwrite_edits: options.overwrite_edits.unwrap_or(defaults.overwrite_edits),
        order_by_size: size_order(&options),
        limits: limits(&options),
        throttle_schedule: throttle::schedule(
            options.throttle_schedule.as_deref().unwrap_or_default(),
            options.throttle_time_zone.unwrap_or_default(),
            limits(&options),
        )?,
        guardrails: guardrails(&options),
        hooks: Hooks {
            pre_clone: options.pre_clone_hooks.unwrap_or_default(),
            post_schema: options.post_schema_hooks.unwrap_or_default(),
            post_clone: options.post_clone_hooks.unwrap_or_default(),
        },
        location: options.location,
        location_mapping: LocationMapping::new(options.location_mapping.unwrap_or_default())?,
        volume_max_file_mb: options.volume_max_file_mb,
        table_properties: options.clone_tbl_properties.unwrap_or_default(),
        principal_mapping: PrincipalMapping::new(options.principal_mapping.unwrap_or_default())?,
        ..defaults
    })
}

/// The facets that must be carried.
///
/// # Errors
/// When a switch of the settings leaves one out. That every name is known, the checks of the configuration have seen to.
pub(crate) fn required(options: &Options) -> anyhow::Result<Vec<Facet>> {
    let copies = copies(options);
    let carried = |name: &String| -> anyhow::Result<Facet> {
        let facet = known_facet(name).map_err(anyhow::Error::msg)?;
        match switch_off(copies, facet) {
            None => Ok(facet),
            Some(key) => {
                let message = format!("{facet} is required, and {key}: false leaves it out");
                Err(CliError::Usage { message, hint: "take one of them out".to_owned() }.into())
            }
        }
    };
    options.require.iter().flatten().map(carried).collect()
}

/// The key of the switch that leaves a facet out.
fn switch_off(copies: Copies, facet: Facet) -> Option<&'static str> {
    let (is_on, key) = match facet {
        Facet::Grants => (copies.permissions, "copy_permissions"),
        Facet::Owner => (copies.ownership, "copy_ownership"),
        Facet::Comment => (copies.comments, "copy_comments"),
        Facet::Properties => (copies.properties, "copy_properties"),
        Facet::Tags | Facet::ColumnTags => (copies.tags, "copy_tags"),
        Facet::PrimaryKey | Facet::ForeignKey => (copies.constraints, "copy_constraints"),
        Facet::RowFilter | Facet::ColumnMasks | Facet::Policies => (copies.security, "copy_security"),
        _ => (true, ""),
    };
    (!is_on).then_some(key)
}

fn clone_type(options: &Options) -> CloneType {
    match options.clone_type.as_deref() {
        Some("SHALLOW") => CloneType::Shallow,
        _ => CloneType::Deep,
    }
}

fn load_type(options: &Options) -> LoadType {
    match options.load_type.as_deref() {
        Some("INCREMENTAL") => LoadType::Incremental,
        Some("SELECTIVE") => LoadType::Selective,
        _ => LoadType::Full,
    }
}

fn protected_tables(options: &Options) -> ProtectedTables {
    match options.protected_tables.as_deref() {
        Some("skip") => ProtectedTables::Skip,
        Some("fail") => ProtectedTables::Fail,
        _ => ProtectedTables::Copy,
    }
}

fn size_order(options: &Options) -> Option<SizeOrder> {
    match options.order_by_size.as_deref()? {
        "asc" => Some(SizeOrder::Asc),
        _ => Some(SizeOrder::Desc),
    }
}

fn as_of(options: &Options) -> AsOf {
    match (options.as_of_version, &options.as_of_timestamp) {
        (Some(version), _) => AsOf::Version(version),
        (None, Some(timestamp)) => AsOf::Timestamp(timestamp.clone()),
        (None, None) => AsOf::Latest,
    }
}

fn lowercase(options: &Options) -> BTreeMap<String, u64> {
    let versions = options.as_of_tables.iter().flatten();
    versions.map(|(table, version)| (table.to_lowercase(), *version)).collect()
}

fn selection(options: &Options) -> anyhow::Result<Selection> {
    let names = |names: &Option<Vec<String>>| {
        names.iter().flatten().map(Identifier::new).collect::<Result<Vec<_>, _>>()
    };
    let pattern = |text: &Option<String>| text.as_deref().map(Pattern::new).transpose();
    Ok(Selection {
        include_schemas: names(&options.include_schemas)?,
        exclude_schemas: names(&options.exclude_schemas)?,
        include_tables: pattern(&options.include_tables_regex)?,
        exclude_tables: pattern(&options.exclude_tables_regex)?,
        include_objects: options.include_objects.clone().unwrap_or_default(),
        filter_by_tags: options.filter_by_tags.clone().unwrap_or_default(),
        unused_days: options.unused_days.filter(|_| options.skip_unused == Some(true)),
    })
}

fn copies(options: &Options) -> Copies {
    let defaults = Copies::default();
    Copies {
        permissions: options.copy_permissions.unwrap_or(defaults.permissions),
        ownership: options.copy_ownership.unwrap_or(defaults.ownership),
        comments: options.copy_comments.unwrap_or(defaults.comments),
        properties: options.copy_properties.unwrap_or(defaults.properties),
        tags: options.copy_tags.unwrap_or(defaults.tags),
        constraints: options.copy_constraints.unwrap_or(defaults.constraints),
        security: options.copy_security.unwrap_or(defaults.security),
    }
}

fn kinds(options: &Options) -> Kinds {
    let defaults = Kinds::default();
    Kinds {
        views: options.clone_views.unwrap_or(defaults.views),
        functions: options.clone_functions.unwrap_or(defaults.functions),
        volumes: options.clone_volumes.unwrap_or(defaults.volumes),
        pipelines: options.recreate_pipelines_tables.unwrap_or(defaults.pipelines),
    }
}

fn limits(options: &Options) -> Limits {
    let defaults = Limits::default();
    let count = |value: Option<usize>, default| value.and_then(NonZeroUsize::new).unwrap_or(default);
    Limits {
        max_workers: count(options.max_workers, defaults.max_workers),
        parallel_tables: count(options.parallel_tables, defaults.parallel_tables),
        max_parallel_queries: count(options.max_parallel_queries, defaults.max_parallel_queries),
        max_rps: options.max_rps.unwrap_or(defaults.max_rps),
        max_retries: match options.enable_retry {
            Some(false) => 0,
            _ => options.max_retries.unwrap_or(defaults.max_retries),
        },
    }
}

fn guardrails(options: &Options) -> Guardrails {
    Guardrails {
        max_duration_min: options.max_duration_min,
        max_tables: options.max_tables,
        max_bytes: options.max_bytes,
        cancel_in_flight: options.cancel_in_flight == Some(true),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value, json};

    use super::*;
    use crate::settings::file;
    use crate::settings::keys::{KEYS, Key, OF_THE_COMMAND_LINE};
    use crate::settings::kind::Kind;
    use crate::settings::layer::{Layer, combine};

    fn options() -> Options {
        let defaults = combine([Layer::of_defaults()]).options().unwrap();
        Options {
            source_catalog: Some("prod".to_owned()),
            destination_catalog: Some("dev".to_owned()),
            exclude_schemas: None,
            ..defaults
        }
    }

    #[test]
    fn our_defaults_are_the_engines() {
        let name = |text: &str| Identifier::new(text).unwrap();
        assert_eq!(resolve(options()).unwrap(), Settings::new(name("prod"), name("dev")));
    }

    /// A value that is not the default.
    fn other_than_default(key: &Key) -> Value {
        let default = key.default_value();
        match key.kind {
            Kind::Text => json!("another"),
            Kind::Moment => json!("2026-03-04"),
            Kind::Facets => json!(["tags"]),
            Kind::Pattern => json!("^dim_"),
            Kind::Switch => json!(default == Some(json!(false))),
            Kind::Count(least) => json!(default.and_then(|value| value.as_u64()).unwrap_or(least) + 1),
            Kind::Names => json!(["another"]),
            Kind::Mapping | Kind::Principals => json!({"prod": "dev"}),
            Kind::Locations => json!({"s3://prod": "s3://dev"}),
            Kind::Conditions => json!({"s.t": "id > 1"}),
            Kind::Versions => json!({"s.t": 1}),
            Kind::Objects => json!([{"schema": "s", "name": "t", "type": "table"}]),
            Kind::Hooks | Kind::SchemaHooks => json!([{"sql": "SELECT 1"}]),
            Kind::Schedule => json!([{"hours": "9-17", "profile": "low"}]),
            Kind::TimeZone => json!("Europe/Berlin"),
            Kind::Choice(choices) => {
                json!(choices.iter().find(|choice| Some(json!(choice)) != default).unwrap())
            }
        }
    }

    /// What a key means nothing without.
    fn goes_with(key: &str) -> Vec<(&'static str, Value)> {
        match key {
            "unused_days" => vec![("skip_unused", json!(true))],
            "throttle_time_zone" => vec![("throttle_schedule", json!([{"hours": "9-17", "profile": "low"}]))],
            _ => Vec::new(),
        }
    }

    /// The engine's settings of a file with these keys.
    fn settings_of(keys: impl IntoIterator<Item = (&'static str, Value)>) -> Settings {
        let named = [("source_catalog", json!("prod")), ("destination_catalog", json!("dev"))];
        let written: Map<_, _> =
            named.into_iter().chain(keys).map(|(key, value)| (key.to_owned(), value)).collect();
        let file = tempfile::NamedTempFile::new().unwrap();
        fs_err::write(file.path(), Value::Object(written).to_string()).unwrap();
        let mut findings = Vec::new();
        let layer = file::read(file.path(), &mut findings).unwrap();
        assert!(findings.is_empty(), "{findings:?}");
        resolve(combine([layer, Layer::of_defaults()]).throttled().options().unwrap()).unwrap()
    }

    #[test]
    fn every_key_of_a_file_reaches_the_engine_or_is_one_of_the_command_line() {
        for key in KEYS {
            let without = settings_of(goes_with(key.name));
            let with =
                settings_of(goes_with(key.name).into_iter().chain([(key.name, other_than_default(key))]));
            let is_ours = OF_THE_COMMAND_LINE.contains(&key.name);
            assert_eq!(with == without, is_ours, "{}: {with:#?}", key.name);
        }
    }

    #[test]
    fn every_choice_reaches_the_engine() {
        let written = Options {
            clone_type: Some("SHALLOW".to_owned()),
            load_type: Some("SELECTIVE".to_owned()),
            protected_tables: Some("fail".to_owned()),
            order_by_size: Some("asc".to_owned()),
            as_of_version: Some(0),
            copy_ownership: Some(false),
            include_tables_regex: Some("^dim_".to_owned()),
            max_workers: Some(8),
            ..options()
        };
        let settings = resolve(written).unwrap();
        assert_eq!(
            (settings.clone_type, settings.load_type, settings.order_by_size, settings.as_of),
            (CloneType::Shallow, LoadType::Selective, Some(SizeOrder::Asc), AsOf::Version(0))
        );
        assert!(settings.copy.permissions && !settings.copy.ownership);
        assert_eq!(settings.protected_tables, ProtectedTables::Fail);
        assert!(settings.selection.include_tables.unwrap().matches("dim_store"));
        assert_eq!(settings.limits.max_workers.get(), 8);
    }
}
