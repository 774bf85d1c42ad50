//! `/constraints`: primary and foreign keys of tables.

use axum::Json;
use axum::extract::State;
use clxs_api::endpoint::CONSTRAINTS;
use clxs_api::table::{CreateTableConstraint, ForeignKeyConstraint, PrimaryKeyConstraint, TableConstraint};
use clxs_api::{FullName, Identifier};
use serde::Deserialize;
use serde_json::{Value, json};

use super::extract::full_name;
use super::routes::{Routes, delete, post};
use super::{AppState, Body, Caller, Params, Path, RestError};
use crate::authorization::Access;
use crate::metastore::{Key, Transaction};
use crate::securables::{self, NewKey, WhichKey};

pub(super) fn routes() -> Routes {
    Routes::new()
        .route(CONSTRAINTS, post(create))
        .route(&format!("{CONSTRAINTS}/{{full_name}}"), delete(remove))
}

/// Which key goes, and whether the foreign keys that point to it go too.
#[derive(Debug, Deserialize)]
struct Dropping {
    constraint_name: String,
    cascade: bool,
}

async fn create(
    State(state): State<AppState>,
    caller: Caller,
    Body(request): Body<CreateTableConstraint>,
) -> Result<Json<TableConstraint>, RestError> {
    let (table, [_, _, _]) = full_name(&request.full_name_arg)?;
    let key = new_key(request.constraint)?;
    let work =
        move |tx: &Transaction<'_>, access: &Access| Ok(securables::add_key(tx, access, &table, &key)?);
    Ok(Json(info(state.write(caller, work).await?)))
}

async fn remove(
    State(state): State<AppState>,
    caller: Caller,
    Path(table): Path<String>,
    Params(dropping): Params<Dropping>,
) -> Result<Json<Value>, RestError> {
    let (table, [_, _, _]) = full_name(&table)?;
    let which = WhichKey::Name(identifier(dropping.constraint_name)?);
    let work = move |tx: &Transaction<'_>, access: &Access| {
        Ok(securables::drop_key(tx, access, &table, &which, dropping.cascade)?)
    };
    state.write(caller, work).await?;
    Ok(Json(json!({})))
}

fn new_key(constraint: TableConstraint) -> Result<NewKey, RestError> {
    match (constraint.primary_key_constraint, constraint.foreign_key_constraint) {
        (Some(key), None) => Ok(NewKey {
            name: Some(identifier(key.name)?),
            columns: identifiers(key.child_columns)?,
            timeseries: identifiers(key.timeseries_columns.unwrap_or_default())?,
            parent: None,
            rely: key.rely == Some(true),
        }),
        (None, Some(key)) => {
            let parent = FullName::from_dotted(&key.parent_table).map_err(|error| {
                RestError::invalid(format!("Invalid parent_table '{}': {error}.", key.parent_table))
            })?;
            Ok(NewKey {
                name: Some(identifier(key.name)?),
                columns: identifiers(key.child_columns)?,
                timeseries: Vec::new(),
                parent: Some((parent, identifiers(key.parent_columns)?)),
                rely: key.rely == Some(true),
            })
        }
        _ => Err(RestError::invalid(
            "Give one of primary_key_constraint and foreign_key_constraint: CHECK constraints are made by ALTER TABLE.",
        )),
    }
}

fn identifiers(names: Vec<String>) -> Result<Vec<Identifier>, RestError> {
    names.into_iter().map(identifier).collect()
}

fn identifier(name: String) -> Result<Identifier, RestError> {
    let refused = format!("Invalid name '{name}'");
    Identifier::new(name).map_err(|error| RestError::invalid(format!("{refused}: {error}.")))
}

/// A key as answers have it.
pub(super) fn info(key: Key) -> TableConstraint {
    let (name, definition) = (key.name.as_str().to_owned(), key.definition);
    let rely = Some(definition.rely);
    match key.parent {
        None => TableConstraint {
            primary_key_constraint: Some(PrimaryKeyConstraint {
                name,
                child_columns: definition.columns,
                timeseries_columns: Some(definition.timeseries).filter(|columns| !columns.is_empty()),
                rely,
            }),
            ..TableConstraint::default()
        },
        Some(parent) => TableConstraint {
            foreign_key_constraint: Some(ForeignKeyConstraint {
                name,
                child_columns: definition.columns,
                parent_table: parent.full_name.dotted(),
                parent_columns: definition.parent_columns,
                rely,
            }),
            ..TableConstraint::default()
        },
    }
}
