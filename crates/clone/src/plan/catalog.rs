//! Plans the catalog itself.

use clxs_api::Properties;
use clxs_api::catalog::{CreateCatalog, IsolationMode, UpdateCatalog};

use super::builder::{Builder, Entry, Facets, NewStep, Sides};
use super::{Expectation, Facet, Finding, PlannedChange, RestCall, Statement, hook};
use crate::inventory::Catalog;
use crate::outcome::FacetStatus;
use crate::{Error, Kind, Result, Securable};

/// What to do where catalogs need a location of their own: accounts with Default Storage refuse those without
/// (facts/settled.md §1).
pub(crate) const NEEDS_LOCATION: &str =
    "name one with --location, or make the catalog first and clone into it";

pub(super) fn plan(builder: &mut Builder<'_>) -> Result<()> {
    let Some(source) = &builder.inventories.source.catalog else {
        return Err(Error::SourceNotFound { catalog: builder.settings.source.clone() });
    };
    let destination = builder.inventories.destination.catalog.as_ref();
    builder.add(Entry {
        source: catalog(builder),
        change: if destination.is_some() { PlannedChange::Unchanged } else { PlannedChange::Create },
        sides: Sides { source: facets(source), destination: destination.map(facets) },
        table: None,
        facets: Vec::new(),
    });
    hook::plan_before(builder);
    match destination {
        None => create(builder, source),
        Some(destination) => {
            note_location(
                builder,
                &catalog(builder),
                source.location.as_deref(),
                destination.location.as_deref(),
            );
            if builder.touches_containers() {
                update(builder, source, destination);
            }
        }
    }
    Ok(())
}

fn facets(catalog: &Catalog) -> Facets<'_> {
    Facets {
        owner: catalog.owner.as_deref(),
        comment: catalog.comment.as_deref(),
        grants: Some(&catalog.grants),
        tags: Some(&catalog.tags),
    }
}

pub(super) fn catalog(builder: &Builder<'_>) -> Securable {
    Securable::new(Kind::Catalog, builder.source())
}

fn create(builder: &mut Builder<'_>, source: &Catalog) {
    let settings = builder.settings;
    let securable = catalog(builder);
    let destination = builder.in_destination(&securable);
    let create = CreateCatalog {
        name: destination.name.name().as_str().to_owned(),
        comment: source.comment.clone().filter(|_| settings.copy.comments),
        properties: settings.copy.properties.then(|| source.properties.clone()).filter(|map| !map.is_empty()),
        storage_root: managed_location(builder, source),
    };
    note_location(builder, &securable, source.location.as_deref(), create.storage_root.as_deref());
    if create.storage_root.is_none() && builder.inventories.lacks_storage {
        builder.finding(Finding {
            securable: securable.name.clone(),
            line: None,
            message: format!(
                "{} cannot be made without a location: the metastore has no storage root; {NEEDS_LOCATION}",
                destination.name.dotted()
            ),
        });
    }
    let mut step =
        NewStep::new(Facet::Definition, RestCall::CreateCatalog(Box::new(create)), Expectation::Absent);
    step.inverse = Some(Statement::Drop(destination).into());
    let created = builder.step(&securable, step);
    if source.isolation == Some(IsolationMode::Isolated) {
        isolate(builder, created.into_iter().collect());
    }
}

/// Where managed tables are to be kept: as the settings say, or where the source's location is mapped to. A location
/// that is not mapped is left to the metastore, for it may be one that only the platform itself may use.
fn managed_location(builder: &Builder<'_>, source: &Catalog) -> Option<String> {
    let settings = builder.settings;
    let mapped = || settings.location_mapping.map(source.location.as_deref()?);
    settings.location.clone().or_else(mapped)
}

/// What becomes of a location that the source has of its own.
pub(super) fn note_location(
    builder: &mut Builder<'_>,
    securable: &Securable,
    source: Option<&str>,
    destination: Option<&str>,
) {
    let Some(source) = source else { return };
    let status = match destination {
        Some(own) if own == source => FacetStatus::Carried,
        Some(own) => FacetStatus::Changed { detail: format!("{own} instead of {source}") },
        None => FacetStatus::Changed {
            detail: format!("where the container keeps its files, and not {source}: no location_mapping"),
        },
    };
    builder.facet(securable, Facet::Location, status);
}

/// An isolated catalog must not become one that every workspace sees, not even for a moment in which
/// something could be read: schemas wait for this step.
fn isolate(builder: &mut Builder<'_>, depends_on: Vec<super::StepId>) {
    let securable = catalog(builder);
    let change = |mode| Box::new(UpdateCatalog { isolation_mode: Some(mode), ..UpdateCatalog::default() });
    let catalog = builder.settings.destination.to_lowercase();
    let action =
        RestCall::UpdateCatalog { catalog: catalog.clone(), change: change(IsolationMode::Isolated) };
    let mut step = NewStep::new(Facet::Isolation, action, Expectation::Present);
    step.inverse = Some(RestCall::UpdateCatalog { catalog, change: change(IsolationMode::Open) }.into());
    step.depends_on = depends_on;
    builder.step(&securable, step);
}

fn update(builder: &mut Builder<'_>, source: &Catalog, destination: &Catalog) {
    match (&source.isolation, &destination.isolation) {
        (Some(IsolationMode::Isolated), Some(IsolationMode::Open)) => isolate(builder, Vec::new()),
        (Some(IsolationMode::Isolated), None) => {
            let reason = "the platform does not tell whether the destination is isolated".to_owned();
            builder.facet(&catalog(builder), Facet::Isolation, FacetStatus::Impossible { reason });
        }
        _ => {}
    }
    let copy = builder.settings.copy;
    if copy.comments && source.comment.is_some() && source.comment != destination.comment {
        let change = |comment: &Option<String>| UpdateCatalog {
            comment: Some(comment.clone().unwrap_or_default()),
            ..UpdateCatalog::default()
        };
        facet(builder, Facet::Comment, change(&source.comment), change(&destination.comment));
    }
    if copy.properties
        && let Some(properties) = missing_properties(&source.properties, &destination.properties)
    {
        let change = |properties: Properties| UpdateCatalog {
            properties: Some(properties),
            ..UpdateCatalog::default()
        };
        facet(builder, Facet::Properties, change(properties), change(destination.properties.clone()));
    }
}

fn facet(builder: &mut Builder<'_>, facet: Facet, change: UpdateCatalog, before: UpdateCatalog) {
    let securable = catalog(builder);
    let catalog = builder.settings.destination.to_lowercase();
    let action = RestCall::UpdateCatalog { catalog: catalog.clone(), change: Box::new(change) };
    let mut step = NewStep::new(facet, action, Expectation::Present);
    step.inverse = Some(RestCall::UpdateCatalog { catalog, change: Box::new(before) }.into());
    builder.step(&securable, step);
}

/// All properties the destination is to have, when it lacks some of the source's. Its own are kept.
pub(super) fn missing_properties(source: &Properties, destination: &Properties) -> Option<Properties> {
    let mut merged = destination.clone();
    merged.extend(source.clone());
    (merged != *destination).then_some(merged)
}
