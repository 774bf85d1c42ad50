//! Plans schemas.

use clxs_api::Properties;
use clxs_api::schema::{CreateSchema, UpdateSchema};

use super::builder::{Builder, Entry, Facets, NewStep, Sides};
use super::catalog::{missing_properties, note_location};
use super::{Expectation, Facet, PlannedChange, RestCall, Statement};
use crate::inventory::Schema;
use crate::{Kind, Securable};

pub(super) fn plan(builder: &mut Builder<'_>) {
    let inventories = builder.inventories;
    for (name, source) in &inventories.source.schemas {
        let destination = inventories.destination.schemas.get(name);
        let kind = if source.is_system { Kind::SystemSchema } else { Kind::Schema };
        let securable = Securable::new(kind, builder.schema_name(name));
        builder.add(Entry {
            source: securable.clone(),
            change: change(source, destination),
            sides: Sides { source: facets(source), destination: destination.map(facets) },
            table: None,
            facets: Vec::new(),
        });
        match destination {
            _ if source.skip.is_some() => {}
            None => create(builder, &securable, source),
            Some(destination) => {
                let places = (source.location.as_deref(), destination.location.as_deref());
                note_location(builder, &securable, places.0, places.1);
                if builder.touches_containers() {
                    update(builder, &securable, source, destination);
                }
            }
        }
    }
}

fn facets(schema: &Schema) -> Facets<'_> {
    Facets {
        owner: schema.owner.as_deref(),
        comment: schema.comment.as_deref(),
        grants: Some(&schema.grants),
        tags: Some(&schema.tags),
    }
}

fn change(source: &Schema, destination: Option<&Schema>) -> PlannedChange {
    match (&source.skip, destination) {
        (Some(reason), _) => PlannedChange::Skip { reason: reason.clone() },
        (None, Some(_)) => PlannedChange::Unchanged,
        (None, None) => PlannedChange::Create,
    }
}

fn create(builder: &mut Builder<'_>, securable: &Securable, source: &Schema) {
    let copy = builder.settings.copy;
    let destination = builder.in_destination(securable);
    let create = CreateSchema {
        name: destination.name.name().as_str().to_owned(),
        catalog_name: destination.name.catalog().as_str().to_owned(),
        comment: source.comment.clone().filter(|_| copy.comments),
        properties: copy.properties.then(|| source.properties.clone()).filter(|map| !map.is_empty()),
        storage_root: source.location.as_deref().and_then(|url| builder.settings.location_mapping.map(url)),
    };
    note_location(builder, securable, source.location.as_deref(), create.storage_root.as_deref());
    let mut step =
        NewStep::new(Facet::Definition, RestCall::CreateSchema(Box::new(create)), Expectation::Absent);
    step.inverse = Some(Statement::Drop(destination).into());
    step.depends_on = builder.steps_around(&securable.name);
    builder.step(securable, step);
}

fn update(builder: &mut Builder<'_>, securable: &Securable, source: &Schema, destination: &Schema) {
    let copy = builder.settings.copy;
    if copy.comments && source.comment.is_some() && source.comment != destination.comment {
        let change = |comment: &Option<String>| UpdateSchema {
            comment: Some(comment.clone().unwrap_or_default()),
            ..UpdateSchema::default()
        };
        facet(builder, securable, Facet::Comment, (change(&source.comment), change(&destination.comment)));
    }
    if copy.properties
        && let Some(properties) = missing_properties(&source.properties, &destination.properties)
    {
        let change =
            |properties: Properties| UpdateSchema { properties: Some(properties), ..UpdateSchema::default() };
        facet(
            builder,
            securable,
            Facet::Properties,
            (change(properties), change(destination.properties.clone())),
        );
    }
}

fn facet(
    builder: &mut Builder<'_>,
    securable: &Securable,
    facet: Facet,
    (change, before): (UpdateSchema, UpdateSchema),
) {
    let schema = builder.renamed(&securable.name);
    let action = RestCall::UpdateSchema { schema: schema.clone(), change: Box::new(change) };
    let mut step = NewStep::new(facet, action, Expectation::Present);
    step.inverse = Some(RestCall::UpdateSchema { schema, change: Box::new(before) }.into());
    builder.step(securable, step);
}
