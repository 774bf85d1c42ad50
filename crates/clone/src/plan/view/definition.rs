//! The statement that makes a view, and whether a view is what it would make.

use clxs_api::{FullName, Identifier, Properties};

use super::{Candidate, columns_follow};
use crate::Kind;
use crate::inventory::{Table, View};
use crate::plan::{CreateView, SchemaMode};
use crate::rewrite::rewrite_view;
use crate::settings::Settings;

/// The view that the destination is to have; a comment and properties of its own stay.
pub(super) fn create_view(settings: &Settings, name: &FullName, candidate: &Candidate<'_>) -> CreateView {
    let Candidate { source, destination, view, rewritten, .. } = candidate;
    let existing = destination.and_then(|table| table.view.as_ref());
    let (catalog, schema) = settings.session_in_destination(view.session_of(name, rewritten));
    let mut properties = existing.map(|view| own_properties(source.kind, view)).unwrap_or_default();
    if settings.copy.properties {
        properties.extend(own_properties(source.kind, view));
    }
    CreateView {
        name: name.in_catalog(&settings.destination.to_lowercase()),
        kind: source.kind,
        definition: rewritten.text.clone(),
        columns: columns(settings, candidate, existing),
        comment: source
            .comment
            .clone()
            .filter(|_| settings.copy.comments)
            .or_else(|| destination.and_then(|table| table.comment.clone())),
        properties,
        schema_mode: schema_mode(source.kind, view),
        catalog,
        schema,
        query_columns: query_columns(source, view),
    }
}

/// The columns of its query, where it may have more today than it had when the view was made.
fn query_columns(table: &Table, view: &View) -> Vec<Identifier> {
    let has_star = view.definition.as_deref().is_some_and(|text| text.contains('*'));
    if has_star && !columns_follow(table, view) { view.query_columns.clone() } else { Vec::new() }
}

/// No other statement than that of a view in SQL takes a mode, whatever its properties say.
fn schema_mode(kind: Kind, view: &View) -> Option<SchemaMode> {
    view.schema_mode.filter(|_| kind == Kind::View)
}

/// Those of what a pipeline fills that are neither the pipeline's nor its files'.
fn own_properties(kind: Kind, view: &View) -> Properties {
    let is_own = |key: &str| {
        !kind.is_of_pipeline() || !["delta.", "pipelines."].iter().any(|own| key.starts_with(own))
    };
    view.properties
        .iter()
        .filter(|(key, _)| is_own(key))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

/// The columns to list.
fn columns(
    settings: &Settings,
    candidate: &Candidate<'_>,
    existing: Option<&View>,
) -> Vec<(Identifier, Option<String>)> {
    let view = candidate.view;
    if columns_follow(candidate.source, view) {
        return Vec::new();
    }
    let kept = |name: &Identifier| {
        let own = existing?.columns.iter().find(|(column, _)| column == name)?;
        own.1.clone()
    };
    view.columns
        .iter()
        .map(|(name, comment)| {
            (name.clone(), if settings.copy.comments { comment.clone() } else { kept(name) })
        })
        .collect()
}

/// The statement that makes a view as the destination has it, to undo a replacement.
pub(super) fn as_it_is(name: &FullName, table: &Table) -> Option<CreateView> {
    let view = table.view.as_ref().filter(|view| view.unnameable.is_none())?;
    let text = view.definition.as_deref().unwrap_or_default();
    let read = rewrite_view(table.kind, text, name.catalog(), name.catalog()).unwrap_or_default();
    let (catalog, schema) = view.session_of(name, &read);
    let columns = if columns_follow(table, view) { Vec::new() } else { view.columns.clone() };
    Some(CreateView {
        name: name.clone(),
        kind: table.kind,
        definition: view.definition.clone()?,
        columns,
        comment: table.comment.clone(),
        properties: own_properties(table.kind, view),
        schema_mode: schema_mode(table.kind, view),
        catalog,
        schema,
        query_columns: query_columns(table, view),
    })
}

/// Whether the query of a view had other columns when it was made, as far as both tell.
fn shows_others(wanted: &[Identifier], own: &[Identifier]) -> bool {
    let is_other = || wanted.iter().zip(own).any(|(wanted, own)| !own.matches(wanted.as_str()));
    !wanted.is_empty() && !own.is_empty() && (wanted.len() != own.len() || is_other())
}

pub(super) fn differs(
    settings: &Settings,
    name: &FullName,
    candidate: &Candidate<'_>,
    destination: &Table,
    existing: &View,
) -> bool {
    let wanted = create_view(settings, name, candidate);
    let text = existing.definition.as_deref().unwrap_or_default();
    let lacks_property =
        wanted.properties.iter().any(|(key, value)| existing.properties.get(key) != Some(value));
    // Where no rewriting reached, the text is the same.
    let reads_source =
        existing.reads.iter().flatten().any(|read| read.catalog().matches(settings.source.as_str()));
    let other_columns = !wanted.columns.is_empty() && wanted.columns != existing.columns;
    let shows_others = shows_others(&wanted.query_columns, &existing.query_columns)
        && !columns_follow(destination, existing);
    !wanted.has_text(text)
        || wanted.comment.as_ref().is_some_and(|comment| Some(comment) != destination.comment.as_ref())
        || wanted.schema_mode.is_some_and(|mode| existing.schema_mode.is_some_and(|own| own != mode))
        || reads_source
        || other_columns
        || shows_others
        || lacks_property
}
