//! Does the steps that are REST calls.

use clxs_api::catalog::UpdateCatalog;
use clxs_api::grant::PermissionsChange;
use clxs_api::schema::{CreateSchema, SchemaInfo, UpdateSchema};
use clxs_api::table::UpdateTable;
use clxs_api::{ErrorCode, FullName, NameError, SecurableKind};
use clxs_client::{Client, Error, ErrorKind, Result};

use super::execute::describe;
use crate::outcome::StepOutcome;
use crate::plan::RestCall;
use crate::{Kind, Securable};

/// Does one call. The client has tried again where that is harmless. `in_doubt` says that an earlier try may
/// have done it although nobody heard of it.
pub(super) async fn execute(client: &Client, call: &RestCall, in_doubt: bool) -> Result<StepOutcome> {
    match call {
        RestCall::CreateCatalog(body) => {
            let created = client.create_catalog(body).await;
            made(created, in_doubt, body.name.parse(), async |name| client.get_catalog(&name).await).await
        }
        RestCall::CreateSchema(body) => {
            let name = FullName::from_dotted(&format!("{}.{}", body.catalog_name, body.name));
            let created = create_schema(client, body, name.as_ref().ok()).await;
            made(created, in_doubt, name, async |name| client.get_schema(&name).await).await
        }
        RestCall::UpdateCatalog { catalog, change } => client.update_catalog(catalog, change).await.map(drop),
        RestCall::UpdateSchema { schema, change } => client.update_schema(schema, change).await.map(drop),
        RestCall::UpdatePermissions { kind, name, changes } => {
            return grant(client, kind, name, changes).await;
        }
        RestCall::SetOwner { securable, owner } => return set_owner(client, securable, owner).await,
    }
    .map(|()| StepOutcome::done())
}

/// UNCONFIRMED: the platform makes the schema `default` together with its catalog; it then gets what it was to be
/// made with.
async fn create_schema(client: &Client, body: &CreateSchema, name: Option<&FullName>) -> Result<SchemaInfo> {
    match (client.create_schema(body).await, name) {
        (Err(error), Some(name)) if error.kind() == ErrorKind::AlreadyExists && body.name == "default" => {
            let (comment, properties) = (body.comment.clone(), body.properties.clone());
            client.update_schema(name, &UpdateSchema { comment, properties, ..UpdateSchema::default() }).await
        }
        (created, _) => created,
    }
}

/// When the answer is lost, what was to be made is there or is not. If it is not, or if nobody can say, the
/// error stands and the call is made again; what is there then was made by the earlier try.
async fn made<T, N>(
    created: Result<T>,
    in_doubt: bool,
    name: std::result::Result<N, NameError>,
    look: impl AsyncFnOnce(N) -> Result<T>,
) -> Result<()> {
    match (created, name) {
        (Err(error), _) if in_doubt && error.kind() == ErrorKind::AlreadyExists => Ok(()),
        (Err(error), Ok(name)) if error.outcome_unknown() => look(name).await.map(drop).map_err(|_| error),
        (created, _) => created.map(drop),
    }
}

/// One call for all principals; when one of them is unknown, nothing was changed, and each gets its own.
async fn grant(
    client: &Client,
    kind: &SecurableKind,
    name: &FullName,
    changes: &[PermissionsChange],
) -> Result<StepOutcome> {
    match client.update_permissions(kind, name, changes.to_vec()).await {
        Ok(_) => Ok(StepOutcome::done()),
        Err(error) if is_unknown_principal(&error) => grant_each(client, kind, name, changes).await,
        Err(error) => refused(error),
    }
}

async fn grant_each(
    client: &Client,
    kind: &SecurableKind,
    name: &FullName,
    changes: &[PermissionsChange],
) -> Result<StepOutcome> {
    let mut missing = Vec::new();
    for change in changes {
        match client.update_permissions(kind, name, vec![change.clone()]).await {
            Ok(_) => {}
            Err(error) if is_unknown_principal(&error) => missing.push(change.principal.clone()),
            Err(error) => return refused(error),
        }
    }
    Ok(StepOutcome::Done { metrics: None, missing })
}

async fn set_owner(client: &Client, securable: &Securable, owner: &str) -> Result<StepOutcome> {
    let owner = Some(owner.to_owned());
    let name = &securable.name;
    let result = match securable.kind {
        Kind::Catalog => {
            let update = UpdateCatalog { owner, ..UpdateCatalog::default() };
            client.update_catalog(name.catalog(), &update).await.map(drop)
        }
        Kind::Schema | Kind::SystemSchema => {
            client.update_schema(name, &UpdateSchema { owner, ..UpdateSchema::default() }).await.map(drop)
        }
        Kind::Table
        | Kind::View
        | Kind::MaterializedView
        | Kind::StreamingTable
        | Kind::MetricView
        | Kind::ForeignTable
        | Kind::Unknown => client.update_table(name, &UpdateTable { owner }).await,
    };
    result.map_or_else(refused, |()| Ok(StepOutcome::done()))
}

/// Grants and owners are carried as well as the platform lets us: a refusal is a property of the destination,
/// not a failure of the clone.
fn refused(error: Error) -> Result<StepOutcome> {
    match error.kind() {
        ErrorKind::PermissionDenied | ErrorKind::InvalidInput => {
            Ok(StepOutcome::Impossible { reason: describe(&error) })
        }
        ErrorKind::NotFound if is_unknown_principal(&error) => {
            Ok(StepOutcome::Impossible { reason: describe(&error) })
        }
        _ => Err(error),
    }
}

fn is_unknown_principal(error: &Error) -> bool {
    error.api_error().is_some_and(|error| error.error_code == ErrorCode::PrincipalDoesNotExist)
}
