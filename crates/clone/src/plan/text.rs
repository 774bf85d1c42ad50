//! Views, functions, and tables that functions guard, by themselves or by policies: they name each other, so that they
//! are made in one order, across kinds and schemas. Other tables come before all of them.

mod order;

use std::collections::BTreeMap;

use clxs_api::{FullName, Identifier};

use super::builder::Builder;
use super::policy::Policing;
use super::{PlannedChange, function, protected, table, view};
use crate::inventory::complete;
use crate::{Kind, Securable};
use order::{Ordered, order};

pub(super) fn plan(builder: &mut Builder<'_>) {
    let views = view::candidates(builder);
    let functions = function::candidates(builder);
    let tables = protected::candidates(builder);
    let mut needs: BTreeMap<Securable, Vec<Securable>> = BTreeMap::new();
    for (name, table) in &tables {
        needs.insert(relation(name), table.needs.clone());
    }
    for (name, view) in &views {
        needs.insert(relation(name), view.needs.clone());
    }
    for (name, function) in &functions {
        needs.insert(routine(name), function.needs.clone());
    }
    let policing = Policing::new(builder, &needs);
    for (name, functions) in policing.needs(builder.settings) {
        needs.entry(relation(name)).or_default().extend(functions);
    }
    let Ordered { order, cycles } = order(&needs);
    builder.policing = policing;
    builder.needs = needs;
    builder.needs.extend(builder.inventories.source.needs_outside.clone());
    table::plan(builder);
    let in_order = order.into_iter().map(|securable| (securable, None));
    let in_cycles = cycles.into_iter().map(|(securable, cycle)| {
        let reason = format!("views, functions and guards need each other in a cycle: {cycle}");
        (securable, Some(PlannedChange::Skip { reason }))
    });
    for (Securable { kind, name }, skip) in in_order.chain(in_cycles) {
        if kind == Kind::Function {
            if let Some(candidate) = functions.get(&name) {
                function::plan(builder, &name, candidate, skip);
            }
        } else if let Some(candidate) = tables.get(&name) {
            protected::plan(builder, &name, candidate, skip);
        } else if let Some(candidate) = views.get(&name) {
            view::plan(builder, &name, candidate, skip);
        } else {
            table::plan_governed(builder, &name, skip);
        }
    }
}

/// A view, or whatever of the same name texts can read.
pub(super) fn relation(name: &FullName) -> Securable {
    Securable::new(Kind::View, name.clone())
}

/// A function.
pub(super) fn routine(name: &FullName) -> Securable {
    Securable::new(Kind::Function, name.clone())
}

/// The functions of the source that a text calls, as it writes them.
pub(super) fn called(
    builder: &Builder<'_>,
    calls: &[Vec<Identifier>],
    session: &(Identifier, Identifier),
) -> Vec<FullName> {
    let is_known = |name: &FullName| builder.inventories.source.function(name).is_some();
    calls.iter().filter_map(|parts| complete(parts, session)).filter(is_known).collect()
}

/// Why what a text needs will not be there; `None` when all of it will.
pub(super) fn missing(builder: &Builder<'_>, needs: &[Securable]) -> Option<String> {
    needs.iter().find_map(|needed| missing_one(builder, needed))
}

/// Why guards would not call what those of the source call; `None` when they will.
pub(super) fn no_such_guard(builder: &Builder<'_>, functions: &[Securable]) -> Option<String> {
    missing(builder, functions).or_else(|| {
        let other = functions.iter().find(|needed| function::keeps_another(builder, &needed.name))?;
        let own = builder.renamed(&other.name).dotted();
        Some(format!("the destination has another function {own}, which this run leaves as it is"))
    })
}

fn missing_one(builder: &Builder<'_>, needed: &Securable) -> Option<String> {
    let name = &needed.name;
    if !name.catalog().matches(builder.settings.source.as_str()) || exists(builder, needed) {
        return None;
    }
    let verb = if needed.kind == Kind::Function { "calls" } else { "reads" };
    match builder.planned(needed).map(|planned| &planned.change) {
        Some(PlannedChange::Skip { reason }) => {
            Some(format!("it {verb} {}, which is skipped: {reason}", name.dotted()))
        }
        Some(_) => None,
        None => Some(format!("it {verb} {}, which is not cloned", name.dotted())),
    }
}

/// Whether the destination has its own of this already, or gets it with its catalog.
fn exists(builder: &Builder<'_>, needed: &Securable) -> bool {
    let inventories = builder.inventories;
    let is_system =
        |schema: &Identifier| inventories.source.schemas.get(schema).is_some_and(|schema| schema.is_system);
    if needed.kind == Kind::Function {
        return inventories.destination.function(&needed.name).is_some();
    }
    inventories.destination.table(&needed.name).is_some() || needed.name.schema().is_some_and(is_system)
}
