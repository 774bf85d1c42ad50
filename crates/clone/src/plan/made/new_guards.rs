//! Guards that need columns which a table lacks. They are set when these are there, before they hold a value; all others
//! are set before anything else.

use clxs_api::FullName;

use crate::inventory::{Guards, Table, TableDefinition};
use crate::plan::{Action, SetMask, SetRowFilter, Statement};

/// Sets the guards that need columns which the table lacked: those with something to go back to last, for they are undone
/// after the rows that come next.
pub(super) fn new_guards(
    table: &FullName,
    own: &TableDefinition,
    guards: &Guards,
) -> impl Iterator<Item = Statement> {
    let set_before = guards.that_fit(own);
    let mut masks = guards.masks.clone();
    masks.retain(|column, _| !set_before.masks.contains_key(column));
    let (kept, new): (Vec<_>, Vec<_>) = masks.into_iter().partition(|(column, _)| own.has_column(column));
    let filter = guards.row_filter.clone().filter(|_| set_before.row_filter.is_none());
    let filter = filter.map(|filter| SetRowFilter { table: table.clone(), filter: Some(filter) });
    let table = table.clone();
    let set_mask = move |(column, mask)| SetMask { table: table.clone(), column, mask: Some(mask) };
    let masks = new.into_iter().chain(kept).map(set_mask).map(Statement::SetMask);
    masks.chain(filter.map(Statement::SetRowFilter))
}

/// Sets the guard of a statement to what the destination's table has. That of a column which it lacks goes with the column.
pub(super) fn guard_before(kept: &Table, statement: &Statement) -> Option<Action> {
    let definition = kept.definition.as_ref()?.as_ref().ok()?;
    let before = match statement {
        Statement::SetRowFilter(set) => {
            Statement::SetRowFilter(SetRowFilter { filter: kept.guards.row_filter.clone(), ..set.clone() })
        }
        Statement::SetMask(set) if definition.has_column(&set.column) => {
            let mask = kept.guards.masks.get(&set.column.to_lowercase()).cloned();
            Statement::SetMask(SetMask { mask, ..set.clone() })
        }
        _ => return None,
    };
    Some(before.into())
}
