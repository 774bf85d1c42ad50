//! Tables that the functions of guards read, to look up who may see what. A guard lets through what it does in the source only
//! where the copies of these have all rows that the source's have.

use std::collections::BTreeSet;

use clxs_api::FullName;

use super::builder::Builder;
use super::{Facet, PlannedChange, StepId, drift};
use crate::inventory::{Table, VersionAsOf, same_text};
use crate::settings::{AsOf, RowScope};
use crate::{Kind, Securable};

/// Why functions would look something else up for this table than in the source, as what they do; nothing where they will
/// not, or where the table has no rows to be guarded.
pub(super) fn gap(builder: &Builder<'_>, guarded: &FullName, functions: &[Securable]) -> Option<String> {
    if builder.settings.rows_of(guarded) == RowScope::None {
        return None;
    }
    read_by(builder, functions).iter().find_map(|read| {
        let why = other_rows(builder, guarded, &read.name)?;
        Some(format!("reads {}, {why}", read.name.dotted()))
    })
}

/// The steps that make functions of the source or replace them, and that bring the rows which they read.
pub(super) fn steps(builder: &Builder<'_>, functions: &[Securable]) -> Vec<StepId> {
    needed_by(builder, functions).iter().filter_map(|needed| builder.definition_step(needed)).collect()
}

/// The steps that give functions which look something up, and views through which they do, to those with whose rights they do.
pub(super) fn owners(builder: &Builder<'_>, functions: &[Securable]) -> Vec<StepId> {
    let looks_up = |text: &&Securable| builder.needs.get(text).is_some_and(|needs| !needs.is_empty());
    let needed = needed_by(builder, functions);
    let texts = needed.iter().filter(looks_up);
    texts.filter_map(|text| builder.last_step(text, Facet::Owner)).collect()
}

/// Tables and views of the source that functions read, directly or through each other.
fn read_by(builder: &Builder<'_>, functions: &[Securable]) -> BTreeSet<Securable> {
    let mut read = needed_by(builder, functions);
    read.retain(|it| it.kind != Kind::Function);
    read
}

/// Functions of the source, and what they need, directly or through each other.
fn needed_by(builder: &Builder<'_>, functions: &[Securable]) -> BTreeSet<Securable> {
    let is_text = |text: &Securable| {
        text.kind == Kind::Function
            || builder.inventories.source.table(&text.name).is_some_and(Table::is_text)
    };
    let (mut found, mut left) = (BTreeSet::new(), functions.to_vec());
    while let Some(text) = left.pop() {
        // What guards a table that is read, guards it alone.
        let needed = builder.needs.get(&text).filter(|_| is_text(&text));
        if found.insert(text) {
            left.extend(needed.into_iter().flatten().cloned());
        }
    }
    found.retain(|it| it.name.catalog().matches(builder.settings.source.as_str()));
    found
}

/// Why the copy of what is read has other rows than the source's.
fn other_rows(builder: &Builder<'_>, guarded: &FullName, name: &FullName) -> Option<String> {
    let inventories = builder.inventories;
    let schema = name.schema().and_then(|schema| inventories.source.schemas.get(schema));
    if schema.is_some_and(|schema| schema.is_system) {
        return None;
    }
    let Some(source) = inventories.source.table(name) else {
        return Some("which is not cloned".to_owned());
    };
    if !source.is_text() {
        let rows = builder.settings.rows_of(name);
        if rows != RowScope::All {
            return Some(format!("of which {rows} of the rows are copied"));
        }
        if !is_of_the_same_moment(builder, guarded, name, source) {
            return Some("which is copied as it was earlier".to_owned());
        }
    }
    match builder.planned(&Securable::new(source.kind, name.clone())).map(|planned| &planned.change) {
        Some(PlannedChange::Skip { .. }) if has_the_same(builder, name, source) => None,
        Some(PlannedChange::Skip { reason }) => Some(format!("which is left out: {reason}")),
        Some(_) => None,
        None => Some("which is not cloned".to_owned()),
    }
}

/// Whether a table is read as of now, or as of the moment of what is guarded.
fn is_of_the_same_moment(builder: &Builder<'_>, guarded: &FullName, name: &FullName, source: &Table) -> bool {
    let (own, of_guarded) = (builder.settings.as_of_table(name), builder.settings.as_of_table(guarded));
    let is_newest = match &source.as_of {
        None => own == AsOf::Latest,
        Some(VersionAsOf::Version(version)) => source.history.version() == Some(*version),
        Some(_) => false,
    };
    // A number of a version is a moment of one table alone.
    is_newest || (own == of_guarded && !matches!(own, AsOf::Version(_)))
}

/// Whether the destination has what is left out as the source has it.
fn has_the_same(builder: &Builder<'_>, name: &FullName, source: &Table) -> bool {
    let (settings, existing) = (builder.settings, builder.inventories.destination.table(name));
    if source.is_text() {
        return same_text(settings, source, existing).is_some();
    }
    existing.is_some_and(|own| own.kind == source.kind && drift(source, name, own, settings).is_none())
}
