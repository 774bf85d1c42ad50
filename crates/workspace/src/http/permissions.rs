//! `/permissions` and `/effective-permissions`, and their younger kin `/privilege-assignments` and
//! `/effective-privilege-assignments`, which always come in pages.

use axum::Json;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use clxs_api::endpoint::{EFFECTIVE_PERMISSIONS, PERMISSIONS};
use clxs_api::grant::{
    EffectivePermissionsList, EffectivePrivilegeAssignment, GetPermissionsResponse, PermissionsChange,
    PrivilegeAssignment,
};
use clxs_api::{FullName, SecurableKind};
use serde::{Deserialize, Serialize};

use super::paging;
use super::routes::{Routes, get};
use super::{AppState, Body, Caller, Params, Path, RestError};
use crate::authorization::{Access, SecurableRef};
use crate::metastore::Transaction;
use crate::securables;

const ASSIGNMENTS: &str = "/api/2.1/unity-catalog/privilege-assignments";
const EFFECTIVE_ASSIGNMENTS: &str = "/api/2.1/unity-catalog/effective-privilege-assignments";
/// A page is never cut within one principal, so it must hold all privileges there are (`facts/rest_api.md` §2).
const SMALLEST_PAGE: usize = 150;

pub(super) fn routes() -> Routes {
    let on = |path: &str| format!("{path}/{{kind}}/{{full_name}}");
    Routes::new()
        .route(&on(PERMISSIONS), get(direct).patch(update))
        .route(&on(EFFECTIVE_PERMISSIONS), get(effective))
        .route(&on(ASSIGNMENTS), get(direct))
        .route(&on(EFFECTIVE_ASSIGNMENTS), get(effective_assignments))
}

/// Whose grants are asked for, and which page. The older endpoints call the size of a page `max_results`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Wanted {
    principal: Option<String>,
    #[serde(alias = "page_size")]
    max_results: Option<usize>,
    page_token: Option<String>,
}

/// The grants of one principal.
trait Assignment {
    fn principal(&self) -> &str;
    fn size(&self) -> usize;
}

impl Assignment for PrivilegeAssignment {
    fn principal(&self) -> &str {
        &self.principal
    }

    fn size(&self) -> usize {
        self.privileges.len()
    }
}

impl Assignment for EffectivePrivilegeAssignment {
    fn principal(&self) -> &str {
        &self.principal
    }

    fn size(&self) -> usize {
        self.privileges.len()
    }
}

impl Wanted {
    /// Refuses a page that might not hold a principal's privileges.
    fn check(&self) -> Result<(), RestError> {
        match self.max_results {
            Some(size @ 1..SMALLEST_PAGE) => Err(RestError::invalid(format!(
                "The size of a page must be 0 or at least {SMALLEST_PAGE}; it is {size}."
            ))),
            _ => Ok(()),
        }
    }

    /// The page asked for, of assignments in the order of their principals, and the token of the next one.
    fn page<A: Assignment>(&self, all: Vec<A>) -> Result<(Vec<A>, Option<String>), RestError> {
        let after = paging::decode_optional(self.page_token.as_deref())?;
        let after = after.first().map(String::as_str).unwrap_or_default();
        let most = self.max_results.filter(|size| *size > 0).unwrap_or(usize::MAX);
        let (mut page, mut privileges, mut next) = (Vec::<A>::new(), 0, None);
        for assignment in all.into_iter().filter(|assignment| assignment.principal() > after) {
            privileges += assignment.size();
            if let Some(last) = page.last().filter(|_| privileges > most) {
                next = paging::encode(Some(vec![last.principal().to_owned()]));
                break;
            }
            page.push(assignment);
        }
        Ok((page, next))
    }
}

async fn direct(
    State(state): State<AppState>,
    caller: Caller,
    on: OnSecurable,
    Params(wanted): Params<Wanted>,
) -> Result<Json<GetPermissionsResponse>, RestError> {
    wanted.check()?;
    let work = move |tx: &Transaction<'_>, access: &Access| {
        wanted.page(securables::direct_grants(tx, access, &on.0, wanted.principal.as_deref())?)
    };
    let (privilege_assignments, next_page_token) = state.read(caller, work).await?;
    Ok(Json(GetPermissionsResponse { privilege_assignments, next_page_token }))
}

async fn effective(
    State(state): State<AppState>,
    caller: Caller,
    on: OnSecurable,
    Params(wanted): Params<Wanted>,
) -> Result<Json<EffectivePermissionsList>, RestError> {
    let (privilege_assignments, next_page_token) = effective_page(&state, caller, on, wanted).await?;
    Ok(Json(EffectivePermissionsList { privilege_assignments, next_page_token }))
}

/// A page of `/effective-privilege-assignments`, which calls its items otherwise.
#[derive(Debug, Serialize)]
struct EffectiveAssignments {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    effective_privilege_assignments: Vec<EffectivePrivilegeAssignment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_page_token: Option<String>,
}

async fn effective_assignments(
    State(state): State<AppState>,
    caller: Caller,
    on: OnSecurable,
    Params(wanted): Params<Wanted>,
) -> Result<Json<EffectiveAssignments>, RestError> {
    let (effective_privilege_assignments, next_page_token) =
        effective_page(&state, caller, on, wanted).await?;
    Ok(Json(EffectiveAssignments { effective_privilege_assignments, next_page_token }))
}

async fn effective_page(
    state: &AppState,
    caller: Caller,
    on: OnSecurable,
    wanted: Wanted,
) -> Result<(Vec<EffectivePrivilegeAssignment>, Option<String>), RestError> {
    wanted.check()?;
    let work = move |tx: &Transaction<'_>, access: &Access| {
        wanted.page(securables::effective_grants(tx, access, &on.0, wanted.principal.as_deref())?)
    };
    state.read(caller, work).await
}

/// Body of a request to change grants.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Update {
    changes: Vec<PermissionsChange>,
    omit_permissions_in_response: Option<bool>,
}

async fn update(
    State(state): State<AppState>,
    caller: Caller,
    on: OnSecurable,
    Body(request): Body<Update>,
) -> Result<Json<GetPermissionsResponse>, RestError> {
    let omitted = request.omit_permissions_in_response == Some(true);
    let work = move |tx: &Transaction<'_>, access: &Access| {
        securables::change_grants(tx, access, &on.0, &request.changes)?;
        Ok(if omitted { Vec::new() } else { securables::direct_grants(tx, access, &on.0, None)? })
    };
    let privilege_assignments = state.write(caller, work).await?;
    Ok(Json(GetPermissionsResponse { privilege_assignments, next_page_token: None }))
}

/// The securable that the path names.
struct OnSecurable(SecurableRef);

impl<S: Send + Sync> FromRequestParts<S> for OnSecurable {
    type Rejection = RestError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, RestError> {
        let Path((kind, name)) = Path::<(String, String)>::from_request_parts(parts, state).await?;
        let kind = SecurableKind::from(kind.to_uppercase().as_str());
        let name = FullName::from_dotted(&name)
            .map_err(|error| RestError::invalid(format!("'{name}' is not a valid full name: {error}.")))?;
        Ok(Self(SecurableRef::new(&kind, Some(&name))?))
    }
}
