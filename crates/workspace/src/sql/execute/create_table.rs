//! `CREATE TABLE`: with columns, at a `LOCATION`, from a query.

mod layout;
mod new_columns;

use std::sync::Arc;

use clxs_api::{FullName, Identifier};
use datafusion::arrow::datatypes::Schema;
use datafusion::sql::sqlparser::ast::Query;

use super::checks::{self, compiled, take_constraints};
use super::context::Context;
use super::guards::{self, Brings, GuardClauses};
use super::insert::inserted;
use super::keys;
use super::place::table_to_write;
use super::table_rows::{Presence, Writing, write_files_and};
use super::{parquet_table, query};
use crate::authorization::Access;
use crate::delta::schema::{StructType, TryIntoArrow};
use crate::delta::{
    NewTable, Pin, Replace, Snapshot, TableLocation, create_table, create_table_as, is_table, reading_schema,
};
use crate::metastore::{TableRow, Transaction};
use crate::securables::{self, NewKey};
use crate::sql::SqlError;
use crate::sql::ast::{CreateTable, ObjectName, TableReference};
use crate::warehouse::StatementResult;

pub(super) async fn execute(context: &Context, mut create: CreateTable) -> Result<StatementResult, SqlError> {
    if create.provider.as_deref() == Some(parquet_table::PARQUET) {
        return parquet_table::create(context, create).await;
    }
    let constraints = take_constraints(&mut create.properties)?;
    create.constraints.extend(constraints);
    new_columns::require_valid(&create)?;
    if create.query.is_none() && !create.columns.is_empty() {
        layout::require_possible(&create.columns, &create.partition_columns, &create.cluster_columns)?;
    }
    let name = context.table_name(named(&create)?)?;
    require_delta(create.provider.as_deref())?;
    let location = create.location.clone();
    let writing = table_to_write(context, &name, create.on_existing, location, false, |row, _| {
        require_replaceable(row)
    });
    let writing = writing.await?;
    let Some(writing) = writing else { return Ok(StatementResult::none()) };
    let keys = keys_of(context, &name, &create).await?;
    let location = context.location(&writing.row)?;
    if writing.presence == Presence::New && create.location.is_some() {
        let at = location.clone();
        if context.blocking(move |_| is_table(&at)).await? {
            return register(context, create, writing, keys).await;
        }
        require_empty(&name, &location)?;
    }
    match create.query.clone() {
        Some(query) => create_as(context, create, writing, *query).await,
        None => create_empty(context, create, writing, keys).await,
    }
}

/// The keys of the statement; what they point to is there.
async fn keys_of(context: &Context, name: &FullName, create: &CreateTable) -> Result<Vec<NewKey>, SqlError> {
    let keys = create.keys.iter().cloned().map(|key| keys::new_key(context, key));
    let keys = keys.collect::<Result<Vec<_>, _>>()?;
    let (table, wanted) = (name.clone(), keys.clone());
    let columns: Vec<_> = create.columns.iter().map(|column| column.name.clone()).collect();
    let check = move |tx: &Transaction<'_>, access: &Access| {
        Ok(securables::require_keys_possible(tx, access, &table, &columns, &wanted)?)
    };
    context.read(check).await?;
    Ok(keys)
}

fn named(create: &CreateTable) -> Result<&ObjectName, SqlError> {
    match &create.name {
        TableReference::Name(name) => Ok(name),
        TableReference::Path { .. } => Err(SqlError::unsupported_but(
            "CREATE TABLE at a path without a name",
            "Name the table, with LOCATION.",
        )),
    }
}

fn require_delta(provider: Option<&str>) -> Result<(), SqlError> {
    match provider {
        None | Some("delta") => Ok(()),
        Some(other) => {
            let feature = format!("CREATE TABLE … USING {}", other.to_uppercase());
            Err(SqlError::unsupported_but(
                feature,
                "Use DELTA, or run the statement on a Databricks workspace.",
            ))
        }
    }
}

/// A shallow clone does not become an ordinary table (facts/sql.md §2). The class is UNCONFIRMED.
fn require_replaceable(row: &TableRow) -> Result<(), SqlError> {
    if row.is_view() {
        return Err(SqlError::expect_table_not_view(row.full_name(), "CREATE OR REPLACE TABLE"));
    }
    if row.is_materialized() {
        return Err(SqlError::not_on_materialized_view("CREATE OR REPLACE TABLE", row.full_name()));
    }
    if parquet_table::is_parquet(row) {
        let feature = format!("replacing {}, a table of Parquet files,", row.full_name());
        return Err(SqlError::unsupported_but(feature, "Drop it first; its files stay."));
    }
    if row.source.is_some() {
        let feature = format!("replacing the shallow clone {} by a table", row.full_name());
        return Err(SqlError::unsupported_but(feature, "Drop it first."));
    }
    Ok(())
}

fn require_empty(name: &FullName, location: &TableLocation) -> Result<(), SqlError> {
    let entries = match fs_err::read_dir(location.path()) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(SqlError::internal(error.to_string()).with_source(error)),
    };
    // Names that begin like this are no data (Delta protocol, "hidden files").
    let is_data = |entry: &fs_err::DirEntry| !entry.file_name().to_string_lossy().starts_with(['.', '_']);
    for entry in entries {
        let entry = entry.map_err(|error| SqlError::internal(error.to_string()).with_source(error))?;
        if is_data(&entry) {
            return Err(SqlError::delta_create_with_non_empty_location(name, location));
        }
    }
    Ok(())
}

/// Registers a table that is there: its log says what it is, and what the statement says must agree.
async fn register(
    context: &Context,
    create: CreateTable,
    writing: Writing,
    keys: Vec<NewKey>,
) -> Result<StatementResult, SqlError> {
    if create.query.is_some() {
        let location = context.location(&writing.row)?;
        return Err(SqlError::delta_create_with_non_empty_location(writing.row.full_name(), location));
    }
    let location = context.location(&writing.row)?;
    let snapshot = context.snapshot(location.clone(), Pin::Latest).await?;
    let agrees = same_columns(&create, snapshot.schema()) && same_partitions(&create, &snapshot);
    if !agrees {
        return Err(SqlError::delta_create_schema_mismatch(location));
    }
    let checked = checks::has_checks(&snapshot.metadata().configuration);
    let fits = (snapshot.schema(), checked);
    let writing = guards::of_written_table(context, writing, guards_of(&create), fits, Brings::Rows).await?;
    let set_keys = keys::setter(context, keys);
    write_files_and(context, writing, async { Ok(()) }, set_keys).await?;
    Ok(StatementResult::none())
}

/// The columns that are listed are those of the log.
fn same_columns(create: &CreateTable, schema: &StructType) -> bool {
    create.columns.is_empty()
        || create.columns.len() == schema.num_fields()
            && create.columns.iter().zip(schema.fields()).all(|(listed, field)| {
                listed.name.to_lowercase() == field.name.to_lowercase()
                    && listed.data_type == field.data_type
                    && listed.nullable == field.nullable
            })
}

fn same_partitions(create: &CreateTable, snapshot: &Snapshot) -> bool {
    let listed = &create.partition_columns;
    let partitions = &snapshot.metadata().partition_columns;
    listed.is_empty()
        || listed.len() == partitions.len()
            && listed.iter().zip(partitions).all(|(name, known)| name.matches(known))
}

async fn create_empty(
    context: &Context,
    create: CreateTable,
    writing: Writing,
    keys: Vec<NewKey>,
) -> Result<StatementResult, SqlError> {
    let schema = StructType::try_new(create.columns.clone())
        .map_err(|error| SqlError::datatype_mismatch(error.to_string()).with_source(error))?;
    let fits = (&schema, !create.constraints.is_empty());
    let guarded = guards_of(&create);
    let writing = guards::of_written_table(context, writing, guarded, fits, Brings::Nothing).await?;
    let table = new_delta_table(context, create, schema, &writing);
    require_known_columns(context, &table).await?;
    let location = context.location(&writing.row)?;
    let commit = context.blocking(move |engine| create_table(engine, &location, &table));
    let (guards, set_keys) = (writing.row.guards.clone(), keys::setter(context, keys));
    let also = move |tx: &Transaction<'_>, row: &TableRow| {
        guards::add(tx, row, guards)?;
        set_keys(tx, row)
    };
    write_files_and(context, writing, commit, also).await?;
    Ok(StatementResult::none())
}

/// Refuses CHECK constraints on columns that are not there. Those that cannot be computed here are refused when rows
/// come.
async fn require_known_columns(context: &Context, table: &NewTable) -> Result<(), SqlError> {
    let rows = reading_schema(&table.schema)
        .map_err(|error| SqlError::internal(error.to_string()).with_source(error))?;
    for constraint in &table.constraints {
        match compiled(context, &rows, vec![constraint.clone()]).await {
            Err(error) if error.class != "UNSUPPORTED_FEATURE" => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

async fn create_as(
    context: &Context,
    create: CreateTable,
    writing: Writing,
    query: Query,
) -> Result<StatementResult, SqlError> {
    let source = query::plan(context, query).await?;
    let schema = query::table_schema(source.fields.clone())?;
    let columns: Vec<_> = schema.fields().cloned().collect();
    layout::require_possible(&columns, &create.partition_columns, &create.cluster_columns)?;
    let fits = (&schema, !create.constraints.is_empty());
    let guarded = guards_of(&create);
    let writing = guards::of_written_table(context, writing, guarded, fits, Brings::Rows).await?;
    let arrow: Schema = (&schema)
        .try_into_arrow()
        .map_err(|error| SqlError::internal(error.to_string()).with_source(error))?;
    let table = new_delta_table(context, create, schema, &writing);
    let checks = compiled(context, &Arc::new(arrow), table.constraints.clone()).await?;
    let (location, engine) = (context.location(&writing.row)?, context.services.engine.clone());
    let rows = source.stream().await?;
    let commit = async move { Ok(create_table_as(&engine, &location, &table, rows, &checks).await?) };
    // UNCONFIRMED: that it counts as INSERT does; editors of the platform show these two columns.
    Ok(inserted(write_files_and(context, writing, commit, keys::setter(context, Vec::new())).await?))
}

fn guards_of(create: &CreateTable) -> GuardClauses {
    GuardClauses { row_filter: create.row_filter.clone(), masks: create.masks.clone() }
}

fn new_delta_table(
    context: &Context,
    create: CreateTable,
    schema: StructType,
    writing: &Writing,
) -> NewTable {
    let names = |names: Vec<Identifier>| names.into_iter().map(|name| name.as_str().to_owned()).collect();
    NewTable {
        schema,
        partition_columns: names(create.partition_columns),
        cluster_columns: names(create.cluster_columns),
        properties: create.properties,
        constraints: create
            .constraints
            .into_iter()
            .map(|check| (check.name.as_str().to_owned(), check.expression))
            .collect(),
        description: create.comment,
        replace: Replace::latest_if(writing.presence == Presence::Existing),
        managed: writing.row.is_managed(),
        user: context.user(),
    }
}
