//! Asks the workspace whether the conditions of tables mean anything, before anything is planned.

use clxs_api::FullName;
use clxs_client::ErrorKind;

use super::reader::Reader;
use super::{Inventories, Table, VersionAsOf};
use crate::plan::{FillTable, Statement, StatementText};
use crate::settings::{AsOf, RowScope};
use crate::{Error, Result};

impl Reader<'_> {
    /// Tries the conditions of the tables that will be filled.
    ///
    /// # Errors
    /// [`Error::UnfitConditions`], and those of reading.
    pub(super) async fn try_conditions(&self, own: &Inventories) -> Result<()> {
        let names = self.made_tables(own);
        let tables: Vec<_> = names.iter().filter_map(|name| Some((name, own.source.table(name)?))).collect();
        let reads: Vec<_> = tables.iter().map(|(name, table)| self.condition_problem(name, table)).collect();
        let problems = self.all_statements(reads).await?;
        let problems = tables.into_iter().zip(problems);
        let tables: Vec<_> =
            problems.filter_map(|((name, _), problem)| Some((name.clone(), problem?))).collect();
        if tables.is_empty() { Ok(()) } else { Err(Error::UnfitConditions { tables }) }
    }

    /// What the workspace has against the query that fills a table; a query for no rows tells as much as one for all.
    async fn condition_problem(&self, name: &FullName, table: &Table) -> Result<Option<String>> {
        let rows = self.settings.rows_of(name);
        let Some(Ok(definition)) = &table.definition else { return Ok(None) };
        if !matches!(rows, RowScope::Where(_)) || table.as_of == Some(VersionAsOf::NotYet) {
            return Ok(None);
        }
        let version = table.as_of.as_ref().and_then(VersionAsOf::version).filter(|_| table.is_open());
        let fill = FillTable {
            source: name.clone(),
            destination: name.clone(),
            columns: definition.given_columns(),
            as_of: version.map_or(AsOf::Latest, AsOf::Version),
            rows,
            proof: None,
        };
        let text = format!("{} LIMIT 0", fill.query());
        let StatementText { catalog, schema, .. } = Statement::FillTable(Box::new(fill)).text();
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
