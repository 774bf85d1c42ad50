//! `CREATE`, `ALTER` and `COMMENT ON FUNCTION`. What a call of one means is in [`super::query`].

mod definition;
mod shown;

use clxs_api::FullName;
use clxs_api::function::UpdateFunction;

pub(super) use definition::named_in;
pub(crate) use definition::of_request;
pub(super) use shown::{describe, show};

use super::context::Context;
use crate::authorization::{Access, SecurableRef};
use crate::metastore::{Function, MetastoreError, Transaction};
use crate::securables;
use crate::sql::SqlError;
use crate::sql::ast::{AlterFunction, CreateFunction, ObjectName, OnExisting};
use crate::warehouse::StatementResult;

pub(super) async fn create(context: &Context, create: CreateFunction) -> Result<StatementResult, SqlError> {
    let name = context.table_name(&create.name)?;
    let on_existing = create.on_existing;
    let wanted = name.clone();
    if context.read(move |tx, access| target(tx, access, &wanted, on_existing)).await? == Target::Kept {
        return Ok(StatementResult::none());
    }
    let function = definition::of_statement(context, &name, &create).await?;
    let comment = create.comment;
    let write = move |tx: &Transaction<'_>, access: &Access| {
        match target(tx, access, &name, on_existing)? {
            Target::Kept => {}
            Target::Replaced => {
                securables::replace_function(tx, access, &name, comment.as_deref(), function)?;
            }
            Target::Free => {
                let [catalog, schema, own_name] = name.parts() else {
                    return Err(SqlError::internal(format!("{name} has not three parts")));
                };
                let place = (catalog.as_str(), schema.as_str(), own_name.as_str());
                securables::create_function(tx, access, place, comment.as_deref(), function)?;
            }
        }
        Ok(StatementResult::none())
    };
    context.write(write).await
}

/// What is at the name of a new function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Target {
    /// A function that `IF NOT EXISTS` leaves as it is.
    Kept,
    /// A function that is to be replaced.
    Replaced,
    /// Nothing.
    Free,
}

/// Looks at a name with the rights of the caller: making needs CREATE FUNCTION on the schema, replacing needs to
/// manage what is there. The documentation says that only a function of the same parameters is replaced; that one of
/// others is refused is UNCONFIRMED, and it is replaced here.
fn target(
    tx: &Transaction<'_>,
    access: &Access,
    name: &FullName,
    on_existing: OnExisting,
) -> Result<Target, SqlError> {
    use clxs_api::Privilege;
    let [catalog, schema, _] = name.parts() else {
        return Err(SqlError::internal(format!("{name} has not three parts")));
    };
    let in_schema = SecurableRef::schema(catalog.clone(), schema.clone());
    access.check(tx, &in_schema, &Privilege::UseSchema)?;
    match tx.securable::<Function>(name) {
        Ok(row) => match on_existing {
            OnExisting::Fail => Err(SqlError::routine_already_exists(name)),
            OnExisting::Keep => Ok(Target::Kept),
            OnExisting::Replace | OnExisting::ReplaceOnly => {
                access.check(tx, &SecurableRef::from(&row), &Privilege::Manage)?;
                Ok(Target::Replaced)
            }
        },
        Err(MetastoreError::NotFound { .. }) => {
            access.check(tx, &in_schema, &Privilege::CreateFunction)?;
            Ok(Target::Free)
        }
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn alter(context: &Context, alter: AlterFunction) -> Result<StatementResult, SqlError> {
    let change = UpdateFunction { owner: Some(alter.owner.as_str().to_owned()) };
    update(context, &alter.name, change, None).await
}

pub(super) async fn comment(
    context: &Context,
    name: &ObjectName,
    comment: Option<String>,
) -> Result<StatementResult, SqlError> {
    update(context, name, UpdateFunction::default(), Some(comment.unwrap_or_default())).await
}

async fn update(
    context: &Context,
    name: &ObjectName,
    change: UpdateFunction,
    comment: Option<String>,
) -> Result<StatementResult, SqlError> {
    let name = context.table_name(name)?;
    let changed = context.write(move |tx, access| {
        securables::update_function(tx, access, &name, &change, comment.as_deref())?;
        Ok(StatementResult::none())
    });
    changed.await
}
