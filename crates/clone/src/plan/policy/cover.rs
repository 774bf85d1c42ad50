//! Whether the copy of a table is, or will be, under a policy as its source is: the policy must be there, call what the
//! source's calls, and be about the copy by the tags that this has, or will have.

use clxs_api::FullName;

use super::{Given, impossible, over, own_function, reaches, scopes};
use crate::inventory::{Inventory, Policy, Table, Tagged};
use crate::plan::builder::Builder;
use crate::plan::protected::is_selected;
use crate::plan::text::{relation, routine};
use crate::plan::{Facet, Obstacle, PlannedChange, lookup};
use crate::settings::LoadType;
use crate::{Kind, Securable};

/// Says of copies that this run leaves as they are which of them are without a policy that their source is under.
pub(in crate::plan) fn plan(builder: &mut Builder<'_>) {
    let tables: Vec<_> =
        builder.policing.governed.keys().filter(|name| stays(builder, name)).cloned().collect();
    for name in tables {
        let over = builder.policing.over(&name).to_vec();
        for given in over {
            if let Some(reason) = lack(builder, &name, &given, false) {
                let table = Securable::new(Kind::Table, name.clone());
                builder.note_open(
                    &table,
                    vec![Facet::Policies],
                    &told(&given),
                    &format!("the policy {reason}"),
                );
            }
        }
    }
}

/// The policy of the source that the copy of a table is not under, if the run leaves that as it is.
pub(in crate::plan) fn lacking(builder: &Builder<'_>, table: &FullName) -> Option<String> {
    let over = builder.policing.over(table).iter().filter(|_| stays(builder, table));
    let mut lacking = over.filter(|given| lack(builder, table, given, false).is_some());
    lacking.next().map(told)
}

/// The same of a table whose schema takes no part. What functions of that schema do nobody has read.
pub(in crate::plan) fn lacking_outside(builder: &Builder<'_>, table: &FullName) -> Option<String> {
    let source = builder.inventories.source.table(table)?;
    let is_lacking = |given: &Given<'_>| {
        let Ok(policy) = given.policy else { return true };
        let lack = not_there(builder, given, policy, false);
        lack.or_else(|| out_of_it(builder, table, policy, false)).is_some()
    };
    let is_read_by_it = |given: &Given<'_>| {
        own_function(builder.settings, given)
            .is_some_and(|function| reaches(&builder.needs, &routine(function), &relation(table)))
    };
    let over = over(&builder.inventories.source, table, source);
    over.iter().find(|given| !is_read_by_it(given) && is_lacking(given)).map(told)
}

fn told(given: &Given<'_>) -> String {
    format!("the policy {} on {}", given.name, given.on)
}

/// Whether the destination has the table, and its rows stay what they are.
fn stays(builder: &Builder<'_>, name: &FullName) -> bool {
    let inventories = builder.inventories;
    let is_table = |own: &Table| own.kind == Kind::Table;
    let planned = builder.planned(&Securable::new(Kind::Table, name.clone()));
    let is_left = planned.is_some_and(|planned| {
        !matches!(planned.change, PlannedChange::Create | PlannedChange::Replace { .. })
    });
    is_left && inventories.destination.table(name).is_some_and(is_table)
}

/// Why the copy is not under a policy as its source is, as what the policy does; nothing where it is. `is_written` says
/// that the copy is about to get the rows of its source, and what comes with these.
pub(super) fn lack(
    builder: &Builder<'_>,
    table: &FullName,
    given: &Given<'_>,
    is_written: bool,
) -> Option<String> {
    if let Some(reason) = impossible(builder, given) {
        return Some(format!("cannot be carried: {reason}"));
    }
    let policy = given.policy.as_ref().ok()?;
    // Nobody looks at the rows of what the selection leaves out, and INCREMENTAL at none that are there.
    let is_selected =
        builder.inventories.source.table(table).is_some_and(|source| is_selected(builder, table, source));
    let is_compared = is_written || is_selected && builder.settings.load_type != LoadType::Incremental;
    let function = own_function(builder.settings, given).filter(|_| is_compared).map(routine);
    not_there(builder, given, policy, is_written)
        .or_else(|| out_of_it(builder, table, policy, is_written))
        .or_else(|| lookup::gap(builder, table, &[function?]))
}

/// Why the destination does not have the policy.
fn not_there(builder: &Builder<'_>, given: &Given<'_>, policy: &Policy, is_written: bool) -> Option<String> {
    let own = builder.inventories.destination.policies_on(&given.on);
    // What is in a schema that takes no part is not planned.
    let is_kept = builder.is_kept(&given.on) || builder.planned(&given.on).is_none();
    let own = own.and_then(|policies| policies.get(given.name)).filter(|_| is_kept);
    let hides_it = matches!(own, Some(Ok(own)) if own.hides_all_of(&policy.moved(builder.settings)));
    let is_touched = given.on.kind == Kind::Table || builder.sides_of(&given.on).is_some();
    let planned = builder.policing.planned.get(&given.key());
    let is_coming = matches!(planned, Some(Ok(Some(_))))
        || planned.is_none() && builder.sides_of(&given.on).is_some()
        || (is_written && (own.is_none() || is_touched));
    let problem = if own.is_some() { "is another one in" } else { "is not in" };
    (!hides_it && !is_coming).then(|| format!("{problem} the destination, which this run leaves as it is"))
}

/// Why the policy is about the source and not surely about the copy.
fn out_of_it(builder: &Builder<'_>, table: &FullName, policy: &Policy, is_written: bool) -> Option<String> {
    if !policy.goes_by_tags() {
        return None;
    }
    let inventories = builder.inventories;
    let unread = |inventory: &Inventory| {
        let unread = [Facet::Tags, Facet::ColumnTags].into_iter().find_map(|it| inventory.unread.get(&it));
        unread.filter(|_| inventory.catalog.is_some()).cloned()
    };
    if let Some(reason) = [&inventories.source, &inventories.destination].into_iter().find_map(unread) {
        return Some(format!("goes by tags, which nobody could read: {reason}"));
    }
    let mut source = Tagged::default();
    scopes(table).iter().flatten().for_each(|on| write(&mut source, &inventories.source, on));
    let reason = policy.loosened_by(&source, &of_copy(builder, table, is_written))?;
    Some(format!("goes by tags, and is not about the copy as it is about the source: {reason}"))
}

/// The tags that the copy will have.
fn of_copy(builder: &Builder<'_>, table: &FullName, is_written: bool) -> Tagged {
    let inventories = builder.inventories;
    let both = inventories.source.table(table).zip(inventories.destination.table(table));
    let is_dropped =
        is_written && both.is_some_and(|both| Obstacle::of(builder.settings, table, both, true).is_some());
    tags_of_copy(builder, table, is_written, is_dropped)
}

/// The tags that a copy has after a run: those of the source over those that the destination keeps.
pub(super) fn tags_of_copy(
    builder: &Builder<'_>,
    table: &FullName,
    is_written: bool,
    is_dropped: bool,
) -> Tagged {
    let (inventories, settings) = (builder.inventories, builder.settings);
    let mut copy = Tagged::default();
    for on in scopes(table).iter().flatten() {
        let is_new = if on.kind == Kind::Table { is_dropped } else { !builder.is_kept(on) };
        if !is_new {
            write(&mut copy, &inventories.destination, on);
        }
        let gets_tags = builder.sides_of(on).is_some() || (is_written && on.kind == Kind::Table);
        if settings.copy.tags && gets_tags {
            write(&mut copy, &inventories.source, on);
        }
    }
    copy
}

/// Writes the tags of a securable over those that it inherits, and of a table those of its columns.
fn write(tagged: &mut Tagged, inventory: &Inventory, on: &Securable) {
    if let Some(own) = inventory.described(on) {
        tagged.write(own.tags.into_iter().flatten(), own.column_tags.into_iter().flatten());
    }
}
