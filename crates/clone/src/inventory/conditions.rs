//! Reads what tables need that `CLONE` does not make, and asks the workspace whether their conditions mean anything,
//! before anything is planned.

use clxs_api::FullName;
use clxs_client::ErrorKind;

use super::reader::{Found, Reader, Side, all};
use super::{Inventories, Table, TableShape, VersionAsOf};
use crate::plan::{CopyRows, Statement, StatementText};
use crate::settings::{AsOf, LoadType, RowScope};
use crate::{Error, Result};

impl<'a> Reader<'a> {
    /// Completes the definitions of tables on both sides, and tries the conditions of those that will be filled.
    ///
    /// # Errors
    /// [`Error::UnfitConditions`], and those of reading.
    pub(super) async fn shapes(&self, own: &Inventories) -> Result<Found<'a>> {
        let names = self.tables_taking_part(&own.source).into_iter().filter(|name| self.is_made(name, own));
        let names: Vec<_> = names.collect();
        self.try_conditions(&names, own).await?;
        let known = |side, name: &FullName| {
            let inventory = if side == Side::Source { &own.source } else { &own.destination };
            Some((side, name.clone(), inventory.table(name)?.definition.clone()?.ok()?))
        };
        let known = names.iter().flat_map(|name| {
            let in_destination = name.in_catalog(&self.settings.destination.to_lowercase());
            [known(Side::Source, name), known(Side::Destination, &in_destination)].into_iter().flatten()
        });
        let reads: Vec<_> = known
            .map(async |(side, name, own)| Ok((side, self.with_detail(&name, own).await?, name)))
            .collect();
        let definitions = all(reads, self.at_once()).await?;
        Ok(Box::new(move |inventories| {
            for (side, definition, name) in definitions {
                if let Some(table) = inventories.side_mut(side).table_mut(&name) {
                    table.definition = Some(Ok(definition));
                }
            }
            Ok(())
        }))
    }

    fn at_once(&self) -> usize {
        self.settings.limits.max_parallel_queries.get()
    }

    /// Whether a table may be made by its definition.
    fn is_made(&self, name: &FullName, own: &Inventories) -> bool {
        let is_kept =
            self.settings.load_type == LoadType::Incremental && own.destination.table(name).is_some();
        let is_wanted = |table: &Table| {
            table.definition.is_some()
                && table.guards.is_empty()
                && table.unusable_guards.is_none()
                && table.as_of != Some(VersionAsOf::NotYet)
        };
        !is_kept && own.source.table(name).is_some_and(is_wanted)
    }

    async fn try_conditions(&self, names: &[FullName], own: &Inventories) -> Result<()> {
        let reads: Vec<_> =
            names.iter().map(|name| self.condition_problem(name, own.source.table(name))).collect();
        let problems = all(reads, self.at_once()).await?;
        let problems = names.iter().zip(problems);
        let tables: Vec<_> = problems.filter_map(|(name, problem)| Some((name.clone(), problem?))).collect();
        if tables.is_empty() { Ok(()) } else { Err(Error::UnfitConditions { tables }) }
    }

    /// What the workspace has against the query that fills a table; a query for no rows tells as much as one for all.
    async fn condition_problem(&self, name: &FullName, table: Option<&Table>) -> Result<Option<String>> {
        let rows = self.settings.rows_of(name);
        let definition = table.and_then(|table| Some((table, table.definition.as_ref()?.as_ref().ok()?)));
        let Some((table, definition)) = definition.filter(|_| matches!(rows, RowScope::Where(_))) else {
            return Ok(None);
        };
        let fill = fill(name, table, definition, rows);
        let text = format!("{} LIMIT 0", fill.query());
        let StatementText { catalog, schema, .. } = Statement::CopyRows(Box::new(fill)).text();
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

fn fill(name: &FullName, table: &Table, definition: &TableShape, rows: RowScope) -> CopyRows {
    let version = table.as_of.as_ref().and_then(VersionAsOf::version);
    CopyRows {
        source: name.clone(),
        destination: name.clone(),
        columns: definition.given_columns(),
        as_of: version.map_or(AsOf::Latest, AsOf::Version),
        rows,
    }
}
