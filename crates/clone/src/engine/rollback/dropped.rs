//! Tables that a run dropped because nothing replaces them: whether they can be brought back.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use clxs_api::FullName;
use clxs_client::ErrorKind;

use crate::at_once::at_once;
use crate::inventory::{READS_AT_ONCE, refusal};
use crate::plan::{Action, Facet, Plan, Statement, Step, StepId};
use crate::run::has_id;
use crate::warehouse::Warehouse;
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

/// The tables that a run dropped before it made others of their names, but for those that are undone already. A table whose
/// predecessor cannot be brought back is worth more than none.
pub(super) async fn find<'a>(
    warehouse: &Warehouse,
    plan: &'a Plan,
    (done, undone): (&BTreeSet<StepId>, &BTreeSet<StepId>),
) -> Result<Vec<(&'a Step, DroppedTable)>> {
    let is_meant = |step: &&Step| {
        let is_left = done.contains(&step.id) && !undone.contains(&step.id);
        is_left && step.facet == Facet::Definition && step.action.drops_table()
    };
    let found = plan.steps.iter().filter(is_meant).map(|step| async move {
        let Some(Action::Statement(Statement::Undrop { table, id })) = &step.inverse else {
            return Ok((step, Err("nobody noted the id of the table that was dropped for it".to_owned())));
        };
        match has_id(warehouse, table, id).await {
            Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                Ok((step, Err(untold(&refusal(&error)))))
            }
            is_back => {
                let attempt = format!("read table `{}`", table.dotted());
                Ok((step, Ok((table, id, is_back.map_err(Error::client(attempt))?))))
            }
        }
    });
    let mut listed = BTreeMap::new();
    let mut fates = Vec::new();
    for (step, found) in at_once(found, READS_AT_ONCE).await? {
        let fate = match found {
            Err(why) => DroppedTable::Lost { why },
            Ok((_, _, true)) => DroppedTable::Back,
            Ok((table, id, false)) => {
                let schema = table.parent().unwrap_or_else(|| table.clone());
                if !listed.contains_key(&schema) {
                    listed.insert(schema.clone(), recoverable(warehouse, &schema).await);
                }
                fate(id, &listed[&schema])
            }
        };
        fates.push((step, fate));
    }
    Ok(fates)
}

/// The ids of the dropped tables of a schema that the caller may bring back, or why nobody can say.
async fn recoverable(
    warehouse: &Warehouse,
    schema: &FullName,
) -> std::result::Result<HashSet<String>, String> {
    let rows = warehouse.query(format!("SHOW TABLES DROPPED IN {schema}")).await;
    let rows = rows.map_err(|error| clxs_client::with_causes(&error))?;
    let column = rows.columns().iter().position(|column| column.name.eq_ignore_ascii_case("tableId"));
    let column = column.ok_or("the answer has no column tableId")?;
    Ok(rows.iter().filter_map(|row| row.cells().get(column)?.clone()).collect())
}

fn fate(id: &str, recoverable: &std::result::Result<HashSet<String>, String>) -> DroppedTable {
    match recoverable {
        Ok(ids) if ids.contains(id) => DroppedTable::Recoverable,
        Ok(_) => DroppedTable::Lost {
            why: "the table that was dropped for it cannot be brought back any more (7 days), or not by you"
                .to_owned(),
        },
        Err(problem) => DroppedTable::Lost { why: untold(problem) },
    }
}

fn untold(problem: &str) -> String {
    format!("nobody can tell whether the table that was dropped for it can be brought back ({problem})")
}
