//! `/entity-tag-assignments`, and `/tag-policies`, which the embedded workspace has not.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, SecondsFormat};
use clxs_api::endpoint::{ENTITY_TAG_ASSIGNMENTS, TAG_POLICIES};
use clxs_api::tag::{EntityTagAssignment, ListEntityTagAssignmentsResponse};
use clxs_api::{ErrorCode, FullName, SecurableKind};
use serde::Deserialize;
use serde_json::{Value, json};

use super::paging::{self, Paging};
use super::routes::{Routes, get, post, refuse};
use super::{AppState, Body, Caller, Params, Path, RestError};
use crate::authorization::{Access, SecurableRef};
use crate::metastore::{Tag, Transaction};
use crate::securables::{self, TagEntity};

pub(super) fn routes() -> Routes {
    let of_entity = format!("{ENTITY_TAG_ASSIGNMENTS}/{{entity_type}}/{{entity_name}}/tags");
    Routes::new()
        .route(ENTITY_TAG_ASSIGNMENTS, post(create))
        .route(&of_entity, get(list))
        .route(&format!("{of_entity}/{{tag_key}}"), get(find).patch(update).delete(remove))
        .route(TAG_POLICIES, refuse(no_policies))
        .route(&format!("{TAG_POLICIES}/{{tag_key}}"), refuse(no_policies))
}

/// The query of a change.
#[derive(Debug, Deserialize)]
struct Updating {
    update_mask: String,
}

/// An entity as requests name it.
#[derive(Debug, Clone, Deserialize)]
struct Named {
    entity_type: String,
    entity_name: String,
}

impl Named {
    fn entity(&self) -> Result<TagEntity, RestError> {
        let name = FullName::from_dotted(&self.entity_name).map_err(|error| {
            RestError::invalid(format!("'{}' is not a valid full name: {error}.", self.entity_name))
        });
        if self.entity_type == "columns" {
            return column(&self.entity_name);
        }
        Ok(TagEntity::Securable(SecurableRef::new(&kind(&self.entity_type)?, Some(&name?))?))
    }

    fn answer(self, tag: Tag) -> EntityTagAssignment {
        let updated = DateTime::from_timestamp_millis(tag.updated_at);
        EntityTagAssignment {
            entity_type: self.entity_type,
            entity_name: self.entity_name,
            tag_key: tag.key,
            tag_value: Some(tag.value),
            update_time: updated.map(|at| at.to_rfc3339_opts(SecondsFormat::Millis, true)),
            updated_by: Some(tag.updated_by),
            ..EntityTagAssignment::default()
        }
    }
}

/// The kind of an `entity_type`, which is a plural; UNCONFIRMED for others than catalogs, schemas and tables.
fn kind(entity_type: &str) -> Result<SecurableKind, RestError> {
    match entity_type {
        "catalogs" => Ok(SecurableKind::Catalog),
        "schemas" => Ok(SecurableKind::Schema),
        "tables" => Ok(SecurableKind::Table),
        "volumes" => Ok(SecurableKind::Volume),
        "functions" => Ok(SecurableKind::Function),
        "models" | "registered_models" => Ok(SecurableKind::RegisteredModel),
        other => Err(RestError::invalid(format!(
            "'{other}' is not a valid entity_type: use catalogs, schemas, tables, columns or volumes."
        ))),
    }
}

/// `catalog.schema.table.column`; the column's own name may have dots.
fn column(name: &str) -> Result<TagEntity, RestError> {
    let invalid =
        |reason: String| RestError::invalid(format!("'{name}' is not the name of a column: {reason}."));
    let parts: Vec<_> = name.splitn(4, '.').collect();
    let [catalog, schema, table, column] = parts.as_slice() else {
        return Err(invalid("it has not four parts".to_owned()));
    };
    let table = FullName::from_dotted(&[*catalog, *schema, *table].join("."));
    Ok(TagEntity::Column {
        table: table.map_err(|error| invalid(error.to_string()))?,
        column: clxs_api::Identifier::new(*column).map_err(|error| invalid(error.to_string()))?,
    })
}

async fn create(
    State(state): State<AppState>,
    caller: Caller,
    Body(request): Body<EntityTagAssignment>,
) -> Result<Json<EntityTagAssignment>, RestError> {
    let named = Named { entity_type: request.entity_type, entity_name: request.entity_name };
    let entity = named.entity()?;
    let (key, value) = (request.tag_key, request.tag_value.unwrap_or_default());
    let work = move |tx: &Transaction<'_>, access: &Access| {
        Ok(securables::create_tag(tx, access, &entity, (&key, &value))?)
    };
    Ok(Json(named.answer(state.write(caller, work).await?)))
}

async fn list(
    State(state): State<AppState>,
    caller: Caller,
    Path(named): Path<Named>,
    Params(paging): Params<Paging>,
) -> Result<Json<ListEntityTagAssignmentsResponse>, RestError> {
    let (entity, page) = (named.entity()?, paging.request()?);
    let work =
        move |tx: &Transaction<'_>, access: &Access| Ok(securables::list_tags(tx, access, &entity, &page)?);
    let page = state.read(caller, work).await?;
    Ok(Json(ListEntityTagAssignmentsResponse {
        tag_assignments: page.items.into_iter().map(|tag| named.clone().answer(tag)).collect(),
        next_page_token: paging::encode(page.next),
    }))
}

async fn find(
    State(state): State<AppState>,
    caller: Caller,
    Path((entity_type, entity_name, key)): Path<(String, String, String)>,
) -> Result<Json<EntityTagAssignment>, RestError> {
    let named = Named { entity_type, entity_name };
    let entity = named.entity()?;
    let work =
        move |tx: &Transaction<'_>, access: &Access| Ok(securables::get_tag(tx, access, &entity, &key)?);
    Ok(Json(named.answer(state.read(caller, work).await?)))
}

/// Only the value can change: `update_mask` names it.
async fn update(
    State(state): State<AppState>,
    caller: Caller,
    Path((entity_type, entity_name, key)): Path<(String, String, String)>,
    Params(updating): Params<Updating>,
    Body(request): Body<EntityTagAssignment>,
) -> Result<Json<EntityTagAssignment>, RestError> {
    if !matches!(updating.update_mask.as_str(), "tag_value" | "*") {
        let mask = updating.update_mask;
        return Err(RestError::invalid(format!("update_mask must be tag_value, it is '{mask}'.")));
    }
    let named = Named { entity_type, entity_name };
    let (entity, value) = (named.entity()?, request.tag_value.unwrap_or_default());
    let work = move |tx: &Transaction<'_>, access: &Access| {
        Ok(securables::update_tag(tx, access, &entity, (&key, &value))?)
    };
    Ok(Json(named.answer(state.write(caller, work).await?)))
}

async fn remove(
    State(state): State<AppState>,
    caller: Caller,
    Path((entity_type, entity_name, key)): Path<(String, String, String)>,
) -> Result<Json<Value>, RestError> {
    let entity = Named { entity_type, entity_name }.entity()?;
    let work =
        move |tx: &Transaction<'_>, access: &Access| Ok(securables::delete_tag(tx, access, &entity, &key)?);
    state.write(caller, work).await?;
    Ok(Json(json!({})))
}

async fn no_policies() -> RestError {
    let message = "The embedded workspace has no tag policies: every value of a tag is allowed.";
    RestError::new(ErrorCode::NotImplemented, message)
}
