//! Reads what only statements tell: the newest commits of tables that both sides have, and sizes where
//! the order of cloning asks for them.

use std::collections::BTreeSet;

use clxs_api::FullName;
use clxs_client::ErrorKind;

use super::reader::{Found, Reader, Side};
use super::tables::tables;
use super::{Commit, History, Inventories, Inventory, Table};
use crate::settings::{LoadType, ObjectType, RowScope};
use crate::warehouse::Wanted;
use crate::{Error, Kind, Result};

impl<'a> Reader<'a> {
    /// Asks for the newest commits of tables that source and destination both have. `INCREMENTAL` does not
    /// look at what exists, but for what guards may look up in, and for tables whose copy was begun and may not have ended.
    pub(super) async fn histories(&self, own: &Inventories) -> Result<Found<'a>> {
        let questions = self.questions(own);
        let at_once = self.warehouse.pace().limits().max_parallel_queries.get();
        let histories = self.warehouse.histories(&questions, at_once).await?;
        Ok(Box::new(move |inventories| {
            for ((name, wanted), history) in questions.iter().zip(histories) {
                let side = match wanted {
                    Wanted::Newest => Side::Source,
                    Wanted::SinceClone => Side::Destination,
                };
                if side == Side::Destination
                    && let Some(table) = inventories.source.table_mut(name)
                {
                    table.size = last_clone(&history).map(|commit| commit.clone_metrics().source_table_size);
                }
                if let Some(table) = inventories.side_mut(side).table_mut(name) {
                    table.history = history;
                }
            }
            Ok(())
        }))
    }

    /// What is asked: both sides of tables that both have, unless those do not matter, and where every version
    /// is to be noted, the source's side of the others.
    fn questions(&self, inventories: &Inventories) -> Vec<(FullName, Wanted)> {
        let is_table = |table: &Table| table.kind == Kind::Table;
        let compares = self.settings.load_type != LoadType::Incremental;
        let names = self.tables_taking_part(&inventories.source);
        let looked_up = if compares { BTreeSet::new() } else { looked_up(inventories, &names) };
        let mut questions = Vec::new();
        for name in names {
            let may_differ = |table: &Table| {
                is_table(table) && (compares || table.is_copy_begun || looked_up.contains(&name))
            };
            let is_compared = inventories.destination.table(&name).is_some_and(may_differ);
            // No statement reads a protected table as it was, so what is copied is noted by its version.
            let is_noted = self.settings.exact
                || self.settings.rows_of(&name) != RowScope::All
                || inventories.source.table(&name).is_some_and(|table| self.copies(table));
            if is_compared || is_noted {
                questions.push((name.clone(), Wanted::Newest));
            }
            if is_compared {
                let destination = self.settings.destination.to_lowercase();
                questions.push((name.in_catalog(&destination), Wanted::SinceClone));
            }
        }
        questions
    }

    /// The source's names of its tables that take part.
    pub(super) fn tables_taking_part(&self, source: &Inventory) -> Vec<FullName> {
        let names = tables(&self.settings.source, source).map(|(name, _)| name);
        names.filter(|name| self.takes_part(source, name)).collect()
    }

    /// Whether it is a table of the source that takes part.
    pub(super) fn takes_part(&self, source: &Inventory, name: &FullName) -> bool {
        let schema = name.schema().and_then(|schema| source.schemas.get(schema));
        let is_used = |table: &Table| table.kind == Kind::Table && table.unused_days.is_none();
        source.table(name).is_some_and(is_used)
            && schema.is_some_and(|schema| schema.skip.is_none())
            && self.settings.selection.skips(name, ObjectType::Table).is_none()
    }

    /// Asks for the sizes that are not known yet, when the settings ask for an order.
    pub(super) async fn sizes(&self, own: &Inventories) -> Result<Found<'a>> {
        let is_unknown = |name: &FullName| own.source.table(name).is_some_and(|table| table.size.is_none());
        let mut names = self.tables_taking_part(&own.source);
        names.retain(|name| self.settings.order_by_size.is_some() && is_unknown(name));
        let reads: Vec<_> = names.iter().map(|name| self.size(name)).collect();
        let sizes = self.all_statements(reads).await?;
        Ok(Box::new(move |inventories| {
            for (name, size) in names.iter().zip(sizes) {
                if let Some(table) = inventories.source.table_mut(name) {
                    table.size = size;
                }
            }
            Ok(())
        }))
    }

    /// A table whose size cannot be told is cloned like one of unknown size.
    async fn size(&self, name: &FullName) -> Result<Option<u64>> {
        match self.warehouse.query(format!("DESCRIBE DETAIL {name}")).await {
            Ok(rows) => {
                let size = rows.get(0).and_then(|row| row.integer("sizeInBytes").ok().flatten());
                Ok(size.and_then(|size| u64::try_from(size).ok()))
            }
            Err(error) if error.kind() == ErrorKind::StatementFailed => Ok(None),
            Err(error) => Err(Error::client(format!("read the size of table `{}`", name.dotted()))(error)),
        }
    }
}

/// The tables that functions of the source read, where there is a new table that these may guard.
fn looked_up(inventories: &Inventories, tables: &[FullName]) -> BTreeSet<FullName> {
    let is_new = |name: &FullName| inventories.destination.table(name).is_none();
    let functions = inventories.source.schemas.values().flat_map(|schema| schema.functions.values());
    let functions = functions.filter(|_| tables.iter().any(is_new));
    functions.flat_map(|function| &function.reads).map(FullName::to_lowercase).collect()
}

fn last_clone(history: &History) -> Option<&Commit> {
    match history {
        History::Read(commits) => commits.iter().find(|commit| commit.is_clone()),
        History::NotRead | History::Unreadable { .. } => None,
    }
}
