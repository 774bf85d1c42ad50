//! What users, service principals and groups have in common: being listed, found and made.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use clxs_api::ErrorCode;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::filter::Filter;
use super::references;
use crate::authorization::Access;
use crate::http::routes::{Routes, get};
use crate::http::{AppState, Body, Caller, Params, Path, RestError};
use crate::metastore::{MetastoreError, PrincipalKind, PrincipalRow, Transaction};

/// How many resources a page has when the caller leaves it to the workspace, and at most: what the official
/// client asks for.
const PAGE: usize = 10_000;

/// A kind of principals as SCIM has it.
pub(super) trait Resource: Send + Sync + 'static {
    /// The path of the list; `/{id}` for one.
    const PATH: &'static str;
    /// What the principals are.
    const KIND: PrincipalKind;
    /// SCIM's name of the resource.
    const SCHEMA: &'static str;
    /// Body of a request to make one.
    type New: DeserializeOwned + Serialize + Send + 'static;

    /// Makes one; only admins get here.
    fn insert(tx: &Transaction<'_>, new: &Self::New) -> Result<PrincipalRow, RestError>;

    /// The fields that only this kind has.
    fn fields(tx: &Transaction<'_>, row: &PrincipalRow) -> Result<Map<String, Value>, MetastoreError>;
}

/// Which part of a list is asked for. The official client asks for pages until one is empty.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Listing {
    filter: Option<String>,
    /// From 1.
    start_index: Option<usize>,
    count: Option<usize>,
}

/// The endpoints of a kind of principals.
pub(super) fn routes<R: Resource>() -> Routes {
    Routes::new()
        .route(R::PATH, get(list::<R>).post(create::<R>))
        .route(&format!("{}/{{id}}", R::PATH), get(find::<R>))
}

async fn list<R: Resource>(
    State(state): State<AppState>,
    caller: Caller,
    Params(listing): Params<Listing>,
) -> Result<Json<Value>, RestError> {
    let filter = listing.filter.as_deref().map(Filter::parse).transpose()?;
    let first = listing.start_index.unwrap_or(1).max(1);
    let count = listing.count.unwrap_or(PAGE).min(PAGE);
    let work = move |tx: &Transaction<'_>, _: &Access| {
        let mut matching = Vec::new();
        for row in tx.principals(R::KIND)? {
            let resource = resource::<R>(tx, &row)?;
            if filter.as_ref().is_none_or(|filter| filter.matches(&resource)) {
                matching.push(resource);
            }
        }
        Ok(matching)
    };
    let matching = state.read(caller, work).await?;
    let total = matching.len();
    let page: Vec<_> = matching.into_iter().skip(first - 1).take(count).collect();
    Ok(Json(json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": total,
        "startIndex": first,
        "itemsPerPage": page.len(),
        "Resources": page,
    })))
}

async fn find<R: Resource>(
    State(state): State<AppState>,
    caller: Caller,
    Path(wanted): Path<String>,
) -> Result<Json<Value>, RestError> {
    let wanted = id(&wanted)?;
    let work = move |tx: &Transaction<'_>, _: &Access| {
        let row = tx.principal_by_id(wanted)?.filter(|row| row.kind == R::KIND);
        let not_found =
            || RestError::new(ErrorCode::ResourceDoesNotExist, format!("No principal has id {wanted}."));
        Ok(resource::<R>(tx, &row.ok_or_else(not_found)?)?)
    };
    Ok(Json(state.read(caller, work).await?))
}

async fn create<R: Resource>(
    State(state): State<AppState>,
    caller: Caller,
    Body(new): Body<R::New>,
) -> Result<(StatusCode, Json<Value>), RestError> {
    let work = move |tx: &Transaction<'_>, access: &Access| {
        access.require_metastore_admin(tx)?;
        Ok(resource::<R>(tx, &R::insert(tx, &new)?)?)
    };
    Ok((StatusCode::CREATED, Json(state.write(caller, work).await?)))
}

/// A principal in SCIM's shape.
fn resource<R: Resource>(tx: &Transaction<'_>, row: &PrincipalRow) -> Result<Value, MetastoreError> {
    let schema = format!("urn:ietf:params:scim:schemas:core:2.0:{}", R::SCHEMA);
    let groups = references(&tx.groups_of(&row.name)?);
    let mut fields = R::fields(tx, row)?;
    fields.insert("schemas".to_owned(), json!([schema]));
    fields.insert("id".to_owned(), json!(row.id.to_string()));
    fields.insert("displayName".to_owned(), json!(row.display_name));
    fields.insert("groups".to_owned(), json!(groups));
    Ok(fields.into())
}

/// Makes a principal whose name the request must hold.
///
/// # Errors
/// `INVALID_PARAMETER_VALUE` for an empty name, `RESOURCE_ALREADY_EXISTS` for one that is taken.
pub(super) fn insert(
    tx: &Transaction<'_>,
    kind: PrincipalKind,
    name: &str,
    display_name: Option<&str>,
) -> Result<PrincipalRow, RestError> {
    if name.is_empty() {
        return Err(RestError::invalid("The principal's name is missing."));
    }
    Ok(tx.insert_principal(kind, name, display_name.unwrap_or(name))?)
}

/// The id of a principal in a path or a reference.
pub(super) fn id(text: &str) -> Result<i64, RestError> {
    text.parse().map_err(|_| RestError::invalid(format!("'{text}' is not the id of a principal.")))
}

/// Fields as an object.
pub(super) fn object<const N: usize>(fields: [(&str, Value); N]) -> Map<String, Value> {
    fields.map(|(name, value)| (name.to_owned(), value)).into_iter().collect()
}
