//! How a table that is filled anew gets another definition before, without a moment in which it is empty.
//!
//! The platform has no statement that replaces definition and rows at once: `CREATE OR REPLACE TABLE … AS` takes a query
//! or a list of columns, not both (Databricks, `CREATE TABLE [USING]`), and a query alone loses comments, defaults,
//! generated columns and constraints; `INSERT OVERWRITE` leaves the definition as it is. So what `ALTER TABLE` can change
//! is changed in place, where the old rows stand until the new ones replace them in one commit. Everything else is
//! replaced by an empty table first, and the plan says so.

use clxs_api::{FullName, Properties};

use super::new_guards::new_guards;
use crate::inventory::{Column, Guards, TableDefinition};
use crate::plan::{AlterTable, Statement, TableChange};

/// The statements that make one definition of another; nothing where there are none. Guards of new columns are set before
/// these hold a value.
pub(super) fn evolution(
    table: &FullName,
    (own, wanted): (&TableDefinition, &TableDefinition),
    guards: &Guards,
) -> Option<Vec<Statement>> {
    let mut statements = columns(table, own, wanted)?;
    let alter = |change| Statement::AlterTable(Box::new(AlterTable { table: table.clone(), change }));
    statements.extend(clustering(own, wanted)?.map(TableChange::Cluster).map(alter));
    let changed = wanted.properties.iter().filter(|(key, value)| own.properties.get(*key) != Some(*value));
    let changed: Properties = changed.map(|(key, value)| (key.clone(), value.clone())).collect();
    let is_settable = |key: &String| !TableDefinition::is_check(key) && key != "delta.columnMapping.mode";
    if !changed.keys().all(is_settable) {
        return None;
    }
    statements.extend((!changed.is_empty()).then(|| alter(TableChange::SetProperties(changed))));
    statements.extend(new_guards(table, own, guards));
    Some(statements)
}

fn columns(table: &FullName, own: &TableDefinition, wanted: &TableDefinition) -> Option<Vec<Statement>> {
    let (there, added) = wanted.columns.split_at_checked(own.columns.len())?;
    let mut statements = Vec::new();
    for (own, wanted) in own.columns.iter().zip(there) {
        let commented = Column { comment: wanted.comment.clone(), ..own.clone() };
        if !commented.is_like(wanted) {
            return None;
        }
        if own.comment != wanted.comment {
            let (column, comment) = (table.child(own.name.clone()), wanted.comment.clone());
            statements.push(Statement::CommentColumn { column, comment });
        }
    }
    if added.iter().any(|column| column.not_null || column.value.is_some()) {
        return None;
    }
    let change = TableChange::AddColumns(added.to_vec());
    let add = AlterTable { table: table.clone(), change };
    statements.extend((!added.is_empty()).then(|| Statement::AlterTable(Box::new(add))));
    Some(statements)
}

/// Another clustering, when that is all that differs in the layout.
#[expect(clippy::option_option, reason = "no way, or a way with nothing to do")]
fn clustering(own: &TableDefinition, wanted: &TableDefinition) -> Option<Option<String>> {
    const CLUSTER: &str = "CLUSTER BY";
    if own.clauses == wanted.clauses {
        return Some(None);
    }
    let is_clustering = |clause: &&String| clause.starts_with(CLUSTER);
    let others = |definition: &TableDefinition| -> Vec<String> {
        definition.clauses.iter().filter(|clause| !is_clustering(clause)).cloned().collect()
    };
    let is_partitioned = wanted.clauses.iter().any(|clause| clause.starts_with("PARTITIONED"));
    let clause = wanted.clauses.iter().find(is_clustering).cloned();
    (others(own) == others(wanted) && !is_partitioned)
        .then(|| Some(clause.unwrap_or_else(|| format!("{CLUSTER} NONE"))))
}
