//! `catalog_privileges`, `schema_privileges` and `table_privileges`: direct grants, and those of ancestors that
//! the securable can carry (facts/sql.md §13, §14).

use std::collections::HashMap;

use clxs_api::Privilege;
use datafusion::arrow::array::RecordBatch;

use super::column::{Column, batch, some};
use super::securables::{visible_schemas, visible_tables};
use crate::authorization::{Access, SecurableRef, is_applicable};
use crate::metastore::{CatalogRow, ColumnDetail, GrantRow, Transaction};
use crate::sql::SqlError;

use Column::Text;

/// A grant as it shows on a securable.
struct Item {
    grant: GrantRow,
    catalog: String,
    schema: String,
    table: String,
    inherited_from: &'static str,
}

/// The grants of a catalog that the caller may see, by the securable they are on.
struct Grants(HashMap<String, Vec<GrantRow>>);

impl Grants {
    /// Without MANAGE or ownership one sees only one's own grants (facts/sql.md §14).
    fn read(tx: &Transaction<'_>, access: &Access, catalog: &CatalogRow) -> Result<Self, SqlError> {
        let mut by_securable: HashMap<String, Vec<GrantRow>> = HashMap::new();
        let all = access.check(tx, &SecurableRef::from(catalog), &Privilege::Manage).is_ok();
        for grant in tx.grants_in_catalog(&catalog.id)? {
            if all || access.identities().contains(&grant.principal) {
                by_securable.entry(grant.securable_id.clone()).or_default().push(grant);
            }
        }
        Ok(Self(by_securable))
    }

    /// What shows on a securable: its own grants, then those of its ancestors, nearest first.
    fn shown<'a>(
        &'a self,
        securable_kind: &'a str,
        path: &'a [(&'a str, &'static str)],
    ) -> impl Iterator<Item = (&'a GrantRow, &'static str)> {
        let grants = path.iter().flat_map(|(id, inherited_from)| {
            self.0.get(*id).into_iter().flatten().map(move |grant| (grant, *inherited_from))
        });
        grants.filter(|(grant, inherited_from)| {
            *inherited_from == "NONE" || is_applicable(&grant.privilege, securable_kind)
        })
    }
}

pub(super) fn of_catalogs(
    tx: &Transaction<'_>,
    access: &Access,
    catalogs: &[CatalogRow],
) -> Result<RecordBatch, SqlError> {
    let mut items = Vec::new();
    for catalog in catalogs {
        let grants = Grants::read(tx, access, catalog)?;
        let path = [(catalog.id.as_str(), "NONE")];
        items.extend(
            grants
                .shown(catalog.securable_kind(), &path)
                .map(|(grant, from)| item(grant, from, [catalog.name.as_str(), "", ""])),
        );
    }
    let columns = [
        grantor(),
        grantee(),
        catalog_name("catalog_name"),
        privilege_type(),
        is_grantable(),
        inherited_from(),
    ];
    batch(&columns, &items)
}

pub(super) fn of_schemas(
    tx: &Transaction<'_>,
    access: &Access,
    catalogs: &[CatalogRow],
) -> Result<RecordBatch, SqlError> {
    let mut items = Vec::new();
    for catalog in catalogs {
        let grants = Grants::read(tx, access, catalog)?;
        for schema in visible_schemas(tx, access, catalog)? {
            let path = [(schema.id.as_str(), "NONE"), (catalog.id.as_str(), "CATALOG")];
            items.extend(
                grants.shown(schema.securable_kind(), &path).map(|(grant, from)| {
                    item(grant, from, [catalog.name.as_str(), schema.name.as_str(), ""])
                }),
            );
        }
    }
    let columns = [
        grantor(),
        grantee(),
        catalog_name("catalog_name"),
        schema_name("schema_name"),
        privilege_type(),
        is_grantable(),
        inherited_from(),
    ];
    batch(&columns, &items)
}

pub(super) fn of_tables(
    tx: &Transaction<'_>,
    access: &Access,
    catalogs: &[CatalogRow],
) -> Result<RecordBatch, SqlError> {
    let mut items = Vec::new();
    for catalog in catalogs {
        let grants = Grants::read(tx, access, catalog)?;
        for table in visible_tables(tx, access, std::slice::from_ref(catalog), ColumnDetail::Omitted)? {
            let path = [
                (table.id.as_str(), "NONE"),
                (table.schema_id.as_str(), "SCHEMA"),
                (catalog.id.as_str(), "CATALOG"),
            ];
            items.extend(grants.shown(table.securable_kind(), &path).map(|(grant, from)| {
                item(grant, from, [catalog.name.as_str(), table.schema.as_str(), table.name.as_str()])
            }));
        }
    }
    let columns = [
        grantor(),
        grantee(),
        catalog_name("table_catalog"),
        schema_name("table_schema"),
        Text("table_name", |item: &Item| some(&item.table)),
        privilege_type(),
        is_grantable(),
        inherited_from(),
    ];
    batch(&columns, &items)
}

fn item(grant: &GrantRow, inherited_from: &'static str, name: [&str; 3]) -> Item {
    let [catalog, schema, table] = name.map(str::to_owned);
    Item { grant: grant.clone(), catalog, schema, table, inherited_from }
}

fn grantor() -> Column<Item> {
    Text("grantor", |item| some(&item.grant.grantor))
}

fn grantee() -> Column<Item> {
    Text("grantee", |item| some(&item.grant.principal))
}

fn catalog_name(name: &'static str) -> Column<Item> {
    Text(name, |item| some(&item.catalog))
}

fn schema_name(name: &'static str) -> Column<Item> {
    Text(name, |item| some(&item.schema))
}

/// Spelled with underscores here (facts/sql.md §14).
fn privilege_type() -> Column<Item> {
    Text("privilege_type", |item| some(item.grant.privilege.as_str()))
}

fn is_grantable() -> Column<Item> {
    Text("is_grantable", |_| some("NO"))
}

fn inherited_from() -> Column<Item> {
    Text("inherited_from", |item| some(item.inherited_from))
}
