//! Plans tables, and names everything listed as a table that cannot be cloned.

use clxs_api::FullName;
use clxs_api::table::TableType;

use super::builder::{Builder, Entry, Facets, NewStep, Sides};
use super::catalog::note_location;
use super::drift::{Drift, drift};
use super::dropped_first::{Obstacle, drop_first};
use super::made::{self, Made};
use super::protected::{is_protected, note_own_guards};
use super::{
    Action, CloneTable, Expectation, Facet, Finding, PlannedChange, Statement, StepId, TableState, keeps,
    open, policy, table_properties,
};
use crate::inventory::{Guards, Table, VersionAsOf};
use crate::outcome::FacetStatus;
use crate::settings::{AsOf, CloneType, LoadType, RowScope, Settings};
use crate::{Kind, Securable};

pub(super) fn plan(builder: &mut Builder<'_>) {
    note_ignored_conditions(builder);
    let tables = builder.pairs(|schema| &schema.tables).filter(|(_, table, _)| is_planned_here(table));
    for (name, source, destination) in tables {
        if builder.policing.is_about(&name) {
            continue;
        }
        let change = change(builder, &name, source, destination);
        plan_table(builder, &Securable::new(source.kind, name), source, destination, &change);
    }
}

/// Plans a table that policies are about; the functions that these call were planned before.
pub(super) fn plan_governed(builder: &mut Builder<'_>, name: &FullName, in_cycle: Option<PlannedChange>) {
    let inventories = builder.inventories;
    let Some(source) = inventories.source.table(name) else { return };
    let securable = Securable::new(source.kind, name.clone());
    let destination = inventories.destination.table(name);
    let mut change = change(builder, name, source, destination);
    let mut refused = None;
    if matches!(change, PlannedChange::Create | PlannedChange::Replace { .. }) {
        let is_dropped = change.drops_first();
        let sides = (source, destination.filter(|_| !is_dropped));
        refused = match in_cycle {
            Some(PlannedChange::Skip { reason }) => Some(reason),
            _ => {
                policy::refusal(builder, name).or_else(|| policy::empty::obstacle(builder, &securable, sides))
            }
        };
        change = refused.as_deref().map_or(change, skip);
    }
    plan_table(builder, &securable, source, destination, &change);
    if let Some(reason) = refused {
        builder.refused(&securable, &reason);
        builder.facet(&securable, Facet::Policies, FacetStatus::Impossible { reason });
    }
}

fn note_ignored_conditions(builder: &mut Builder<'_>) {
    let settings = builder.settings;
    if settings.clone_type == CloneType::Shallow && !settings.where_clauses.is_empty() {
        let message = "where_clauses is ignored: SHALLOW clones refer to whole files".to_owned();
        let finding = Finding { securable: builder.source(), line: None, message };
        builder.finding(finding);
    }
}

/// Views are planned with other texts, and so are protected tables, which need functions, and those under policies.
fn is_planned_here(table: &Table) -> bool {
    !table.is_text() && !is_protected(table)
}

fn plan_table<'a>(
    builder: &mut Builder<'a>,
    securable: &Securable,
    source: &'a Table,
    destination: Option<&'a Table>,
    change: &PlannedChange,
) {
    // A table that is dropped takes its comment, its grants and its owner with it.
    let is_dropped = change.drops_first();
    let kept = destination.filter(|_| !is_dropped);
    builder.add(Entry {
        source: securable.clone(),
        change: change.clone(),
        sides: sides(source, kept),
        table: Some(source),
        facets: Vec::new(),
    });
    keeps::note_history(builder, securable, change);
    open::note_other_kind(builder, securable, (source, destination));
    let is_commented = match change {
        PlannedChange::Create => make(builder, securable, source, None),
        PlannedChange::Replace { drift } => replace(builder, securable, source, destination, drift),
        _ => false,
    };
    let is_skipped = matches!(change, PlannedChange::Skip { .. });
    if let Some(kept) = kept.filter(|_| !is_skipped) {
        table_properties::plan(builder, securable, kept, change);
        note_own_guards(builder, securable, &kept.guards, &source.guards);
    }
    if !is_skipped && !is_commented && (kept.is_none() || builder.touches(change)) {
        let definition = builder.definition_step(securable);
        comment(builder, securable, source, kept, definition);
    }
}

/// The facets that securables of all kinds have, of a table or view.
pub(super) fn sides<'a>(source: &'a Table, destination: Option<&'a Table>) -> Sides<'a> {
    fn facets(table: &Table) -> Facets<'_> {
        Facets {
            owner: table.owner.as_deref(),
            comment: table.comment.as_deref(),
            grants: Some(&table.grants),
            tags: Some(&table.tags),
        }
    }
    Sides { source: facets(source), destination: destination.map(facets) }
}

fn change(
    builder: &Builder<'_>,
    name: &FullName,
    source: &Table,
    destination: Option<&Table>,
) -> PlannedChange {
    let settings = builder.settings;
    let reason = settings.selection.skips(name, source.kind.object_type()).map(str::to_owned);
    let rows = settings.rows_of(name);
    let reason = reason
        .or_else(|| not_clonable(source))
        .or_else(|| unused(source))
        .or_else(|| not_shallow(settings, source).filter(|_| rows == RowScope::All))
        .or_else(|| not_makeable(settings, source, destination, &rows));
    if let Some(reason) = reason {
        return PlannedChange::Skip { reason };
    }
    match destination {
        _ if source.as_of == Some(VersionAsOf::NotYet) => skip("it did not exist at that time"),
        None => PlannedChange::Create,
        Some(own) if is_left_alone(settings, name, source, own) => {
            skip("the destination has it (INCREMENTAL)")
        }
        Some(other) if other.kind != Kind::Table => {
            skip(&format!("the destination has a {} of that name; drop or rename it", other.kind))
        }
        Some(table) => existing(builder, name, source, table),
    }
}

/// Why statements cannot make a table that `CLONE` does not.
fn not_makeable(
    settings: &Settings,
    source: &Table,
    destination: Option<&Table>,
    rows: &RowScope,
) -> Option<String> {
    if *rows == RowScope::All {
        return None;
    }
    match made::wanted(settings, source, rows) {
        Ok(wanted) => made::lost_column(destination, &wanted, &source.guards),
        Err(reason) => Some(reason),
    }
}

/// Why a table of this type is never cloned, in the words of the guide.
fn not_clonable(source: &Table) -> Option<String> {
    match source.kind {
        Kind::Table => None,
        Kind::StreamingTable | Kind::MaterializedView => Some(format!(
            "{} is owned by a pipeline and must be recreated by running its pipeline against the new schema",
            type_name(source)
        )),
        Kind::ForeignTable => {
            Some("FOREIGN tables belong to another system and have no files to clone".to_owned())
        }
        _ => Some(format!("unknown type {}", type_name(source))),
    }
}

/// Why a table is left out that nobody reads.
pub(super) fn unused(source: &Table) -> Option<String> {
    source.unused_days.map(|days| format!("nobody read it for {days} days (skip_unused)"))
}

fn type_name(source: &Table) -> String {
    source.table_type.as_ref().map_or_else(|| "(none)".to_owned(), ToString::to_string)
}

/// Why there can be no shallow clone: the platform refuses those of shallow clones, and those of external tables that
/// have no place of their own (facts/settled.md §5).
fn not_shallow(settings: &Settings, source: &Table) -> Option<String> {
    if settings.clone_type != CloneType::Shallow {
        return None;
    }
    if source.is_shallow_clone() {
        return Some("a shallow clone cannot be cloned shallow; clone it deep".to_owned());
    }
    (source.table_type == Some(TableType::External) && location(settings, source, None).is_none()).then(
        || "a shallow clone of an external table needs a place of its own; give location_mapping".to_owned(),
    )
}

/// Where the files of an external table are to be, if its clone is external too: a table that is there stays what
/// it is.
pub(super) fn location(settings: &Settings, source: &Table, destination: Option<&Table>) -> Option<String> {
    let is_external = |table: &Table| {
        matches!(table.table_type, Some(TableType::External | TableType::ExternalShallowClone))
    };
    if !is_external(source) || destination.is_some_and(|table| !is_external(table)) {
        return None;
    }
    match destination {
        Some(table) => table.location.clone(),
        None => settings.location_mapping.map(source.location.as_deref()?),
    }
}

pub(super) fn existing(
    builder: &Builder<'_>,
    name: &FullName,
    source: &Table,
    destination: &Table,
) -> PlannedChange {
    let settings = builder.settings;
    let drift = drift(source, name, destination, settings);
    let obstacle =
        Obstacle::of(settings, name, (source, destination), drift.is_some() || settings.force_reclone);
    match (drift, obstacle) {
        // Before anything else: to drop a table destroys edits too.
        (Some(drift), _) if drift.is_edit() && !settings.overwrite_edits => {
            skip(&format!("{drift}; overwrite_edits replaces it"))
        }
        (_, Some(obstacle)) if !settings.force_reclone => {
            skip(&format!("{obstacle}; force_reclone drops it first"))
        }
        (_, Some(_)) if destination.guards.has_more_than(&source.guards) => skip(
            "force_reclone would drop it first, and with it guards of its own, which the source does not have; drop \
             these or the table",
        ),
        (_, Some(obstacle)) => match policy::dropped::lost(builder, name, (source, destination)) {
            Some(lost) => skip(&format!("force_reclone would drop it first, and {lost}")),
            None => PlannedChange::Replace { drift: obstacle.drift() },
        },
        // What has rows is not emptied by the way.
        (Some(drift @ Drift::OtherRows { .. }), None) if settings.schema_only && !settings.force_reclone => {
            skip(&format!("{drift}; force_reclone empties it"))
        }
        (Some(drift), None) => PlannedChange::Replace { drift },
        (None, None) if settings.force_reclone => PlannedChange::Replace { drift: Drift::Forced },
        (None, None) => PlannedChange::Unchanged,
    }
}

/// Whether `INCREMENTAL` has nothing to do with a table because it is there: one that a run began to copy and did not fill
/// is not there yet, and of one that somebody filled meanwhile that is said.
pub(crate) fn is_left_alone(
    settings: &Settings,
    name: &FullName,
    source: &Table,
    destination: &Table,
) -> bool {
    let is_open = || {
        let drift = drift(source, name, destination, settings);
        drift.is_some_and(|drift| drift == Drift::Unfinished || drift.is_edit())
    };
    settings.load_type == LoadType::Incremental && !(destination.is_copy_begun && is_open())
}

pub(super) fn skip(reason: &str) -> PlannedChange {
    PlannedChange::Skip { reason: reason.to_owned() }
}

fn replace(
    builder: &mut Builder<'_>,
    securable: &Securable,
    source: &Table,
    destination: Option<&Table>,
    drift: &Drift,
) -> bool {
    if drift.drops_first() {
        drop_first(builder, securable, (source, destination), Vec::new());
        return make(builder, securable, source, None);
    }
    make(builder, securable, source, destination)
}

/// By `CLONE`, where all rows are wanted. Returns whether the table gets its comment when it is made.
fn make(builder: &mut Builder<'_>, securable: &Securable, source: &Table, kept: Option<&Table>) -> bool {
    let rows = builder.settings.rows_of(&securable.name);
    if rows == RowScope::All {
        clone(builder, securable, source, kept);
        return false;
    }
    // What cannot be made is skipped before.
    made::wanted(builder.settings, source, &rows).is_ok_and(|definition| {
        let made = Made { source, kept, definition, guards: Guards::default(), needs: Vec::new() };
        made::make(builder, securable, &made)
    })
}

fn clone(builder: &mut Builder<'_>, securable: &Securable, source: &Table, destination: Option<&Table>) {
    let location = location(builder.settings, source, destination);
    note_source_location(builder, securable, source, location.as_deref());
    let is_empty = policy::empty::make(builder, securable, (source, destination), location.as_deref());
    let action = CloneTable {
        source: securable.name.clone(),
        destination: builder.renamed(&securable.name),
        clone_type: builder.settings.clone_type,
        replace: is_empty || destination.is_some(),
        as_of: match source.as_of {
            Some(VersionAsOf::Version(version)) => AsOf::Version(version),
            _ => builder.settings.as_of_table(&securable.name),
        },
        location,
        properties: builder.settings.table_properties.clone(),
        source_version: source.history.version(),
        source_table_id: source.table_id.clone(),
    };
    let action = Statement::CloneTable(Box::new(action));
    let expects = if is_empty { Expectation::Present } else { expectation(destination) };
    let mut step = NewStep::new(Facet::Definition, action, expects);
    step.inverse = inverse(builder, securable, destination);
    step.depends_on = builder.steps_around(&securable.name);
    step.depends_on.extend(builder.definition_step(securable));
    step.depends_on.extend(policy::before_rows(builder, securable));
    step.size = source.size;
    builder.step(securable, step);
    builder.facet(securable, Facet::Properties, FacetStatus::Carried);
}

/// What undoes that a table is made or replaced.
pub(super) fn inverse(
    builder: &Builder<'_>,
    securable: &Securable,
    destination: Option<&Table>,
) -> Option<Action> {
    let table = builder.renamed(&securable.name);
    match destination.map(|table| table.history.version()) {
        None => Some(Statement::Drop(builder.in_destination(securable)).into()),
        Some(version) => version.map(|version| Statement::RestoreTable { table, version }.into()),
    }
}

/// Says of an external table where its files are to be.
pub(super) fn note_source_location(
    builder: &mut Builder<'_>,
    securable: &Securable,
    source: &Table,
    location: Option<&str>,
) {
    if matches!(source.table_type, Some(TableType::External | TableType::ExternalShallowClone)) {
        note_location(builder, securable, source.location.as_deref(), location);
    }
}

pub(super) fn expectation(destination: Option<&Table>) -> Expectation {
    match destination {
        None => Expectation::Absent,
        Some(table) => Expectation::Table(TableState {
            table_id: table.table_id.clone(),
            version: table.history.version(),
        }),
    }
}

/// `CLONE` carries everything but the comment of the table itself (facts/sql.md §2).
pub(super) fn comment(
    builder: &mut Builder<'_>,
    securable: &Securable,
    source: &Table,
    destination: Option<&Table>,
    definition: Option<StepId>,
) {
    let before = destination.and_then(|table| table.comment.clone());
    if !builder.settings.copy.comments || source.comment.is_none() || source.comment == before {
        return;
    }
    let table = builder.in_destination(securable).name;
    let action = Statement::Comment { table: table.clone(), comment: source.comment.clone() };
    let mut step = NewStep::new(Facet::Comment, action, Expectation::Present);
    step.inverse = Some(Statement::Comment { table, comment: before }.into());
    step.depends_on = definition.into_iter().collect();
    builder.step(securable, step);
}
