//! Running statements: each family of statements is a file, all work goes through [`Context`].
//!
//! A statement first checks what its principal may do, then acts. What it does to the metastore is one
//! transaction; a table's files are written under an intent (see [`crate::metastore`]), so that no
//! half-written table is ever visible and a crash leaves nothing behind.

mod alter;
mod alter_columns;
mod changes;
mod checks;
mod clone;
mod comment;
mod context;
mod create_table;
mod delete;
mod describe;
mod drop;
mod functions;
mod grants;
mod guards;
mod insert;
mod keys;
mod maintenance;
mod materialized_views;
mod merge;
mod metric_views;
mod modified;
mod parquet_table;
mod pattern;
mod place;
mod policies;
mod query;
mod rows;
mod securables;
mod session;
mod show;
mod show_create;
mod storage;
mod stored_expressions;
mod table_rows;
mod tags;
mod target;
mod types;
mod undrop;
mod update;
mod views;

pub(crate) use context::{Context, Services};
pub(crate) use functions::of_request as function_of_request;
pub(crate) use query::{Compute, sql_error, texts_of};
pub(crate) use table_rows::settle_interrupted_writes;
pub(crate) use types::{column_default, table_field};

use super::SqlError;
use super::ast::Statement;
use crate::warehouse::StatementResult;

/// Runs one statement.
///
/// # Errors
/// The platform's error classes (facts/sql.md §14, facts/settled.md §1).
pub(crate) async fn execute(context: &Context, statement: Statement) -> Result<StatementResult, SqlError> {
    match statement {
        Statement::CreateCatalog(create) => securables::create_catalog(context, create).await,
        Statement::CreateSchema(create) => securables::create_schema(context, create).await,
        Statement::AlterSecurable(alter) => securables::alter(context, alter).await,
        Statement::AlterTags(alter) => tags::execute(context, alter).await,
        Statement::Use(namespace) => session::use_namespace(context, namespace).await,
        Statement::CreateTable(create) => create_table::execute(context, *create).await,
        Statement::CreateView(create) => views::create(context, *create).await,
        Statement::CreateMaterializedView(create) => materialized_views::create(context, *create).await,
        Statement::RefreshMaterializedView(name) => materialized_views::refresh(context, &name).await,
        Statement::CreateVolume(create) => storage::create_volume(context, create).await,
        Statement::CreateExternalLocation(create) => storage::create_location(context, create).await,
        Statement::CreateFunction(create) => functions::create(context, *create).await,
        Statement::AlterFunction(alter) => functions::alter(context, alter).await,
        Statement::CreatePolicy(create) => policies::create(context, *create).await,
        Statement::DropPolicy(policy) => policies::drop(context, policy).await,
        Statement::AlterVolume(alter) => storage::alter_volume(context, alter).await,
        Statement::List { path, limit } => storage::list(context, &path, limit).await,
        Statement::Clone(clone) => clone::execute(context, *clone).await,
        Statement::Drop(drop) => drop::execute(context, drop).await,
        Statement::Undrop(undrop) => undrop::execute(context, undrop).await,
        Statement::AlterTable(alter) => alter::execute(context, alter).await,
        Statement::Comment { on, comment } => comment::execute(context, on, comment).await,
        Statement::Insert(insert) => insert::execute(context, *insert).await,
        Statement::Delete(delete) => delete::execute(context, *delete).await,
        Statement::Update(update) => update::execute(context, *update).await,
        Statement::Merge(merge) => merge::execute(context, *merge).await,
        Statement::Truncate(table) => delete::truncate(context, &table).await,
        Statement::Restore(restore) => maintenance::restore(context, *restore).await,
        Statement::Optimize(optimize) => maintenance::optimize(context, *optimize).await,
        Statement::Vacuum(vacuum) => maintenance::vacuum(context, vacuum).await,
        Statement::Query(query) => query::execute(context, *query).await,
        Statement::Grant(grant) => grants::change(context, grant, grants::Change::Grant).await,
        Statement::Revoke(grant) => grants::change(context, grant, grants::Change::Revoke).await,
        Statement::ShowGrants(show) => grants::show(context, show).await,
        Statement::Show(show) => show::execute(context, show).await,
        Statement::Describe(describe) => describe::execute(context, describe).await,
        Statement::Set(set) => session::set(context, set),
        Statement::Reset(name) => session::reset(context, name.as_deref()),
    }
}
