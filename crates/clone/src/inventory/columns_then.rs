//! Asks whether tables that are made by their definition had the same columns at the moment that is asked for: the definition is
//! today's, and no statement tells that of an earlier version.

use std::collections::BTreeSet;

use clxs_api::FullName;

use super::reader::Reader;
use super::{Inventories, Table};
use crate::settings::AsOf;
use crate::{Error, Result};

impl Reader<'_> {
    /// # Errors
    /// [`Error::NotAsOf`], and those of reading.
    pub(super) async fn require_columns_of_then(&self, own: &Inventories) -> Result<()> {
        let names = self.made_tables(own);
        let past = |table: &Table| table.earlier_version().filter(|_| table.is_open());
        let tables = names.iter().filter_map(|name| {
            let table = own.source.table(name)?;
            Some((name, table, past(table)?))
        });
        let reads: Vec<_> = tables.map(|(name, table, version)| self.problem(name, table, version)).collect();
        let problems: Vec<_> = self.all_statements(reads).await?.into_iter().flatten().collect();
        if problems.is_empty() { Ok(()) } else { Err(Error::NotAsOf { tables: problems }) }
    }

    async fn problem(
        &self,
        name: &FullName,
        table: &Table,
        version: u64,
    ) -> Result<Option<(FullName, String)>> {
        let Some(Ok(definition)) = &table.definition else { return Ok(None) };
        let attempt = || format!("read the columns of table `{}` at version {version}", name.dotted());
        let then = self.columns_at(name, version).await.map_err(Error::client(attempt()))?;
        let now: BTreeSet<_> =
            definition.columns.iter().map(|column| column.name.as_str().to_lowercase()).collect();
        let others: Vec<_> = then.symmetric_difference(&now).map(String::as_str).collect();
        let reason = || {
            format!(
                "it had other columns at version {version} ({}), and only all its rows can be cloned with those: take \
                 out its condition, or schema_only",
                others.join(", ")
            )
        };
        Ok((!others.is_empty()).then(|| (name.clone(), reason())))
    }

    /// The columns of a version of a table, in lower case.
    pub(super) async fn columns_at(
        &self,
        name: &FullName,
        version: u64,
    ) -> clxs_client::Result<BTreeSet<String>> {
        let query = format!("SELECT * FROM {name}{} LIMIT 0", AsOf::Version(version).clause());
        let rows = self.warehouse.query(query).await?;
        Ok(rows.columns().iter().map(|column| column.name.to_lowercase()).collect())
    }
}
