//! Plans registered models.

use clxs_api::Identifier;
use clxs_api::model::{CreateRegisteredModel, UpdateRegisteredModel};

use super::builder::{Builder, Entry, Facets, NewStep, Sides};
use super::{Expectation, Facet, PlannedChange, RestCall, model_version};
use crate::inventory::Model;
use crate::outcome::FacetStatus;
use crate::settings::{LoadType, ObjectType};
use crate::{Kind, Securable};

pub(super) fn plan(builder: &mut Builder<'_>) {
    for (name, source, destination) in builder.pairs(|schema| &schema.models) {
        plan_model(builder, &Securable::new(Kind::Model, name), source, destination);
    }
}

fn plan_model<'a>(
    builder: &mut Builder<'a>,
    securable: &Securable,
    source: &'a Model,
    destination: Option<&'a Model>,
) {
    let skip = |reason: &str| PlannedChange::Skip { reason: reason.to_owned() };
    let left_out = builder.settings.selection.skips(&securable.name, ObjectType::Model);
    let change = match (builder.settings.load_type, destination) {
        _ if left_out.is_some() => skip(left_out.unwrap_or_default()),
        (LoadType::Selective, _) => skip("SELECTIVE refreshes tables only"),
        (LoadType::Incremental, Some(own))
            if source.versions.first_lacking(&securable.name, &own.versions).is_none() =>
        {
            skip("the destination has it (INCREMENTAL)")
        }
        (_, Some(_)) => PlannedChange::Unchanged,
        (_, None) => PlannedChange::Create,
    };
    builder.add(Entry {
        source: securable.clone(),
        change: change.clone(),
        sides: Sides { source: facets(source), destination: destination.map(facets) },
        table: None,
        facets: Vec::new(),
    });
    match (change, destination) {
        (PlannedChange::Create, _) => create(builder, securable, source),
        (PlannedChange::Unchanged, Some(destination)) if builder.touches(&PlannedChange::Unchanged) => {
            comment(builder, securable, source, destination);
        }
        (PlannedChange::Skip { .. }, _) => return,
        _ => {}
    }
    model_version::plan(builder, securable, source, destination);
}

/// UNCONFIRMED: how tags of models are read; no relation of the information schema shows them.
fn facets(model: &Model) -> Facets<'_> {
    Facets {
        owner: model.owner.as_deref(),
        comment: model.comment.as_deref(),
        grants: Some(&model.grants),
        tags: None,
    }
}

fn create(builder: &mut Builder<'_>, securable: &Securable, source: &Model) {
    let name = builder.renamed(&securable.name);
    let part = |part: Option<&Identifier>| part.map(|name| name.as_str().to_owned()).unwrap_or_default();
    let create = CreateRegisteredModel {
        catalog_name: part(Some(name.catalog())),
        schema_name: part(name.schema()),
        name: part(Some(name.name())),
        storage_location: None,
        comment: source.comment.clone().filter(|_| builder.settings.copy.comments),
    };
    if create.comment.is_some() {
        builder.facet(securable, Facet::Comment, FacetStatus::Carried);
    }
    let mut step =
        NewStep::new(Facet::Definition, RestCall::CreateModel(Box::new(create)), Expectation::Absent);
    step.inverse = Some(RestCall::DeleteModel { model: name }.into());
    step.depends_on = builder.steps_around(&securable.name);
    builder.step(securable, step);
}

fn comment(builder: &mut Builder<'_>, securable: &Securable, source: &Model, destination: &Model) {
    if !builder.settings.copy.comments || source.comment.is_none() || source.comment == destination.comment {
        return;
    }
    let model = builder.renamed(&securable.name);
    let action = |comment: &Option<String>| RestCall::UpdateModel {
        model: model.clone(),
        change: Box::new(UpdateRegisteredModel {
            comment: Some(comment.clone().unwrap_or_default()),
            ..UpdateRegisteredModel::default()
        }),
    };
    let mut step = NewStep::new(Facet::Comment, action(&source.comment), Expectation::Present);
    step.inverse = Some(action(&destination.comment).into());
    builder.step(securable, step);
}
