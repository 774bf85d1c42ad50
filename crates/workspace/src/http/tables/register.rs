//! `POST /tables`: a folder of files becomes an external table, as `CREATE TABLE … LOCATION` makes it one.

use axum::Json;
use axum::extract::State;
use clxs_api::table::{CreateTable, DataSourceFormat, TableInfo, TableType};
use clxs_api::{ErrorCode, FullName};

use super::Tables;
use crate::authorization::Access;
use crate::http::extract::identifier;
use crate::http::securables::Resource;
use crate::http::statements::default_session;
use crate::http::{AppState, Body, Caller, RestError};
use crate::metastore::Transaction;
use crate::securables;
use crate::session::LastingSession;
use crate::sql::ast::{self, ObjectName, OnExisting, Statement, TableReference};
use crate::sql::{Context, execute, table_field};
use crate::warehouse::CommitGate;

pub(super) async fn create(
    State(state): State<AppState>,
    caller: Caller,
    Body(request): Body<CreateTable>,
) -> Result<Json<TableInfo>, RestError> {
    let provider = provider(&request)?;
    let names = [&request.catalog_name, &request.schema_name, &request.name];
    let [catalog, schema, name] = names.map(|name| identifier(name));
    let name = FullName::of_catalog(catalog?).child(schema?).child(name?);
    let (wanted, location) = (name.clone(), request.storage_location.clone());
    let check = move |tx: &Transaction<'_>, access: &Access| {
        Ok(securables::require_external_table_possible(tx, access, &wanted, &location)?)
    };
    state.read(caller.clone(), check).await?;
    let session = default_session(caller.0.clone(), None, None)?;
    let context = Context::new(state.services(), LastingSession::new(session), CommitGate::default(), None);
    let statement = Statement::CreateTable(Box::new(statement(request, &name, provider)?));
    // What was not refused before is about the files.
    execute(&context, statement).await.map_err(|error| RestError::invalid(error.to_string()))?;
    let name = name.dotted();
    let work = move |tx: &Transaction<'_>, access: &Access| Tables::find(tx, access, &name, false);
    Ok(Json(state.read(caller, work).await?))
}

/// The format of the files as SQL writes it.
///
/// # Errors
/// `INVALID_PARAMETER_VALUE` for what is no external table, `NOT_IMPLEMENTED` for formats that are not read here.
fn provider(request: &CreateTable) -> Result<&'static str, RestError> {
    if request.table_type.as_ref().is_some_and(|kind| *kind != TableType::External) {
        return Err(RestError::invalid("Only tables of type EXTERNAL are made over REST; use CREATE TABLE."));
    }
    if request.storage_location.is_empty() {
        return Err(RestError::invalid("storage_location is missing."));
    }
    match &request.data_source_format {
        None | Some(DataSourceFormat::Delta) => Ok("delta"),
        Some(DataSourceFormat::Parquet) => Ok("parquet"),
        Some(other) => Err(RestError::new(
            ErrorCode::NotImplemented,
            format!("The embedded workspace reads no files of format {other}: use DELTA or PARQUET."),
        )),
    }
}

/// The statement that makes the same table.
///
/// # Errors
/// `INVALID_PARAMETER_VALUE` for columns of no type.
fn statement(request: CreateTable, name: &FullName, provider: &str) -> Result<ast::CreateTable, RestError> {
    let columns = request.columns.iter().map(table_field).collect::<Option<_>>();
    let columns = columns.ok_or_else(|| RestError::invalid("Each of the columns needs its type_json."))?;
    Ok(ast::CreateTable {
        name: TableReference::Name(ObjectName(name.parts().to_vec())),
        on_existing: OnExisting::Fail,
        columns,
        provider: Some(provider.to_owned()),
        partition_columns: Vec::new(),
        cluster_columns: Vec::new(),
        location: Some(request.storage_location),
        comment: None,
        properties: request.properties.unwrap_or_default().into_iter().collect(),
        constraints: Vec::new(),
        keys: Vec::new(),
        row_filter: None,
        masks: Vec::new(),
        query: None,
    })
}
