//! Reads how tables are made that statements make because `CLONE` cannot: those with guards, and those that are cloned
//! with some of their rows or none. Of both sides, so that the plan sees whether the destination's is as it is to be.

use clxs_api::FullName;
use clxs_client::ErrorKind;

use super::reader::{Found, Reader, Side, refusal};
use super::{Inventories, Inventory, Table, TableDefinition};
use crate::settings::{LoadType, RowScope};
use crate::{Error, Kind, Result};

impl<'a> Reader<'a> {
    /// Reads the definitions of tables that statements make.
    pub(super) async fn definitions(&self, own: &Inventories) -> Result<Found<'a>> {
        let made = self.made_tables(own);
        let in_destination =
            made.iter().map(|name| name.in_catalog(&self.settings.destination.to_lowercase()));
        let is_table =
            |name: &FullName| own.destination.table(name).is_some_and(|table| table.kind == Kind::Table);
        let in_destination = in_destination.filter(is_table).map(|name| (Side::Destination, name));
        let names: Vec<_> =
            made.iter().cloned().map(|name| (Side::Source, name)).chain(in_destination).collect();
        let reads: Vec<_> = names.iter().map(|(_, name)| self.definition(name)).collect();
        let definitions = self.all_statements(reads).await?;
        Ok(Box::new(move |inventories| {
            for ((side, name), definition) in names.iter().zip(definitions) {
                if let Some(table) = inventories.side_mut(*side).table_mut(name) {
                    table.definition = Some(definition);
                }
            }
            Ok(())
        }))
    }

    /// The source's tables that statements may make.
    pub(super) fn made_tables(&self, own: &Inventories) -> Vec<FullName> {
        let mut names = self.tables_taking_part(&own.source);
        names.retain(|name| self.is_made(name, &own.source) && !self.is_kept(name, &own.destination));
        names
    }

    fn is_made(&self, name: &FullName, source: &Inventory) -> bool {
        source.table(name).is_some_and(|table| {
            self.copies(table) || table.is_open() && self.settings.rows_of(name) != RowScope::All
        })
    }

    fn is_kept(&self, name: &FullName, destination: &Inventory) -> bool {
        let is_there = |table: &Table| !table.is_copy_begun;
        self.settings.load_type == LoadType::Incremental && destination.table(name).is_some_and(is_there)
    }

    /// How a table is made, or why nobody tells.
    async fn definition(&self, name: &FullName) -> Result<Result<TableDefinition, String>> {
        match self.warehouse.query(format!("SHOW CREATE TABLE {name}")).await {
            Ok(rows) => {
                let text = rows.get(0).and_then(|row| row.get("createtab_stmt").ok().flatten());
                Ok(text.ok_or("SHOW CREATE TABLE shows nothing".to_owned()).and_then(TableDefinition::parse))
            }
            Err(error) if error.kind() == ErrorKind::StatementFailed => Ok(Err(refusal(&error))),
            Err(error) => Err(Error::client(format!("read how table `{}` is made", name.dotted()))(error)),
        }
    }
}
