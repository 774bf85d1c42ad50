//! Columns that guards go by and that a copy does not have in common with its source as it is now. Those that the source lost
//! stay in the history of the copy, where nothing hides them once they are gone from the table. Those by which an earlier
//! version differs have tags that nobody knows.

use std::collections::BTreeSet;

use clxs_api::{FullName, Identifier};
use clxs_client::ErrorKind;
use futures::future::try_join;

use super::reader::{Found, Reader, refusal};
use super::tag_condition::holds;
use super::{Inventories, Table, Tags};
use crate::plan::{drift, is_left_alone};
use crate::settings::RowScope;
use crate::{Error, Kind, Result};

/// Columns of a table of the destination that may be guarded.
enum Guarded {
    /// A policy may be about columns without tags.
    All,
    /// These, in lower case.
    These(BTreeSet<String>),
}

impl<'a> Reader<'a> {
    /// Reads them of the tables that are replaced, or cloned as they were.
    pub(super) async fn guarded_columns(&self, own: &Inventories) -> Result<Found<'a>> {
        let (lost, of_then) = try_join(self.lost_columns(own), self.other_columns_then(own)).await?;
        Ok(Box::new(move |inventories| {
            for (name, columns) in lost {
                if let Some(table) = inventories.destination.table_mut(&name) {
                    table.lost_columns = columns;
                }
            }
            for (name, columns) in of_then {
                if let Some(table) = inventories.source.table_mut(&name) {
                    table.other_columns_then = columns;
                }
            }
            Ok(())
        }))
    }

    async fn lost_columns(&self, own: &Inventories) -> Result<Vec<(FullName, Vec<String>)>> {
        let names = self.tables_taking_part(&own.source).into_iter();
        let asked = names.filter_map(|name| {
            let (source, kept) = (own.source.table(&name)?, own.destination.table(&name)?);
            let is_asked = kept.kind == Kind::Table && self.is_replaced(&name, source, kept);
            let guarded = is_asked.then(|| guarded(own, &name, source, kept)).flatten()?;
            Some(async move {
                let columns = self.lost_of(&name, guarded).await?;
                Ok((name, columns))
            })
        });
        self.all(asked.collect()).await
    }

    fn is_replaced(&self, name: &FullName, source: &Table, kept: &Table) -> bool {
        let settings = self.settings;
        !is_left_alone(settings, name, source, kept)
            && (settings.force_reclone || drift(source, name, kept, settings).is_some())
    }

    async fn lost_of(&self, name: &FullName, guarded: Guarded) -> Result<Vec<String>> {
        let guarded = match guarded {
            Guarded::These(columns) => columns,
            Guarded::All => {
                self.columns_now(&name.in_catalog(&self.settings.destination.to_lowercase())).await?
            }
        };
        let left = self.columns_now(name).await?;
        Ok(guarded.difference(&left).cloned().collect())
    }

    /// The columns of a table, in lower case.
    async fn columns_now(&self, name: &FullName) -> Result<BTreeSet<String>> {
        let columns = self.table_info(name).await?.columns.into_iter();
        Ok(columns.filter_map(|column| Some(column.name?.to_lowercase())).collect())
    }

    async fn other_columns_then(&self, own: &Inventories) -> Result<Vec<(FullName, Option<String>)>> {
        let names = self.tables_taking_part(&own.source).into_iter();
        let asked = names.filter_map(|name| {
            let source = own.source.table(&name)?;
            let version = source.earlier_version()?;
            let copies = self.settings.rows_of(&name) != RowScope::None && has_column_policy(own, &name);
            copies.then_some(async move {
                let columns = self.unlike_then(&name, version).await?;
                Ok((name, columns))
            })
        });
        self.all_statements(asked.collect()).await
    }

    /// By which columns a version differs from the table as it is now, or why nobody tells.
    async fn unlike_then(&self, name: &FullName, version: u64) -> Result<Option<String>> {
        let then = match self.columns_at(name, version).await {
            Ok(then) => then,
            Err(error) if error.kind() == ErrorKind::StatementFailed => return Ok(Some(refusal(&error))),
            Err(error) => {
                let attempt = format!("read the columns of table `{}` at version {version}", name.dotted());
                return Err(Error::client(attempt)(error));
            }
        };
        let now = self.columns_now(name).await?;
        let others: Vec<_> = then.symmetric_difference(&now).map(String::as_str).collect();
        Ok((!others.is_empty()).then(|| others.join(", ")))
    }
}

/// The columns of the destination's table that its guards and the policies of both sides may go by, but for those of which the
/// source tells that it has them; nothing where there are none.
fn guarded(own: &Inventories, name: &FullName, source: &Table, kept: &Table) -> Option<Guarded> {
    let conditions: Vec<_> = column_conditions(own, name).collect();
    let may_meet = |tags: &Tags| conditions.iter().any(|condition| holds(condition, tags) != Some(false));
    if may_meet(&Tags::new()) {
        return Some(Guarded::All);
    }
    let tagged = kept.column_tags.iter().filter(|(_, tags)| may_meet(tags)).map(|(column, _)| column);
    // With guards of its own nobody reads what a table was (facts/settled.md §5).
    let guarded = kept.guards.columns().filter(|_| source.guards.is_empty());
    let in_lower_case = |column: &Identifier| column.as_str().to_lowercase();
    let told: BTreeSet<_> = source.column_tags.keys().map(in_lower_case).collect();
    let columns = tagged.chain(guarded).map(in_lower_case);
    let columns: BTreeSet<_> = columns.filter(|column| !told.contains(column)).collect();
    (!columns.is_empty()).then_some(Guarded::These(columns))
}

fn has_column_policy(own: &Inventories, name: &FullName) -> bool {
    column_conditions(own, name).next().is_some()
}

/// The conditions on columns of the policies over a table, of either side.
fn column_conditions<'i>(own: &'i Inventories, name: &'i FullName) -> impl Iterator<Item = &'i str> {
    let policies = [&own.source, &own.destination].into_iter().flat_map(|side| side.policies_over(name));
    let columns = policies.filter_map(|policy| policy.as_ref().ok()).flat_map(|policy| &policy.columns);
    columns.map(|column| column.condition.as_deref().unwrap_or_default())
}
