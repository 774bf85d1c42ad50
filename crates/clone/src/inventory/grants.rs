//! Reads direct grants: in bulk where the caller sees all of them, else one request a securable.
//!
//! The information schema shows everything only to the owner of the catalog and to metastore admins; a
//! principal that holds MANAGE sees its own grants there and no more (facts/sql.md 14, settled later).

use clxs_api::grant::PrivilegeAssignment;
use clxs_api::{FullName, Identifier, Privilege, SecurableKind};
use futures::future::try_join_all;

use super::reader::{Found, Reader, nothing};
use super::relation::{Relation, Told, catalog_of};
use super::tags::name;
use super::{Caller, Grants, Inventories, Inventory};
use crate::plan::Facet;
use crate::{Error, Kind, Result, Settings};

const fn relation(name: &'static str, columns: &'static str, catalog: &'static str) -> Relation {
    Relation { name, columns, catalog, condition: "AND inherited_from = 'NONE'" }
}

/// What relation tells the grants on what. None shows those on registered models.
const RELATIONS: [(SecurableKind, Relation); 5] = [
    (SecurableKind::Catalog, relation("catalog_privileges", "grantee, privilege_type", "catalog_name")),
    (
        SecurableKind::Schema,
        relation("schema_privileges", "grantee, privilege_type, schema_name", "catalog_name"),
    ),
    (
        SecurableKind::Table,
        relation(
            "table_privileges",
            "grantee, privilege_type, table_schema AS schema_name, table_name AS name",
            "table_catalog",
        ),
    ),
    (
        SecurableKind::Volume,
        relation(
            "volume_privileges",
            "grantee, privilege_type, volume_schema AS schema_name, volume_name AS name",
            "volume_catalog",
        ),
    ),
    (
        SecurableKind::Function,
        relation(
            "routine_privileges",
            "grantee, privilege_type, routine_schema AS schema_name, routine_name AS name",
            "routine_catalog",
        ),
    ),
];

/// Something that has grants, as REST calls it.
type Place = (SecurableKind, FullName);

impl<'a> Reader<'a> {
    /// Reads the grants on both catalogs and on everything in them that takes part.
    pub(super) async fn grants(&self, own: &Inventories) -> Result<Found<'a>> {
        if !self.settings.copy.permissions {
            return Ok(nothing());
        }
        let (settings, caller) = (self.settings, own.caller.clone());
        let seen = self.catalogs(own).filter(|(_, inventory)| caller.sees_all_grants(inventory));
        let mut in_bulk: Vec<_> = seen.map(|(name, _)| name).collect();
        let told = RELATIONS.map(|(_, relation)| self.relation(&in_bulk, relation));
        let told = try_join_all(told).await?;
        in_bulk.retain(|name| !told.iter().any(|told| told.refused.contains_key(name)));
        let mut each: Vec<_> =
            self.catalogs(own).flat_map(|(name, inventory)| places(settings, &name, inventory)).collect();
        each.retain(|(kind, name)| {
            *kind == SecurableKind::RegisteredModel || !in_bulk.contains(name.catalog())
        });
        let given = self.all(each.iter().map(|place| self.given(place)).collect()).await?;
        Ok(Box::new(move |inventories| {
            for ((kind, _), told) in RELATIONS.iter().zip(&told) {
                fill(inventories, settings, (kind, told), &in_bulk)
                    .map_err(Error::client("read the grants in bulk"))?;
            }
            for ((kind, name), given) in each.iter().zip(given) {
                let inventory = inventories.of_mut(settings, name.catalog().as_str());
                if let Some(grants) = inventory.and_then(|own| grants_on(own, kind, &name.parts()[1..])) {
                    *grants = given;
                }
            }
            for (kind, name) in &each {
                if let Some(inventory) = inventories.of_mut(settings, name.catalog().as_str())
                    && !caller.sees_grants_on(inventory, kind, &name.parts()[1..])
                {
                    let reason =
                        || format!("only its owner, or who holds MANAGE, sees all of {}", name.dotted());
                    inventory.unread.entry(Facet::Grants).or_insert_with(reason);
                }
            }
            Ok(())
        }))
    }

    async fn given(&self, (kind, name): &Place) -> Result<Grants> {
        let attempt = format!("read the grants on `{}`", name.dotted());
        let assignments = self.warehouse.client().get_permissions(kind, name).await;
        let mut grants = Grants::new();
        for PrivilegeAssignment { principal, privileges, .. } in
            assignments.map_err(Error::client(attempt))?
        {
            grants.entry(principal).or_default().extend(privileges);
        }
        Ok(grants)
    }
}

/// As whom the platform tells grants: those on something are all told to its owner, to the owners of what it is in, to who
/// holds MANAGE there, and to metastore admins. Anybody else is told their own; UNCONFIRMED for REST, where an answer without
/// any looks like that of something without grants (facts/settled.md §2).
impl Caller {
    /// Whether it sees all grants in a catalog in bulk.
    fn sees_all_grants(&self, inventory: &Inventory) -> bool {
        let owner = inventory.catalog.as_ref().and_then(|catalog| catalog.owner.as_ref());
        self.is_metastore_admin || owner.is_some_and(|owner| self.is(owner))
    }

    fn sees_grants_on(&self, inventory: &Inventory, kind: &SecurableKind, path: &[Identifier]) -> bool {
        let mut outwards = (0..=path.len()).filter_map(|length| held_on(inventory, kind, &path[..length]));
        self.is_metastore_admin || outwards.any(|(owner, grants)| self.owns_or_manages(owner, grants))
    }
}

/// The owner of something in a catalog, and the grants on it.
fn held_on<'i>(
    inventory: &'i Inventory,
    kind: &SecurableKind,
    path: &[Identifier],
) -> Option<(Option<&'i str>, &'i Grants)> {
    let [schema, inside @ ..] = path else {
        return inventory.catalog.as_ref().map(|own| (own.owner.as_deref(), &own.grants));
    };
    let schema = inventory.schemas.get(schema)?;
    let [name, ..] = inside else { return Some((schema.owner.as_deref(), &schema.grants)) };
    match kind {
        SecurableKind::Table => schema.tables.get(name).map(|own| (own.owner.as_deref(), &own.grants)),
        SecurableKind::Volume => schema.volumes.get(name).map(|own| (own.owner.as_deref(), &own.grants)),
        SecurableKind::RegisteredModel => {
            schema.models.get(name).map(|own| (own.owner.as_deref(), &own.grants))
        }
        SecurableKind::Function => schema.functions.get(name).map(|own| (own.owner.as_deref(), &own.grants)),
        _ => None,
    }
}

/// Everything that takes part and can be cloned.
fn places(settings: &Settings, name: &Identifier, inventory: &Inventory) -> Vec<Place> {
    let catalog = FullName::of_catalog(name.clone());
    let mut places = vec![(SecurableKind::Catalog, catalog.clone())];
    for (name, schema) in inventory.taking_part() {
        let schema_name = catalog.child(name.clone());
        places.push((SecurableKind::Schema, schema_name.clone()));
        let tables = schema.tables.iter().filter(|(_, own)| own.kind == Kind::Table || own.is_text());
        let tables = tables.map(|(name, _)| (SecurableKind::Table, name));
        let volumes = schema
            .volumes
            .keys()
            .filter(|_| settings.kinds.volumes)
            .map(|name| (SecurableKind::Volume, name));
        let models = schema.models.keys().map(|name| (SecurableKind::RegisteredModel, name));
        let functions = schema
            .functions
            .keys()
            .filter(|_| settings.kinds.functions)
            .map(|name| (SecurableKind::Function, name));
        let inside = tables.chain(volumes).chain(models).chain(functions);
        places.extend(inside.map(|(kind, name)| (kind, schema_name.child(name.clone()))));
    }
    places
}

/// The grants on something in a catalog: on the catalog itself, a schema, or something in a schema.
fn grants_on<'i>(
    inventory: &'i mut Inventory,
    kind: &SecurableKind,
    path: &[Identifier],
) -> Option<&'i mut Grants> {
    let [schema, inside @ ..] = path else {
        return inventory.catalog.as_mut().map(|catalog| &mut catalog.grants);
    };
    let schema = inventory.schemas.get_mut(schema)?;
    let [name, ..] = inside else { return Some(&mut schema.grants) };
    match kind {
        SecurableKind::Table => schema.tables.get_mut(name).map(|table| &mut table.grants),
        SecurableKind::Volume => schema.volumes.get_mut(name).map(|volume| &mut volume.grants),
        SecurableKind::RegisteredModel => schema.models.get_mut(name).map(|model| &mut model.grants),
        SecurableKind::Function => schema.functions.get_mut(name).map(|function| &mut function.grants),
        _ => None,
    }
}

/// Adds the grants that a relation tells, on what takes part in these catalogs.
fn fill(
    inventories: &mut Inventories,
    settings: &Settings,
    (kind, told): (&SecurableKind, &Told),
    catalogs: &[Identifier],
) -> clxs_client::Result<()> {
    let columns: &[&str] = match kind {
        SecurableKind::Catalog => &[],
        SecurableKind::Schema => &["schema_name"],
        _ => &["schema_name", "name"],
    };
    for row in told.rows() {
        let catalog = catalog_of(&row)?;
        if !catalogs.iter().any(|own| own.as_str() == catalog) {
            continue;
        }
        let path = columns.iter().map(|column| name(&row, column));
        let path: Option<Vec<_>> = path.collect::<clxs_client::Result<_>>()?;
        let inventory = inventories.of_mut(settings, catalog).zip(path);
        if let Some(grants) = inventory.and_then(|(own, path)| grants_on(own, kind, &path)) {
            let privilege = Privilege::from_any_spelling(row.text("privilege_type")?);
            grants.entry(row.text("grantee")?.to_owned()).or_default().insert(privilege);
        }
    }
    Ok(())
}
