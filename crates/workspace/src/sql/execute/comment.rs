//! `COMMENT ON`, and changes of a table's metadata in general.

use clxs_api::catalog::UpdateCatalog;
use clxs_api::schema::UpdateSchema;
use clxs_api::table::ColumnInfo;
use clxs_api::{Identifier, Privilege};

use super::context::{Context, allowed_table};
use super::table_rows::{Presence, Writing, write_files_and};
use super::views::change_view;
use super::{functions, storage};
use crate::delta::{MetadataChange, alter};
use crate::metastore::{TableRow, Transaction};
use crate::securables;
use crate::sql::SqlError;
use crate::sql::ast::{Commented, ObjectName};
use crate::warehouse::StatementResult;

pub(super) async fn execute(
    context: &Context,
    on: Commented,
    comment: Option<String>,
) -> Result<StatementResult, SqlError> {
    match on {
        Commented::Catalog(name) => on_catalog(context, &name, comment).await,
        Commented::Schema(name) => on_schema(context, &name, comment).await,
        Commented::Table(name) => {
            let row = commented(context, &name).await?;
            if row.is_view() {
                let set = move |row: &mut TableRow| row.comment = comment;
                return change_view(context, row.full_name(), Privilege::Modify, set).await;
            }
            change_table(context, row, MetadataChange::SetDescription(comment)).await
        }
        Commented::Volume(name) => storage::comment_on_volume(context, &name, comment).await,
        Commented::Function(name) => functions::comment(context, &name, comment).await,
        Commented::Column { table, column } => on_column(context, &table, column, comment).await,
    }
}

async fn on_catalog(
    context: &Context,
    name: &ObjectName,
    comment: Option<String>,
) -> Result<StatementResult, SqlError> {
    let name = name.0.first().cloned().ok_or_else(|| SqlError::internal("a name without parts"))?;
    let change = UpdateCatalog { comment: Some(comment.unwrap_or_default()), ..UpdateCatalog::default() };
    context
        .write(move |tx, access| {
            securables::update_catalog(tx, access, &name, &change)?;
            Ok(StatementResult::none())
        })
        .await
}

async fn on_schema(
    context: &Context,
    name: &ObjectName,
    comment: Option<String>,
) -> Result<StatementResult, SqlError> {
    let (catalog, schema) = context.schema_name(name);
    let change = UpdateSchema { comment: Some(comment.unwrap_or_default()), ..UpdateSchema::default() };
    context
        .write(move |tx, access| {
            securables::update_schema(tx, access, (&catalog, &schema), &change)?;
            Ok(StatementResult::none())
        })
        .await
}

async fn on_column(
    context: &Context,
    table: &ObjectName,
    column: Identifier,
    comment: Option<String>,
) -> Result<StatementResult, SqlError> {
    let row = commented(context, table).await?;
    if !row.columns.iter().any(|known| is_named(known, &column)) {
        let names: Vec<_> = row.columns.iter().filter_map(|known| known.name.clone()).collect();
        return Err(SqlError::unresolved_column(column, &names));
    }
    if row.is_view() {
        let set = move |row: &mut TableRow| {
            if let Some(known) = row.columns.iter_mut().find(|known| is_named(known, &column)) {
                known.comment = comment;
            }
        };
        return change_view(context, row.full_name(), Privilege::Modify, set).await;
    }
    let column = column.as_str().to_owned();
    change_table(context, row, MetadataChange::CommentColumn { column, comment }).await
}

fn is_named(column: &ColumnInfo, name: &Identifier) -> bool {
    column.name.as_deref().is_some_and(|column| name.matches(column))
}

/// Commenting needs no more than MODIFY; UNCONFIRMED for views, where MODIFY cannot be granted.
async fn commented(context: &Context, name: &ObjectName) -> Result<TableRow, SqlError> {
    let name = context.table_name(name)?;
    context.read(move |tx, access| allowed_table(tx, access, &name, &Privilege::Modify)).await
}

/// Changes the metadata of a table: a commit, which the row then mirrors.
pub(super) async fn change_table(
    context: &Context,
    row: TableRow,
    change: MetadataChange,
) -> Result<StatementResult, SqlError> {
    change_table_and(context, row, change, |_, _| Ok(())).await
}

/// [`change_table`] that changes more of the metastore in the transaction that shows the change.
pub(super) async fn change_table_and<A>(
    context: &Context,
    row: TableRow,
    change: MetadataChange,
    also: A,
) -> Result<StatementResult, SqlError>
where
    A: FnOnce(&Transaction<'_>, &TableRow) -> Result<(), SqlError> + Send + 'static,
{
    let (location, user) = (context.location(&row)?, context.user());
    let commit = context.blocking(move |engine| alter(engine, &location, &change, &user));
    write_files_and(context, Writing { row, presence: Presence::Existing }, commit, also).await?;
    Ok(StatementResult::none())
}
