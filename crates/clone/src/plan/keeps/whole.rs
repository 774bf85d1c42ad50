//! Notes what is in the destination alone: schemas, what is in schemas, and files of volumes. The source may have had them
//! when they were copied.

use std::collections::{BTreeMap, BTreeSet};

use clxs_api::{FullName, Identifier};

use super::{Builder, note};
use crate::inventory::{FileState, Files, Schema, Volume};
use crate::named::some_of;
use crate::plan::{Facet, Finding};
use crate::{Kind, Securable};

pub(super) fn plan(builder: &mut Builder<'_>) {
    let inventories = builder.inventories;
    let schemas = inventories.only_in_destination.iter().map(|name| format!("schema {}", name.as_str()));
    let catalog = builder.source();
    find(builder, catalog.clone(), &schemas.collect::<Vec<_>>());
    let browsed: BTreeSet<_> = inventories.source.browsed.iter().map(|securable| &securable.name).collect();
    for (name, schema) in inventories.source.taking_part() {
        let Some(own) = inventories.destination.schemas.get(name) else { continue };
        let name = catalog.child(name.clone());
        let kept = only_in_destination(&browsed, &name, (schema, own));
        find(builder, name, &kept);
    }
    for (name, source, destination) in builder.pairs(|schema| &schema.volumes) {
        let Some(files) = destination.and_then(|own| files_of_its_own(source, own)) else { continue };
        note(builder, &Securable::new(Kind::Volume, name), Facet::Files, &files);
    }
}

fn find(builder: &mut Builder<'_>, container: FullName, kept: &[String]) {
    if kept.is_empty() {
        return;
    }
    let message = format!("the destination keeps {}, which the source does not have", some_of(kept));
    builder.finding(Finding { securable: container, line: None, message });
}

/// What a schema of the destination has and that of the source has not, and does not have out of the caller's sight.
fn only_in_destination(
    browsed: &BTreeSet<&FullName>,
    schema_name: &FullName,
    (schema, own): (&Schema, &Schema),
) -> Vec<String> {
    let is_own = |name: &Identifier| !browsed.contains(&schema_name.child(name.clone()));
    let tables = alone(&schema.tables, &own.tables).map(|(name, table)| (table.kind, name));
    let functions = alone(&schema.functions, &own.functions).map(|(name, _)| (Kind::Function, name));
    let volumes = alone(&schema.volumes, &own.volumes).map(|(name, _)| (Kind::Volume, name));
    let models = alone(&schema.models, &own.models).map(|(name, _)| (Kind::Model, name));
    let all = tables.chain(functions).chain(volumes).chain(models).filter(|(_, name)| is_own(name));
    all.map(|(kind, name)| format!("{kind} {}", name.as_str())).collect()
}

fn alone<'a, T>(
    source: &'a BTreeMap<Identifier, T>,
    own: &'a BTreeMap<Identifier, T>,
) -> impl Iterator<Item = (&'a Identifier, &'a T)> {
    own.iter().filter(|(name, _)| !source.contains_key(*name))
}

/// The files of a volume that only the destination has.
fn files_of_its_own(source: &Volume, own: &Volume) -> Option<String> {
    let (Files::Read(files), Files::Read(own)) = (&source.files, &own.files) else { return None };
    let is_own = |(path, file): &(&String, &FileState)| !file.is_directory && !files.contains_key(*path);
    let kept: Vec<_> = own.iter().filter(is_own).map(|(path, _)| path.clone()).collect();
    (!kept.is_empty()).then(|| some_of(&kept))
}
