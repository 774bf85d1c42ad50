//! Reads direct grants: in bulk where the caller sees all of them, else one request a securable.
//!
//! The information schema shows everything only to the owner of the catalog and to metastore admins; a
//! principal that holds MANAGE sees its own grants there and no more (facts/sql.md 14, settled later).

use clxs_api::current_user::User;
use clxs_api::grant::PrivilegeAssignment;
use clxs_api::{FullName, Identifier, Privilege, SecurableKind};
use clxs_client::{Row, Rows};
use futures::future::try_join5;

use super::reader::{READS_AT_ONCE, Reader, all};
use super::relation::Relation;
use super::tags::name;
use super::{Grants, Inventory, Schema};
use crate::{Error, Kind, Result};

const fn relation(name: &'static str, columns: &'static str, catalog: &'static str) -> Relation {
    Relation { name, columns, catalog, condition: "AND inherited_from = 'NONE'" }
}

const OF_CATALOGS: Relation = relation("catalog_privileges", "grantee, privilege_type", "catalog_name");
const OF_SCHEMAS: Relation =
    relation("schema_privileges", "grantee, privilege_type, schema_name", "catalog_name");
const OF_TABLES: Relation = relation(
    "table_privileges",
    "grantee, privilege_type, table_schema AS schema_name, table_name AS name",
    "table_catalog",
);
const OF_VOLUMES: Relation = relation(
    "volume_privileges",
    "grantee, privilege_type, volume_schema AS schema_name, volume_name AS name",
    "volume_catalog",
);

const OF_FUNCTIONS: Relation = relation(
    "routine_privileges",
    "grantee, privilege_type, routine_schema AS schema_name, routine_name AS name",
    "routine_catalog",
);

/// The relations of the information schema, as they answered.
struct Bulk {
    catalog: Rows,
    schemas: Rows,
    tables: Rows,
    volumes: Rows,
    functions: Rows,
}

impl Reader<'_> {
    /// Fills the grants of a catalog and of everything in it that takes part.
    pub(super) async fn read_grants(
        &self,
        name: &Identifier,
        inventory: &mut Inventory,
        caller: &User,
    ) -> Result<()> {
        if !self.settings.copy.permissions || inventory.catalog.is_none() {
            return Ok(());
        }
        if self.sees_all_grants(inventory, caller).await?
            && let Some(bulk) = Box::pin(self.bulk(name)).await?
        {
            fill(inventory, &bulk).map_err(Error::client(attempt(name)))?;
            // No relation shows the grants on registered models.
            let mut places = places(name, inventory);
            places.retain(|(kind, ..)| *kind == SecurableKind::RegisteredModel);
            return self.read_each(places).await;
        }
        self.read_each(places(name, inventory)).await
    }

    async fn sees_all_grants(&self, inventory: &Inventory, caller: &User) -> Result<bool> {
        let owner = inventory.catalog.as_ref().and_then(|catalog| catalog.owner.as_deref());
        if owner.is_some_and(|owner| is(caller, owner)) {
            return Ok(true);
        }
        let summary = self.warehouse.client().metastore_summary().await;
        let summary = summary.map_err(Error::client("read the metastore summary"))?;
        Ok(summary.owner.as_deref().is_some_and(|owner| is(caller, owner)))
    }

    /// Nothing when the workspace has no such relations or lets nobody read them.
    async fn bulk(&self, catalog: &Identifier) -> Result<Option<Bulk>> {
        let relation = |relation| self.relation(catalog, relation);
        let answers = try_join5(
            relation(OF_CATALOGS),
            relation(OF_SCHEMAS),
            relation(OF_TABLES),
            relation(OF_VOLUMES),
            relation(OF_FUNCTIONS),
        );
        match answers.await? {
            (Ok(catalog), Ok(schemas), Ok(tables), Ok(volumes), Ok(functions)) => {
                Ok(Some(Bulk { catalog, schemas, tables, volumes, functions }))
            }
            _ => Ok(None),
        }
    }

    async fn read_each(&self, mut places: Vec<Place<'_>>) -> Result<()> {
        let reads = places.iter().map(|(kind, name, _)| (kind.clone(), name.clone())).map(
            |(kind, name)| async move {
                let attempt = format!("read the grants on `{}`", name.dotted());
                self.warehouse.client().get_permissions(&kind, &name).await.map_err(Error::client(attempt))
            },
        );
        let answers = all(reads.collect(), READS_AT_ONCE).await?;
        for ((_, _, grants), assignments) in places.iter_mut().zip(answers) {
            **grants = collect(assignments);
        }
        Ok(())
    }
}

fn attempt(catalog: &Identifier) -> String {
    format!("read the grants in catalog `{}`", catalog.as_str())
}

/// Whether the caller is this principal, or in this group.
fn is(caller: &User, principal: &str) -> bool {
    caller.user_name.as_deref() == Some(principal)
        || caller.groups.iter().any(|group| group.display.as_deref() == Some(principal))
}

/// The grants of something, and what REST calls it.
type Place<'a> = (SecurableKind, FullName, &'a mut Grants);

/// The grants of everything that takes part and can be cloned.
fn places<'a>(name: &Identifier, inventory: &'a mut Inventory) -> Vec<Place<'a>> {
    let catalog = FullName::of_catalog(name.to_lowercase());
    let mut places = Vec::new();
    if let Some(own) = &mut inventory.catalog {
        places.push((SecurableKind::Catalog, catalog.clone(), &mut own.grants));
    }
    for (name, schema) in inventory.schemas.iter_mut().filter(|(_, schema)| schema.skip.is_none()) {
        let schema_name = catalog.child(name.clone());
        places.push((SecurableKind::Schema, schema_name.clone(), &mut schema.grants));
        let tables =
            schema.tables.iter_mut().filter(|(_, table)| matches!(table.kind, Kind::Table | Kind::View));
        let tables = tables.map(|(name, table)| (SecurableKind::Table, name, &mut table.grants));
        let volumes = schema.volumes.iter_mut();
        let volumes = volumes.map(|(name, volume)| (SecurableKind::Volume, name, &mut volume.grants));
        let models = schema.models.iter_mut();
        let models = models.map(|(name, model)| (SecurableKind::RegisteredModel, name, &mut model.grants));
        let functions = schema.functions.iter_mut();
        let functions =
            functions.map(|(name, function)| (SecurableKind::Function, name, &mut function.grants));
        let inside = tables.chain(volumes).chain(models).chain(functions);
        places.extend(inside.map(|(kind, name, grants)| (kind, schema_name.child(name.clone()), grants)));
    }
    places
}

fn collect(assignments: Vec<PrivilegeAssignment>) -> Grants {
    let mut grants = Grants::new();
    for assignment in assignments {
        grants.entry(assignment.principal).or_default().extend(assignment.privileges);
    }
    grants
}

fn fill(inventory: &mut Inventory, bulk: &Bulk) -> clxs_client::Result<()> {
    for row in bulk.catalog.iter() {
        grant(inventory.catalog.as_mut().map(|catalog| &mut catalog.grants), &row)?;
    }
    for row in bulk.schemas.iter() {
        grant(schema(inventory, &row)?.map(|schema| &mut schema.grants), &row)?;
    }
    for row in bulk.tables.iter() {
        let table = schema(inventory, &row)?.zip(name(&row, "name")?);
        let table = table.and_then(|(schema, name)| schema.tables.get_mut(&name));
        grant(table.map(|table| &mut table.grants), &row)?;
    }
    for row in bulk.volumes.iter() {
        let volume = schema(inventory, &row)?.zip(name(&row, "name")?);
        let volume = volume.and_then(|(schema, name)| schema.volumes.get_mut(&name));
        grant(volume.map(|volume| &mut volume.grants), &row)?;
    }
    for row in bulk.functions.iter() {
        let function = schema(inventory, &row)?.zip(name(&row, "name")?);
        let function = function.and_then(|(schema, name)| schema.functions.get_mut(&name));
        grant(function.map(|function| &mut function.grants), &row)?;
    }
    Ok(())
}

fn schema<'a>(inventory: &'a mut Inventory, row: &Row<'_>) -> clxs_client::Result<Option<&'a mut Schema>> {
    Ok(name(row, "schema_name")?.and_then(|name| inventory.schemas.get_mut(&name)))
}

/// Adds a grant on something that takes part.
fn grant(grants: Option<&mut Grants>, row: &Row<'_>) -> clxs_client::Result<()> {
    if let Some(grants) = grants {
        let privilege = Privilege::from_any_spelling(row.text("privilege_type")?);
        grants.entry(row.text("grantee")?.to_owned()).or_default().insert(privilege);
    }
    Ok(())
}
