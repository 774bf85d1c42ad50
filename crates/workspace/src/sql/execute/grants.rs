//! `GRANT`, `REVOKE` and `SHOW GRANTS` (facts/settled.md §2).

use clxs_api::SecurableKind;
use clxs_api::grant::{EffectivePrivilege, PermissionsChange};

use super::context::Context;
use super::rows::text_result;
use crate::authorization::SecurableRef;
use crate::securables;
use crate::sql::SqlError;
use crate::sql::ast::{Grant, GrantTarget, ShowGrants};
use crate::warehouse::StatementResult;

/// Which of the two statements it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    Grant,
    Revoke,
}

pub(super) async fn change(
    context: &Context,
    grant: Grant,
    change: Change,
) -> Result<StatementResult, SqlError> {
    let on = securable(context, &grant.on)?;
    let (add, remove) = match change {
        Change::Grant => (grant.privileges, Vec::new()),
        Change::Revoke => (Vec::new(), grant.privileges),
    };
    let changes = vec![PermissionsChange { principal: grant.principal, add, remove }];
    context
        .write(move |tx, access| {
            securables::change_grants(tx, access, &on, &changes)?;
            Ok(StatementResult::none())
        })
        .await
}

/// The grants on the securable and those of its ancestors that it can carry, each with the securable it is on.
pub(super) async fn show(context: &Context, show: ShowGrants) -> Result<StatementResult, SqlError> {
    let on = securable(context, &show.on)?;
    let kind = show.on.kind;
    let own_name = on.dotted();
    let principal = show.principal;
    let assignments = context
        .read(move |tx, access| Ok(securables::effective_grants(tx, access, &on, principal.as_deref())?));
    let mut rows = Vec::new();
    for assignment in assignments.await? {
        for granted in assignment.privileges {
            rows.push(row(&assignment.principal, &granted, &kind, &own_name));
        }
    }
    Ok(text_result(["Principal", "ActionType", "ObjectType", "ObjectKey"], rows))
}

fn row(principal: &str, granted: &EffectivePrivilege, kind: &SecurableKind, name: &str) -> [String; 4] {
    let on = granted.inherited_from_type.as_ref().unwrap_or(kind);
    let key = granted.inherited_from_name.as_deref().unwrap_or(name);
    [principal.to_owned(), granted.privilege.sql(), on.as_str().to_owned(), key.to_owned()]
}

/// The securable that a statement names.
pub(super) fn securable(context: &Context, target: &GrantTarget) -> Result<SecurableRef, SqlError> {
    let name = match (&target.kind, &target.name) {
        (_, None) => None,
        (
            SecurableKind::Catalog | SecurableKind::ExternalLocation | SecurableKind::StorageCredential,
            Some(name),
        ) => {
            let catalog = name.0.first().cloned();
            catalog.map(clxs_api::FullName::of_catalog)
        }
        (SecurableKind::Schema, Some(name)) => {
            let (catalog, schema) = context.schema_name(name);
            Some(clxs_api::FullName::of_catalog(catalog).child(schema))
        }
        (_, Some(name)) => Some(context.table_name(name)?),
    };
    Ok(SecurableRef::new(&target.kind, name.as_ref())?)
}
