//! Catalogs and schemas: `CREATE`, `ALTER`, and `USE`.

use clxs_api::catalog::UpdateCatalog;
use clxs_api::schema::UpdateSchema;
use clxs_api::{Identifier, Properties, SecurableKind};

use super::context::Context;
use crate::authorization::Access;
use crate::metastore::{MetastoreError, Transaction};
use crate::securables;
use crate::sql::SqlError;
use crate::sql::ast::{AlterSecurable, AlterSecurableAction, CreateCatalog, CreateSchema};
use crate::warehouse::StatementResult;

pub(super) async fn create_catalog(
    context: &Context,
    create: CreateCatalog,
) -> Result<StatementResult, SqlError> {
    let request = clxs_api::catalog::CreateCatalog {
        name: create.name.as_str().to_owned(),
        comment: create.comment,
        properties: Some(create.properties.into_iter().collect()),
        storage_root: create.managed_location,
    };
    let if_not_exists = create.if_not_exists;
    context
        .write(move |tx, access| {
            unless_exists(securables::create_catalog(tx, access, &request).map(drop), if_not_exists)
        })
        .await
}

pub(super) async fn create_schema(
    context: &Context,
    create: CreateSchema,
) -> Result<StatementResult, SqlError> {
    let (catalog, name) = context.schema_name(&create.name);
    let request = clxs_api::schema::CreateSchema {
        name: name.as_str().to_owned(),
        catalog_name: catalog.as_str().to_owned(),
        comment: create.comment,
        properties: Some(create.properties.into_iter().collect()),
        storage_root: create.managed_location,
    };
    let if_not_exists = create.if_not_exists;
    context
        .write(move |tx, access| {
            let created = securables::create_schema(tx, access, &request);
            match created {
                Err(MetastoreError::AlreadyExists { kind, .. }) if !if_not_exists => {
                    let name = format!("{}.{}", catalog.as_str(), name.as_str());
                    Err(MetastoreError::AlreadyExists { kind, name }.into())
                }
                other => unless_exists(other.map(drop), if_not_exists),
            }
        })
        .await
}

/// `IF NOT EXISTS`
fn unless_exists(
    created: Result<(), MetastoreError>,
    if_not_exists: bool,
) -> Result<StatementResult, SqlError> {
    match created {
        Err(MetastoreError::AlreadyExists { .. }) if if_not_exists => Ok(StatementResult::none()),
        other => Ok(other.map(|()| StatementResult::none())?),
    }
}

pub(super) async fn alter(context: &Context, alter: AlterSecurable) -> Result<StatementResult, SqlError> {
    if alter.kind == SecurableKind::Catalog {
        let name = first(&alter)?;
        return context.write(move |tx, access| alter_catalog(tx, access, &name, alter.action)).await;
    }
    let (catalog, name) = context.schema_name(&alter.name);
    context.write(move |tx, access| alter_schema(tx, access, (&catalog, &name), alter.action)).await
}

fn first(alter: &AlterSecurable) -> Result<Identifier, SqlError> {
    alter.name.0.first().cloned().ok_or_else(|| SqlError::internal("a name without parts"))
}

fn alter_catalog(
    tx: &Transaction<'_>,
    access: &Access,
    name: &Identifier,
    action: AlterSecurableAction,
) -> Result<StatementResult, SqlError> {
    let properties = tx.catalog(name)?.properties;
    let change = match changed(action, properties) {
        Changed::Owner(owner) => UpdateCatalog { owner: Some(owner), ..Default::default() },
        Changed::Properties(properties) => {
            UpdateCatalog { properties: Some(properties), ..Default::default() }
        }
    };
    securables::update_catalog(tx, access, name, &change)?;
    Ok(StatementResult::none())
}

fn alter_schema(
    tx: &Transaction<'_>,
    access: &Access,
    name: (&Identifier, &Identifier),
    action: AlterSecurableAction,
) -> Result<StatementResult, SqlError> {
    let properties = tx.schema(name.0, name.1)?.properties;
    let change = match changed(action, properties) {
        Changed::Owner(owner) => UpdateSchema { owner: Some(owner), ..Default::default() },
        Changed::Properties(properties) => {
            UpdateSchema { properties: Some(properties), ..Default::default() }
        }
    };
    securables::update_schema(tx, access, name, &change)?;
    Ok(StatementResult::none())
}

enum Changed {
    Owner(String),
    Properties(Properties),
}

fn changed(action: AlterSecurableAction, mut properties: Properties) -> Changed {
    match action {
        AlterSecurableAction::SetOwner(owner) => Changed::Owner(owner.as_str().to_owned()),
        AlterSecurableAction::SetProperties(pairs) => {
            properties.extend(pairs);
            Changed::Properties(properties)
        }
        AlterSecurableAction::UnsetProperties { keys, .. } => {
            properties.retain(|key, _| !keys.contains(key));
            Changed::Properties(properties)
        }
    }
}
