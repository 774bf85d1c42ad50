//! Reads what tables need that `CLONE` does not make, and asks the workspace whether their conditions mean anything,
//! before anything is planned.

use clxs_api::FullName;
use clxs_client::ErrorKind;

use super::reader::{Reader, all};
use super::{Inventories, Inventory, Table, TableDefinition, VersionAsOf};
use crate::plan::{FillTable, Statement, StatementText};
use crate::settings::{AsOf, LoadType, RowScope};
use crate::{Error, Result};

impl Reader<'_> {
    /// Completes the definitions of tables on both sides, and tries the conditions of those that will be filled.
    ///
    /// # Errors
    /// [`Error::UnfitConditions`], and those of reading.
    pub(super) async fn read_definitions(&self, inventories: &mut Inventories) -> Result<()> {
        let destination = self.settings.destination.to_lowercase();
        let names: Vec<_> = self
            .tables_taking_part(&inventories.source)
            .into_iter()
            .filter(|name| self.is_made(name, inventories))
            .collect();
        self.read_details(&names, &mut inventories.source).await?;
        let existing: Vec<_> = names.iter().map(|name| name.in_catalog(&destination)).collect();
        self.read_details(&existing, &mut inventories.destination).await?;
        let reads =
            names.iter().map(|name| self.condition_problem(name, inventories.source.table(name))).collect();
        let problems = all(reads, self.at_once()).await?;
        let tables: Vec<_> =
            names.into_iter().zip(problems).filter_map(|(name, problem)| Some((name, problem?))).collect();
        if tables.is_empty() { Ok(()) } else { Err(Error::UnfitConditions { tables }) }
    }

    fn at_once(&self) -> usize {
        self.settings.limits.max_parallel_queries.get()
    }

    fn is_made(&self, name: &FullName, inventories: &Inventories) -> bool {
        let is_kept =
            self.settings.load_type == LoadType::Incremental && inventories.destination.table(name).is_some();
        !is_kept
            && inventories.source.table(name).is_some_and(|table| {
                table.definition.is_some()
                    && table.protection.is_none()
                    && table.as_of != Some(VersionAsOf::NotYet)
            })
    }

    async fn read_details(&self, names: &[FullName], inventory: &mut Inventory) -> Result<()> {
        let known = |name: &FullName| inventory.table(name)?.definition.clone()?.ok();
        let known: Vec<_> = names.iter().filter_map(|name| Some((name, known(name)?))).collect();
        let names: Vec<_> = known.iter().map(|(name, _)| (*name).clone()).collect();
        let reads = known.into_iter().map(|(name, definition)| self.with_detail(name, definition)).collect();
        for (name, definition) in names.iter().zip(all(reads, self.at_once()).await?) {
            if let Some(table) = inventory.table_mut(name) {
                table.definition = Some(Ok(definition));
            }
        }
        Ok(())
    }

    /// What the workspace has against the query that fills a table; a query for no rows tells as much as one for all.
    async fn condition_problem(&self, name: &FullName, table: Option<&Table>) -> Result<Option<String>> {
        let RowScope::Where(condition) = self.settings.rows_of(name) else { return Ok(None) };
        let Some((table, Ok(definition))) = table.and_then(|table| Some((table, table.definition.as_ref()?)))
        else {
            return Ok(None);
        };
        let fill = fill(name, table, definition, RowScope::Where(condition));
        let StatementText { catalog, schema, .. } = Statement::FillTable(fill.clone()).text();
        let text = format!("{} LIMIT 0", fill.query());
        match self.warehouse.query_in(StatementText { text, catalog, schema }).await {
            Ok(_) => Ok(None),
            Err(error) if error.kind() == ErrorKind::StatementFailed => Ok(Some(error.to_string())),
            Err(error) => {
                let attempt = format!("try the condition of table `{}`", name.dotted());
                Err(Error::client(attempt)(error))
            }
        }
    }
}

fn fill(name: &FullName, table: &Table, definition: &TableDefinition, rows: RowScope) -> FillTable {
    let as_of = match table.as_of {
        Some(VersionAsOf::Version(version)) => AsOf::Version(version),
        _ => AsOf::Latest,
    };
    FillTable {
        source: name.clone(),
        destination: name.clone(),
        columns: definition.given_columns(),
        as_of,
        rows,
    }
}
