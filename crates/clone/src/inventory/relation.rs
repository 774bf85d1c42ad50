//! Reads relations of the information schema: one statement for both catalogs.

use std::collections::BTreeMap;

use clxs_api::{Identifier, SqlLiteral};
use clxs_client::{ErrorKind, Row, Rows};

use super::reader::{Reader, Side, refusal};
use super::{Inventories, Inventory};
use crate::{Error, Result, Settings};

/// The column of every answer with the name of the catalog that a row is about.
const CATALOG: &str = "in_catalog";

/// What to read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Relation {
    /// Its name.
    pub(super) name: &'static str,
    /// The columns to read.
    pub(super) columns: &'static str,
    /// The column with the name of the catalog.
    pub(super) catalog: &'static str,
    /// A further condition, beginning with `AND`; empty for none.
    pub(super) condition: &'static str,
}

/// What a relation tells of the catalogs that it was asked for.
#[derive(Debug, Default)]
pub(super) struct Told {
    parts: Vec<Rows>,
    /// The catalogs of which the workspace does not tell, with the reason.
    pub(super) refused: BTreeMap<Identifier, String>,
}

impl Told {
    /// All rows, whatever their catalog.
    pub(super) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.parts.iter().flat_map(Rows::iter)
    }
}

impl Reader<'_> {
    /// The rows about these catalogs. A catalog's own information schema breaks where a policy masks the whole
    /// catalog, so that of the metastore is asked first, for all of them at once (facts/settled.md §8).
    pub(super) async fn relation(&self, catalogs: &[Identifier], relation: Relation) -> Result<Told> {
        let mut told = Told::default();
        if catalogs.is_empty() {
            return Ok(told);
        }
        if let Ok(rows) = self.part("system.information_schema", catalogs, relation).await? {
            told.parts.push(rows);
            return Ok(told);
        }
        for catalog in catalogs {
            let own = format!("{catalog}.information_schema");
            match self.part(&own, std::slice::from_ref(catalog), relation).await? {
                Ok(rows) => told.parts.push(rows),
                Err(reason) => drop(told.refused.insert(catalog.clone(), reason)),
            }
        }
        Ok(told)
    }

    /// The rows that one schema has, or why the workspace does not give them.
    async fn part(
        &self,
        schema: &str,
        catalogs: &[Identifier],
        relation: Relation,
    ) -> Result<Result<Rows, String>> {
        match Box::pin(self.warehouse.query(relation.query(schema, catalogs))).await {
            Ok(rows) => Ok(Ok(rows)),
            Err(error)
                if matches!(error.kind(), ErrorKind::StatementFailed | ErrorKind::PermissionDenied) =>
            {
                Ok(Err(refusal(&error)))
            }
            Err(error) => Err(Error::client(format!("read {schema}.{}", relation.name))(error)),
        }
    }

    /// The catalogs that exist, by the names that the information schema has for them.
    pub(super) fn catalogs<'i>(
        &self,
        own: &'i Inventories,
    ) -> impl Iterator<Item = (Identifier, &'i Inventory)> {
        let sides = [Side::Source, Side::Destination];
        let catalogs = sides.map(|side| (self.name_of(side).to_lowercase(), own.side(side)));
        catalogs.into_iter().filter(|(_, inventory)| inventory.catalog.is_some())
    }
}

/// The catalog that a row is about.
pub(super) fn catalog_of<'r>(row: &Row<'r>) -> clxs_client::Result<&'r str> {
    row.text(CATALOG)
}

/// The inventory that a row is about.
pub(super) fn inventory_of<'i>(
    inventories: &'i mut Inventories,
    settings: &Settings,
    row: &Row<'_>,
) -> clxs_client::Result<Option<&'i mut Inventory>> {
    Ok(inventories.of_mut(settings, catalog_of(row)?))
}

impl Relation {
    fn query(&self, schema: &str, catalogs: &[Identifier]) -> String {
        let Self { name, columns, catalog: key, condition } = self;
        let literals: Vec<_> =
            catalogs.iter().map(|catalog| SqlLiteral::new(catalog.as_str()).to_string()).collect();
        let catalogs = literals.join(", ");
        format!("SELECT {key} AS {CATALOG}, {columns} FROM {schema}.{name} WHERE {key} IN ({catalogs}) {condition}")
            .trim_end()
            .to_owned()
    }
}
