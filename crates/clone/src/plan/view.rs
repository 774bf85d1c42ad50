//! Plans what is made of its text, rewritten: views, metric views and, where they are to be made anew, materialized views
//! and streaming tables.

mod column_comments;
mod definition;

use std::collections::BTreeMap;

use clxs_api::FullName;

use definition::{as_it_is, create_view, differs};

use super::builder::{Builder, Entry, NewStep};
use super::table::{sides, unused};
use super::text::{called, missing, relation, routine};
use super::{Drift, Expectation, Facet, Finding, PlannedChange, SchemaMode, Statement, open};
use crate::inventory::{Table, View};
use crate::outcome::{FacetOutcome, FacetStatus};
use crate::rewrite::{Rewritten, rewrite_view};
use crate::settings::{LoadType, Settings};
use crate::{Kind, Securable};

/// A view of the source with what planning needs to know of it.
pub(super) struct Candidate<'a> {
    source: &'a Table,
    destination: Option<&'a Table>,
    view: &'a View,
    rewritten: Rewritten,
    /// Why its text is not rewritten.
    unproven: Option<String>,
    /// What it reads, as full names.
    reads: Vec<FullName>,
    /// What it reads and calls.
    pub(super) needs: Vec<Securable>,
}

/// Plans a view; what it needs was planned before.
pub(super) fn plan<'a>(
    builder: &mut Builder<'a>,
    name: &FullName,
    candidate: &Candidate<'a>,
    skip: Option<PlannedChange>,
) {
    let change = skip.unwrap_or_else(|| change(builder, name, candidate));
    plan_view(builder, name, candidate, change);
}

/// Whether the destination keeps a view that shows something else than the source's.
pub(super) fn keeps_another(builder: &Builder<'_>, name: &FullName) -> bool {
    let (source, own) = (builder.inventories.source.table(name), builder.inventories.destination.table(name));
    let Some((source, own)) = source.zip(own).filter(|(source, own)| source.is_text() && own.is_text())
    else {
        return false;
    };
    let candidate = candidate(builder, name, source, Some(own));
    let text = own.view.as_ref().and_then(|view| view.definition.as_deref());
    let is_known = candidate.unproven.is_none() && candidate.view.definition.is_some();
    text.is_some_and(|text| is_known && !create_view(builder.settings, name, &candidate).has_text(text))
}

/// Whether its columns are not listed when it is made: they are those of its tables, or its YAML names them.
fn columns_follow(source: &Table, view: &View) -> bool {
    matches!(source.kind, Kind::MetricView | Kind::StreamingTable)
        || view.schema_mode == Some(SchemaMode::Evolution)
}

/// The views of the source.
pub(super) fn candidates<'a>(builder: &Builder<'a>) -> BTreeMap<FullName, Candidate<'a>> {
    let texts = builder.pairs(|schema| &schema.tables).filter(|(_, table, _)| table.is_text());
    let candidate = |(name, source, destination)| {
        let candidate = candidate(builder, &name, source, destination);
        (name, candidate)
    };
    texts.map(candidate).collect()
}

fn candidate<'a>(
    builder: &Builder<'a>,
    name: &FullName,
    source: &'a Table,
    destination: Option<&'a Table>,
) -> Candidate<'a> {
    static NO_VIEW: std::sync::LazyLock<View> = std::sync::LazyLock::new(View::default);
    let view = source.view.as_ref().unwrap_or(&NO_VIEW);
    let definition = view.definition.as_deref().unwrap_or_default();
    let (from, to) = (&builder.settings.source, &builder.settings.destination);
    let rewritten = rewrite_view(source.kind, definition, from, to);
    let unproven = rewritten.as_ref().err().cloned();
    let rewritten = rewritten.unwrap_or_default();
    let reads = builder.inventories.source.read_by(name, view, &rewritten);
    let called = called(builder, &rewritten.calls, &view.session_of(name, &rewritten));
    let needs = needs(view, &reads, called);
    Candidate { source, destination, view, rewritten, unproven, reads, needs }
}

/// What a view reads, and the functions it calls: as the platform says, or else as its text does.
fn needs(view: &View, reads: &[FullName], called: Vec<FullName>) -> Vec<Securable> {
    let mut calls: Vec<_> = match &view.reads {
        Some(_) => view.calls.iter().map(FullName::to_lowercase).collect(),
        None => called,
    };
    calls.sort();
    calls.dedup();
    reads.iter().map(relation).chain(calls.iter().map(routine)).collect()
}

fn change(builder: &Builder<'_>, name: &FullName, candidate: &Candidate<'_>) -> PlannedChange {
    if let Some(reason) = skip_reason(builder, name, candidate) {
        return PlannedChange::Skip { reason };
    }
    let change = match candidate.destination {
        None => PlannedChange::Create,
        Some(destination) => match &destination.view {
            Some(view) if differs(builder.settings, name, candidate, destination, view) => {
                PlannedChange::Replace { drift: Drift::DefinitionDiffers }
            }
            Some(_) if builder.settings.force_reclone => PlannedChange::Replace { drift: Drift::Forced },
            Some(_) | None => PlannedChange::Unchanged,
        },
    };
    open::kept_back(builder, &candidate.needs, change)
}

fn skip_reason(builder: &Builder<'_>, name: &FullName, candidate: &Candidate<'_>) -> Option<String> {
    let settings = builder.settings;
    let kind = candidate.source.kind;
    if !settings.kinds.views && kind.is_view() {
        return Some("clone_views is off".to_owned());
    }
    if let Some(reason) = settings.selection.skips(name, kind.object_type()) {
        return Some(reason.to_owned());
    }
    if candidate.view.definition.is_none() {
        return Some("its text cannot be read; only its owner may see it".to_owned());
    }
    if let Some(reason) = unused(candidate.source) {
        return Some(reason);
    }
    let own = candidate.destination.and_then(|table| table.view.as_ref());
    if own.is_some_and(|own| own.definition.is_none()) && !settings.force_reclone {
        let reason = "the destination's cannot be compared (only its owner may see its text); force_reclone replaces it";
        return Some(reason.to_owned());
    }
    if kind.is_of_pipeline()
        && (!candidate.source.guards.is_empty() || candidate.source.unusable_guards.is_some())
    {
        return Some("it has a row filter or column masks, which its clone would not have".to_owned());
    }
    if let Some(problem) = &candidate.unproven {
        return Some(format!("it cannot be proven that its clone reads the destination: {problem}"));
    }
    // A view that follows its tables' columns does not list them.
    if let Some(reason) = &candidate.view.unnameable
        && !columns_follow(candidate.source, candidate.view)
    {
        return Some(reason.clone());
    }
    match (settings.load_type, candidate.destination) {
        (LoadType::Selective, _) => return Some("SELECTIVE refreshes tables only".to_owned()),
        (LoadType::Incremental, Some(_)) => return Some("the destination has it (INCREMENTAL)".to_owned()),
        (_, Some(other)) if other.kind != kind => {
            return Some(format!("the destination has a {} of that name; drop or rename it", other.kind));
        }
        _ => {}
    }
    missing(builder, &candidate.needs)
}

fn plan_view<'a>(
    builder: &mut Builder<'a>,
    name: &FullName,
    candidate: &Candidate<'a>,
    change: PlannedChange,
) {
    let replaced = matches!(change, PlannedChange::Create | PlannedChange::Replace { .. });
    let is_left_out = matches!(change, PlannedChange::Skip { .. });
    builder.add(Entry {
        source: Securable::new(candidate.source.kind, name.clone()),
        change,
        sides: sides(candidate.source, candidate.destination),
        table: Some(candidate.source),
        facets: if replaced { carried(builder.settings, candidate) } else { Vec::new() },
    });
    if replaced {
        findings(builder, name, candidate);
        create(builder, name, candidate);
    }
    let securable = Securable::new(candidate.source.kind, name.clone());
    open::note_other_kind(builder, &securable, (candidate.source, candidate.destination));
    if !is_left_out {
        column_comments::plan(builder, name, candidate);
    }
}

/// What `CREATE VIEW` itself carries.
fn carried(settings: &Settings, candidate: &Candidate<'_>) -> Vec<FacetOutcome> {
    let comment = settings.copy.comments && candidate.source.comment.is_some();
    let properties = settings.copy.properties && !candidate.view.properties.is_empty();
    [(comment, Facet::Comment), (properties, Facet::Properties)]
        .into_iter()
        .filter(|(carried, _)| *carried)
        .map(|(_, facet)| FacetOutcome { facet, status: FacetStatus::Carried })
        .collect()
}

fn findings(builder: &mut Builder<'_>, name: &FullName, candidate: &Candidate<'_>) {
    for mention in &candidate.rewritten.mentions {
        let message = mention.message.clone();
        builder.finding(Finding { securable: name.clone(), line: Some(mention.line), message });
    }
    if candidate.source.kind.is_of_pipeline() {
        let message =
            "costs a pipeline of its own, which fills it; its refresh schedule is not carried".to_owned();
        builder.finding(Finding { securable: name.clone(), line: None, message });
    }
    for read in
        candidate.reads.iter().filter(|read| !read.catalog().matches(builder.settings.source.as_str()))
    {
        let message = format!("reads {} of another catalog; the clone reads the same", read.dotted());
        builder.finding(Finding { securable: name.clone(), line: None, message });
    }
}

fn create(builder: &mut Builder<'_>, name: &FullName, candidate: &Candidate<'_>) {
    let mut depends_on = builder.steps_around(name);
    depends_on.extend(candidate.needs.iter().flat_map(|needed| builder.steps_making(needed)));
    let view = create_view(builder.settings, name, candidate);
    let before = candidate.destination.and_then(|table| as_it_is(&view.name, table));
    let expects = if candidate.destination.is_some() { Expectation::Present } else { Expectation::Absent };
    let mut step = NewStep::new(Facet::Definition, Statement::CreateView(Box::new(view)), expects);
    step.inverse = match candidate.destination {
        None => Some(Statement::Drop(builder.in_destination(&relation(name))).into()),
        Some(_) => before.map(|view| Statement::CreateView(Box::new(view)).into()),
    };
    step.depends_on = depends_on;
    builder.step(&relation(name), step);
}
