//! What users, service principals and groups have in common: being listed, found, made, changed and deleted.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use clxs_api::ErrorCode;
use serde_json::{Map, Value, json};

use super::listing::Listing;
use super::patch::Patch;
use super::references;
use crate::authorization::Access;
use crate::http::routes::{Routes, get};
use crate::http::{AppState, Body as RequestBody, Caller, Params, Path, RestError};
use crate::metastore::{ALL_USERS, MetastoreError, PrincipalKind, PrincipalRow, SYSTEM_USER, Transaction};

/// What is kept of a principal as it was sent.
const KEPT: [&str; 5] = ["externalId", "name", "emails", "entitlements", "roles"];

/// A kind of principals as SCIM has it. Requests are read as plain JSON: what SCIM has and we do not is ignored.
pub(super) trait Resource: Send + Sync + 'static {
    /// The path of the list; `/{id}` for one.
    const PATH: &'static str;
    /// What the principals are.
    const KIND: PrincipalKind;
    /// All that are shown as this resource.
    const KINDS: &'static [PrincipalKind] = &[Self::KIND];
    /// SCIM's name of the resource.
    const SCHEMA: &'static str;
    /// Whether the name may change.
    const RENAMED: bool = false;

    /// The name that grants and owners use, from a request to make or replace one; `None` when it is missing.
    fn name(body: &Body) -> Option<String>;

    /// The name of one that is made.
    fn new_name(body: &Body) -> Option<String> {
        Self::name(body)
    }

    /// The fields that only this kind has.
    fn fields(tx: &Transaction<'_>, row: &PrincipalRow) -> Result<Body, MetastoreError>;

    /// Takes over from a request what only this kind has; `row` has its new name already.
    fn replace(_: &Transaction<'_>, _: &PrincipalRow, _: &Body) -> Result<(), RestError> {
        Ok(())
    }
}

/// A resource or a part of it.
pub(super) type Body = Map<String, Value>;

/// The endpoints of a kind of principals.
pub(super) fn routes<R: Resource>() -> Routes {
    let one = get(find::<R>).put(replace::<R>).patch(patch::<R>).delete(delete::<R>);
    Routes::new().route(R::PATH, get(list::<R>).post(create::<R>)).route(&format!("{}/{{id}}", R::PATH), one)
}

async fn list<R: Resource>(
    State(state): State<AppState>,
    caller: Caller,
    Params(listing): Params<Listing>,
) -> Result<Json<Value>, RestError> {
    let filter = listing.filter()?;
    let work = move |tx: &Transaction<'_>, _: &Access| {
        let mut matching = Vec::new();
        for row in tx.principals(R::KINDS)? {
            let resource = resource::<R>(tx, &row)?;
            if filter.as_ref().is_none_or(|filter| filter.matches(&resource)) {
                matching.push(resource);
            }
        }
        Ok(matching)
    };
    Ok(Json(listing.page(state.read(caller, work).await?)))
}

async fn find<R: Resource>(
    State(state): State<AppState>,
    caller: Caller,
    Path(wanted): Path<String>,
) -> Result<Json<Value>, RestError> {
    let work = move |tx: &Transaction<'_>, _: &Access| Ok(resource::<R>(tx, &row(tx, R::KINDS, &wanted)?)?);
    Ok(Json(state.read(caller, work).await?))
}

async fn create<R: Resource>(
    State(state): State<AppState>,
    caller: Caller,
    RequestBody(new): RequestBody<Body>,
) -> Result<(StatusCode, Json<Value>), RestError> {
    let work = move |tx: &Transaction<'_>, access: &Access| {
        access.require_metastore_admin(tx)?;
        let name = R::new_name(&new).filter(|name| !name.is_empty());
        let name = name.ok_or_else(|| RestError::invalid("The principal's name is missing."))?;
        let row = tx.insert_principal(R::KIND, &name, &name)?;
        Ok(resource::<R>(tx, &overwrite::<R>(tx, row, &new)?)?)
    };
    Ok((StatusCode::CREATED, Json(state.write(caller, work).await?)))
}

async fn replace<R: Resource>(
    State(state): State<AppState>,
    caller: Caller,
    Path(wanted): Path<String>,
    RequestBody(new): RequestBody<Body>,
) -> Result<Json<Value>, RestError> {
    let work = move |tx: &Transaction<'_>, access: &Access| {
        access.require_metastore_admin(tx)?;
        let row = row(tx, R::KINDS, &wanted)?;
        Ok(resource::<R>(tx, &overwrite::<R>(tx, row, &new)?)?)
    };
    Ok(Json(state.write(caller, work).await?))
}

async fn patch<R: Resource>(
    State(state): State<AppState>,
    caller: Caller,
    Path(wanted): Path<String>,
    RequestBody(patch): RequestBody<Patch>,
) -> Result<Json<Value>, RestError> {
    let work = move |tx: &Transaction<'_>, access: &Access| {
        access.require_metastore_admin(tx)?;
        let row = row(tx, R::KINDS, &wanted)?;
        let mut changed = resource_fields::<R>(tx, &row)?;
        patch.apply(&mut changed)?;
        Ok(resource::<R>(tx, &overwrite::<R>(tx, row, &changed)?)?)
    };
    Ok(Json(state.write(caller, work).await?))
}

async fn delete<R: Resource>(
    State(state): State<AppState>,
    caller: Caller,
    Path(wanted): Path<String>,
) -> Result<StatusCode, RestError> {
    let work = move |tx: &Transaction<'_>, access: &Access| {
        access.require_metastore_admin(tx)?;
        let row = row(tx, R::KINDS, &wanted)?;
        require_changeable(&row)?;
        Ok(tx.delete_principal(&row)?)
    };
    state.write(caller, work).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The principal of one of these kinds and of that id.
pub(super) fn row(
    tx: &Transaction<'_>,
    kinds: &[PrincipalKind],
    wanted: &str,
) -> Result<PrincipalRow, RestError> {
    let row = tx.principal_by_id(id(wanted)?)?.filter(|row| kinds.contains(&row.kind));
    row.ok_or_else(|| {
        RestError::new(ErrorCode::ResourceDoesNotExist, format!("No principal has id {wanted}."))
    })
}

/// The principal as a request wants it: what the request leaves out is empty then.
fn overwrite<R: Resource>(
    tx: &Transaction<'_>,
    mut row: PrincipalRow,
    new: &Body,
) -> Result<PrincipalRow, RestError> {
    require_changeable(&row)?;
    let name = R::name(new).filter(|name| !name.is_empty());
    if let Some(name) = name
        && name != row.name
    {
        if !R::RENAMED {
            return Err(RestError::invalid(format!(
                "The name of the principal '{}' cannot change.",
                row.name
            )));
        }
        row.name = name;
    }
    let display_name = new.get("displayName").and_then(Value::as_str);
    row.display_name = display_name.map_or_else(|| row.name.clone(), str::to_owned);
    row.active = active(new)?;
    row.attributes.clear();
    for name in KEPT {
        if let Some(value) = new.get(name).filter(|value| !value.is_null()) {
            row.attributes.insert(name.to_owned(), value.clone());
        }
    }
    tx.update_principal(&row)?;
    R::replace(tx, &row, new)?;
    Ok(row)
}

/// Whether a request wants the principal to be active: some send the truth as a text, which must not open what it
/// is to close.
fn active(new: &Body) -> Result<bool, RestError> {
    let refused = |value: &Value| RestError::invalid(format!("active must be true or false, it is {value}."));
    match new.get("active") {
        None | Some(Value::Null) => Ok(true),
        Some(Value::Bool(active)) => Ok(*active),
        Some(value) => {
            let text = value.as_str().map(str::to_lowercase);
            text.and_then(|text| text.parse().ok()).ok_or_else(|| refused(value))
        }
    }
}

/// Those that the platform itself made stay as they are.
fn require_changeable(row: &PrincipalRow) -> Result<(), RestError> {
    if [ALL_USERS, SYSTEM_USER].contains(&row.name.as_str()) || row.kind == PrincipalKind::WorkspaceGroup {
        return Err(RestError::new(
            ErrorCode::PermissionDenied,
            format!("'{}' belongs to the platform and cannot be changed.", row.name),
        ));
    }
    Ok(())
}

/// A principal in SCIM's shape.
fn resource<R: Resource>(tx: &Transaction<'_>, row: &PrincipalRow) -> Result<Value, MetastoreError> {
    Ok(resource_fields::<R>(tx, row)?.into())
}

fn resource_fields<R: Resource>(tx: &Transaction<'_>, row: &PrincipalRow) -> Result<Body, MetastoreError> {
    let schema = format!("urn:ietf:params:scim:schemas:core:2.0:{}", R::SCHEMA);
    let groups = references(&tx.groups_of(&row.name)?);
    let mut fields = R::fields(tx, row)?;
    fields.extend(row.attributes.clone());
    fields.insert("schemas".to_owned(), json!([schema]));
    fields.insert("id".to_owned(), json!(row.id.to_string()));
    fields.insert("displayName".to_owned(), json!(row.display_name));
    fields.insert("groups".to_owned(), json!(groups));
    Ok(fields)
}

/// The id of a principal in a path or a reference.
pub(super) fn id(text: &str) -> Result<i64, RestError> {
    text.parse().map_err(|_| RestError::invalid(format!("'{text}' is not the id of a principal.")))
}

/// A text of a request.
pub(super) fn text(body: &Body, field: &str) -> Option<String> {
    Some(body.get(field)?.as_str()?.to_owned())
}

/// Fields as an object.
pub(super) fn object<const N: usize>(fields: [(&str, Value); N]) -> Body {
    fields.map(|(name, value)| (name.to_owned(), value)).into_iter().collect()
}
