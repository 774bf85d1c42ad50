//! Whether row filters and column masks are what a run set.

use std::collections::{BTreeMap, BTreeSet};

use clxs_api::{FullName, Identifier};

use super::{Edit, Judged};
use crate::inventory::{Guard, Inventory, Table};
use crate::plan::{Action, SetMask, SetRowFilter, Statement, Step};

/// A column of a table, for its mask, or the table, for its row filter.
type Place<'a> = (&'a FullName, Option<Identifier>);

/// What may be at a place without that anybody changed it: what the steps set, and what is there once they are undone.
pub(super) type LeftBy<'a> = BTreeMap<Place<'a>, Vec<Option<&'a Guard>>>;

pub(super) fn left_by<'a>(judged: &[Judged<'a>]) -> LeftBy<'a> {
    let mut left_by = LeftBy::new();
    for (step, _) in judged {
        for action in std::iter::once(&step.action).chain(&step.inverse) {
            for (place, guard) in set_by(action) {
                left_by.entry(place).or_default().push(guard);
            }
        }
    }
    left_by
}

/// How a guard is not what the steps left: it, or what its function does. A table that is gone is judged by its history.
pub(super) fn edit(
    step: &Step,
    there: &Inventory,
    (left_by, functions): (&LeftBy<'_>, &BTreeSet<FullName>),
) -> Option<Edit> {
    let table = there.table(&step.securable.name)?;
    if let Some(reason) = &table.unusable_guards {
        return Some(Edit::unknown(reason));
    }
    let why = set_by(&step.action).into_iter().find_map(|(place, _)| {
        let own = guard_at(table, &place);
        let what = || {
            place
                .1
                .as_ref()
                .map_or("its row filter".to_owned(), |column| format!("its mask of {}", column.as_str()))
        };
        if left_by.get(&place).is_some_and(|left| !left.contains(&own)) {
            return Some(format!("it was changed since ({})", what()));
        }
        // What goes with its table shows nothing any more.
        let function = own.filter(|_| step.action.sets_guard()).map(|own| &own.function);
        let function = function.filter(|function| functions.contains(*function))?.dotted();
        Some(format!("{} calls {function}, which was changed since", what()))
    })?;
    Some(Edit::new(&why, table.guards.all().map(|guard| guard.function.clone()).collect()))
}

fn guard_at<'t>(table: &'t Table, (_, column): &Place<'_>) -> Option<&'t Guard> {
    match column {
        Some(column) => table.guards.masks.get(column),
        None => table.guards.row_filter.as_ref(),
    }
}

/// The guards that an action sets, or with nothing drops.
fn set_by(action: &Action) -> Vec<(Place<'_>, Option<&Guard>)> {
    let Action::Statement(statement) = action else { return Vec::new() };
    match statement {
        Statement::SetRowFilter(SetRowFilter { table, filter }) => vec![((table, None), filter.as_ref())],
        Statement::SetMask(SetMask { table, column, mask }) => {
            vec![((table, Some(column.to_lowercase())), mask.as_ref())]
        }
        Statement::CreateTable(table) => {
            let masks = table.guards.masks.iter();
            let masks = masks.map(|(column, mask)| ((&table.name, Some(column.to_lowercase())), Some(mask)));
            let filter = table.guards.row_filter.iter().map(|filter| ((&table.name, None), Some(filter)));
            filter.chain(masks).collect()
        }
        _ => Vec::new(),
    }
}
