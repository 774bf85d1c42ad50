//! `DROP` of all kinds.

use clxs_api::Identifier;

use clxs_api::Privilege;

use super::context::{Context, allowed_table};
use crate::authorization::Access;
use crate::metastore::{Transaction, WriteIntent};
use crate::securables;
use crate::sql::SqlError;
use crate::sql::ast::{Drop, DropKind};
use crate::warehouse::StatementResult;

/// Rows first, then the folders of managed tables: a row without files would be a broken table.
pub(super) async fn execute(context: &Context, drop: Drop) -> Result<StatementResult, SqlError> {
    let if_exists = drop.if_exists;
    let session = context.clone();
    let dropped = context.write(move |tx, access| drop_rows(&session, tx, access, &drop)).await;
    match dropped {
        Ok(intents) => {
            context.services.metastore.abandon_writes(intents).await?;
            Ok(StatementResult::none())
        }
        Err(error) if if_exists && is_absence(&error) => Ok(StatementResult::none()),
        Err(error) => Err(error),
    }
}

fn is_absence(error: &SqlError) -> bool {
    matches!(
        error.class,
        "NO_SUCH_CATALOG_EXCEPTION"
            | "SCHEMA_NOT_FOUND"
            | "TABLE_OR_VIEW_NOT_FOUND"
            | "UC_VOLUME_NOT_FOUND"
            | "ROUTINE_NOT_FOUND"
            | "EXTERNAL_LOCATION_DOES_NOT_EXIST"
            | "STORAGE_CREDENTIAL_DOES_NOT_EXIST"
    )
}

fn drop_rows(
    context: &Context,
    tx: &Transaction<'_>,
    access: &Access,
    drop: &Drop,
) -> Result<Vec<WriteIntent>, SqlError> {
    match drop.kind {
        DropKind::Catalog => Ok(securables::drop_catalog(tx, access, first(drop)?, drop.cascade)?),
        DropKind::Schema => {
            let (catalog, schema) = context.schema_name(&drop.name);
            Ok(securables::drop_schema(tx, access, (&catalog, &schema), drop.cascade)?)
        }
        DropKind::Volume => {
            let name = context.table_name(&drop.name)?;
            Ok(securables::drop_volume(tx, access, &name)?.into_iter().collect())
        }
        DropKind::Function => {
            securables::drop_function(tx, access, &context.table_name(&drop.name)?)?;
            Ok(Vec::new())
        }
        DropKind::ExternalLocation => {
            securables::drop_location(tx, access, first(drop)?, drop.cascade)?;
            Ok(Vec::new())
        }
        DropKind::StorageCredential => {
            securables::drop_credential(tx, access, first(drop)?, drop.cascade)?;
            Ok(Vec::new())
        }
        DropKind::Table | DropKind::View | DropKind::MaterializedView => {
            drop_table(context, tx, access, drop)
        }
    }
}

fn first(drop: &Drop) -> Result<&Identifier, SqlError> {
    drop.name.0.first().ok_or_else(|| SqlError::internal("a name without parts"))
}

fn drop_table(
    context: &Context,
    tx: &Transaction<'_>,
    access: &Access,
    drop: &Drop,
) -> Result<Vec<WriteIntent>, SqlError> {
    let name = context.table_name(&drop.name)?;
    let row = allowed_table(tx, access, &name, &Privilege::Manage)?;
    let found = match () {
        () if row.is_materialized() => "MATERIALIZED VIEW",
        () if row.is_view() => "VIEW",
        () => "TABLE",
    };
    match drop.kind {
        DropKind::MaterializedView if !row.is_materialized() => {
            Err(SqlError::no_materialized_view("DROP", &name))
        }
        DropKind::View if !row.is_view() => Err(SqlError::wrong_command("DROP VIEW", &name, found, "VIEW")),
        DropKind::Table if row.is_query() => {
            Err(SqlError::wrong_command("DROP TABLE", &name, found, "TABLE"))
        }
        _ => Ok(securables::drop_table(tx, access, &name)?),
    }
}
