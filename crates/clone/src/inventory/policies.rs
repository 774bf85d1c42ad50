//! Reads policies by attribute, which only REST tells, one securable at a time: those on the catalogs, on schemas that
//! take part, and on every table of the source, for a row filter may be on a table without any tag. Of the destination's
//! tables only those count whose source has policies.

use std::collections::{BTreeMap, BTreeSet};

use clxs_api::policy::PolicyInfo;
use clxs_api::table::{ColumnInfo, TableInfo};
use clxs_api::{FullName, Identifier};
use clxs_client::{Client, Error as ClientError, ErrorKind};
use futures::future::try_join;

use super::policy::{Policies, Policy, Unusable};
use super::reader::{Found, Reader, Side, nothing, refusal};
use super::sight::Premise;
use super::{Column, Inventories, Inventory, Table, TableDefinition};
use crate::plan::Facet;
use crate::{Error, Kind, Result, Securable};

/// The group that everybody of the account is in.
pub(crate) const EVERYBODY: &str = "account users";

/// Something that may have policies on it, and what became of reading them; a refusal is kept.
type Told = (Side, Securable, Result<Policies, ClientError>);

impl<'a> Reader<'a> {
    /// Reads the policies on both catalogs and on what is in them.
    pub(super) async fn policies(&self, own: &Inventories) -> Result<Found<'a>> {
        if !self.settings.copy.security {
            return Ok(nothing());
        }
        let sides = [Side::Source, Side::Destination];
        let catalogs = sides.into_iter().filter(|side| own.side(*side).catalog.is_some());
        let catalogs = catalogs.map(|side| (side, Securable::new(Kind::Catalog, self.catalog_name(side))));
        let mut told = self.policies_on_each(catalogs.collect()).await?;
        // A platform that knows no policies is not asked once a table.
        if !told.iter().any(|(_, _, policies)| policies.as_ref().is_err_and(is_unknown)) {
            let schemas = sides.into_iter().flat_map(|side| self.schemas_with(side, own));
            let tables = self.tables_with(Side::Source, own);
            told.extend(self.policies_on_each(schemas.chain(tables).collect()).await?);
            let guarded: BTreeSet<_> = told.iter().filter_map(with_policies).cloned().collect();
            let mut kept = self.tables_with(Side::Destination, own);
            kept.retain(|(_, table)| {
                guarded.contains(&table.name.in_catalog(&self.settings.source.to_lowercase()))
            });
            told.extend(self.policies_on_each(kept).await?);
        }
        Ok(Box::new(move |inventories| {
            for (side, on, policies) in told {
                put(inventories.side_mut(side), &on, policies);
            }
            Ok(())
        }))
    }

    fn catalog_name(&self, side: Side) -> FullName {
        FullName::of_catalog(self.name_of(side).to_lowercase())
    }

    fn schemas_with(&self, side: Side, own: &Inventories) -> Vec<(Side, Securable)> {
        let catalog = self.catalog_name(side);
        let schemas = own.side(side).taking_part().into_iter();
        schemas.map(|name| (side, Securable::new(Kind::Schema, catalog.child(name)))).collect()
    }

    fn tables_with(&self, side: Side, own: &Inventories) -> Vec<(Side, Securable)> {
        let catalog = self.catalog_name(side);
        let schemas = own.side(side).schemas.iter().filter(|(_, schema)| schema.skip.is_none());
        let names = schemas.flat_map(|(schema_name, schema)| {
            let tables = schema.tables.iter().filter(|(_, table)| table.kind == Kind::Table);
            let schema_name = catalog.child(schema_name.clone());
            tables.map(move |(name, _)| schema_name.child(name.clone()))
        });
        names.map(|name| (side, Securable::new(Kind::Table, name))).collect()
    }

    async fn policies_on_each(&self, places: Vec<(Side, Securable)>) -> Result<Vec<Told>> {
        let reads = places.into_iter().map(async |(side, on)| {
            let policies = policies_on(self.warehouse.client(), &on).await?;
            Ok((side, on, policies))
        });
        self.all(reads.collect()).await
    }

    /// Reads what planning policies needs to know besides: who of their principals the caller is, and the outlines
    /// of tables that have to be there before their rows.
    pub(super) async fn about_policies(&self, own: &Inventories) -> Result<Found<'a>> {
        let names = self.without_tags(own);
        let (identities, outlines) = try_join(
            self.identities(&own.source),
            self.all(names.iter().map(|(_, name)| self.outline(name)).collect()),
        )
        .await?;
        Ok(Box::new(move |inventories| {
            inventories.identities = identities;
            for ((side, name), outline) in names.iter().zip(outlines) {
                if let Some(table) = inventories.side_mut(*side).table_mut(name) {
                    table.outline = Some(Box::new(outline));
                }
            }
            Ok(())
        }))
    }

    /// The tables under policies on which the destination lacks tags or policies, on the sides that have them.
    fn without_tags(&self, own: &Inventories) -> Vec<(Side, FullName)> {
        let is_ready = |table: &Table, kept: Option<&Table>| match kept {
            None => table.tags.is_empty() && table.column_tags.is_empty() && table.policies.is_empty(),
            Some(kept) => table.column_tags.keys().all(|name| kept.column_tags.contains_key(name)),
        };
        let mut names = Vec::new();
        for (_, Securable { name, .. }) in self.tables_with(Side::Source, own) {
            let Some(table) = own.source.table(&name).filter(|_| own.source.has_policies_over(&name)) else {
                continue;
            };
            let kept = own.destination.table(&name);
            if is_ready(table, kept) {
                continue;
            }
            names.extend(
                kept.map(|_| (Side::Destination, name.in_catalog(&self.settings.destination.to_lowercase()))),
            );
            names.push((Side::Source, name));
        }
        names
    }

    async fn outline(&self, name: &FullName) -> Result<Result<TableDefinition, String>> {
        let attempt = format!("read table `{}`", name.dotted());
        let info = self.warehouse.client().get_table(name).await.map_err(Error::client(attempt))?;
        Ok(outline_of(&info))
    }

    /// Asks who of the principals of the source's policies the caller is.
    async fn identities(&self, source: &Inventory) -> Result<BTreeMap<String, bool>> {
        let policies = all_policies(source).filter_map(|policy| policy.as_ref().ok());
        let principals: BTreeSet<_> =
            policies.flat_map(|policy| policy.to.iter().chain(&policy.except)).collect();
        let questions =
            |principal: &String| [Premise::AccountGroup(principal.clone()), Premise::User(principal.clone())];
        let asked = principals.iter().filter(|principal| **principal != EVERYBODY);
        let answers = self.asked(asked.flat_map(|principal| questions(principal)).collect()).await?;
        let is = |principal: &String| {
            if principal == EVERYBODY {
                return Some(true);
            }
            let [group, user] = questions(principal).map(|question| answers.get(&question).copied());
            Some(group? || user?)
        };
        let known = principals.into_iter().filter_map(|name| Some((name.clone(), is(name)?)));
        Ok(known.collect())
    }
}

/// Columns with their types, and how files name them, which a table cannot change.
fn outline_of(info: &TableInfo) -> Result<TableDefinition, String> {
    const MAPPING: &str = "delta.columnMapping.mode";
    let mapping = info.properties.as_ref().and_then(|properties| properties.get_key_value(MAPPING));
    Ok(TableDefinition {
        columns: info.columns.iter().map(plain_column).collect::<Result<_, _>>()?,
        properties: mapping.into_iter().map(|(key, value)| (key.clone(), value.clone())).collect(),
        ..TableDefinition::default()
    })
}

fn plain_column(column: &ColumnInfo) -> Result<Column, String> {
    let name = Identifier::new(column.name.clone().unwrap_or_default())
        .map_err(|problem| format!("one of its columns has no usable name: {problem}"))?;
    let type_text = column.type_text.clone().filter(|text| !text.is_empty());
    let type_text = type_text
        .ok_or_else(|| format!("the catalog does not tell the type of its column {}", name.as_str()))?;
    Ok(Column { name, type_text, not_null: false, value: None, comment: None })
}

/// The policies on a securable itself, or why the platform does not tell.
pub(crate) async fn policies_on(client: &Client, on: &Securable) -> Result<Result<Policies, ClientError>> {
    match client.list_policies(&on.kind.securable_kind(), &on.name).await {
        Ok(policies) => Ok(Ok(named_policies(&policies))),
        Err(error) if is_unknown(&error) || error.kind() == ErrorKind::PermissionDenied => Ok(Err(error)),
        Err(error) => Err(Error::client(format!("read the policies on {on}"))(error)),
    }
}

/// Whether the platform does not know policies, or those on this kind of securable.
fn is_unknown(error: &ClientError) -> bool {
    matches!(error.kind(), ErrorKind::Unsupported | ErrorKind::NotFound)
}

/// The policies of a list by their names.
pub(crate) fn named_policies(list: &[PolicyInfo]) -> Policies {
    list.iter().map(named).collect()
}

fn named(info: &PolicyInfo) -> (String, Result<Policy, Unusable>) {
    (info.name.clone().unwrap_or_default().to_lowercase(), Policy::of(info))
}

fn with_policies((_, on, policies): &Told) -> Option<&FullName> {
    policies.as_ref().is_ok_and(|policies| !policies.is_empty()).then_some(&on.name)
}

/// What nobody tells of one is noted of all of the catalog, with the first that it was asked for.
fn put(inventory: &mut Inventory, on: &Securable, policies: Result<Policies, ClientError>) {
    match policies {
        Ok(policies) => {
            if let Some(own) = inventory.policies_on_mut(on) {
                *own = policies;
            }
        }
        Err(error) => {
            let reason = || format!("those on {on}: {}", refusal(&error));
            inventory.unread.entry(Facet::Policies).or_insert_with(reason);
        }
    }
}

fn all_policies(inventory: &Inventory) -> impl Iterator<Item = &Result<Policy, Unusable>> {
    let catalog = inventory.catalog.iter().map(|catalog| &catalog.policies);
    let schemas = inventory.schemas.values();
    let inside = schemas.flat_map(|schema| {
        std::iter::once(&schema.policies).chain(schema.tables.values().map(|table| &table.policies))
    });
    catalog.chain(inside).flat_map(|policies| policies.values())
}

impl Inventory {
    /// The policies on a catalog, schema or table; only schema and own name count.
    pub(crate) fn policies_on(&self, on: &Securable) -> Option<&Policies> {
        match on.kind {
            Kind::Catalog => self.catalog.as_ref().map(|catalog| &catalog.policies),
            Kind::Schema => self.schemas.get(on.name.schema()?).map(|schema| &schema.policies),
            _ => self.table(&on.name).map(|table| &table.policies),
        }
    }

    /// Whether there are policies on a table, its schema or its catalog.
    pub(crate) fn has_policies_over(&self, table: &FullName) -> bool {
        let catalog = self.catalog.as_ref().map(|catalog| &catalog.policies);
        let schema = table.schema().and_then(|name| self.schemas.get(name)).map(|schema| &schema.policies);
        let table = self.table(table).map(|table| &table.policies);
        [catalog, schema, table].into_iter().flatten().any(|policies| !policies.is_empty())
    }

    fn policies_on_mut(&mut self, on: &Securable) -> Option<&mut Policies> {
        match on.kind {
            Kind::Catalog => self.catalog.as_mut().map(|catalog| &mut catalog.policies),
            Kind::Schema => self.schemas.get_mut(on.name.schema()?).map(|schema| &mut schema.policies),
            _ => self.table_mut(&on.name).map(|table| &mut table.policies),
        }
    }
}
