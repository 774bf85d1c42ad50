//! Reads policies by attribute, which only REST tells, one securable at a time: those on the catalogs, on schemas that
//! take part, and on every table of the source, for a row filter may be on a table without any tag. Of the destination's
//! tables only those count whose source has policies, and those that would be dropped.

mod by_need;

use std::collections::{BTreeMap, BTreeSet};

use clxs_api::policy::PolicyInfo;
use clxs_api::table::{ColumnInfo, TableInfo};
use clxs_api::{FullName, Identifier};
use clxs_client::{Client, Error as ClientError, ErrorKind};
use futures::future::try_join;

use super::policy::{Policies, Policy, Unusable};
use super::reader::{Found, READS_AT_ONCE, Reader, Side, nothing, refusal};
use super::sight::{Answers, Premise};
use super::three_valued::any;
use super::{Column, Inventories, Inventory, Table, TableDefinition};
use crate::at_once::at_once;
use crate::plan::{Facet, Obstacle};
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
        let mut sides = vec![Side::Source, Side::Destination];
        let catalogs = sides.iter().filter(|side| own.side(**side).catalog.is_some());
        let catalogs = catalogs.map(|side| (*side, Securable::new(Kind::Catalog, self.catalog_name(*side))));
        let mut told = self.policies_on_each(catalogs.collect()).await?;
        // A catalog without policies, as far as the platform knows any, is not asked once a table.
        for (side, _, policies) in &told {
            if policies.as_ref().is_err_and(is_unknown) {
                sides.retain(|own| own != side);
            }
        }
        if sides.contains(&Side::Source) {
            told.extend(self.policies_inside(&sides, own).await?);
        }
        Ok(Box::new(move |inventories| {
            for (side, on, policies) in told {
                put(inventories.side_mut(side), &on, policies);
            }
            Ok(())
        }))
    }

    /// Reads the policies on schemas and tables of these sides.
    async fn policies_inside(&self, sides: &[Side], own: &Inventories) -> Result<Vec<Told>> {
        let schemas = own.schemas_taking_part().into_iter().filter(|(side, _)| sides.contains(side));
        let schemas = schemas
            .map(|(side, name)| (side, Securable::new(Kind::Schema, self.catalog_name(side).child(name))));
        let mut tables = self.tables_taking_part(&own.source);
        let of_source = tables.iter().map(|name| (Side::Source, Securable::new(Kind::Table, name.clone())));
        let mut told = self.policies_on_each(schemas.chain(of_source).collect()).await?;
        if sides.contains(&Side::Destination) {
            let guarded: BTreeSet<_> = told.iter().filter_map(with_policies).collect();
            tables.retain(|name| {
                let kept = own.destination.table(name);
                guarded.contains(name) && kept.is_some_and(|kept| kept.kind == Kind::Table)
            });
            let kept = tables.iter().map(|name| name.in_catalog(&self.settings.destination.to_lowercase()));
            let kept = kept.map(|name| (Side::Destination, Securable::new(Kind::Table, name)));
            let kept = self.policies_on_each(kept.collect()).await?;
            told.extend(kept);
        }
        Ok(told)
    }

    async fn policies_on_each(&self, places: Vec<(Side, Securable)>) -> Result<Vec<Told>> {
        // Boxed once it is asked: as many questions as there are tables wait for their turn.
        let reads = places.into_iter().map(async |(side, on)| Box::pin(self.told(side, on)).await);
        self.all(reads.collect()).await
    }

    async fn told(&self, side: Side, on: Securable) -> Result<Told> {
        let policies = match policies_on(self.warehouse.client(), &on).await? {
            // Somebody dropped it meanwhile.
            Err(error) if on.kind == Kind::Table && error.kind() == ErrorKind::NotFound => {
                Ok(Policies::new())
            }
            told => told,
        };
        Ok((side, on, policies))
    }

    /// Reads what planning policies needs to know besides: who of their principals the caller is, and the outlines
    /// of tables that have to be there before their rows.
    pub(super) async fn about_policies(&self, own: &Inventories) -> Result<Found<'a>> {
        let names = self.without_tags(own);
        let ((identities, unanswered), outlines) = try_join(
            self.identities(own),
            self.all(names.iter().map(|(_, name)| self.outline(name)).collect()),
        )
        .await?;
        Ok(Box::new(move |inventories| {
            inventories.identities = identities;
            inventories.unanswered = unanswered;
            for ((side, name), outline) in names.iter().zip(outlines) {
                if let Some(table) = inventories.side_mut(*side).table_mut(name) {
                    table.outline = Some(Box::new(outline));
                }
            }
            Ok(())
        }))
    }

    /// The tables under policies on which the destination lacks tags or policies, on the sides that have them. One of
    /// that no statement replaces does not stay.
    fn without_tags(&self, own: &Inventories) -> Vec<(Side, FullName)> {
        let is_ready = |table: &Table, kept: Option<&Table>| match kept {
            None => table.tags.is_empty() && table.column_tags.is_empty() && table.policies.is_empty(),
            Some(kept) => table.column_tags.keys().all(|name| kept.column_tags.contains_key(name)),
        };
        let mut names = Vec::new();
        for name in self.tables_taking_part(&own.source) {
            let Some(table) = own.source.table(&name).filter(|_| own.source.has_policies_over(&name)) else {
                continue;
            };
            let stays = |kept: &&Table| Obstacle::of(self.settings, &name, (table, *kept), true).is_none();
            let kept = own.destination.table(&name).filter(stays);
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
        Ok(outline_of(&self.table_info(name).await?))
    }

    /// Asks which groups among the principals of the source's policies the caller is in. Besides, why nobody tells.
    async fn identities(&self, own: &Inventories) -> Result<(BTreeMap<String, bool>, Option<String>)> {
        let policies = all_policies(&own.source).filter_map(|policy| policy.as_ref().ok());
        let principals: BTreeSet<_> =
            policies.flat_map(|policy| policy.to.iter().chain(&policy.except)).collect();
        let group = |principal: &String| Premise::AccountGroup(principal.clone());
        let is_open = |principal: &&String| is_user(principal, &own.caller.name) != Some(true);
        let asked = principals.iter().copied().filter(is_open).map(group);
        let (answers, unanswered) = match self.asked(asked.collect()).await? {
            Ok(answers) => (answers, None),
            Err(reason) => (Answers::new(), Some(reason)),
        };
        let is = |principal: &String| {
            any([is_user(principal, &own.caller.name), answers.get(&group(principal)).copied()])
        };
        let known = principals.into_iter().filter_map(|name| Some((name.clone(), is(name)?)));
        Ok((known.collect(), unanswered))
    }
}

/// Whether a principal of a policy is the caller, or everybody; nothing when nobody can tell. Whether the platform
/// tells names apart that differ in case alone is UNCONFIRMED.
fn is_user(principal: &str, caller: &str) -> Option<bool> {
    if principal == EVERYBODY || (principal == caller && !caller.is_empty()) {
        return Some(true);
    }
    let may_be = caller.is_empty() || principal.to_lowercase() == caller.to_lowercase();
    (!may_be).then_some(false)
}

/// Columns with their types, and how files name them, which a table cannot change. The features that the source lists go
/// with them: without one the outline would have the protocol whose version implies others, and the clone would list
/// these for ever (Delta's protocol, "Table Features").
fn outline_of(info: &TableInfo) -> Result<TableDefinition, String> {
    let properties = info.properties.iter().flatten();
    let kept = properties.filter(|(key, _)| *key == "delta.columnMapping.mode" || is_plain_feature(key));
    Ok(TableDefinition {
        columns: info.columns.iter().map(plain_column).collect::<Result<_, _>>()?,
        properties: kept.map(|(key, value)| (key.clone(), value.clone())).collect(),
        ..TableDefinition::default()
    })
}

/// Whether a property is a feature that any new table may have, whatever else it has; `CREATE TABLE` refuses some, as that
/// of clustering.
fn is_plain_feature(key: &str) -> bool {
    const PLAIN: [&str; 10] = [
        "allowColumnDefaults",
        "appendOnly",
        "changeDataFeed",
        "checkConstraints",
        "columnMapping",
        "deletionVectors",
        "generatedColumns",
        "identityColumns",
        "invariants",
        "timestampNtz",
    ];
    key.strip_prefix("delta.feature.").is_some_and(|feature| PLAIN.contains(&feature))
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
async fn policies_on(client: &Client, on: &Securable) -> Result<Result<Policies, ClientError>> {
    match client.list_policies(&on.kind.securable_kind(), &on.name).await {
        Ok(policies) => Ok(Ok(named_policies(&policies))),
        Err(error) if is_unknown(&error) || error.kind() == ErrorKind::PermissionDenied => Ok(Err(error)),
        Err(error) => Err(Error::client(format!("read the policies on {on}"))(error)),
    }
}

/// The policies on each of these, or why the platform does not tell.
pub(crate) async fn policies_on_all(
    client: &Client,
    places: BTreeSet<&Securable>,
) -> Result<BTreeMap<Securable, Result<Policies, ClientError>>> {
    let reads =
        places.into_iter().map(async |on| Ok::<_, Error>((on.clone(), policies_on(client, on).await?)));
    Ok(at_once(reads, READS_AT_ONCE).await?.into_iter().collect())
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
            put_own(inventory, on, Err(error));
        }
    }
}

/// What nobody tells of one is noted of this one. A platform without policies has none to tell of.
fn put_own(inventory: &mut Inventory, on: &Securable, policies: Result<Policies, ClientError>) {
    match policies {
        Ok(policies) => {
            if let Some(own) = inventory.policies_on_mut(on) {
                *own = policies;
            }
        }
        Err(error) if is_unknown(&error) => {}
        Err(error) => drop(inventory.unread_policies.insert(on.name.clone(), refusal(&error))),
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
        self.policies_over(table).next().is_some()
    }

    /// The policies on a table, its schema and its catalog.
    pub(super) fn policies_over(
        &self,
        table: &FullName,
    ) -> impl Iterator<Item = &Result<Policy, Unusable>> + use<'_> {
        let catalog = self.catalog.as_ref().map(|catalog| &catalog.policies);
        let schema = table.schema().and_then(|name| self.schemas.get(name)).map(|schema| &schema.policies);
        let table = self.table(table).map(|table| &table.policies);
        [catalog, schema, table].into_iter().flatten().flat_map(Policies::values)
    }

    /// The policies on anything in it; of one that cannot be used, why.
    pub(crate) fn policies(&self) -> impl Iterator<Item = &Result<Policy, Unusable>> {
        let catalog = self.catalog.as_ref().map(|catalog| &catalog.policies);
        let schemas = self.schemas.values().map(|schema| &schema.policies);
        let tables =
            self.schemas.values().flat_map(|schema| schema.tables.values()).map(|table| &table.policies);
        catalog.into_iter().chain(schemas).chain(tables).flat_map(Policies::values)
    }

    fn policies_on_mut(&mut self, on: &Securable) -> Option<&mut Policies> {
        match on.kind {
            Kind::Catalog => self.catalog.as_mut().map(|catalog| &mut catalog.policies),
            Kind::Schema => self.schemas.get_mut(on.name.schema()?).map(|schema| &mut schema.policies),
            _ => self.table_mut(&on.name).map(|table| &mut table.policies),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn principal_is_the_caller_by_its_name_and_nobody_knows_of_one_that_differs_in_case() {
        for (principal, caller, expected) in [
            ("account users", "ann@x.com", Some(true)),
            ("ann@x.com", "ann@x.com", Some(true)),
            ("Ann@x.com", "ann@x.com", None),
            ("bob@x.com", "ann@x.com", Some(false)),
            ("bob@x.com", "", None),
        ] {
            assert_eq!(is_user(principal, caller), expected, "{principal} {caller}");
        }
    }
}
