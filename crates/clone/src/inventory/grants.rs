//! Reads direct grants: in bulk where the caller sees all of them, else one request a securable.
//!
//! The information schema shows everything only to the owner of the catalog and to metastore admins; a
//! principal that holds MANAGE sees its own grants there and no more (facts/sql.md 14, settled later).

use clxs_api::current_user::User;
use clxs_api::grant::PrivilegeAssignment;
use clxs_api::{FullName, Identifier, Privilege, SecurableKind, SqlLiteral};
use clxs_client::{ErrorKind, Rows};
use futures::future::try_join3;

use super::reader::{READS_AT_ONCE, Reader, all};
use super::{Grants, Inventory};
use crate::{Error, Kind, Result};

/// The three relations of the information schema, as they answered.
struct Bulk {
    catalog: Rows,
    schemas: Rows,
    tables: Rows,
}

impl Reader<'_> {
    /// Fills the grants of a catalog and of everything in it that takes part.
    pub(super) async fn read_grants(
        &self,
        name: &Identifier,
        inventory: &mut Inventory,
        caller: &User,
    ) -> Result<()> {
        if inventory.catalog.is_none() {
            return Ok(());
        }
        if self.sees_all_grants(inventory, caller).await?
            && let Some(bulk) = Box::pin(self.bulk(name)).await?
        {
            return fill(inventory, &bulk).map_err(Error::client(attempt(name)));
        }
        self.read_each(name, inventory).await
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
        let name = SqlLiteral::new(catalog.to_lowercase().as_str());
        let relation = |columns: &str, relation: &str, key: &str| {
            self.warehouse.query(format!(
                "SELECT grantee, privilege_type{columns} FROM system.information_schema.{relation} \
                 WHERE {key} = {name} AND inherited_from = 'NONE'"
            ))
        };
        let answers = try_join3(
            relation("", "catalog_privileges", "catalog_name"),
            relation(", schema_name", "schema_privileges", "catalog_name"),
            relation(", table_schema, table_name", "table_privileges", "table_catalog"),
        )
        .await;
        match answers {
            Ok((catalog, schemas, tables)) => Ok(Some(Bulk { catalog, schemas, tables })),
            Err(error) if error.kind() == ErrorKind::StatementFailed => Ok(None),
            Err(error) => Err(Error::client(attempt(catalog))(error)),
        }
    }

    async fn read_each(&self, name: &Identifier, inventory: &mut Inventory) -> Result<()> {
        let mut places = places(name, inventory);
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

/// The grants of everything that takes part and can be cloned.
fn places<'a>(
    name: &Identifier,
    inventory: &'a mut Inventory,
) -> Vec<(SecurableKind, FullName, &'a mut Grants)> {
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
        places.extend(
            tables.map(|(name, table)| {
                (SecurableKind::Table, schema_name.child(name.clone()), &mut table.grants)
            }),
        );
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
    let name = |text: &str| Identifier::new(text.to_lowercase()).ok();
    for row in bulk.catalog.iter() {
        let catalog = inventory.catalog.as_mut();
        grant(catalog.map(|catalog| &mut catalog.grants), row.text("grantee")?, row.text("privilege_type")?);
    }
    for row in bulk.schemas.iter() {
        let schema = name(row.text("schema_name")?).and_then(|name| inventory.schemas.get_mut(&name));
        grant(schema.map(|schema| &mut schema.grants), row.text("grantee")?, row.text("privilege_type")?);
    }
    for row in bulk.tables.iter() {
        let (schema, table) = (name(row.text("table_schema")?), name(row.text("table_name")?));
        let schema = schema.and_then(|name| inventory.schemas.get_mut(&name));
        let table = schema.zip(table).and_then(|(schema, name)| schema.tables.get_mut(&name));
        grant(table.map(|table| &mut table.grants), row.text("grantee")?, row.text("privilege_type")?);
    }
    Ok(())
}

/// Adds a grant on something that takes part.
fn grant(grants: Option<&mut Grants>, principal: &str, privilege: &str) {
    if let Some(grants) = grants {
        grants.entry(principal.to_owned()).or_default().insert(Privilege::from_any_spelling(privilege));
    }
}
