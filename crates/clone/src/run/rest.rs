//! Does the steps that are REST calls.

use clxs_api::catalog::UpdateCatalog;
use clxs_api::function::UpdateFunction;
use clxs_api::grant::PermissionsChange;
use clxs_api::model::UpdateRegisteredModel;
use clxs_api::schema::{CreateSchema, SchemaInfo, UpdateSchema};
use clxs_api::table::{CreateTableConstraint, TableConstraint, UpdateTable};
use clxs_api::volume::UpdateVolume;
use clxs_api::{ErrorCode, FullName, NameError, SecurableKind};
use clxs_client::{Client, Error, ErrorKind, Result};

use super::execute::describe;
use super::{model_version, policy};
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
        RestCall::UpdateBindings { catalog, change } => client.update_catalog_bindings(catalog, change).await,
        RestCall::AddKey(body) => add_key(client, body).await,
        RestCall::DropKey { table, key } => gone(client.delete_constraint(table, key).await),
        RestCall::CreateVolume(body) => {
            let name = full_name([&body.catalog_name, &body.schema_name, &body.name]);
            let created = client.create_volume(body).await;
            made(created, in_doubt, name, async |name| client.get_volume(&name).await).await
        }
        RestCall::UpdateVolume { volume, change } => client.update_volume(volume, change).await.map(drop),
        RestCall::CreateModel(body) => {
            let name = full_name([&body.catalog_name, &body.schema_name, &body.name]);
            let created = client.create_model(body).await;
            made(created, in_doubt, name, async |name| client.get_model(&name).await).await
        }
        RestCall::UpdateModel { model, change } => client.update_model(model, change).await.map(drop),
        RestCall::DeleteModel { model } => gone(client.delete_model(model).await),
        RestCall::CommentVersion { model, version, comment } => {
            return model_version::comment(client, (model, *version), comment).await;
        }
        RestCall::DeleteCopies { model, of } => model_version::delete_copies(client, model, of).await,
        RestCall::SetAlias { model, alias, to } => {
            return model_version::set_alias(client, model, alias, to).await;
        }
        RestCall::DeleteAlias { model, alias } => gone(client.delete_model_alias(model, alias).await),
        RestCall::CreatePolicy(policy) => {
            return policy::write(client, policy, policy::Write::Create { in_doubt }).await;
        }
        RestCall::UpdatePolicy { on, policy } => {
            return policy::write(client, policy, policy::Write::Update { on }).await;
        }
        RestCall::DeletePolicy { on, name } => {
            gone(client.delete_policy(&on.kind.securable_kind(), &on.name, name).await)
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

fn full_name(parts: [&str; 3]) -> std::result::Result<FullName, NameError> {
    FullName::from_dotted(&parts.join("."))
}

/// Whether what was to be removed is there no more.
pub(super) fn gone(removed: Result<()>) -> Result<()> {
    match removed {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

/// A key that is there although it was refused is there already: an earlier try made it, or `CREATE OR REPLACE …
/// CLONE` kept it, of which no public source says whether it does.
async fn add_key(client: &Client, body: &CreateTableConstraint) -> Result<()> {
    let Err(error) = client.create_constraint(body).await else { return Ok(()) };
    let Ok(table) = FullName::from_dotted(&body.full_name_arg) else { return Err(error) };
    let found = client.get_table(&table).await;
    let is_there =
        found.is_ok_and(|info| info.table_constraints.iter().any(|own| is_same(own, &body.constraint)));
    if is_there { Ok(()) } else { Err(error) }
}

fn is_same(own: &TableConstraint, wanted: &TableConstraint) -> bool {
    let primary = |key: &TableConstraint| {
        let key = key.primary_key_constraint.as_ref()?;
        Some((key.name.to_lowercase(), key.child_columns.clone()))
    };
    let foreign = |key: &TableConstraint| {
        let key = key.foreign_key_constraint.as_ref()?;
        Some((key.name.to_lowercase(), key.child_columns.clone(), key.parent_table.to_lowercase()))
    };
    primary(own) == primary(wanted) && foreign(own) == foreign(wanted)
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

/// Revokes before it grants, where it does both to somebody: with `ALL PRIVILEGES` go those that are granted then
/// (facts/settled.md §2), and in which order one call does both is UNCONFIRMED.
async fn grant(
    client: &Client,
    kind: &SecurableKind,
    name: &FullName,
    changes: &[PermissionsChange],
) -> Result<StepOutcome> {
    if !changes.iter().any(|change| !change.add.is_empty() && !change.remove.is_empty()) {
        return grant_all(client, kind, name, changes).await;
    }
    let part = |add: bool| {
        let of = |change: &PermissionsChange| PermissionsChange {
            principal: change.principal.clone(),
            add: if add { change.add.clone() } else { Vec::new() },
            remove: if add { Vec::new() } else { change.remove.clone() },
        };
        let parts = changes.iter().map(of);
        parts.filter(|part| !part.add.is_empty() || !part.remove.is_empty()).collect::<Vec<_>>()
    };
    let revoked = grant_all(client, kind, name, &part(false)).await?;
    if !revoked.is_done() {
        return Ok(revoked);
    }
    grant_all(client, kind, name, &part(true)).await
}

/// One call for all principals; when one of them is unknown, nothing was changed, and each gets its own.
async fn grant_all(
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
    Ok(StepOutcome::without(missing))
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
        Kind::Volume => {
            client.update_volume(name, &UpdateVolume { owner, ..UpdateVolume::default() }).await.map(drop)
        }
        Kind::Function => client.update_function(name, &UpdateFunction { owner }).await,
        Kind::Model => {
            let update = UpdateRegisteredModel { owner, ..UpdateRegisteredModel::default() };
            client.update_model(name, &update).await.map(drop)
        }
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

pub(super) fn is_unknown_principal(error: &Error) -> bool {
    error.api_error().is_some_and(|error| error.error_code == ErrorCode::PrincipalDoesNotExist)
}
