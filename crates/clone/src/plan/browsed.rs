//! Says of what the caller may only browse that it is left out, or in the way.

use super::builder::{Builder, Entry, Sides};
use super::{Finding, PlannedChange};
use crate::settings::{ObjectType, Selection};
use crate::{Kind, Securable};

pub(super) fn plan(builder: &mut Builder<'_>) {
    let inventories = builder.inventories;
    for securable in &inventories.source.browsed {
        let reason = left_out(&builder.settings.selection, securable).map_or_else(
            || format!("you may only browse it: {} is missing", privilege(securable.kind)),
            str::to_owned,
        );
        builder.add(Entry {
            source: securable.clone(),
            change: PlannedChange::Skip { reason },
            sides: Sides::default(),
            table: None,
            facets: Vec::new(),
        });
    }
    for Securable { kind, name } in &inventories.destination.browsed {
        let message = format!("it is there, and you may only browse it: {} is missing", privilege(*kind));
        builder.finding(Finding { securable: name.clone(), line: None, message });
    }
}

fn left_out(selection: &Selection, securable: &Securable) -> Option<&'static str> {
    let Securable { kind, name } = securable;
    let object_type = match kind {
        Kind::Schema => return selection.skips_schema(name.name()),
        Kind::Function => ObjectType::Function,
        Kind::Volume => ObjectType::Volume,
        Kind::Model => ObjectType::Model,
        kind => kind.object_type(),
    };
    selection.skips(name, object_type)
}

/// What lets somebody read all of it.
fn privilege(kind: Kind) -> &'static str {
    match kind {
        Kind::Catalog => "USE CATALOG",
        Kind::Schema | Kind::SystemSchema => "USE SCHEMA",
        Kind::Volume => "READ VOLUME",
        Kind::Function | Kind::Model => "EXECUTE",
        _ => "SELECT",
    }
}
