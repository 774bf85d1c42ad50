//! SCIM as far as principals need it: users, service principals, groups and who the caller is. Fields are in
//! camel case, unlike the rest of the protocol.
//!
//! What the three kinds of principals share is `resource.rs`; each kind is a file that says what is its own.

mod filter;
mod groups;
mod listing;
mod patch;
mod resource;
mod secrets;
mod service_principals;
mod users;

use axum::Json;
use axum::extract::State;
use clxs_api::current_user::{GroupReference, User};
use clxs_api::endpoint::CURRENT_USER;

use super::{AppState, Caller, RestError};
use crate::authorization::Access;
use crate::http::routes::{Routes, get};
use crate::metastore::{MetastoreError, PrincipalRow, Transaction};

pub(super) fn routes() -> Routes {
    Routes::new()
        .route(CURRENT_USER, get(me))
        .merge(resource::routes::<users::Users>())
        .merge(resource::routes::<service_principals::ServicePrincipals>())
        .merge(resource::routes::<groups::Groups>())
        .merge(secrets::routes())
}

async fn me(State(state): State<AppState>, caller: Caller) -> Result<Json<User>, RestError> {
    let work = |tx: &Transaction<'_>, access: &Access| {
        let name = access.principal();
        let not_found = || MetastoreError::PrincipalNotFound { name: name.to_owned() };
        let row = tx.principal(name)?.ok_or_else(not_found)?;
        Ok(User {
            id: Some(row.id.to_string()),
            active: Some(row.active),
            groups: references(&tx.groups_of(&row.name)?),
            user_name: Some(row.name),
            display_name: Some(row.display_name),
            ..User::default()
        })
    };
    Ok(Json(state.read(caller, work).await?))
}

/// Principals as others refer to them.
fn references(rows: &[PrincipalRow]) -> Vec<GroupReference> {
    let reference = |row: &PrincipalRow| GroupReference {
        display: Some(row.display_name.clone()),
        value: Some(row.id.to_string()),
        ..GroupReference::default()
    };
    rows.iter().map(reference).collect()
}
