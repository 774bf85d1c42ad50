//! Plans tables with a row filter or column masks, which `CLONE` refuses (facts/settled.md §5): made anew with their
//! guards, filled, and noted as complete. One that is there is guarded first and then filled again. Rows are copied only
//! for a caller who is proven to see them as they are.

use std::collections::BTreeMap;

use clxs_api::table::DataSourceFormat;
use clxs_api::{FullName, Identifier};

use super::builder::{Builder, Entry, NewStep};
use super::table::{comment, existing, expectation, location, note_source_location, sides, skip, unused};
use super::text::{missing, routine};
use super::{
    Action, CreateTable, Drift, Expectation, Facet, FillTable, Finding, MarkCopy, PlannedChange, SetMask,
    SetRowFilter, Statement, StepId,
};
use crate::inventory::{CopyMark, CopyStage, Guards, Protected, Sight, Table, TableDefinition, VersionAsOf};
use crate::outcome::FacetStatus;
use crate::settings::{AsOf, CloneType, LoadType, ObjectType, ProtectedTables, RowScope, Settings};
use crate::{Kind, Securable};

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
    table.kind == Kind::Table && (!table.guards.is_empty() || table.unusable_guards.is_some())
}

/// The protected tables of the source.
pub(super) fn candidates<'a>(builder: &Builder<'a>) -> BTreeMap<FullName, Candidate<'a>> {
    let inventories = builder.inventories;
    let mut candidates = BTreeMap::new();
    for (schema_name, schema) in inventories.source.schemas.iter().filter(|(_, schema)| schema.skip.is_none())
    {
        let existing = inventories.destination.schemas.get(schema_name);
        for (name, source) in schema.tables.iter().filter(|(_, table)| is_protected(table)) {
            let destination = existing.and_then(|schema| schema.tables.get(name));
            let full_name = builder.schema_name(schema_name).child(name.clone());
            candidates.insert(full_name, candidate(builder.settings, source, destination));
        }
    }
    candidates
}

fn candidate<'a>(settings: &Settings, source: &'a Table, destination: Option<&'a Table>) -> Candidate<'a> {
    let own = source.guards.all().filter(|guard| guard.function.catalog().matches(settings.source.as_str()));
    // Functions that are not cloned nobody looks for: the statement that guards the table does.
    let own = own.filter(|_| settings.kinds.functions);
    let mut needs: Vec<_> = own.map(|guard| routine(&guard.function)).collect();
    needs.sort();
    needs.dedup();
    Candidate {
        source,
        destination,
        wanted: wanted(settings, source),
        guards: source.guards.moved(&settings.source, &settings.destination),
        needs,
    }
}

fn wanted(settings: &Settings, source: &Table) -> Result<TableDefinition, String> {
    let Some(protected) = &source.protected else { return Err("nobody read how it is made".to_owned()) };
    let mut definition = protected.definition.clone()?.taking_rows();
    definition.properties.extend(settings.table_properties.clone());
    Ok(definition)
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
    let is_dropped = change == PlannedChange::Replace { drift: Drift::OtherCloneType };
    let kept = candidate.destination.filter(|_| !is_dropped);
    builder.add(Entry {
        source: securable.clone(),
        change: change.clone(),
        sides: sides(candidate.source, kept),
        table: Some(candidate.source),
        facets: Vec::new(),
    });
    let guarded = match (&change, kept) {
        (PlannedChange::Skip { reason }, _) => return left_out(builder, &securable, candidate, reason),
        (_, Some(kept)) => guard_existing(builder, &securable, candidate, kept),
        (_, None) => Vec::new(),
    };
    if is_dropped {
        let dropped = Statement::Drop(builder.in_destination(&securable));
        builder
            .step(&securable, NewStep::new(Facet::Definition, dropped, expectation(candidate.destination)));
    }
    let copies = matches!(change, PlannedChange::Create | PlannedChange::Replace { .. });
    let is_made = match &candidate.wanted {
        Ok(wanted) if copies => copy(builder, &securable, candidate, (wanted, kept), guarded),
        _ => false,
    };
    if !is_made {
        let definition = builder.definition_step(&securable);
        comment(builder, &securable, candidate.source, kept, definition);
    }
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
        Some(_) if settings.load_type == LoadType::Incremental => {
            return skip("the destination has it (INCREMENTAL)");
        }
        Some(other) if other.kind != Kind::Table => {
            return skip(&format!("the destination has a {} of that name; drop or rename it", other.kind));
        }
        _ => {}
    }
    let needed = || missing(builder, &candidate.needs);
    if let Some(reason) = refusal(settings, name, candidate).or_else(needed) {
        return skip(&reason);
    }
    let Some(destination) = destination else { return PlannedChange::Create };
    match existing(settings, name, source, destination) {
        PlannedChange::Unchanged if !fits(candidate, destination) => {
            PlannedChange::Replace { drift: Drift::DefinitionDiffers }
        }
        change => change,
    }
}

/// Why the table is not copied; nothing when it is.
fn refusal(settings: &Settings, name: &FullName, candidate: &Candidate<'_>) -> Option<String> {
    let source = candidate.source;
    if let Some(reason) = &source.unusable_guards {
        return Some(format!("it is protected, and its guards cannot be read: {reason}"));
    }
    let guards = &source.guards;
    let because = |reason: &str| Some(format!("it has {guards}, and {reason}"));
    if !settings.copy.security {
        return because("copy_security is off: it would be readable without them");
    }
    if settings.protected_tables == ProtectedTables::Skip {
        return because("protected_tables is skip");
    }
    if settings.clone_type == CloneType::Shallow {
        return because("CLONE refuses protected tables; only a DEEP clone copies them");
    }
    if settings.rows_of(name) != RowScope::All {
        return because("only some of its rows are asked for, which are not copied of protected tables");
    }
    if source.as_of.is_some() || settings.as_of_table(name) != AsOf::Latest {
        return because("the platform shows no earlier version of a protected table");
    }
    if source.format.as_ref().is_some_and(|format| *format != DataSourceFormat::Delta) {
        return because("it is no Delta table");
    }
    match source.protected.as_deref().map(|protected| &protected.sight) {
        Some(Sight::Doubtful { reason }) => {
            return because(&format!("{reason} (masked rows are never copied as data)"));
        }
        Some(Sight::Clear { .. }) => {}
        None => return because("nobody read what copying it needs"),
    }
    match &candidate.wanted {
        Err(reason) => because(&format!("it cannot be made again: {reason}")),
        Ok(wanted) => lost_column(candidate, wanted),
    }
}

/// A column that the source lost and the destination masks: nobody may drop its mask while its values are there.
fn lost_column(candidate: &Candidate<'_>, wanted: &TableDefinition) -> Option<String> {
    let is_there = |column: &Identifier| wanted.columns.iter().any(|own| own.name.matches(column.as_str()));
    let own = candidate.destination?.guards.masks.keys();
    let lost = own.into_iter().find(|column| !is_there(column))?;
    Some(format!(
        "the source has no column {lost} any more, which has a mask in the destination; drop one of them"
    ))
}

fn fits(candidate: &Candidate<'_>, destination: &Table) -> bool {
    let own = destination.protected.as_deref().map(|protected| &protected.definition);
    match (own, &candidate.wanted) {
        (Some(Ok(own)), Ok(wanted)) => own.fits(wanted),
        _ => true,
    }
}

/// What is left out has its facets noted, and is an error where the settings say so.
fn left_out(builder: &mut Builder<'_>, securable: &Securable, candidate: &Candidate<'_>, reason: &str) {
    let is_selected = builder.settings.selection.skips(&securable.name, ObjectType::Table).is_none()
        && candidate.source.unused_days.is_none();
    if !is_selected || candidate.destination.is_some() && builder.settings.load_type == LoadType::Incremental
    {
        return;
    }
    for facet in facets(&candidate.source.guards) {
        builder.facet(securable, facet, FacetStatus::Impossible { reason: reason.to_owned() });
    }
    builder.refused(securable, reason);
}

fn facets(guards: &Guards) -> Vec<Facet> {
    let filter = guards.row_filter.iter().map(|_| Facet::RowFilter);
    filter.chain((!guards.masks.is_empty()).then_some(Facet::ColumnMasks)).collect()
}

/// Gives an existing table the guards that it lacks or has otherwise. Its own that the source does not have stay.
fn guard_existing(
    builder: &mut Builder<'_>,
    securable: &Securable,
    candidate: &Candidate<'_>,
    kept: &Table,
) -> Vec<StepId> {
    let table = builder.renamed(&securable.name);
    let (own, wanted) = (&kept.guards, &candidate.guards);
    let mut changes: Vec<(Facet, Statement, Statement)> = Vec::new();
    if wanted.row_filter.is_some() && wanted.row_filter != own.row_filter {
        let set = |filter| Statement::SetRowFilter(SetRowFilter { table: table.clone(), filter });
        changes.push((Facet::RowFilter, set(wanted.row_filter.clone()), set(own.row_filter.clone())));
    }
    for (column, mask) in wanted.masks.iter().filter(|(column, mask)| own.masks.get(column) != Some(mask)) {
        let set = |mask| {
            let (table, column) = (table.clone(), column.clone());
            Statement::SetMask(SetMask { table, column, mask })
        };
        changes.push((Facet::ColumnMasks, set(Some(mask.clone())), set(own.masks.get(column).cloned())));
    }
    note_own_guards(builder, securable, own, wanted);
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

/// A guard of the destination's own is kept: to drop it would open the table.
pub(super) fn note_own_guards(
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

/// Makes or opens the table for its copy, fills it, and notes that it is whole. Returns whether it is made anew.
fn copy(
    builder: &mut Builder<'_>,
    securable: &Securable,
    candidate: &Candidate<'_>,
    (wanted, kept): (&TableDefinition, Option<&Table>),
    guarded: Vec<StepId>,
) -> bool {
    let is_made = kept.is_none_or(|kept| !fits(candidate, kept));
    let action = if is_made {
        Statement::CreateTable(Box::new(create(builder, securable, candidate, wanted, kept)))
    } else {
        mark(builder, securable, candidate, CopyStage::Begun)
    };
    let mut first = NewStep::new(Facet::Definition, action, expectation(kept));
    first.inverse = undo(builder, securable, kept);
    first.depends_on = builder.steps_around(&securable.name);
    first.depends_on.extend(candidate.needs.iter().filter_map(|needed| builder.definition_step(needed)));
    first.depends_on.extend(builder.definition_step(securable));
    first.depends_on.extend(guarded);
    let begun = builder.step(securable, first);
    let fill = fill(builder, securable, candidate, wanted);
    let mut step = NewStep::new(Facet::Definition, fill, Expectation::Present);
    step.depends_on = begun.into_iter().collect();
    step.size = candidate.source.size;
    let filled = builder.step(securable, step);
    let complete = mark(builder, securable, candidate, CopyStage::Complete);
    let mut step = NewStep::new(Facet::Definition, complete, expectation(kept));
    step.depends_on = filled.into_iter().collect();
    builder.step(securable, step);
    note(builder, securable, candidate, is_made);
    is_made
}

/// How the table is brought back to what it was before.
fn undo(builder: &Builder<'_>, securable: &Securable, kept: Option<&Table>) -> Option<Action> {
    let table = builder.renamed(&securable.name);
    match kept {
        None => Some(Statement::Drop(builder.in_destination(securable)).into()),
        Some(kept) => kept.history.version().map(|version| Statement::RestoreTable { table, version }.into()),
    }
}

fn create(
    builder: &mut Builder<'_>,
    securable: &Securable,
    candidate: &Candidate<'_>,
    wanted: &TableDefinition,
    kept: Option<&Table>,
) -> CreateTable {
    let Candidate { source, guards, .. } = candidate;
    let own_comment = kept.and_then(|kept| kept.comment.clone());
    let own = kept.map(|kept| kept.guards.clone()).unwrap_or_default();
    let location = location(builder.settings, source, kept);
    note_source_location(builder, securable, source, location.as_deref());
    CreateTable {
        name: builder.renamed(&securable.name),
        source: securable.name.clone(),
        replace: kept.is_some(),
        definition: wanted.clone(),
        guards: Guards {
            row_filter: guards.row_filter.clone().or(own.row_filter),
            masks: own.masks.into_iter().chain(guards.masks.clone()).collect(),
        },
        comment: source.comment.clone().filter(|_| builder.settings.copy.comments).or(own_comment),
        location,
        mark: copy_mark(source, &securable.name, CopyStage::Begun),
    }
}

fn mark(
    builder: &Builder<'_>,
    securable: &Securable,
    candidate: &Candidate<'_>,
    stage: CopyStage,
) -> Statement {
    Statement::MarkCopy(MarkCopy {
        table: builder.renamed(&securable.name),
        source: securable.name.clone(),
        mark: copy_mark(candidate.source, &securable.name, stage),
    })
}

fn copy_mark(source: &Table, name: &FullName, stage: CopyStage) -> CopyMark {
    CopyMark {
        source: name.to_lowercase().dotted(),
        source_version: source.history.version(),
        source_table_id: source.table_id.clone(),
        stage,
    }
}

fn fill(
    builder: &Builder<'_>,
    securable: &Securable,
    candidate: &Candidate<'_>,
    wanted: &TableDefinition,
) -> Statement {
    let (known, functions) = match candidate.source.protected.as_deref() {
        Some(Protected { sight: Sight::Clear { known, functions }, .. }) => {
            (known.clone(), functions.clone())
        }
        _ => Default::default(),
    };
    let takes_values = wanted.columns.iter().filter(|column| !column.is_generated);
    Statement::FillTable(Box::new(FillTable {
        source: securable.name.clone(),
        destination: builder.renamed(&securable.name),
        columns: takes_values.map(|column| column.name.clone()).collect(),
        guards: candidate.source.guards.clone(),
        known,
        functions,
    }))
}

/// What the copy carries, and what of it is not as in the source.
fn note(builder: &mut Builder<'_>, securable: &Securable, candidate: &Candidate<'_>, is_made: bool) {
    let mut carried = vec![Facet::Properties];
    if is_made {
        carried.extend(facets(&candidate.guards));
        let has_comment = builder.settings.copy.comments && candidate.source.comment.is_some();
        carried.extend(has_comment.then_some(Facet::Comment));
    }
    for facet in carried {
        builder.facet(securable, facet, FacetStatus::Carried);
    }
    let definition =
        candidate.source.protected.as_deref().and_then(|protected| protected.definition.as_ref().ok());
    let columns = definition.into_iter().flat_map(|definition| &definition.columns);
    for column in columns.filter(|column| column.is_identity()) {
        let name = &column.name;
        let detail = format!(
            "the identity column {name} takes explicit values, to have those of the source; \
             ALTER TABLE … ALTER COLUMN {name} SYNC IDENTITY before others are inserted"
        );
        builder.facet(securable, Facet::Definition, FacetStatus::Changed { detail: detail.clone() });
        builder.finding(Finding { securable: securable.name.clone(), line: None, message: detail });
    }
}
