//! `/policies`: policies by attribute.

use axum::Json;
use axum::extract::State;
use clxs_api::endpoint::POLICIES;
use clxs_api::policy::{ColumnMaskOptions, ListPoliciesResponse, PolicyInfo, PolicyType, RowFilterOptions};
use clxs_api::{FullName, SecurableKind};
use serde::Deserialize;
use serde_json::{Value, json};

use super::paging::{self, Paging};
use super::routes::{Routes, get, post};
use super::{AppState, Body, Caller, Params, Path, RestError};
use crate::authorization::{Access, SecurableRef};
use crate::metastore::{MetastoreError, PolicyDefinition, PolicyEffect, PolicyRow, Transaction};
use crate::securables::{self, NewPolicy, PolicyOn, function_name};

/// What a change may name besides what says what the policy does, which goes together.
const CHANGES: [&str; 11] = [
    "name",
    "comment",
    "to_principals",
    "except_principals",
    "for_securable_type",
    "when_condition",
    "match_columns",
    "policy_type",
    "row_filter",
    "column_mask",
    "*",
];

pub(super) fn routes() -> Routes {
    let on_securable = format!("{POLICIES}/{{on_securable_type}}/{{on_securable_fullname}}");
    Routes::new()
        .route(POLICIES, post(create))
        .route(&on_securable, get(list))
        .route(&format!("{on_securable}/{{name}}"), get(find).patch(update).delete(remove))
}

/// The query of a list.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Listing {
    include_inherited: bool,
}

/// The query of a change: what of the body counts; all of it when absent.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Updating {
    update_mask: Option<String>,
}

async fn create(
    State(state): State<AppState>,
    caller: Caller,
    Body(request): Body<PolicyInfo>,
) -> Result<Json<PolicyInfo>, RestError> {
    let missing = |field: &str| RestError::invalid(format!("{field} is missing."));
    let kind = request.on_securable_type.clone().ok_or_else(|| missing("on_securable_type"))?;
    let name = request.on_securable_fullname.as_deref().ok_or_else(|| missing("on_securable_fullname"))?;
    let on = securable(&kind, name)?;
    let new = NewPolicy {
        name: request.name.clone().ok_or_else(|| missing("name"))?,
        definition: definition(&request)?,
        to: request.to_principals,
        except: request.except_principals,
    };
    let work = move |tx: &Transaction<'_>, access: &Access| {
        Ok(securables::create_policy(tx, access, &on, new, false)?)
    };
    Ok(Json(info(state.write(caller, work).await?)))
}

async fn list(
    State(state): State<AppState>,
    caller: Caller,
    Path((kind, name)): Path<(String, String)>,
    Params(listing): Params<Listing>,
    Params(paging): Params<Paging>,
) -> Result<Json<ListPoliciesResponse>, RestError> {
    let (on, page) = (securable_of_path(&kind, &name)?, paging.request()?);
    let work = move |tx: &Transaction<'_>, access: &Access| {
        Ok(securables::list_policies(tx, access, &on, listing.include_inherited, &page)?)
    };
    let page = state.read(caller, work).await?;
    Ok(Json(ListPoliciesResponse {
        policies: page.items.into_iter().map(info).collect(),
        next_page_token: paging::encode(page.next),
    }))
}

async fn find(
    State(state): State<AppState>,
    caller: Caller,
    Path((kind, on, name)): Path<(String, String, String)>,
) -> Result<Json<PolicyInfo>, RestError> {
    let on = securable_of_path(&kind, &on)?;
    let work =
        move |tx: &Transaction<'_>, access: &Access| Ok(securables::get_policy(tx, access, &on, &name)?);
    Ok(Json(info(state.read(caller, work).await?)))
}

async fn update(
    State(state): State<AppState>,
    caller: Caller,
    Path((kind, on, name)): Path<(String, String, String)>,
    Params(updating): Params<Updating>,
    Body(request): Body<PolicyInfo>,
) -> Result<Json<PolicyInfo>, RestError> {
    let on = securable_of_path(&kind, &on)?;
    let mask = updating.update_mask.unwrap_or_else(|| "*".to_owned());
    let fields: Vec<String> = mask.split(',').map(|field| field.trim().to_owned()).collect();
    if let Some(unknown) = fields.iter().find(|field| !CHANGES.contains(&field.as_str())) {
        return Err(RestError::invalid(format!("update_mask names '{unknown}', which cannot be updated.")));
    }
    let work = move |tx: &Transaction<'_>, access: &Access| {
        let change = |policy: &mut PolicyRow| changed(policy, &fields, &request);
        Ok(securables::update_policy(tx, access, &on, &name, change)?)
    };
    Ok(Json(info(state.write(caller, work).await?)))
}

async fn remove(
    State(state): State<AppState>,
    caller: Caller,
    Path((kind, on, name)): Path<(String, String, String)>,
) -> Result<Json<Value>, RestError> {
    let on = securable_of_path(&kind, &on)?;
    let work =
        move |tx: &Transaction<'_>, access: &Access| Ok(securables::drop_policy(tx, access, &on, &name)?);
    state.write(caller, work).await?;
    Ok(Json(json!({})))
}

fn securable_of_path(kind: &str, name: &str) -> Result<SecurableRef, RestError> {
    securable(&SecurableKind::from(kind.to_uppercase().as_str()), name)
}

fn securable(kind: &SecurableKind, name: &str) -> Result<SecurableRef, RestError> {
    let name = FullName::from_dotted(name)
        .map_err(|error| RestError::invalid(format!("'{name}' is not a valid full name: {error}.")))?;
    Ok(SecurableRef::new(kind, Some(&name))?)
}

fn definition(request: &PolicyInfo) -> Result<PolicyDefinition, MetastoreError> {
    let refused = |message: &str| Err(MetastoreError::invalid(message));
    if request.for_securable_type.as_ref() != Some(&SecurableKind::Table) {
        return refused("for_securable_type must be TABLE.");
    }
    let (effect, function, using) = match (&request.policy_type, &request.row_filter, &request.column_mask) {
        (Some(PolicyType::RowFilter), Some(filter), None) => {
            (PolicyEffect::RowFilter, &filter.function_name, &filter.using)
        }
        (Some(PolicyType::ColumnMask), None, Some(mask)) => {
            (PolicyEffect::ColumnMask(mask.on_column.clone()), &mask.function_name, &mask.using)
        }
        (Some(PolicyType::RowFilter | PolicyType::ColumnMask), ..) => {
            return refused(
                "Give row_filter for POLICY_TYPE_ROW_FILTER, column_mask for POLICY_TYPE_COLUMN_MASK.",
            );
        }
        _ => {
            return refused(
                "The embedded workspace has policies of POLICY_TYPE_ROW_FILTER and POLICY_TYPE_COLUMN_MASK.",
            );
        }
    };
    Ok(PolicyDefinition {
        comment: request.comment.clone(),
        effect,
        function: function_name(function)?,
        using: using.clone(),
        when: request.when_condition.clone().filter(|condition| !condition.is_empty()),
        columns: request.match_columns.clone(),
    })
}

/// Takes the fields that are named of the request. What says what the policy does goes together.
fn changed(policy: &mut PolicyRow, fields: &[String], request: &PolicyInfo) -> Result<(), MetastoreError> {
    let all = fields.iter().any(|field| field == "*");
    let is_named = |name: &str| all || fields.iter().any(|field| field == name);
    if let (true, Some(name)) = (is_named("name"), &request.name) {
        name.clone_into(&mut policy.name);
    }
    if is_named("to_principals") {
        policy.to.clone_from(&request.to_principals);
    }
    if is_named("except_principals") {
        policy.except.clone_from(&request.except_principals);
    }
    if is_named("comment") {
        policy.definition.comment.clone_from(&request.comment);
    }
    if is_named("when_condition") {
        policy.definition.when.clone_from(&request.when_condition);
    }
    if is_named("match_columns") {
        policy.definition.columns.clone_from(&request.match_columns);
    }
    if ["policy_type", "row_filter", "column_mask", "for_securable_type"].iter().any(|name| is_named(name)) {
        let PolicyDefinition { effect, function, using, .. } = definition(request)?;
        policy.definition = PolicyDefinition { effect, function, using, ..policy.definition.clone() };
    }
    Ok(())
}

/// A policy as answers have it.
fn info(PolicyOn { policy, kind, securable }: PolicyOn) -> PolicyInfo {
    let PolicyDefinition { comment, effect, function, using, when, columns } = policy.definition;
    let function_name = function.dotted();
    let mut info = PolicyInfo {
        id: Some(policy.id),
        name: Some(policy.name),
        on_securable_type: Some(kind),
        on_securable_fullname: Some(securable),
        for_securable_type: Some(SecurableKind::Table),
        to_principals: policy.to,
        except_principals: policy.except,
        when_condition: when,
        match_columns: columns,
        comment,
        created_at: Some(policy.audit.created_at),
        created_by: Some(policy.audit.created_by),
        updated_at: Some(policy.audit.updated_at),
        updated_by: Some(policy.audit.updated_by),
        ..PolicyInfo::default()
    };
    match effect {
        PolicyEffect::RowFilter => {
            info.policy_type = Some(PolicyType::RowFilter);
            info.row_filter = Some(RowFilterOptions { function_name, using, ..RowFilterOptions::default() });
        }
        PolicyEffect::ColumnMask(on_column) => {
            info.policy_type = Some(PolicyType::ColumnMask);
            let mask = ColumnMaskOptions { function_name, on_column, using, ..ColumnMaskOptions::default() };
            info.column_mask = Some(mask);
        }
    }
    info
}
