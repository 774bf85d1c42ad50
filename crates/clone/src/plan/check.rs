//! Whether the settings fit what is there: whatever they name must exist, or somebody mistyped it.

use clxs_api::{FullName, Identifier};

use crate::inventory::{Inventories, Inventory, VersionAsOf};
use crate::settings::{ObjectType, Settings};
use crate::{Error, Kind, Result, Securable};

/// # Errors
/// Those of [`super::plan`] that say what the settings name and the source does not have.
pub(super) fn check(inventories: &Inventories, settings: &Settings) -> Result<()> {
    settings.validate()?;
    if inventories.source.catalog.is_none() {
        return Err(Error::SourceNotFound { catalog: settings.source.clone() });
    }
    check_schemas(inventories, settings)?;
    check_tables(inventories, settings)?;
    check_objects(inventories, settings)?;
    check_as_of(inventories, settings)
}

/// A schema that is named and does not exist is a typing error; every catalog has `information_schema`.
fn check_schemas(inventories: &Inventories, settings: &Settings) -> Result<()> {
    let (source, selection) = (&inventories.source, &settings.selection);
    let is_browsed = |name: &Identifier| {
        let mut browsed = source.browsed.iter().filter(|it| it.kind == Kind::Schema);
        browsed.any(|it| it.name.name().matches(name.as_str()))
    };
    let named = selection.include_schemas.iter().chain(&selection.exclude_schemas);
    let schemas: Vec<_> = named
        .filter(|name| !name.matches("information_schema"))
        .filter(|name| !source.schemas.contains_key(&name.to_lowercase()) && !is_browsed(name))
        .cloned()
        .collect();
    if schemas.is_empty() {
        Ok(())
    } else {
        Err(Error::UnknownSchemas { catalog: settings.source.clone(), schemas })
    }
}

/// Tables with settings of their own. Views have neither rows nor versions.
fn check_tables(inventories: &Inventories, settings: &Settings) -> Result<()> {
    let named: [(_, Vec<_>); 2] = [
        ("where_clauses", settings.where_clauses.tables().cloned().collect()),
        ("as_of_tables", settings.as_of_tables.keys().cloned().collect()),
    ];
    for (key, mut names) in named {
        names.retain(|name| {
            let is_there = |name: &FullName| {
                let table = inventories.source.table(name);
                table.map_or_else(|| is_unread(&inventories.source, name), |table| !table.is_text())
            };
            !in_source(settings, name).is_some_and(|name| is_there(&name))
        });
        require_none(settings, ("table", key), names)?;
    }
    Ok(())
}

fn check_objects(inventories: &Inventories, settings: &Settings) -> Result<()> {
    let source = &inventories.source;
    for object in &settings.selection.include_objects {
        let name = format!("{}.{}", object.schema, object.name);
        let is_there = |name: &FullName| {
            let schema = name.schema().and_then(|schema| source.schemas.get(schema));
            match object.object_type {
                ObjectType::Table | ObjectType::View => {
                    source.table(name).is_some_and(|table| table.kind.object_type() == object.object_type)
                }
                ObjectType::Function => source.function(name).is_some(),
                ObjectType::Volume => schema.is_some_and(|schema| schema.volumes.contains_key(name.name())),
                ObjectType::Model => schema.is_some_and(|schema| schema.models.contains_key(name.name())),
            }
        };
        let is_known = |name: FullName| is_there(&name) || is_unread(source, &name);
        if !in_source(settings, &name).is_some_and(is_known) {
            let what = match object.object_type {
                ObjectType::Table => "table",
                ObjectType::View => "view",
                ObjectType::Function => "function",
                ObjectType::Volume => "volume",
                ObjectType::Model => "model",
            };
            require_none(settings, (what, "include_objects"), vec![name])?;
        }
    }
    Ok(())
}

fn require_none(
    settings: &Settings,
    (what, key): (&'static str, &'static str),
    names: Vec<String>,
) -> Result<()> {
    if names.is_empty() {
        return Ok(());
    }
    Err(Error::UnknownTables { catalog: settings.source.clone(), what, key, names })
}

/// The full name of `schema.name`, in lower case.
fn in_source(settings: &Settings, name: &str) -> Option<FullName> {
    let catalog = settings.source.as_str();
    Some(FullName::from_dotted(&format!("{catalog}.{name}")).ok()?.to_lowercase())
}

/// Whether nobody read what is of this name: the caller may only browse it, or its schema does not take part.
fn is_unread(source: &Inventory, name: &FullName) -> bool {
    let is_browsed = |it: &Securable| it.name == *name || Some(&it.name) == name.parent().as_ref();
    let schema = name.schema().and_then(|schema| source.schemas.get(schema));
    schema.is_some_and(|schema| schema.skip.is_some()) || source.browsed.iter().any(is_browsed)
}

/// Tables that are asked for as they were must have been something then. Protected ones that are not copied do not keep the
/// others from it.
fn check_as_of(inventories: &Inventories, settings: &Settings) -> Result<()> {
    let catalog = FullName::of_catalog(settings.source.to_lowercase());
    let schemas = inventories.source.schemas.iter();
    let all = schemas.flat_map(|(schema, contents)| {
        let schema = catalog.child(schema.clone());
        contents.tables.iter().map(move |(name, table)| (schema.child(name.clone()), table))
    });
    let unavailable = all.filter_map(|(name, table)| match &table.as_of {
        Some(VersionAsOf::Unavailable { reason }) if table.is_open() => Some((name, reason.clone())),
        _ => None,
    });
    let tables: Vec<_> = unavailable.collect();
    if tables.is_empty() { Ok(()) } else { Err(Error::NotAsOf { tables }) }
}
