//! `ALTER TABLE`, `ALTER VIEW` and `ALTER MATERIALIZED VIEW`.

use clxs_api::table::TableType;
use clxs_api::{FullName, Privilege, SecurableKind};

use super::alter_columns;
use super::checks;
use super::comment::change_table;
use super::context::{Context, allowed_table};
use super::stored_expressions::{Purpose, require_no_function};
use super::views::{self, change_view};
use super::{guards, keys, tags};
use crate::authorization::{Access, SecurableRef};
use crate::delta::MetadataChange;
use crate::metastore::{TableRow, Transaction};
use crate::securables;
use crate::sql::SqlError;
use crate::sql::ast::{AlterTable, AlterTableAction, AlteredKind, ObjectName};
use crate::warehouse::StatementResult;

pub(super) async fn execute(context: &Context, alter: AlterTable) -> Result<StatementResult, SqlError> {
    let name = context.table_name(&alter.name)?;
    let needed = match &alter.action {
        AlterTableAction::Tags { .. } => Privilege::ApplyTag,
        _ => Privilege::Manage,
    };
    let row = existing(context, &name, &needed, &alter).await?;
    require_alterable(&row, &alter.action)?;
    match alter.action {
        AlterTableAction::SetOwner(owner) => set_owner(context, name, owner.as_str().to_owned()).await,
        AlterTableAction::RenameTo(new_name) => rename(context, name, &new_name).await,
        AlterTableAction::SetQuery { definition, query } => {
            views::set_query(context, name, &query, definition).await
        }
        AlterTableAction::SetProperties(pairs) if row.is_view() => {
            change_view(context, name, Privilege::Manage, move |row| row.properties.extend(pairs)).await
        }
        AlterTableAction::UnsetProperties { keys, .. } if row.is_view() => {
            let unset = move |row: &mut TableRow| row.properties.retain(|key, _| !keys.contains(key));
            change_view(context, name, Privilege::Manage, unset).await
        }
        AlterTableAction::SetProperties(pairs) => {
            change_table(context, row, MetadataChange::SetProperties(pairs)).await
        }
        AlterTableAction::UnsetProperties { keys, if_exists } => {
            change_table(context, row, MetadataChange::UnsetProperties { keys, if_exists }).await
        }
        AlterTableAction::CommentColumns(comments) => {
            for (column, comment) in comments {
                let column = column.as_str().to_owned();
                let change = MetadataChange::CommentColumn { column, comment: Some(comment) };
                change_table(context, row.clone(), change).await?;
            }
            Ok(StatementResult::none())
        }
        AlterTableAction::AddCheck(check) => {
            let guards = context.guards(&row).await?;
            if !guards.is_empty() {
                return Err(SqlError::check_on_guarded_table(&row, &guards));
            }
            let met_at = checks::require_rows_to_meet(context, &row, &check).await?;
            require_no_function(Purpose::Check, &check.expression)?;
            let (name, expression) = (check.name.as_str().to_owned(), check.expression);
            change_table(context, row, MetadataChange::AddCheck { name, expression, met_at }).await
        }
        AlterTableAction::AddKey(key) => keys::add(context, name, key).await,
        AlterTableAction::DropConstraint(drop) => keys::remove(context, row, drop).await,
        AlterTableAction::Tags { column, change } => tags::on_table(context, name, column, change).await,
        action @ (AlterTableAction::SetRowFilter(_)
        | AlterTableAction::DropRowFilter
        | AlterTableAction::SetMask { .. }
        | AlterTableAction::DropMask(_)) => guards::alter(context, row, action).await,
        AlterTableAction::SetSchemaMode(mode) => views::set_schema_mode(context, name, mode).await,
        other => alter_columns::execute(context, row, other).await,
    }
}

/// What a metric view or a materialized view computes is said anew, by the statement that makes one.
fn require_alterable(row: &TableRow, action: &AlterTableAction) -> Result<(), SqlError> {
    let is_query = matches!(action, AlterTableAction::SetQuery { .. } | AlterTableAction::SetSchemaMode(_));
    if is_query && row.table_type == TableType::MetricView {
        let feature = "ALTER VIEW of what a metric view computes";
        return Err(SqlError::unsupported_but(feature, "Write CREATE OR REPLACE VIEW."));
    }
    let is_of_all = matches!(action, AlterTableAction::SetOwner(_) | AlterTableAction::Tags { .. });
    if row.is_materialized() && !is_of_all {
        return Err(SqlError::not_on_materialized_view("ALTER", row.full_name()));
    }
    Ok(())
}

/// The table or view, which must be what the statement says and the principal's to change.
async fn existing(
    context: &Context,
    name: &FullName,
    needed: &Privilege,
    alter: &AlterTable,
) -> Result<TableRow, SqlError> {
    let (name, needed) = (name.clone(), needed.clone());
    let row = context.read(move |tx, access| allowed_table(tx, access, &name, &needed)).await?;
    match (alter.kind, row.is_view()) {
        (AlteredKind::Table, true) => Err(match alter.action {
            AlterTableAction::SetRowFilter(_) => SqlError::row_filter_of_view(&row),
            AlterTableAction::SetMask { .. } => SqlError::mask_of_view(&row),
            _ => SqlError::expect_table_not_view(row.full_name(), "ALTER TABLE"),
        }),
        (AlteredKind::View, false) => Err(SqlError::expect_view_not_table(row.full_name(), "ALTER VIEW")),
        (AlteredKind::MaterializedView, _) if !row.is_materialized() => {
            Err(SqlError::no_materialized_view("ALTER", row.full_name()))
        }
        _ => Ok(row),
    }
}

async fn set_owner(context: &Context, name: FullName, owner: String) -> Result<StatementResult, SqlError> {
    context
        .write(move |tx, access| {
            securables::update_table_owner(tx, access, &name, &owner)?;
            Ok(StatementResult::none())
        })
        .await
}

/// Tables keep their files where they are; they may move to another schema of the catalog.
async fn rename(
    context: &Context,
    name: FullName,
    new_name: &ObjectName,
) -> Result<StatementResult, SqlError> {
    let catalog = name.catalog();
    let schema = name.schema().unwrap_or(&context.session().schema);
    let new_name = new_name.resolve(catalog, schema).map_err(SqlError::invalid_identifier)?;
    context.write(move |tx, access| rename_row(tx, access, &name, &new_name)).await
}

fn rename_row(
    tx: &Transaction<'_>,
    access: &Access,
    name: &FullName,
    new_name: &FullName,
) -> Result<StatementResult, SqlError> {
    let mut row = allowed_table(tx, access, name, &Privilege::Manage)?;
    let [catalog, schema, own_name] = new_name.parts() else {
        return Err(SqlError::internal(format!("{new_name} has not three parts")));
    };
    if *catalog != row.catalog {
        return Err(SqlError::unsupported_but(
            "renaming into another catalog",
            "Clone the table and drop the old one.",
        ));
    }
    if *schema != row.schema {
        access.check(tx, &SecurableRef::schema(catalog.clone(), schema.clone()), &Privilege::CreateTable)?;
    }
    let schema = tx.schema(catalog, schema)?;
    row.schema_id = schema.id;
    row.schema = schema.name;
    row.name = securables::new_name(&SecurableKind::Table, own_name.as_str())?;
    row.audit.touch(access.principal());
    tx.update_table(&row)?;
    Ok(StatementResult::none())
}
