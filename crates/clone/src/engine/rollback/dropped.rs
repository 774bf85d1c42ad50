//! Tables that a run dropped because nothing replaces them: whether they can be brought back.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use clxs_api::FullName;

use super::Engine;
use crate::plan::{Action, Facet, Plan, Statement, Step, StepId};
use crate::run::has_id;
use crate::{Error, Result};

/// What became of a table that a run dropped.
pub(super) enum DroppedTable {
    /// Somebody, or an earlier rollback, brought it back.
    Back,
    Recoverable,
    Lost {
        why: String,
    },
}

impl Engine {
    /// The tables that a run dropped before it made others of their names, but for those that are undone already. A table
    /// whose predecessor cannot be brought back is worth more than none.
    pub(super) async fn dropped_tables<'a>(
        &self,
        plan: &'a Plan,
        done: &BTreeSet<StepId>,
        undone: &BTreeSet<StepId>,
    ) -> Result<Vec<(&'a Step, DroppedTable)>> {
        let is_meant = |step: &&Step| {
            let is_left = done.contains(&step.id) && !undone.contains(&step.id);
            is_left && step.facet == Facet::Definition && step.action.drops_table()
        };
        let mut listed = BTreeMap::new();
        let mut fates = Vec::new();
        for step in plan.steps.iter().filter(is_meant) {
            let Some(Action::Statement(Statement::Undrop { table, id })) = &step.inverse else {
                let why = "nobody noted the id of the table that was dropped for it".to_owned();
                fates.push((step, DroppedTable::Lost { why }));
                continue;
            };
            let attempt = format!("read table `{}`", table.dotted());
            if has_id(&self.warehouse, table, id).await.map_err(Error::client(attempt))? {
                fates.push((step, DroppedTable::Back));
                continue;
            }
            let Some(schema) = table.parent() else { continue };
            if !listed.contains_key(&schema) {
                listed.insert(schema.clone(), self.recoverable(&schema).await);
            }
            fates.push((step, fate(id, &listed[&schema])));
        }
        Ok(fates)
    }

    /// The ids of the dropped tables of a schema that the caller may bring back, or why nobody can say.
    async fn recoverable(&self, schema: &FullName) -> std::result::Result<HashSet<String>, String> {
        let rows = self.warehouse.query(format!("SHOW TABLES DROPPED IN {schema}")).await;
        let rows = rows.map_err(|error| clxs_client::with_causes(&error))?;
        let column = rows.columns().iter().position(|column| column.name.eq_ignore_ascii_case("tableId"));
        let column = column.ok_or("the answer has no column tableId")?;
        Ok(rows.iter().filter_map(|row| row.cells().get(column)?.clone()).collect())
    }
}

fn fate(id: &str, recoverable: &std::result::Result<HashSet<String>, String>) -> DroppedTable {
    match recoverable {
        Ok(ids) if ids.contains(id) => DroppedTable::Recoverable,
        Ok(_) => DroppedTable::Lost {
            why: "the table that was dropped for it cannot be brought back any more (7 days), or not by you"
                .to_owned(),
        },
        Err(problem) => DroppedTable::Lost {
            why: format!(
                "nobody can tell whether the table that was dropped for it can be brought back ({problem})"
            ),
        },
    }
}
