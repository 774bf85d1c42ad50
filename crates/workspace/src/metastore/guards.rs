//! Row filters and column masks as they are stored with their table. Who may set which is [`crate::securables`], what
//! they do to rows is the query engine's.

use std::collections::BTreeMap;

use clxs_api::{FullName, Identifier};
use serde::{Deserialize, Serialize};

/// A function with what it is called with: of a row filter all arguments, of a column mask those after the column.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Guard {
    pub(crate) function: FullName,
    pub(crate) arguments: Vec<GuardArgument>,
}

/// What a guard's function is given.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum GuardArgument {
    /// A column of the table, as the table spells it.
    Column(String),
    /// A literal as SQL writes it.
    Constant(String),
}

/// The guards of a table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct TableGuards {
    pub(crate) row_filter: Option<Guard>,
    /// By the column, as the table spells it.
    pub(crate) masks: BTreeMap<String, Guard>,
}

impl Guard {
    /// The columns that the function is given.
    pub(crate) fn columns(&self) -> impl Iterator<Item = &str> {
        self.arguments.iter().filter_map(|argument| match argument {
            GuardArgument::Column(column) => Some(column.as_str()),
            GuardArgument::Constant(_) => None,
        })
    }

    fn rename(&mut self, column: &Identifier, to: &str) {
        for argument in &mut self.arguments {
            if let GuardArgument::Column(own) = argument
                && column.matches(own)
            {
                to.clone_into(own);
            }
        }
    }
}

impl TableGuards {
    /// Whether the table has none.
    pub(crate) fn is_empty(&self) -> bool {
        self.row_filter.is_none() && self.masks.is_empty()
    }

    /// The mask of a column, in any case.
    pub(crate) fn mask(&self, column: &str) -> Option<&Guard> {
        self.masks.iter().find(|(own, _)| is_same(own, column)).map(|(_, mask)| mask)
    }

    /// Sets the mask of a column, or takes it away.
    pub(crate) fn set_mask(&mut self, column: &str, mask: Option<Guard>) {
        self.masks.retain(|own, _| !is_same(own, column));
        if let Some(mask) = mask {
            self.masks.insert(column.to_owned(), mask);
        }
    }

    /// These, and of `others` what these do not replace.
    pub(crate) fn over(self, mut others: Self) -> Self {
        others.row_filter = self.row_filter.or(others.row_filter);
        self.masks.into_iter().for_each(|(column, mask)| others.set_mask(&column, Some(mask)));
        others
    }

    /// The columns that are masked or that a guard is given.
    pub(crate) fn columns(&self) -> impl Iterator<Item = &str> {
        let given = self.row_filter.iter().chain(self.masks.values()).flat_map(Guard::columns);
        self.masks.keys().map(String::as_str).chain(given)
    }

    /// Guards follow the names of columns.
    pub(crate) fn rename_column(&mut self, column: &Identifier, to: &str) {
        self.row_filter.iter_mut().chain(self.masks.values_mut()).for_each(|guard| guard.rename(column, to));
        let masks = std::mem::take(&mut self.masks).into_iter();
        self.masks =
            masks.map(|(own, mask)| (if column.matches(&own) { to.to_owned() } else { own }, mask)).collect();
    }
}

fn is_same(own: &str, column: &str) -> bool {
    own.to_lowercase() == column.to_lowercase()
}
