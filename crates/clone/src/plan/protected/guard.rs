//! Plans the guards of tables that are there.

use super::Candidate;
use crate::Securable;
use crate::inventory::{Guards, Table};
use crate::outcome::FacetStatus;
use crate::plan::builder::{Builder, NewStep};
use crate::plan::drift::drift;
use crate::plan::made::facets;
use crate::plan::text::no_such_guard;
use crate::plan::{Drift, Expectation, Facet, SetMask, SetRowFilter, Statement, StepId, lookup};
use crate::settings::LoadType;

/// Gives an existing table the guards that it lacks or has otherwise. Its own that the source does not have stay. Those that
/// need columns which it lacks come with these.
pub(super) fn guard_existing(
    builder: &mut Builder<'_>,
    securable: &Securable,
    candidate: &Candidate<'_>,
    kept: &Table,
) -> Vec<StepId> {
    let table = builder.renamed(&securable.name);
    let wanted = match &kept.definition {
        Some(Ok(definition)) => candidate.guards.that_fit(definition),
        Some(Err(_)) | None => candidate.guards.clone(),
    };
    let own = &kept.guards;
    let mut changes: Vec<(Facet, Statement, Statement)> = Vec::new();
    if wanted.row_filter.is_some() && wanted.row_filter != own.row_filter {
        let set = |filter| Statement::SetRowFilter(SetRowFilter { table: table.clone(), filter });
        changes.push((Facet::RowFilter, set(wanted.row_filter.clone()), set(own.row_filter.clone())));
    }
    for (column, mask) in wanted.masks.iter().filter(|(column, mask)| own.masks.get(*column) != Some(*mask)) {
        let set = |mask| {
            let (table, column) = (table.clone(), column.clone());
            Statement::SetMask(SetMask { table, column, mask })
        };
        changes.push((Facet::ColumnMasks, set(Some(mask.clone())), set(own.masks.get(column).cloned())));
    }
    note_own_guards(builder, securable, own, &candidate.guards);
    let depends_on: Vec<_> =
        candidate.needs.iter().filter_map(|needed| builder.definition_step(needed)).collect();
    let step = |(facet, action, inverse): (Facet, Statement, Statement)| NewStep {
        inverse: Some(inverse.into()),
        depends_on: depends_on.clone(),
        ..NewStep::new(facet, action, Expectation::Present)
    };
    let steps: Vec<_> = changes.into_iter().map(step).collect();
    steps.into_iter().filter_map(|step| builder.step(securable, step)).collect()
}

/// Guards a table that was copied before its source was guarded, and is left out now; says that it is open where that
/// cannot be. What the selection leaves out stays as it is.
pub(super) fn guard_older_copy(
    builder: &mut Builder<'_>,
    securable: &Securable,
    (candidate, copy): (&Candidate<'_>, &Table),
    by_selection: Option<String>,
) {
    // Nor does INCREMENTAL look at the rows that are there.
    let is_compared = by_selection.is_none() && builder.settings.load_type != LoadType::Incremental;
    let obstacle = by_selection.or_else(|| obstacle(builder, securable, candidate, copy));
    if obstacle.is_none() {
        guard_existing(builder, securable, candidate, copy);
    }
    let is_guarded = obstacle.is_none()
        || (candidate.source.unusable_guards.is_none()
            && copy.guards.have_all_of(&candidate.guards)
            && no_such_guard(builder, &candidate.needs).is_none());
    let looked_up = is_compared.then(|| lookup::gap(builder, &securable.name, &candidate.needs)).flatten();
    let looked_up = looked_up.map(|gap| format!("what guards it {gap}"));
    if let Some(reason) = obstacle.filter(|_| !is_guarded).or(looked_up) {
        let guards = candidate.source.guards.to_string();
        builder.note_open(securable, facets(&candidate.source.guards), &guards, &reason);
    }
}

/// Why nobody guards a table that is left out.
fn obstacle(
    builder: &Builder<'_>,
    securable: &Securable,
    candidate: &Candidate<'_>,
    copy: &Table,
) -> Option<String> {
    let settings = builder.settings;
    if !settings.copy.security {
        return Some("copy_security is off".to_owned());
    }
    if settings.load_type != LoadType::Full {
        return Some(format!("{} changes nothing of what is there", settings.load_type));
    }
    let drift = drift(candidate.source, &securable.name, copy, settings);
    if let Some(drift @ (Drift::NotAClone | Drift::OtherSource { .. })) = drift {
        return Some(drift.to_string());
    }
    candidate.source.unusable_guards.clone().or_else(|| no_such_guard(builder, &candidate.needs))
}

/// A guard of the destination's own is kept: to drop it would open the table.
pub(in crate::plan) fn note_own_guards(
    builder: &mut Builder<'_>,
    securable: &Securable,
    own: &Guards,
    wanted: &Guards,
) {
    let note = |detail: String| FacetStatus::Changed { detail };
    if let (Some(filter), None) = (&own.row_filter, &wanted.row_filter) {
        let detail =
            format!("keeps its row filter {}, which the source does not have", filter.function.dotted());
        builder.facet(securable, Facet::RowFilter, note(detail));
    }
    for (column, mask) in own.masks.iter().filter(|(column, _)| !wanted.masks.contains_key(*column)) {
        let mask = mask.function.dotted();
        let detail = format!("keeps the mask {mask} of {column}, which the source does not have");
        builder.facet(securable, Facet::ColumnMasks, note(detail));
    }
}
