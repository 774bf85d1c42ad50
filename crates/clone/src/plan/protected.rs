//! Plans tables with a row filter or column masks, which `CLONE` refuses (facts/settled.md §5): made anew with their
//! guards and filled. One that is there is guarded first and then filled again. Rows are copied only for a caller who is
//! proven to see them as they are.

mod guard;
mod refusal;

use std::collections::BTreeMap;

use clxs_api::FullName;

use super::builder::{Builder, Entry};
use super::dropped_first::drop_first;
use super::made::{self, Made, facets};
use super::table::{comment, existing, is_left_alone, sides, skip, unused};
use super::text::{no_such_guard, routine};
use super::{PlannedChange, StepId, keeps, lookup, open, policy};
use crate::inventory::{Guards, Table, TableDefinition, VersionAsOf};
use crate::outcome::FacetStatus;
use crate::settings::{LoadType, ObjectType, Settings};
use crate::{Kind, Securable};
pub(super) use guard::note_own_guards;

/// A protected table of the source with what planning needs to know of it.
pub(super) struct Candidate<'a> {
    source: &'a Table,
    destination: Option<&'a Table>,
    /// How the destination is to be made, or why it cannot be.
    wanted: Result<TableDefinition, String>,
    /// The guards the destination is to have.
    guards: Guards,
    /// The functions of its guards.
    pub(super) needs: Vec<Securable>,
}

/// Whether a table is one of these.
pub(super) fn is_protected(table: &Table) -> bool {
    table.kind == Kind::Table && !table.is_open()
}

/// The protected tables of the source.
pub(super) fn candidates<'a>(builder: &Builder<'a>) -> BTreeMap<FullName, Candidate<'a>> {
    let tables = builder.pairs(|schema| &schema.tables).filter(|(_, table, _)| is_protected(table));
    let candidate = |(name, source, destination)| {
        let candidate = candidate(builder.settings, &name, source, destination);
        (name, candidate)
    };
    tables.map(candidate).collect()
}

fn candidate<'a>(
    settings: &Settings,
    name: &FullName,
    source: &'a Table,
    destination: Option<&'a Table>,
) -> Candidate<'a> {
    let own = source.guards.all().filter(|guard| guard.function.catalog().matches(settings.source.as_str()));
    let mut needs: Vec<_> = own.map(|guard| routine(&guard.function)).collect();
    needs.sort();
    needs.dedup();
    Candidate {
        source,
        destination,
        wanted: made::wanted(settings, source, &settings.rows_of(name)),
        guards: source.guards.moved(&settings.source, &settings.destination),
        needs,
    }
}

/// Plans a protected table; the functions of its guards were planned before.
pub(super) fn plan<'a>(
    builder: &mut Builder<'a>,
    name: &FullName,
    candidate: &Candidate<'a>,
    in_cycle: Option<PlannedChange>,
) {
    let change = in_cycle.unwrap_or_else(|| change(builder, name, candidate));
    let securable = Securable::new(Kind::Table, name.clone());
    // A table that is dropped takes its guards, its grants and its owner with it.
    let is_dropped = change.drops_first();
    let kept = candidate.destination.filter(|_| !is_dropped);
    builder.add(Entry {
        source: securable.clone(),
        change: change.clone(),
        sides: sides(candidate.source, kept),
        table: Some(candidate.source),
        facets: Vec::new(),
    });
    keeps::note_history(builder, &securable, &change);
    open::note_other_kind(builder, &securable, (candidate.source, candidate.destination));
    if let PlannedChange::Skip { reason } = &change {
        return left_out(builder, &securable, candidate, reason);
    }
    let mut needs: Vec<_> = candidate.needs.iter().filter_map(|it| builder.definition_step(it)).collect();
    needs.extend(lookup::steps(builder, &candidate.needs));
    if let Some(kept) = kept {
        needs.extend(guard::guard_existing(builder, &securable, candidate, kept));
    }
    if is_dropped {
        drop_first(builder, &securable, (candidate.source, candidate.destination), needs.clone());
    }
    let copies = matches!(change, PlannedChange::Create | PlannedChange::Replace { .. });
    let is_made =
        copies && made(candidate, kept, needs).is_some_and(|made| made::make(builder, &securable, &made));
    if !is_made {
        let definition = builder.definition_step(&securable);
        comment(builder, &securable, candidate.source, kept, definition);
    }
}

fn made<'a>(candidate: &Candidate<'a>, kept: Option<&'a Table>, needs: Vec<StepId>) -> Option<Made<'a>> {
    let definition = candidate.wanted.clone().ok()?;
    Some(Made { source: candidate.source, kept, definition, guards: candidate.guards.clone(), needs })
}

fn change(builder: &Builder<'_>, name: &FullName, candidate: &Candidate<'_>) -> PlannedChange {
    let settings = builder.settings;
    if let Some(reason) = settings.selection.skips(name, ObjectType::Table) {
        return skip(reason);
    }
    if let Some(reason) = unused(candidate.source) {
        return skip(&reason);
    }
    let Candidate { source, destination, .. } = candidate;
    match destination {
        _ if source.as_of == Some(VersionAsOf::NotYet) => return skip("it did not exist at that time"),
        Some(own) if is_left_alone(settings, name, source, own) => {
            return skip("the destination has it (INCREMENTAL)");
        }
        Some(other) if other.kind != Kind::Table => {
            return skip(&format!("the destination has a {} of that name; drop or rename it", other.kind));
        }
        _ => {}
    }
    let needed = || no_such_guard(builder, &candidate.needs);
    let looked_up = || Some(format!("its guard {}", lookup::gap(builder, name, &candidate.needs)?));
    let policed = || policy::refusal(builder, name);
    let refused = refusal::refusal(settings, name, candidate).or_else(needed).or_else(looked_up);
    if let Some(reason) = refused.or_else(policed) {
        return skip(&reason);
    }
    destination.map_or(PlannedChange::Create, |destination| existing(builder, name, source, destination))
}

/// Whether the settings do not leave a table out.
pub(super) fn is_selected(builder: &Builder<'_>, name: &FullName, source: &Table) -> bool {
    builder.settings.selection.skips(name, ObjectType::Table).is_none() && source.unused_days.is_none()
}

/// What is left out has its facets noted, and is an error where the settings say so. An older copy of it gets its guards.
fn left_out(builder: &mut Builder<'_>, securable: &Securable, candidate: &Candidate<'_>, reason: &str) {
    let is_selected = is_selected(builder, &securable.name, candidate.source);
    let older_copy = candidate.destination.filter(|table| table.kind == Kind::Table);
    match older_copy {
        Some(copy) => {
            let by_selection = (!is_selected).then(|| format!("it is left out: {reason}"));
            guard::guard_older_copy(builder, securable, (candidate, copy), by_selection);
        }
        None if !is_selected => {}
        None => {
            for facet in facets(&candidate.source.guards) {
                builder.facet(securable, facet, FacetStatus::Impossible { reason: reason.to_owned() });
            }
        }
    }
    if is_selected && (candidate.destination.is_none() || builder.settings.load_type != LoadType::Incremental)
    {
        builder.refused(securable, reason);
    }
}
